/* `goldleaf export TABLE`: which table is meant, and what is read from it.
 *
 * CSV, or {"table", "snapshot_id", "rows": [{column: value}]}, or a table for people. */
#include "cli/export.h"

#include "base/nearest.h"
#include "cli/snapshots.h"
#include "stages/audit.h"

static void add_names(struct buf *sql, const struct field *fields, const size_t *indexes,
                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, fields[indexes ? indexes[i] : i].name);
    }
}

/* A silver or gold table: the model's columns in its order, by key. */
static bool export_typed(struct export *export, const struct field *fields, size_t field_count,
                         const size_t *key, size_t key_count, struct err *err) {
    struct arena *arena = export->session->arena;
    bool exists;
    if (!warehouse_has_table(export->warehouse, export->table, &exists, err))
        return false;
    if (!exists) {
        err_set(err, ERR_FAILED, "%s was never built", export->table);
        return err_hint(err, "`goldleaf all` builds silver and gold");
    }
    export->columns = arena_array(arena, field_count, sizeof *export->columns);
    export->column_count = export->header_count = field_count;
    for (size_t i = 0; i < field_count; i++)
        export->columns[i] = (struct export_column){fields[i].name, fields[i].name, &fields[i]};
    buf_add_text(&export->sql, "SELECT ");
    add_names(&export->sql, fields, NULL, field_count);
    buf_add_text(&export->sql, " FROM ");
    sql_add_name(&export->sql, export->table);
    buf_add_text(&export->sql, " ORDER BY ");
    add_names(&export->sql, fields, key, key_count);
    return true;
}

static bool export_audit(struct export *export, const char *order, struct err *err) {
    struct statement *statement = NULL;
    struct arena *arena = export->session->arena;
    buf_printf(&export->sql, "SELECT * FROM %s ORDER BY %s", export->table, order);
    bool ok = statement_prepare(export->warehouse, &statement, buf_text(&export->sql), err) &&
              statement_describe(statement, err);
    size_t count = ok ? statement_column_count(statement) : 0;
    export->columns = arena_array(arena, count, sizeof *export->columns);
    export->column_count = export->header_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_string(arena, span_from(statement_column_name(statement, i)));
        export->columns[i] = (struct export_column){name, name, NULL};
    }
    statement_close(statement);
    return ok;
}

/* ---- a bronze sheet as it was ---- */

static bool find_snapshot(struct export *export, struct err *err) {
    struct arena *arena = export->session->arena;
    int64_t wanted = export->session->options.snapshot;
    const char *loaded_at;
    export->snapshot = wanted;
    if (!wanted)
        return snapshots_read_last(export->warehouse, arena, &export->snapshot, err);
    return snapshots_find(export->warehouse, arena, wanted, &loaded_at, err) ||
           err_wrap(err, "--snapshot");
}

/* [{"header": as written or null, "column": bronze column}]. Columns without a header stand behind
 * those that have one. */
static bool read_header(struct export *export, struct span header, struct err *err) {
    struct arena *arena = export->session->arena;
    const struct json *document;
    if (!json_read(arena, header, &document, err))
        return err_wrap(err, "audit_headers: %s", export->table);
    export->columns = arena_array(arena, document->count, sizeof *export->columns);
    for (const struct json *item = document->first; item; item = item->next) {
        struct export_column *column = &export->columns[export->column_count];
        if (!json_get_string(item, "column", &column->name, err) ||
            !json_find_string(item, "header", &column->title, err))
            return err_wrap(err, "audit_headers: %s", export->table);
        export->column_count++;
        if (column->title)
            export->header_count = export->column_count;
    }
    return true;
}

static bool export_bronze(struct export *export, struct err *err) {
    struct arena *arena = export->session->arena;
    struct value header;
    if (!find_snapshot(export, err))
        return false;
    struct value parameters[] = {value_string(export->table), value_integer(export->snapshot)};
    if (!warehouse_value(export->warehouse, arena, sql_file("export/header"), parameters, 2,
                         &header, err))
        return false;
    if (header.kind != VALUE_TEXT)
        return err_set(err, ERR_FAILED, "%s: there was no such sheet at snapshot %lld",
                       export->table, (long long)export->snapshot);
    if (!read_header(export, value_span(header), err))
        return false;
    export->is_bronze = true;
    buf_add_text(&export->sql, "SELECT ");
    for (size_t i = 0; i < export->column_count; i++) {
        sql_add_name(&export->sql, export->columns[i].name);
        buf_add_text(&export->sql, ", ");
    }
    buf_add_text(&export->sql, "_position FROM ");
    sql_add_name(&export->sql, export->table);
    buf_add_text(&export->sql, " WHERE _snapshot_id <= $1 AND (_removed_snapshot_id IS NULL OR"
                               " _removed_snapshot_id > $1) ORDER BY _position");
    return true;
}

