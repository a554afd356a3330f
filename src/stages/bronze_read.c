/* Reading bronze back: the current sheet, and what changed in it since a snapshot. */
#include "source/csv.h"
#include "stages/bronze_state.h"
#include "json/json.h"

struct id_list {
    int64_t *ids;
    size_t count, capacity;
};

static void id_list_add(struct id_list *list, int64_t id) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 256;
        list->ids = memory_resize(list->ids, list->capacity, sizeof *list->ids);
    }
    list->ids[list->count++] = id;
}

/* Sorts the versions that began or ended after `since` into those that silver has to take in and
 * those it has to take out. One that began and ended in between is neither. */
static bool read_versions_since(struct warehouse *warehouse, const struct sheet_model *model,
                                int64_t since, struct id_list *added, struct id_list *ended,
                                struct err *err) {
    struct statement *statement = NULL;
    struct buf sql = {0};
    struct value parameter = value_integer(since);
    bool has_row = true;
    buf_printf(&sql,
               "SELECT _row_id, _snapshot_id, _removed_snapshot_id FROM \"bronze_%s\""
               " WHERE _snapshot_id > $1 OR _removed_snapshot_id > $1 ORDER BY _row_id",
               model->name);
    bool ok = statement_prepare(warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, &parameter, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        bool is_new = statement_value(statement, 1).integer > since;
        bool is_over = statement_value(statement, 2).kind != VALUE_NULL;
        if (is_new != is_over)
            id_list_add(is_new ? added : ended, statement_value(statement, 0).integer);
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

static bool is_header_newer(struct warehouse *warehouse, const struct sheet_model *model,
                            int64_t since, bool *is_newer, struct err *err) {
    struct arena scratch = {0};
    struct value count;
    struct value parameters[] = {value_string(arena_printf(&scratch, "bronze_%s", model->name)),
                                 value_integer(since)};
    bool ok = warehouse_value(warehouse, &scratch, sql_file("bronze/headers_since"), parameters, 2,
                              &count, err);
    *is_newer = ok && count.integer > 0;
    arena_free(&scratch);
    return ok;
}

bool bronze_changes_since(struct warehouse *warehouse, const struct sheet_model *model,
                          int64_t since, struct sheet_change *change, struct err *err) {
    struct bronze_state state;
    struct id_list added = {0}, ended = {0};
    *change = (struct sheet_change){0};
    if (!bronze_read_state(warehouse, model, NULL, NULL, &state, err))
        return false;
    bool ok = read_versions_since(warehouse, model, since, &added, &ended, err) &&
              is_header_newer(warehouse, model, since, &change->is_new_header, err);
    change->row_ids = state.row_ids;
    change->row_count = state.count;
    state.row_ids = NULL;
    bronze_state_free(&state);
    change->added = added.ids;
    change->added_count = added.count;
    change->ended = ended.ids;
    change->ended_count = ended.count;
    return ok;
}

/* The recorded header, turned into the first line of a CSV and the columns behind it. */
struct stored_header {
    size_t column_count;
    const char **columns;
    struct buf *csv;
};

static bool parse_header(struct arena *arena, const char *header_json, struct stored_header *out,
                         struct err *err) {
    const struct json *document;
    if (!json_read(arena, span_from(header_json), &document, err))
        return err_wrap(err, "audit_headers");
    out->columns = arena_array(arena, document->count + 1, sizeof *out->columns);
    for (const struct json *item = document->first; item; item = item->next) {
        const struct json *text = json_find(item, "header");
        if (!json_get_string(item, "column", &out->columns[out->column_count], err))
            return err_wrap(err, "audit_headers");
        if (text && text->kind == JSON_STRING) {
            if (out->column_count)
                buf_add_char(out->csv, ',');
            csv_add_cell(out->csv, text->text);
        }
        out->column_count++;
    }
    buf_add_char(out->csv, '\n');
    return true;
}

bool bronze_read_columns(struct warehouse *warehouse, const struct sheet_model *model,
                         struct arena *arena, const char ***names, size_t *count, struct err *err) {
    struct buf csv = {0};
    struct stored_header header = {.csv = &csv};
    const char *header_json;
    bool ok = bronze_read_header(warehouse, model, arena, &header_json, err) &&
              (!header_json || parse_header(arena, header_json, &header, err));
    buf_free(&csv);
    *names = header.columns;
    *count = header.column_count;
    return ok;
}

/* Which versions: those that are current now, or with `snapshot` those that were then. */
static const char WHERE_CURRENT[] = "_removed_snapshot_id IS NULL";
static const char WHERE_SNAPSHOT[] = "_snapshot_id <= $1 AND (_removed_snapshot_id IS NULL OR"
                                     " _removed_snapshot_id > $1)";

static bool read_rows(struct warehouse *warehouse, const struct sheet_model *model,
                      const struct stored_header *header, int64_t snapshot, struct err *err) {
    struct statement *statement = NULL;
    struct buf sql = {0};
    struct value parameter = value_integer(snapshot);
    bool has_row = true;
    buf_add_text(&sql, "SELECT ");
    for (size_t i = 0; i < header->column_count; i++) {
        sql_add_name(&sql, header->columns[i]);
        buf_add_text(&sql, ", ");
    }
    buf_printf(&sql, "_position FROM \"bronze_%s\" WHERE %s ORDER BY _position", model->name,
               snapshot ? WHERE_SNAPSHOT : WHERE_CURRENT);
    bool ok = statement_prepare(warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, &parameter, snapshot ? 1 : 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        for (size_t i = 0; i < header->column_count; i++) {
            if (i)
                buf_add_char(header->csv, ',');
            csv_add_cell(header->csv, value_span(statement_value(statement, i)));
        }
        buf_add_char(header->csv, '\n');
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

bool bronze_read_current(struct warehouse *warehouse, const struct sheet_model *model,
                         bool with_rows, struct pull *pull, struct err *err) {
    struct arena scratch = {0};
    struct buf csv = {0};
    struct stored_header header = {.csv = &csv};
    struct sheet sheet = {0};
    const char *header_json;
    bool ok = bronze_read_header(warehouse, model, &scratch, &header_json, err) &&
              (!header_json || parse_header(&scratch, header_json, &header, err)) &&
              (!header_json || !with_rows || read_rows(warehouse, model, &header, 0, err));
    if (ok)
        ok = csv_parse(model->name, (struct span){csv.data, csv.size}, &sheet, err);
    else
        buf_free(&csv);
    if (ok) {
        if (sheet.width < header.column_count)
            sheet.width = header.column_count; /* the columns that only rows have */
        pull_from_sheet(pull, model, sheet);
    }
    arena_free(&scratch);
    return ok;
}

static void add_model_header(const struct sheet_model *model, struct buf *csv) {
    for (size_t i = 0; i < model->field_count; i++)
        buf_printf(csv, "%s%s", i ? "," : "", model->fields[i].name);
    buf_add_char(csv, '\n');
}

bool bronze_read_snapshot(struct warehouse *warehouse, const struct sheet_model *model,
                          int64_t snapshot, struct buf *csv, struct err *err) {
    struct arena scratch = {0};
    struct stored_header header = {.csv = csv};
    struct value json;
    struct value parameters[] = {value_string(arena_printf(&scratch, "bronze_%s", model->name)),
                                 value_integer(snapshot)};
    bool ok =
        warehouse_value(warehouse, &scratch, sql_file("export/header"), parameters, 2, &json, err);
    if (ok && json.kind != VALUE_TEXT)
        add_model_header(model, csv);
    else if (ok)
        ok = parse_header(&scratch, arena_string(&scratch, value_span(json)), &header, err) &&
             read_rows(warehouse, model, &header, snapshot, err);
    arena_free(&scratch);
    return ok;
}
