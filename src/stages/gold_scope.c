#include "stages/gold_scope.h"

#include "stages/schema.h"
#include "stages/silver_parts.h"

static int scope_field(const struct sheet_model *sheet, const struct gold_model *gold) {
    return gold->scope ? sheet_model_find_field(sheet, span_from(gold->scope)) : -1;
}

static void add_value(struct key_set *values, const struct value *row, int field) {
    if (row && row[field].kind == VALUE_TEXT)
        key_set_add(values, value_span(row[field]));
}

/* Rows of a sheet without the scope's column reach the scope through a sheet that has it and
 * refers to them, as venues do through events. */
static const struct reference *find_bridge(const struct gold_build *build,
                                           const struct gold_model *gold, size_t parent,
                                           const struct sheet_model **bridge) {
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        *bridge = &build->model->sheets[i];
        if (scope_field(*bridge, gold) < 0 || !gold_reads(gold, *bridge))
            continue;
        for (size_t r = 0; r < (*bridge)->reference_count; r++)
            if ((*bridge)->references[r].parent == parent)
                return &(*bridge)->references[r];
    }
    return NULL;
}

static bool add_bridged(const struct gold_build *build, const struct gold_model *gold,
                        const struct sheet_model *bridge, const struct reference *reference,
                        const struct value *row, struct key_set *values, struct err *err) {
    if (!row)
        return true;
    struct statement *statement = NULL;
    struct arena scratch = {0};
    struct buf sql = {0};
    bool has_row = true;
    struct value *parts = arena_array(&scratch, reference->field_count, sizeof *parts);
    buf_add_text(&sql, "SELECT DISTINCT ");
    sql_add_name(&sql, gold->scope);
    buf_printf(&sql, " FROM \"silver_%s\"", bridge->name);
    for (size_t i = 0; i < reference->field_count; i++) {
        buf_add_text(&sql, i ? " AND " : " WHERE ");
        sql_add_name(&sql, bridge->fields[reference->fields[i]].name);
        buf_printf(&sql, " = $%zu", i + 1);
        parts[i] = row[reference->parent_fields[i]];
    }
    bool ok = statement_prepare(build->warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, parts, reference->field_count, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        key_set_add(values, value_span(statement_value(statement, 0)));
    statement_close(statement);
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

/* Collects the scope values that a sheet's delta touches. */
static bool collect_sheet(const struct gold_build *build, const struct gold_model *gold,
                          size_t sheet, struct key_set *values, enum gold_extent *extent,
                          struct err *err) {
    const struct silver_delta *delta = &build->deltas[sheet];
    const struct sheet_model *model = &build->model->sheets[sheet];
    if ((!delta->is_bulk && delta->count == 0) || !gold_reads(gold, model))
        return true;
    int field = scope_field(model, gold);
    const struct sheet_model *bridge = NULL;
    const struct reference *reference =
        field < 0 && gold->scope ? find_bridge(build, gold, sheet, &bridge) : NULL;
    if (delta->is_bulk || (field < 0 && !reference)) {
        *extent = GOLD_WHOLE;
        return true;
    }
    *extent = GOLD_SCOPE;
    for (size_t i = 0; i < delta->count; i++) {
        const struct silver_row_change *row = &delta->rows[i];
        if (field >= 0) {
            add_value(values, row->before, field);
            add_value(values, row->after, field);
        } else if (!add_bridged(build, gold, bridge, reference, row->before, values, err) ||
                   !add_bridged(build, gold, bridge, reference, row->after, values, err)) {
            return false;
        }
    }
    return true;
}

static bool fill_scope(const struct gold_build *build, const struct key_set *values,
                       struct err *err) {
    struct statement *statement = NULL;
    bool ok =
        warehouse_exec(build->warehouse,
                       "CREATE TEMP TABLE goldleaf_scope (value TEXT NOT NULL PRIMARY KEY)", err) &&
        statement_prepare(build->warehouse, &statement, "INSERT INTO goldleaf_scope VALUES ($1)",
                          err);
    for (size_t i = 0; ok && i < values->count; i++) {
        struct value value = value_text(values->keys[i]);
        ok = statement_run(statement, &value, 1, err);
    }
    statement_close(statement);
    return ok;
}

static bool for_each_view(const struct gold_build *build, const struct gold_model *gold, bool make,
                          struct err *err) {
    bool ok = true;
    for (size_t i = 0; ok && i < build->model->sheet_count; i++) {
        const struct sheet_model *sheet = &build->model->sheets[i];
        if (scope_field(sheet, gold) < 0 || !gold_reads(gold, sheet))
            continue;
        struct buf sql = {0};
        if (make) {
            buf_printf(&sql,
                       "CREATE TEMP VIEW \"silver_%s\" AS SELECT * FROM %s.\"silver_%s\" WHERE ",
                       sheet->name, warehouse_schema(build->warehouse), sheet->name);
            sql_add_name(&sql, gold->scope);
            buf_add_text(&sql, " IN (SELECT value FROM goldleaf_scope)");
        } else {
            buf_printf(&sql, "DROP VIEW \"silver_%s\"", sheet->name);
        }
        ok = warehouse_exec(build->warehouse, buf_text(&sql), err);
        buf_free(&sql);
    }
    return ok;
}

/* Beyond this share of a table's groups, one pass over everything is cheaper. */
static bool is_most(const struct gold_build *build, const struct gold_model *gold, size_t touched,
                    bool *is_most, struct err *err) {
    struct arena scratch = {0};
    struct value rows;
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT COUNT(DISTINCT ");
    sql_add_name(&sql, gold->scope);
    buf_add_text(&sql, ") FROM ");
    sql_add_name(&sql, gold->name);
    bool ok = warehouse_value(build->warehouse, &scratch, buf_text(&sql), NULL, 0, &rows, err);
    *is_most = ok && (int64_t)touched * 2 > rows.integer;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

bool gold_scope_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err) {
    struct key_set values = {0};
    bool ok = true;
    *extent = build->is_whole ? GOLD_WHOLE : GOLD_NOTHING;
    for (size_t i = 0; ok && *extent != GOLD_WHOLE && i < build->model->sheet_count; i++)
        ok = collect_sheet(build, gold, i, &values, extent, err);
    bool takes_most = false;
    if (ok && *extent == GOLD_SCOPE)
        ok = is_most(build, gold, values.count, &takes_most, err);
    if (takes_most)
        *extent = GOLD_WHOLE;
    if (ok && *extent == GOLD_SCOPE)
        ok = fill_scope(build, &values, err) && for_each_view(build, gold, true, err);
    key_set_free(&values);
    return ok;
}

bool gold_scope_close(const struct gold_build *build, const struct gold_model *gold,
                      struct err *err) {
    return for_each_view(build, gold, false, err) &&
           warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
}
