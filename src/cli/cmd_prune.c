/* `goldleaf prune --keep 90d|N`: drops old snapshots and what only they need.
 *
 * {"dry_run", "snapshots": {"kept": [...], "dropped": [...]}, "sheets": [{"sheet", "snapshots",
 *  "versions", "dropped", "kept"}], "audit_lines": n | null}, or a table for people. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/decimal.h"
#include "base/log.h"
#include "cli/table.h"
#include "run/lock.h"
#include "run/signals.h"
#include "stages/prune.h"

#include <time.h>

struct pruning {
    struct session *session;
    struct warehouse *warehouse;
    struct lock lock; /* of a file; a server's comes with the transaction */
    bool is_dry;
    struct prune_rule rule;
    struct prune_plan plan;
};

static bool read_rule(struct pruning *self, struct err *err) {
    const struct options *options = &self->session->options;
    if (!options->keep_s && !options->keep_count) {
        err_set(err, ERR_USAGE, "prune needs --keep");
        return err_hint(err, "--keep 90d keeps ninety days, --keep 90 the ninety newest snapshots");
    }
    self->rule.newest = options->keep_count;
    if (options->keep_s) {
        char text[CLOCK_TEXT_SIZE];
        int64_t since_s = (int64_t)time(NULL) - options->keep_s;
        /* All of our times lie after 1970, and are compared as texts. */
        clock_write_utc(since_s > 0 ? since_s : 0, text);
        self->rule.since = arena_string(self->session->arena, span_from(text));
    }
    return true;
}

/* Opened for reading first, so that a warehouse that is not there is not made. */
static bool open_warehouse(struct pruning *self, struct err *err) {
    const char *url = session_text(self->session, OPTION_DATABASE), *path = warehouse_file(url);
    if (!session_open_warehouse(self->session, &self->warehouse, err))
        return false;
    if (!self->is_dry) {
        warehouse_close(self->warehouse);
        self->warehouse = NULL;
        if ((path && !lock_take(&self->lock, path, err)) ||
            !warehouse_open(&self->warehouse, url, WAREHOUSE_WRITE, err))
            return false;
    }
    warehouse_stop_when(self->warehouse, signals_have_come, NULL);
    return true;
}

/* What is done is done, also where the room cannot be given back now. */
static void give_back(struct pruning *self) {
    struct err err = {0};
    if (!prune_give_back(self->warehouse, &self->plan, self->session->arena, &err))
        log_line(LOG_LEVEL_WARN, "prune_space",
                 "the snapshots are dropped, but their room was not given back: %s%s%s",
                 err.message, *err.hint ? "; " : "", err.hint);
}

/* A reader is in a transaction already. */
static bool prune(struct pruning *self, struct err *err) {
    struct arena *arena = self->session->arena;
    if (self->is_dry)
        return prune_make_plan(self->warehouse, &self->rule, arena, &self->plan, err);
    if (!warehouse_begin(self->warehouse, err) ||
        !prune_make_plan(self->warehouse, &self->rule, arena, &self->plan, err) ||
        !prune_apply(self->warehouse, &self->plan, err) || !signals_check(err) ||
        !warehouse_commit(self->warehouse, err))
        return false;
    give_back(self);
    lock_release(&self->lock);
    return true;
}

/* ---- output ---- */

static void add_summary(const struct pruning *self) {
    struct output *output = &self->session->output;
    const struct prune_plan *plan = &self->plan;
    output_add(output, span_from(warehouse_location(self->warehouse)));
    buf_add_text(&output->text, ": ");
    output_add_count(&output->text, (int64_t)plan->dropped_count, "snapshot", "snapshots");
    buf_add_text(&output->text, self->is_dry ? " would be dropped, " : " dropped, ");
    decimal_add_grouped(&output->text, (int64_t)plan->kept_count);
    if (plan->kept_count == 0)
        buf_add_text(&output->text, " kept\n\n");
    else
        buf_printf(&output->text, " kept, the oldest is %lld\n\n", (long long)plan->kept[0]);
}

static void add_table(const struct pruning *self) {
    static const struct table_column columns[] = {{"sheet", COLUMN_TEXT, 0},
                                                  {"snapshots_dropped", COLUMN_NUMBER, 0},
                                                  {"versions", COLUMN_NUMBER, 0},
                                                  {"versions_dropped", COLUMN_NUMBER, 0}};
    struct table table;
    table_begin(&table, &self->session->output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < self->plan.sheet_count; i++) {
        const struct prune_sheet *sheet = &self->plan.sheets[i];
        table_add_string(&table, sheet->table + strlen("bronze_"));
        table_add_count(&table, sheet->snapshots, STYLE_PLAIN);
        table_add_count(&table, sheet->versions, STYLE_PLAIN);
        table_add_count(&table, sheet->dropped, STYLE_WARN);
    }
    table_end(&table);
}

static void add_json_ids(struct json_writer *json, const char *name, const int64_t *ids,
                         size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++)
        json_add_integer(json, NULL, ids[i]);
    json_close_array(json);
}

static void add_json_sheet(struct json_writer *json, const struct prune_sheet *sheet) {
    json_open_object(json, NULL);
    json_add_string(json, "sheet", sheet->table + strlen("bronze_"));
    json_add_integer(json, "snapshots", sheet->snapshots);
    json_add_integer(json, "versions", sheet->versions);
    json_add_integer(json, "dropped", sheet->dropped);
    json_add_integer(json, "kept", sheet->versions - sheet->dropped);
    json_close_object(json);
}

static void add_json(const struct pruning *self) {
    const struct prune_plan *plan = &self->plan;
    struct json_writer json = json_writer_start(&self->session->output.text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_boolean(&json, "dry_run", self->is_dry);
    json_open_object(&json, "snapshots");
    add_json_ids(&json, "kept", plan->kept, plan->kept_count);
    add_json_ids(&json, "dropped", plan->dropped, plan->dropped_count);
    json_close_object(&json);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < plan->sheet_count; i++)
        add_json_sheet(&json, &plan->sheets[i]);
    json_close_array(&json);
    if (self->is_dry)
        json_add_null(&json, "audit_lines");
    else
        json_add_integer(&json, "audit_lines", plan->audit_lines);
    json_close_object(&json);
    buf_add_char(&self->session->output.text, '\n');
}

static bool print(struct pruning *self, struct err *err) {
    struct output *output = &self->session->output;
    bool is_silent =
        options_is_on(&self->session->options, OPTION_QUIET) && output->format == OUTPUT_TEXT;
    if (output->format == OUTPUT_JSON) {
        add_json(self);
    } else if (!is_silent) {
        if (output->format == OUTPUT_TEXT)
            add_summary(self);
        add_table(self);
    }
    return output_close(output, err);
}

bool cmd_prune(struct session *session, struct err *err) {
    struct pruning self = {.session = session,
                           .lock = {.descriptor = -1},
                           .is_dry = options_is_on(&session->options, OPTION_DRY_RUN)};
    bool ok = read_rule(&self, err) && open_warehouse(&self, err) &&
              session_open_output(session, "text", err) && prune(&self, err) && print(&self, err);
    warehouse_close(self.warehouse);
    lock_release(&self.lock);
    return ok;
}
