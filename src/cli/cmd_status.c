/* `goldleaf status`: snapshots, the last run, how fresh each sheet is, how many rows there are.
 *
 * {"snapshots", "last_snapshot": {...} | null, "model": {"name", "version", "fingerprint",
 *  "applied_at", "run_id", "is_current"} | null, "sheets": [{"sheet", "source", "location", "rows",
 *  "rejected", "loaded_at", "content_hash", "held", "age_seconds", "freshness"}],
 *  "last_run": {...} | null, "last_success": time | null, "next_run": time | null,
 *  "overdue": bool, "gold": [{"table", "rows"}]} */
#include "cli/commands.h"

#include "base/age.h"
#include "base/decimal.h"
#include "cli/table.h"
#include "stages/model_record.h"
#include "stages/schedule_note.h"
#include "stages/sheet_info.h"
#include "stages/standing.h"

#define OVERDUE_S 300 /* a run may take a while, and its slot may be delayed */

struct status {
    struct standing standing;
    struct sheet_info *sheets;
    size_t sheet_count;
    size_t gold_count;
    const char **gold;
    int64_t *gold_rows;
    struct model_record built_by;
    bool is_model_same; /* as that of --model */
    struct schedule_note schedule;
    int64_t warn_after_s, fail_after_s; /* 0: never */
};

static bool read_model(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                       struct status *status, struct err *err) {
    if (!model_record_read(warehouse, arena, &status->built_by, err))
        return false;
    const char *fingerprint = status->built_by.text.fingerprint;
    status->is_model_same = fingerprint && strcmp(fingerprint, model->fingerprint) == 0;
    return true;
}

static bool read_gold(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                      struct status *status, struct err *err) {
    status->gold = arena_array(arena, model->gold_count, sizeof *status->gold);
    status->gold_rows = arena_array(arena, model->gold_count, sizeof *status->gold_rows);
    for (size_t i = 0; i < model->gold_count; i++) {
        const char *name = model->gold[i].name;
        bool exists;
        struct value rows;
        struct buf sql = {0};
        if (!warehouse_has_table(warehouse, name, &exists, err))
            return false;
        if (!exists)
            continue;
        buf_add_text(&sql, "SELECT COUNT(*) FROM ");
        sql_add_name(&sql, name);
        bool ok = warehouse_value(warehouse, arena, buf_text(&sql), NULL, 0, &rows, err);
        buf_free(&sql);
        if (!ok)
            return false;
        status->gold[status->gold_count] = name;
        status->gold_rows[status->gold_count++] = rows.integer;
    }
    return true;
}

/* ---- freshness ---- */

/* The schedule should have come back by now. */
static bool is_overdue(const struct status *status) {
    return age_of(status->schedule.next_run_at) > OVERDUE_S;
}

/* How long a sheet has not been known to be as it is in the source: its last pull, changed or not.
 */
static int64_t age_of_sheet(const struct sheet_info *sheet) {
    return sheet->loaded_at ? age_of(sheet->loaded_at) : INT64_MAX;
}

static const char *freshness_of(const struct status *status, const struct sheet_info *sheet) {
    int64_t age = age_of_sheet(sheet);
    if (status->fail_after_s && age > status->fail_after_s)
        return "stale";
    if (status->warn_after_s && age > status->warn_after_s)
        return "old";
    return "fresh";
}

/* As --warn-after and --fail-after want it: 3 for a warning, 1 for a failure. */
static int freshness_exit_code(const struct status *status) {
    int code = 0;
    for (size_t i = 0; i < status->sheet_count; i++) {
        const char *freshness = freshness_of(status, &status->sheets[i]);
        if (strcmp(freshness, "stale") == 0)
            return 1;
        if (strcmp(freshness, "old") == 0)
            code = 3;
    }
    return code;
}

/* ---- text ---- */

static void add_line(struct output *output, const char *name, const char *text) {
    buf_printf(&output->text, "%s%-11s%s", output_style_on(output, STYLE_BOLD), name,
               output_style_off(output, STYLE_BOLD));
    output_add_wrapped(output, text, 11, output_text_columns(output));
    buf_add_char(&output->text, '\n');
}

static void add_model(struct output *output, const struct status *status) {
    const struct model_record *model = &status->built_by;
    struct buf text = {0};
    if (!model->exists)
        return;
    buf_printf(&text, "%s %s, since %s", model->text.name, model->text.version, model->applied_at);
    if (!status->is_model_same)
        buf_add_text(&text, "; --model is another version: `goldleaf model diff`");
    add_line(output, "model", buf_text(&text));
    buf_free(&text);
}

