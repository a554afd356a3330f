/* `goldleaf copy --to URL`: carries the warehouse, history included, to another database.
 *
 * {"from", "to", "tables": [{"table", "rows"}]}, or a table for people. */
#include "cli/commands.h"

#include "cli/table.h"
#include "run/lock.h"
#include "stages/copy.h"

#include <string.h>

struct transfer {
    struct session *session;
    const struct model *model;
    const char *url;
    struct warehouse *from, *to;
    struct lock lock; /* of the target, when that is a file */
    struct copy_report report;
};

static bool open_target(struct transfer *self, struct err *err) {
    const char *path = warehouse_file(self->url);
    return (!path || lock_take(&self->lock, path, err)) &&
           warehouse_open(&self->to, self->url, WAREHOUSE_WRITE, err) &&
           warehouse_begin(self->to, err);
}

static bool check_target(const struct transfer *self, struct err *err) {
    if (!*self->url) {
        err_set(err, ERR_USAGE, "copy needs --to URL");
        return err_hint(err,
                        "a path, or postgresql://...; the database must have no warehouse yet");
    }
    if (strcmp(self->url, session_text(self->session, OPTION_DATABASE)) == 0)
        return err_set(err, ERR_USAGE, "--to is the warehouse itself");
    return true;
}

static void print_text(struct transfer *self) {
    struct output *output = &self->session->output;
    const struct table_column columns[] = {{"table", COLUMN_TEXT, 0}, {"rows", COLUMN_NUMBER, 0}};
    struct table table;
    if (output->format == OUTPUT_TEXT)
        buf_printf(&output->text, "%s is now in %s, too\n\n", warehouse_location(self->from),
                   warehouse_location(self->to));
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < self->report.count; i++) {
        table_add_string(&table, self->report.tables[i].name);
        table_add_count(&table, self->report.tables[i].rows, STYLE_PLAIN);
    }
    table_end(&table);
}

static void print_json(struct transfer *self) {
    struct json_writer json = json_writer_start(&self->session->output.text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "from", warehouse_location(self->from));
    json_add_string(&json, "to", warehouse_location(self->to));
    json_open_array(&json, "tables");
    for (size_t i = 0; i < self->report.count; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "table", self->report.tables[i].name);
        json_add_integer(&json, "rows", self->report.tables[i].rows);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
}

static bool print(struct transfer *self, struct err *err) {
    bool is_silent = options_is_on(&self->session->options, OPTION_QUIET) &&
                     self->session->output.format == OUTPUT_TEXT;
    if (self->session->output.format == OUTPUT_JSON)
        print_json(self);
    else if (!is_silent)
        print_text(self);
    return output_close(&self->session->output, err);
}

bool cmd_copy(struct session *session, struct err *err) {
    struct transfer self = {
        .session = session, .url = session_text(session, OPTION_TO), .lock = {.descriptor = -1}};
    bool ok = check_target(&self, err) && session_read_model(session, &self.model, err) &&
              session_open_warehouse(session, &self.from, err) && open_target(&self, err) &&
              session_open_output(session, "text", err) &&
              copy_warehouse(self.from, self.to, self.model, COPY_HISTORY, session->arena,
                             &self.report, err) &&
              warehouse_commit(self.to, err) && print(&self, err);
    warehouse_close(self.to);
    lock_release(&self.lock);
    warehouse_close(self.from);
    model_close(self.model);
    return ok;
}