/* ---- which table ---- */

static bool unknown_table(const struct export *export, const struct model *model, struct err *err) {
    struct arena *arena = export->session->arena;
    size_t count = 0;
    const char **names = arena_array(
        arena, 2 * model->sheet_count + model->gold_count + AUDIT_TABLE_COUNT, sizeof *names);
    for (size_t i = 0; i < model->sheet_count; i++) {
        names[count++] = arena_printf(arena, "bronze_%s", model->sheets[i].name);
        names[count++] = arena_printf(arena, "silver_%s", model->sheets[i].name);
    }
    for (size_t i = 0; i < model->gold_count; i++)
        names[count++] = model->gold[i].name;
    for (size_t i = 0; i < AUDIT_TABLE_COUNT; i++)
        names[count++] = AUDIT_TABLES[i].name;
    const char *nearest = nearest_word(export->table, names, count);
    err_set(err, ERR_USAGE, "there is no table \"%s\"", export->table);
    if (nearest)
        return err_hint(err, "did you mean %s?", nearest);
    return err_hint(err, "tables are bronze_SHEET, silver_SHEET, gold_NAME and audit_...; "
                         "`goldleaf status` lists sheets and KPI tables");
}

/* A sheet of another model may be in bronze, too: its header is all that is needed. */
static bool find_bronze(struct export *export, bool *is_found, struct err *err) {
    struct value header;
    struct value parameters[] = {value_string(export->table), value_integer(INT64_MAX)};
    if (!warehouse_value(export->warehouse, export->session->arena, sql_file("export/header"),
                         parameters, 2, &header, err))
        return false;
    *is_found = header.kind == VALUE_TEXT;
    return true;
}

static bool find_table(struct export *export, const struct model *model, struct err *err) {
    const char *table = export->table;
    bool is_bronze = false;
    for (size_t i = 0; i < AUDIT_TABLE_COUNT; i++)
        if (strcmp(table, AUDIT_TABLES[i].name) == 0)
            return export_audit(export, AUDIT_TABLES[i].order, err);
    for (size_t i = 0; i < model->gold_count; i++) {
        const struct gold_model *gold = &model->gold[i];
        if (strcmp(table, gold->name) == 0)
            return export_typed(export, gold->fields, gold->field_count, gold->key, gold->key_count,
                                err);
    }
    if (strncmp(table, "silver_", 7) == 0) {
        int index = model_find_sheet(model, span_from(table + 7));
        const struct sheet_model *sheet = index < 0 ? NULL : &model->sheets[index];
        if (sheet)
            return export_typed(export, sheet->fields, sheet->field_count, sheet->key,
                                sheet->key_count, err);
    }
    if (strncmp(table, "bronze_", 7) == 0) {
        is_bronze = model_find_sheet(model, span_from(table + 7)) >= 0;
        if (!is_bronze && !find_bronze(export, &is_bronze, err))
            return false;
    }
    return is_bronze ? export_bronze(export, err) : unknown_table(export, model, err);
}

/* A silver or gold table is as it is now. */
static bool check_snapshot(const struct export *export, struct err *err) {
    if (export->is_bronze || export->session->options.origin[OPTION_SNAPSHOT] != FROM_COMMAND_LINE)
        return true;
    err_set(err, ERR_USAGE, "--snapshot: only bronze tables are kept for every snapshot");
    return err_hint(err, "leave it out, or name a bronze table");
}

bool cmd_export(struct session *session, struct err *err) {
    const struct model *model = NULL;
    struct export export = {.session = session, .table = session->operands[0]};
    bool ok = session_read_model(session, &model, err) &&
              session_open_warehouse(session, &export.warehouse, err) &&
              find_table(&export, model, err) && check_snapshot(&export, err) &&
              session_open_output(session, "csv", err) && export_print(&export, err);
    warehouse_close(export.warehouse);
    model_close(model);
    buf_free(&export.sql);
    return ok;
}