static void add_summary(struct output *output, const struct warehouse *warehouse,
                        const struct status *status) {
    struct buf text = {0};
    add_line(output, "database", warehouse_location(warehouse));
    decimal_add_grouped(&text, status->standing.snapshots);
    if (status->standing.loaded_at) {
        buf_printf(&text, ", the last one number %lld of %s, ",
                   (long long)status->standing.last_snapshot, status->standing.loaded_at);
        age_add(&text, status->standing.loaded_at);
    }
    add_line(output, "snapshots", buf_text(&text));
    buf_clear(&text);
    add_model(output, status);
    if (status->standing.run_id) {
        buf_printf(&text, "%s, %s, exit %lld, started %s, ", status->standing.command,
                   status->standing.run_status, (long long)status->standing.exit_code,
                   status->standing.started_at);
        age_add(&text, status->standing.started_at);
        if (status->standing.message)
            buf_printf(&text, ": %s", status->standing.message);
    } else {
        buf_add_text(&text, "none");
    }
    add_line(output, "last run", buf_text(&text));
    if (status->standing.last_success && status->standing.run_status &&
        strcmp(status->standing.run_status, "failed") == 0) {
        buf_clear(&text);
        buf_printf(&text, "%s, ", status->standing.last_success);
        age_add(&text, status->standing.last_success);
        add_line(output, "last good", buf_text(&text));
    }
    if (status->schedule.host) {
        const struct schedule_note *note = &status->schedule;
        buf_clear(&text);
        buf_printf(&text, "%s, by pid %lld on %s, %s%s", note->next_run_at, (long long)note->pid,
                   note->host, note->rule,
                   is_overdue(status) ? "; it is overdue: does it still run?" : "");
        add_line(output, "next run", buf_text(&text));
    }
    buf_free(&text);
}

static void add_sheet_table(struct output *output, const struct status *status) {
    static const struct table_column columns[] = {
        {"sheet", COLUMN_TEXT, 0},      {"source", COLUMN_TEXT, 1}, {"rows", COLUMN_NUMBER, 0},
        {"rejected", COLUMN_NUMBER, 0}, {"pulled", COLUMN_TEXT, 0}, {"location", COLUMN_TEXT, 2}};
    struct table table;
    buf_add_char(&output->text, '\n');
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < status->sheet_count; i++) {
        const struct sheet_info *sheet = &status->sheets[i];
        struct buf age = {0};
        table_add_string(&table, sheet->name);
        table_add_string(&table, sheet->source);
        table_add_count(&table, sheet->rows, STYLE_PLAIN);
        table_add_count(&table, sheet->rejected, STYLE_WARN);
        if (sheet->loaded_at)
            age_add(&age, sheet->loaded_at);
        bool is_bad = sheet->held || strcmp(freshness_of(status, sheet), "fresh") != 0;
        table_add_styled(&table, sheet->loaded_at ? buf_span(&age) : SPAN("never"),
                         is_bad ? STYLE_BAD : STYLE_PLAIN);
        table_add_string(&table, sheet->location);
        buf_free(&age);
    }
    table_end(&table);
    for (size_t i = 0; i < status->sheet_count; i++) {
        const struct sheet_info *sheet = &status->sheets[i];
        if (!sheet->held)
            continue;
        struct buf line = {0};
        buf_printf(&line, "! %s is held back: %s", sheet->name, sheet->held);
        output_add_wrapped(output, buf_text(&line), 2, output_text_columns(output));
        buf_add_char(&output->text, '\n');
        buf_free(&line);
    }
}

static void add_gold_table(struct output *output, const struct status *status) {
    static const struct table_column columns[] = {{"table", COLUMN_TEXT, 0},
                                                  {"rows", COLUMN_NUMBER, 0}};
    struct table table;
    buf_add_char(&output->text, '\n');
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < status->gold_count; i++) {
        table_add_string(&table, status->gold[i]);
        table_add_count(&table, status->gold_rows[i], STYLE_PLAIN);
    }
    table_end(&table);
}

/* ---- CSV and JSON ---- */

