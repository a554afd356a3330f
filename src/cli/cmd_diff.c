/* `goldleaf diff [A [B]]`: what changed between two recorded snapshots, KPIs included.
 *
 * Both are run again in memory, the second on top of the first, by the model as it is now; so the
 * KPIs are those that each snapshot gives, and nothing that came later plays a part. */
#include "cli/commands.h"

#include "cli/dry_run.h"
#include "cli/session_run.h"
#include "run/watch.h"
#include "stages/snapshot_source.h"

#include <errno.h>

struct comparison {
    struct session *session;
    const struct model *model;
    struct warehouse *stored; /* the warehouse itself, read only */
    struct warehouse *memory; /* where the snapshots are run again */
    int64_t from, to;
    const char *from_loaded_at, *to_loaded_at;
};

static bool read_number(const char *text, int64_t *number, struct err *err) {
    char *end;
    errno = 0;
    *number = ascii_is_digit(*text) ? strtoll(text, &end, 10) : 0;
    if (*number > 0 && *end == '\0' && !errno)
        return true;
    return err_set(err, ERR_USAGE, "\"%s\" is not the number of a snapshot", text);
}

static bool read_last(struct comparison *self, int64_t *last, struct err *err) {
    struct value value;
    if (!warehouse_value(self->stored, self->session->arena, sql_file("audit/last_snapshot"), NULL,
                         0, &value, err))
        return false;
    *last = value.kind == VALUE_INTEGER ? value.integer : 0;
    return true;
}

static bool find_snapshot(struct comparison *self, int64_t number, int64_t last,
                          const char **loaded_at, struct err *err) {
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

/* Without operands the last two; with one, that one and the last. */
static bool read_operands(struct comparison *self, struct err *err) {
    const struct session *session = self->session;
    int64_t last;
    if (!read_last(self, &last, err))
        return false;
    if (session->operand_count == 0 && last < 2) {
        err_set(err, ERR_USAGE, "there is only one snapshot, and nothing to compare it with");
        return err_hint(err,
                        "`goldleaf all --dry-run` compares it with the sheets as they are now");
    }
    self->from = last - 1;
    self->to = last;
    if (session->operand_count > 0 && !read_number(session->operands[0], &self->from, err))
        return false;
    if (session->operand_count > 1 && !read_number(session->operands[1], &self->to, err))
        return false;
    return find_snapshot(self, self->from, last, &self->from_loaded_at, err) &&
           find_snapshot(self, self->to, last, &self->to_loaded_at, err);
}

/* What was recorded has passed its gate. */
static struct run_options replay_options(const struct comparison *self) {
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

static bool replay(struct comparison *self, int64_t snapshot, struct diff *diff,
                   struct run_report *report, struct err *err) {
    struct run_options run = replay_options(self);
    struct watch watch;
    watch_open(&watch);
    run.watch = &watch;
    run.diff = diff;
    snapshot_source_open(&run.source, self->stored, self->model, snapshot);
    bool ok = session_run_on(self->session, self->memory, self->model, &run, report, err);
    source_close(run.source);
    watch_close(&watch);
    return ok;
}

static bool compare(struct comparison *self, struct err *err) {
    struct run_report report;
    struct diff diff;
    if (!warehouse_open(&self->memory, "sqlite::memory:", WAREHOUSE_WRITE, err) ||
        !replay(self, self->from, NULL, &report, err))
        return false;
    dry_run_open_diff(self->session, self->model, &diff);
    bool ok = replay(self, self->to, &diff, &report, err);
    report.from_snapshot_id = self->from;
    report.from_loaded_at = self->from_loaded_at;
    report.snapshot_id = self->to;
    report.loaded_at = self->to_loaded_at;
    ok = ok && dry_run_print(self->session, &diff, &report, false, err);
    diff_free(&diff);
    return ok;
}

bool cmd_diff(struct session *session, struct err *err) {
    struct comparison self = {.session = session};
    bool ok = session_read_model(session, &self.model, err) &&
              session_open_warehouse(session, &self.stored, err) && read_operands(&self, err) &&
              session_open_output(session, "text", err) && compare(&self, err);
    warehouse_close(self.memory);
    warehouse_close(self.stored);
    model_close(self.model);
    return ok;
}
