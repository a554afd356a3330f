#include "cli/replay.h"

#include "cli/session_run.h"
#include "run/watch.h"
#include "stages/snapshot_source.h"

#include <errno.h>

bool replay_read_number(const char *text, int64_t *number, struct err *err) {
    char *end;
    errno = 0;
    *number = ascii_is_digit(*text) ? strtoll(text, &end, 10) : 0;
    if (*number > 0 && *end == '\0' && !errno)
        return true;
    return err_set(err, ERR_USAGE, "\"%s\" is not the number of a snapshot", text);
}

static bool read_last(struct replay *self, int64_t *last, struct err *err) {
    struct value value;
    if (!warehouse_value(self->stored, self->session->arena, sql_file("audit/last_snapshot"), NULL,
                         0, &value, err))
        return false;
    *last = value.kind == VALUE_INTEGER ? value.integer : 0;
    return true;
}

static bool find_snapshot(struct replay *self, int64_t number, int64_t last, const char **loaded_at,
                          struct err *err) {
    struct value value, parameter = value_integer(number);
    if (!warehouse_value(self->stored, self->session->arena, sql_file("export/snapshot"),
                         &parameter, 1, &value, err))
        return false;
    if (value.kind != VALUE_TEXT)
        return err_set(err, ERR_USAGE, "there is no snapshot %lld; the last one is %lld",
                       (long long)number, (long long)last);
    *loaded_at = arena_string(self->session->arena, value_span(value));
    return true;
}

/* What was recorded has passed its gate. */
struct run_options replay_options(const struct replay *self) {
    const struct model *model = self->model;
    const char **names = arena_array(self->session->arena, model->sheet_count, sizeof *names);
    for (size_t i = 0; i < model->sheet_count; i++)
        names[i] = model->sheets[i].name;
    return (struct run_options){.command = "diff",
                                .pull = true,
                                .silver = true,
                                .gold = true,
                                .max_loss = 100,
                                .accept = names,
                                .accept_count = model->sheet_count};
}

bool replay_run_source(struct replay *self, struct source *source, struct run_options *run,
                       struct run_report *report, struct err *err) {
    struct watch watch;
    watch_open(&watch);
    run->watch = &watch;
    run->source = source;
    bool ok = session_run_on(self->session, self->memory, self->model, run, report, err);
    source_close(source);
    watch_close(&watch);
    return ok;
}

bool replay_run(struct replay *self, int64_t snapshot, struct diff *diff, bool is_dry,
                struct run_report *report, struct err *err) {
    struct run_options run = replay_options(self);
    struct source *source;
    run.diff = diff;
    run.is_dry = is_dry;
    snapshot_source_open(&source, self->stored, self->model, snapshot);
    return replay_run_source(self, source, &run, report, err);
}

/* The one before that is recorded; 0: there is none. */
static bool read_previous(struct replay *self, int64_t number, int64_t *previous, struct err *err) {
    struct value value, parameter = value_integer(number);
    if (!warehouse_value(self->stored, self->session->arena, sql_file("audit/previous_snapshot"),
                         &parameter, 1, &value, err))
        return false;
    *previous = value.kind == VALUE_INTEGER ? value.integer : 0;
    return true;
}

static bool choose_snapshots(struct replay *self, int64_t from, int64_t to, struct err *err) {
    int64_t last, previous;
    if (!read_last(self, &last, err) || !read_previous(self, to ? to : last, &previous, err))
        return false;
    if (previous == 0 && from == 0 && to > 1)
        return err_set(err, ERR_USAGE, "there is no snapshot before %lld", (long long)to);
    if (previous == 0 && (from == 0 || to == 0)) {
        err_set(err, ERR_USAGE, "there is only one snapshot, and nothing to compare it with");
        return err_hint(err,
                        "`goldleaf all --dry-run` compares it with the sheets as they are now");
    }
    self->from = from ? from : previous;
    self->to = to ? to : last;
    return find_snapshot(self, self->from, last, &self->from_loaded_at, err) &&
           find_snapshot(self, self->to, last, &self->to_loaded_at, err);
}

bool replay_open(struct replay *self, struct session *session, int64_t from, int64_t to,
                 struct err *err) {
    *self = (struct replay){.session = session};
    return session_read_model(session, &self->model, err) &&
           session_open_warehouse(session, &self->stored, err) &&
           choose_snapshots(self, from, to, err) &&
           warehouse_open(&self->memory, "sqlite::memory:", WAREHOUSE_WRITE, err);
}

void replay_close(struct replay *self) {
    warehouse_close(self->memory);
    warehouse_close(self->stored);
    model_close(self->model);
}