static void add_csv(struct output *output, const struct status *status) {
    static const struct table_column columns[] = {
        {"sheet", COLUMN_TEXT, 0},        {"source", COLUMN_TEXT, 0},
        {"location", COLUMN_TEXT, 0},     {"rows", COLUMN_NUMBER, 0},
        {"rejected", COLUMN_NUMBER, 0},   {"loaded_at", COLUMN_TEXT, 0},
        {"content_hash", COLUMN_TEXT, 0}, {"held", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < status->sheet_count; i++) {
        const struct sheet_info *sheet = &status->sheets[i];
        table_add_string(&table, sheet->name);
        table_add_string(&table, sheet->source);
        table_add_string(&table, sheet->location);
        table_add_integer(&table, sheet->rows);
        table_add_integer(&table, sheet->rejected);
        table_add_string(&table, sheet->loaded_at);
        table_add_string(&table, sheet->content_hash);
        table_add_string(&table, sheet->held);
    }
    table_end(&table);
}

static void add_json_sheets(struct json_writer *json, const struct status *status) {
    json_open_array(json, "sheets");
    for (size_t i = 0; i < status->sheet_count; i++) {
        const struct sheet_info *sheet = &status->sheets[i];
        json_open_object(json, NULL);
        json_add_string(json, "sheet", sheet->name);
        json_add_string(json, "source", sheet->source);
        json_add_string(json, "location", sheet->location);
        json_add_integer(json, "rows", sheet->rows);
        json_add_integer(json, "rejected", sheet->rejected);
        json_add_string(json, "loaded_at", sheet->loaded_at);
        json_add_string(json, "content_hash", sheet->content_hash);
        json_add_string(json, "held", sheet->held);
        if (sheet->loaded_at)
            json_add_integer(json, "age_seconds", age_of_sheet(sheet));
        else
            json_add_null(json, "age_seconds");
        json_add_string(json, "freshness", freshness_of(status, sheet));
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_json_snapshot(struct json_writer *json, const struct status *status) {
    if (!status->standing.loaded_at) {
        json_add_null(json, "last_snapshot");
        return;
    }
    json_open_object(json, "last_snapshot");
    json_add_integer(json, "snapshot_id", status->standing.last_snapshot);
    json_add_string(json, "loaded_at", status->standing.loaded_at);
    json_add_string(json, "status", status->standing.snapshot_status);
    json_add_string(json, "run_id", status->standing.snapshot_run);
    json_close_object(json);
}

static void add_json_run(struct json_writer *json, const struct status *status) {
    if (!status->standing.run_id) {
        json_add_null(json, "last_run");
        return;
    }
    json_open_object(json, "last_run");
    json_add_string(json, "run_id", status->standing.run_id);
    json_add_string(json, "command", status->standing.command);
    json_add_string(json, "model", status->standing.model);
    if (status->standing.run_snapshot)
        json_add_integer(json, "snapshot_id", status->standing.run_snapshot);
    else
        json_add_null(json, "snapshot_id");
    json_add_string(json, "started_at", status->standing.started_at);
    json_add_string(json, "finished_at", status->standing.finished_at);
    json_add_string(json, "status", status->standing.run_status);
    json_add_integer(json, "exit_code", status->standing.exit_code);
    json_add_string(json, "message", status->standing.message);
    json_close_object(json);
}

static void add_json_model(struct json_writer *json, const struct status *status) {
    const struct model_record *model = &status->built_by;
    if (!model->exists) {
        json_add_null(json, "model");
        return;
    }
    json_open_object(json, "model");
    json_add_string(json, "name", model->text.name);
    json_add_string(json, "version", model->text.version);
    json_add_string(json, "fingerprint", model->text.fingerprint);
    json_add_string(json, "applied_at", model->applied_at);
    json_add_string(json, "run_id", model->run_id);
    json_add_boolean(json, "is_current", status->is_model_same);
    json_close_object(json);
}

static void add_json(struct output *output, const struct status *status) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_integer(&json, "snapshots", status->standing.snapshots);
    add_json_snapshot(&json, status);
    add_json_model(&json, status);
    add_json_sheets(&json, status);
    add_json_run(&json, status);
    json_add_string(&json, "last_success", status->standing.last_success);
    json_add_string(&json, "next_run", status->schedule.next_run_at);
    json_add_boolean(&json, "overdue", is_overdue(status));
    json_open_array(&json, "gold");
    for (size_t i = 0; i < status->gold_count; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "table", status->gold[i]);
        json_add_integer(&json, "rows", status->gold_rows[i]);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

static bool print(struct session *session, const struct warehouse *warehouse,
                  const struct status *status, struct err *err) {
    struct output *output = &session->output;
    if (!session_open_output(session, "text", err))
        return false;
    if (output->format == OUTPUT_JSON) {
        add_json(output, status);
    } else if (output->format == OUTPUT_CSV) {
        add_csv(output, status);
    } else {
        add_summary(output, warehouse, status);
        add_sheet_table(output, status);
        add_gold_table(output, status);
    }
    return output_close(output, err);
}

bool cmd_status(struct session *session, struct err *err) {
    struct warehouse *warehouse = NULL;
    const struct model *model = NULL;
    struct arena *arena = session->arena;
    struct status status = {.warn_after_s = session->options.warn_after_s,
                            .fail_after_s = session->options.fail_after_s};
    bool ok = session_read_model(session, &model, err) &&
              session_open_warehouse(session, &warehouse, err) &&
              read_model(warehouse, model, arena, &status, err) &&
              standing_read(warehouse, arena, &status.standing, err) &&
              schedule_note_read(warehouse, arena, &status.schedule, err) &&
              sheets_read(warehouse, model, arena, &status.sheets, &status.sheet_count, err) &&
              read_gold(warehouse, model, arena, &status, err) &&
              print(session, warehouse, &status, err);
    warehouse_close(warehouse);
    model_close(model);
    session->exit_code = freshness_exit_code(&status);
    return ok;
}
