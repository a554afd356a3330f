#include "cli/export.h"

#include "base/visible.h"
#include "cli/table.h"
#include "model/cell.h"
#include "run/signals.h"
#include "source/csv.h"

#include <math.h>

/* ---- a bronze sheet as CSV ---- */

static void add_cell(struct output *output, struct span text) {
    if (!output->is_terminal) {
        csv_add_cell(&output->text, text);
        return;
    }
    struct buf visible = {0};
    visible_add(&visible, text);
    csv_add_cell(&output->text, buf_span(&visible));
    buf_free(&visible);
}

static void add_header_line(const struct export *export) {
    struct output *output = &export->session->output;
    for (size_t i = 0; i < export->header_count; i++) {
        if (i)
            buf_add_char(&output->text, ',');
        add_cell(output, span_from(export->columns[i].title ? export->columns[i].title : ""));
    }
    buf_add_char(&output->text, '\n');
}

/* As wide as the header, or as far as the row goes on behind it. */
static void add_sheet_row(const struct export *export, const struct statement *statement) {
    struct output *output = &export->session->output;
    size_t width = export->column_count;
    while (width > export->header_count &&
           value_span(statement_value(statement, width - 1)).size == 0)
        width--;
    for (size_t i = 0; i < width; i++) {
        if (i)
            buf_add_char(&output->text, ',');
        add_cell(output, value_span(statement_value(statement, i)));
    }
    buf_add_char(&output->text, '\n');
}

/* ---- JSON ---- */

static void add_json_value(struct json_writer *json, const struct export_column *column,
                           struct value value) {
    bool is_money = column->field &&
                    (column->field->type == FIELD_MONEY || column->field->type == FIELD_NUMBER);
    if (is_money && value.kind == VALUE_REAL)
        json_add_money(json, column->name, llround(value.real * 100));
    else if (column->field && column->field->type == FIELD_BOOLEAN && value.kind == VALUE_INTEGER)
        json_add_boolean(json, column->name, value.integer != 0);
    else
        json_add_value(json, column->name, value);
}

static void add_json_row(struct json_writer *json, const struct export *export,
                         const struct statement *statement) {
    json_open_object(json, NULL);
    for (size_t i = 0; i < export->column_count; i++) {
        struct value value = statement_value(statement, i);
        /* An empty cell of a sheet is a text without characters. */
        if (export->is_bronze && value.kind == VALUE_NULL)
            value = value_string("");
        add_json_value(json, &export->columns[i], value);
    }
    json_close_object(json);
}

static struct json_writer begin_json(const struct export *export) {
    struct json_writer json = json_writer_start(&export->session->output.text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "table", export->table);
    if (export->is_bronze) {
        json_add_integer(&json, "snapshot_id", export->snapshot);
        json_open_array(&json, "columns");
        for (size_t i = 0; i < export->column_count; i++) {
            json_open_object(&json, NULL);
            json_add_string(&json, "header", export->columns[i].title);
            json_add_string(&json, "column", export->columns[i].name);
            json_close_object(&json);
        }
        json_close_array(&json);
    }
    json_open_array(&json, "rows");
    return json;
}

/* ---- tables ---- */

static void add_table_row(struct table *table, const struct export *export,
                          const struct statement *statement) {
    for (size_t i = 0; i < export->column_count; i++) {
        struct value value = statement_value(statement, i);
        if (export->columns[i].field)
            table_add_value(table, export->columns[i].field, value);
        else if (value.kind == VALUE_INTEGER)
            table_add_integer(table, value.integer);
        else
            table_add(table, value_span(value));
    }
}

static void begin_table(struct table *table, const struct export *export) {
    struct table_column *columns =
        arena_array(export->session->arena, export->column_count, sizeof *columns);
    for (size_t i = 0; i < export->column_count; i++) {
        const struct export_column *column = &export->columns[i];
        bool has_title = column->title && *column->title;
        columns[i] = (struct table_column){
            has_title ? column->title : column->name,
            column->field ? table_kind_of(column->field->type) : COLUMN_TEXT, i ? 1 : 0};
    }
    table_begin(table, &export->session->output, columns, export->column_count, 0);
}

/* ---- the rows ---- */

enum shape { SHAPE_SHEET, SHAPE_JSON, SHAPE_TABLE };

static enum shape shape_of(const struct export *export) {
    if (export->session->output.format == OUTPUT_JSON)
        return SHAPE_JSON;
    bool is_csv = export->session->output.format == OUTPUT_CSV;
    return is_csv && export->is_bronze ? SHAPE_SHEET : SHAPE_TABLE;
}

struct printer {
    enum shape shape;
    struct json_writer json;
    struct table table;
};

static bool print_rows(const struct export *export, struct printer *printer,
                       struct statement *statement, struct err *err) {
    int64_t limit = export->session->options.limit;
    struct value snapshot = value_integer(export->snapshot);
    bool has_row = true;
    if (!statement_start(statement, &snapshot, export->is_bronze ? 1 : 0, err))
        return false;
    for (int64_t row = 0; limit <= 0 || row < limit; row++) {
        if (!statement_next(statement, &has_row, err))
            return false;
        if (!has_row)
            return true;
        if (printer->shape == SHAPE_SHEET)
            add_sheet_row(export, statement);
        else if (printer->shape == SHAPE_JSON)
            add_json_row(&printer->json, export, statement);
        else
            add_table_row(&printer->table, export, statement);
        if (!output_step(&export->session->output, err) || !signals_check(err))
            return false;
    }
    return true;
}

static void begin(const struct export *export, struct printer *printer) {
    printer->shape = shape_of(export);
    if (printer->shape == SHAPE_SHEET)
        add_header_line(export);
    else if (printer->shape == SHAPE_JSON)
        printer->json = begin_json(export);
    else
        begin_table(&printer->table, export);
}

static void end(const struct export *export, struct printer *printer) {
    if (printer->shape == SHAPE_TABLE)
        table_end(&printer->table);
    if (printer->shape != SHAPE_JSON)
        return;
    json_close_array(&printer->json);
    json_close_object(&printer->json);
    buf_add_char(&export->session->output.text, '\n');
}

bool export_print(struct export *export, struct err *err) {
    struct statement *statement = NULL;
    struct printer printer;
    if (!statement_prepare(export->warehouse, &statement, buf_text(&export->sql), err))
        return false;
    begin(export, &printer);
    bool ok = print_rows(export, &printer, statement, err);
    end(export, &printer);
    statement_close(statement);
    return ok && output_close(&export->session->output, err);
}
