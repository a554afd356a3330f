/* `goldleaf rejects`: the rows in quarantine, from the top of each sheet to its bottom.
 *
 * {"rejects": [{"sheet", "key", "row", "cell", "column", "rule", "value", "reason", "link",
 *  "values": {column: cell}}]} */
#include "cli/commands.h"

#include "base/nearest.h"
#include "cli/table.h"
#include "run/signals.h"
#include "stages/sheet_info.h"

#define TEXT_ROWS 50 /* a screen or two; more is for a program or a spreadsheet */

/* Columns of rejects/rows.sql. */
enum { ROW_NUMBER, CELL, COLUMN, KEY, RULE, VALUE, REASON, ROW_JSON };

struct listing {
    struct session *session;
    struct warehouse *warehouse;
    struct sheet_info *sheets;
    size_t sheet_count;
    int64_t limit; /* rows that may still be shown */
    int64_t shown;
    struct json_writer json;
    struct table table; /* of CSV */
};

static const struct table_column CSV_COLUMNS[] = {
    {"sheet", COLUMN_TEXT, 0}, {"key", COLUMN_TEXT, 0},    {"row", COLUMN_NUMBER, 0},
    {"cell", COLUMN_TEXT, 0},  {"column", COLUMN_TEXT, 0}, {"rule", COLUMN_TEXT, 0},
    {"value", COLUMN_TEXT, 0}, {"reason", COLUMN_TEXT, 0}, {"link", COLUMN_TEXT, 0}};

static const struct table_column TEXT_COLUMNS[] = {{"cell", COLUMN_TEXT, 0},
                                                   {"key", COLUMN_TEXT, 0},
                                                   {"rule", COLUMN_TEXT, 0},
                                                   {"value", COLUMN_TEXT, 0},
                                                   {"reason", COLUMN_PROSE, 1}};

/* ---- one row in each format ---- */

/* The whole row as it was recorded; a text that is no JSON is shown as it is. */
static void add_values(struct json_writer *json, struct span row_json) {
    struct arena scratch = {0};
    const struct json *values;
    struct err ignored;
    if (json_read(&scratch, row_json, &values, &ignored))
        json_add_json(json, "values", values);
    else
        json_add_text(json, "values", row_json);
    arena_free(&scratch);
}

static void add_json_row(struct listing *listing, const struct sheet_info *sheet,
                         const struct statement *statement) {
    struct json_writer *json = &listing->json;
    struct value row = statement_value(statement, ROW_NUMBER);
    struct buf link = {0};
    sheet_info_add_link(&link, sheet, row.integer, value_span(statement_value(statement, CELL)));
    json_open_object(json, NULL);
    json_add_string(json, "sheet", sheet->name);
    json_add_value(json, "key", statement_value(statement, KEY));
    json_add_value(json, "row", row);
    json_add_value(json, "cell", statement_value(statement, CELL));
    json_add_value(json, "column", statement_value(statement, COLUMN));
    json_add_value(json, "rule", statement_value(statement, RULE));
    json_add_value(json, "value", statement_value(statement, VALUE));
    json_add_value(json, "reason", statement_value(statement, REASON));
    json_add_string(json, "link", link.size ? buf_text(&link) : NULL);
    add_values(json, value_span(statement_value(statement, ROW_JSON)));
    json_close_object(json);
    buf_free(&link);
}

static void add_csv_row(struct listing *listing, const struct sheet_info *sheet,
                        const struct statement *statement) {
    struct table *table = &listing->table;
    int64_t row = statement_value(statement, ROW_NUMBER).integer;
    struct buf link = {0};
    sheet_info_add_link(&link, sheet, row, value_span(statement_value(statement, CELL)));
    table_add_string(table, sheet->name);
    table_add(table, value_span(statement_value(statement, KEY)));
    table_add_integer(table, row);
    table_add(table, value_span(statement_value(statement, CELL)));
    table_add(table, value_span(statement_value(statement, COLUMN)));
    table_add(table, value_span(statement_value(statement, RULE)));
    table_add(table, value_span(statement_value(statement, VALUE)));
    table_add(table, value_span(statement_value(statement, REASON)));
    table_add(table, buf_span(&link));
    buf_free(&link);
}

static void add_text_row(struct listing *listing, const struct statement *statement) {
    struct table *table = &listing->table;
    table_add_styled(table, value_span(statement_value(statement, CELL)), STYLE_BOLD);
    table_add(table, value_span(statement_value(statement, KEY)));
    table_add_styled(table, value_span(statement_value(statement, RULE)), STYLE_WARN);
    table_add(table, value_span(statement_value(statement, VALUE)));
    table_add(table, value_span(statement_value(statement, REASON)));
}

/* ---- sheets ---- */

