#include "cli/replay.h"

#include "cli/session_run.h"
#include "cli/snapshots.h"
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

static bool choose_snapshots(struct replay *self, int64_t from, int64_t to, struct err *err) {
    struct arena *arena = self->session->arena;
    int64_t last, previous;
    if (!snapshots_read_last(self->stored, arena, &last, err) ||
        (from && !snapshots_find(self->stored, arena, from, &self->from_loaded_at, err)) ||
        (to && !snapshots_find(self->stored, arena, to, &self->to_loaded_at, err)) ||
        !snapshots_read_previous(self->stored, arena, to ? to : last, &previous, err))
        return false;
    if (last == 0)
        return err_set(err, ERR_USAGE, "there is no snapshot; nothing has been pulled yet");
    if (previous == 0 && from == 0 && to > 1)
        return err_set(err, ERR_USAGE, "there is no snapshot before %lld", (long long)to);
    if (previous == 0 && (from == 0 || to == 0)) {
        err_set(err, ERR_USAGE, "there is only one snapshot, and nothing to compare it with");
        return err_hint(err,
                        "`goldleaf all --dry-run` compares it with the sheets as they are now");
    }
    self->from = from ? from : previous;
    self->to = to ? to : last;
    return snapshots_find(self->stored, arena, self->from, &self->from_loaded_at, err) &&
           snapshots_find(self->stored, arena, self->to, &self->to_loaded_at, err);
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
