/* {"from": {"name", "version", "fingerprint", "run_id", "snapshot_id", "applied_at"}, "to":
 * {"name", "version", "fingerprint"}, "is_same": bool, "other_model": bool, "losses": n, "changes":
 * [...]}; model_changes.h has the form of a change. */
#include "cli/model_diff.h"

#include "cli/exit_codes.h"
#include "cli/model_changes.h"
#include "cli/table.h"
#include "stages/model_loss.h"
#include "stages/model_record.h"

struct comparison {
    struct session *session;
    const struct model *model;
    struct model_record record;
    struct model_diff diff;
    bool is_same; /* to the last byte */
};

static bool read_record(struct comparison *self, struct warehouse *warehouse, struct err *err) {
    if (!model_record_read(warehouse, self->session->arena, &self->record, err))
        return false;
    if (self->record.exists)
        return true;
    err_set(err, ERR_FAILED, "%s does not say which model it was built by",
            warehouse_location(warehouse));
    return err_hint(err, "it is of an older version of the program; the next `goldleaf all` writes "
                         "its model down");
}

/* The views that a table would take with it, where that is known. */
static bool add_views(struct comparison *self, struct warehouse *warehouse, struct err *err) {
    struct schema_views views = {.arena = self->session->arena};
    size_t count = self->diff.count;
    for (size_t i = 0; i < count; i++) {
        const struct model_difference *item = &self->diff.items[i];
        if (item->change == CHANGE_REMOVED && item->table && !item->column &&
            !schema_find_views(warehouse, item->table, &views, err))
            return false;
    }
    model_loss_add_views(self->session->arena, &views, &self->diff);
    return true;
}

static bool compare(struct comparison *self, struct warehouse *warehouse, struct err *err) {
    struct arena *arena = self->session->arena;
    struct model_text text = model_text_of(arena, self->model);
    self->is_same = strcmp(self->record.text.fingerprint, text.fingerprint) == 0;
    return model_compare(arena, &self->record.text, &text, &self->diff, err) &&
           model_loss_count_rows(warehouse, arena, &self->diff, err) &&
           add_views(self, warehouse, err);
}

/* ---- output ---- */

static void add_model(struct json_writer *json, const char *name, const char *version,
                      const char *fingerprint) {
    json_add_string(json, "name", name);
    json_add_string(json, "version", version);
    json_add_string(json, "fingerprint", fingerprint);
}

static void add_json(const struct comparison *self, struct output *output) {
    const struct model_record *record = &self->record;
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_open_object(&json, "from");
    add_model(&json, record->text.name, record->text.version, record->text.fingerprint);
    json_add_string(&json, "run_id", record->run_id);
    if (record->snapshot_id)
        json_add_integer(&json, "snapshot_id", record->snapshot_id);
    else
        json_add_null(&json, "snapshot_id");
    json_add_string(&json, "applied_at", record->applied_at);
    json_close_object(&json);
    json_open_object(&json, "to");
    add_model(&json, self->model->name, self->model->version, self->model->fingerprint);
    json_close_object(&json);
    json_add_boolean(&json, "is_same", self->is_same);
    json_add_boolean(&json, "other_model", self->diff.is_other);
    json_add_integer(&json, "losses", (int64_t)model_diff_count_losses(&self->diff));
    model_changes_add_json_list(&json, &self->diff);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

static void add_csv(const struct comparison *self, struct output *output) {
    static const struct table_column columns[] = {{"subject", COLUMN_TEXT, 0},
                                                  {"text", COLUMN_TEXT, 0},
                                                  {"place", COLUMN_TEXT, 0},
                                                  {"loss", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < self->diff.count; i++) {
        const struct model_difference *item = &self->diff.items[i];
        table_add_string(&table, item->subject);
        table_add_string(&table, item->text);
        table_add_string(&table, item->place);
        table_add_string(&table, item->loss);
    }
    table_end(&table);
}

static void add_end(const struct comparison *self, struct output *output) {
    size_t losses = model_diff_count_losses(&self->diff);
    struct buf text = {0};
    if (self->diff.is_other)
        buf_printf(&text,
                   "This is another model. A run with it is refused unless --allow-destructive: "
                   "one warehouse has one model. ");
    else if (losses)
        buf_printf(&text, "A run with this model is refused unless --allow-destructive. ");
    else
        buf_add_text(&text, "The next run applies this. ");
    buf_printf(&text, "`goldleaf all --dry-run%s` shows what other types and rules do to the rows.",
               losses ? " --allow-destructive" : "");
    buf_add_char(&output->text, '\n');
    output_add_wrapped(output, buf_text(&text), 0, output_text_columns(output));
    buf_add_char(&output->text, '\n');
    buf_free(&text);
}

static void add_text(const struct comparison *self, struct output *output) {
    const struct model_record *record = &self->record;
    struct buf line = {0};
    buf_printf(&line, "%s %s, of %s → %s %s", record->text.name, record->text.version,
               record->applied_at, self->model->name, self->model->version);
    buf_add_text(&output->text, output_style_on(output, STYLE_BOLD));
    output_add(output, buf_span(&line));
    buf_printf(&output->text, "%s\n\n", output_style_off(output, STYLE_BOLD));
    buf_free(&line);
    if (self->is_same) {
        buf_add_text(&output->text, "The warehouse was built by this very model.\n");
        return;
    }
    model_changes_add_list(output, &self->diff, true);
    add_end(self, output);
}

static bool print(struct comparison *self, struct err *err) {
    struct session *session = self->session;
    struct output *output = &session->output;
    if (!session_open_output(session, "text", err))
        return false;
    if (output->format == OUTPUT_JSON)
        add_json(self, output);
    else if (output->format == OUTPUT_CSV)
        add_csv(self, output);
    else
        add_text(self, output);
    if (!self->is_same && options_is_on(&session->options, OPTION_DETAILED_EXITCODE))
        session->exit_code = EXIT_DIFFERENT;
    return output_close(output, err);
}

bool model_diff(struct session *session, struct err *err) {
    struct comparison self = {.session = session};
    struct warehouse *warehouse = NULL;
    bool ok = session_read_model(session, &self.model, err) &&
              session_open_warehouse(session, &warehouse, err) &&
              read_record(&self, warehouse, err) && compare(&self, warehouse, err) &&
              print(&self, err);
    warehouse_close(warehouse);
    model_close(self.model);
    return ok;
}