static void begin_text_sheet(struct listing *listing, const struct sheet_info *sheet) {
    struct output *output = &listing->session->output;
    struct buf *out = &output->text;
    if (listing->shown)
        buf_add_char(out, '\n');
    buf_add_text(out, output_style_on(output, STYLE_BOLD));
    output_add(output, span_from(sheet->name));
    buf_printf(out, "%s: ", output_style_off(output, STYLE_BOLD));
    output_add_count(out, sheet->rejected, "row", "rows");
    if (sheet->location) {
        buf_add_text(out, " of ");
        output_add(output, span_from(sheet->location));
    }
    buf_add_char(out, '\n');
    table_begin(&listing->table, output, TEXT_COLUMNS, COUNT_OF(TEXT_COLUMNS), 0);
}

static bool list_rows(struct listing *listing, const struct sheet_info *sheet,
                      struct statement *statement, struct err *err) {
    struct output *output = &listing->session->output;
    bool has_row = true;
    while (statement_next(statement, &has_row, err)) {
        if (!has_row)
            return true;
        if (output->format == OUTPUT_JSON)
            add_json_row(listing, sheet, statement);
        else if (output->format == OUTPUT_CSV)
            add_csv_row(listing, sheet, statement);
        else
            add_text_row(listing, statement);
        listing->shown++;
        if (!output_step(output, err) || !signals_check(err))
            return false;
    }
    return false;
}

static bool list_sheet(struct listing *listing, const struct sheet_info *sheet, struct err *err) {
    struct statement *statement = NULL;
    int64_t left = listing->limit - listing->shown;
    struct value parameters[] = {value_string(sheet->table), value_integer(left)};
    bool is_text = listing->session->output.format == OUTPUT_TEXT;
    if (sheet->rejected == 0 || left == 0)
        return true;
    bool ok = statement_prepare(listing->warehouse, &statement, sql_file("rejects/rows"), err) &&
              statement_start(statement, parameters, 2, err);
    if (ok && is_text)
        begin_text_sheet(listing, sheet);
    bool has_table = ok && is_text;
    ok = ok && list_rows(listing, sheet, statement, err);
    if (has_table)
        table_end(&listing->table);
    statement_close(statement);
    return ok;
}

static void end_text(struct listing *listing, int64_t total) {
    struct output *output = &listing->session->output;
    struct buf *out = &output->text;
    if (total == 0) {
        buf_add_text(out, "No row is in quarantine.\n");
    } else if (total > listing->shown) {
        buf_add_char(out, '\n');
        output_add_count(out, total - listing->shown, "more row", "more rows");
        buf_add_text(out, "; all of them: goldleaf rejects --limit 0\n");
    }
}

static bool list(struct listing *listing, const char *only, struct err *err) {
    struct output *output = &listing->session->output;
    int64_t total = 0;
    bool ok = true;
    if (output->format == OUTPUT_JSON) {
        listing->json = json_writer_start(&output->text, JSON_PRETTY);
        json_open_object(&listing->json, NULL);
        json_open_array(&listing->json, "rejects");
    } else if (output->format == OUTPUT_CSV) {
        table_begin(&listing->table, output, CSV_COLUMNS, COUNT_OF(CSV_COLUMNS), 0);
    }
    for (size_t i = 0; ok && i < listing->sheet_count; i++) {
        if (only && strcmp(only, listing->sheets[i].name) != 0)
            continue;
        total += listing->sheets[i].rejected;
        ok = list_sheet(listing, &listing->sheets[i], err);
    }
    if (output->format == OUTPUT_CSV) {
        table_end(&listing->table);
    } else if (output->format == OUTPUT_TEXT) {
        end_text(listing, total);
    } else {
        json_close_array(&listing->json);
        json_close_object(&listing->json);
        buf_add_char(&output->text, '\n');
    }
    return ok && output_close(output, err);
}

static bool check_sheet(const struct listing *listing, const char *only, struct err *err) {
    if (!only)
        return true;
    struct arena *arena = listing->session->arena;
    const char **names = arena_array(arena, listing->sheet_count, sizeof *names);
    for (size_t i = 0; i < listing->sheet_count; i++) {
        names[i] = listing->sheets[i].name;
        if (strcmp(names[i], only) == 0)
            return true;
    }
    const char *nearest = nearest_word(only, names, listing->sheet_count);
    err_set(err, ERR_USAGE, "--sheet: there is no sheet \"%s\" in the warehouse", only);
    return nearest && err_hint(err, "did you mean %s?", nearest);
}

static int64_t limit_of(const struct session *session) {
    int64_t limit = session->options.limit;
    if (limit < 0 && session->output.format == OUTPUT_TEXT)
        return TEXT_ROWS;
    return limit > 0 ? limit : INT64_MAX;
}

bool cmd_rejects(struct session *session, struct err *err) {
    const struct model *model = NULL;
    struct listing listing = {.session = session};
    const char *only = session->options.text[OPTION_SHEET];
    bool ok = session_read_model(session, &model, err) &&
              session_open_warehouse(session, &listing.warehouse, err) &&
              sheets_read(listing.warehouse, model, session->arena, &listing.sheets,
                          &listing.sheet_count, err) &&
              check_sheet(&listing, only, err) && session_open_output(session, "text", err);
    if (ok) {
        listing.limit = limit_of(session);
        ok = list(&listing, only, err);
    }
    warehouse_close(listing.warehouse);
    model_close(model);
    return ok;
}
