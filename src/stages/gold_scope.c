#include "stages/gold_scope.h"

static int scope_field(const struct sheet_model *sheet, const struct gold_model *gold) {
    return gold->scope ? sheet_model_find_field(sheet, span_from(gold->scope)) : -1;
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

/* What a sheet's delta means for the table. */
static void judge_sheet(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                        enum gold_extent *extent) {
    const struct silver_delta *delta = &build->deltas[sheet];
    const struct sheet_model *model = &build->model->sheets[sheet];
    const struct sheet_model *bridge;
    if ((!delta->is_bulk && delta->count == 0) || !gold_reads(gold, model))
        return;
    bool reaches_scope =
        gold->scope && (scope_field(model, gold) >= 0 || find_bridge(build, gold, sheet, &bridge));
    if (delta->is_bulk || !reaches_scope)
        *extent = GOLD_WHOLE;
    else if (*extent == GOLD_NOTHING)
        *extent = GOLD_SCOPE;
}

/* NULL is in no list, so a scope that can be empty does not narrow. */
static bool has_nullable_scope(const struct gold_build *build, const struct gold_model *gold) {
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        const struct sheet_model *sheet = &build->model->sheets[i];
        int field = scope_field(sheet, gold);
        if (field >= 0 && gold_reads(gold, sheet) && !sheet->fields[field].required)
            return true;
    }
    return false;
}

static bool create_scope(const struct gold_build *build, const struct gold_model *gold,
                         struct err *err) {
    struct buf sql = {0};
    enum field_type type = FIELD_STRING;
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        int field = scope_field(&build->model->sheets[i], gold);
        if (field >= 0)
            type = build->model->sheets[i].fields[field].type;
    }
    buf_printf(&sql, "CREATE TEMP TABLE goldleaf_scope (value %s NOT NULL PRIMARY KEY)",
               warehouse_type(build->warehouse, type));
    return gold_run(build->warehouse, &sql, NULL, err);
}

/* The statement that adds what one row of a sheet touches: its own value of the scope, or those of
 * the rows that refer to it. `fields` are its parameters. */
static bool prepare_add(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                        struct statement **add, const size_t **fields, size_t *field_count,
                        int *own_field, struct err *err) {
    const struct sheet_model *bridge;
    struct buf sql = {0};
    *own_field = scope_field(&build->model->sheets[sheet], gold);
    buf_add_text(&sql, "INSERT INTO goldleaf_scope ");
    if (*own_field >= 0) {
        buf_add_text(&sql, "VALUES ($1)");
        *field_count = 1;
    } else {
        const struct reference *reference = find_bridge(build, gold, sheet, &bridge);
        buf_add_text(&sql, "SELECT DISTINCT ");
        sql_add_name(&sql, gold->scope);
        buf_printf(&sql, " FROM \"silver_%s\"", bridge->name);
        for (size_t i = 0; i < reference->field_count; i++) {
            buf_add_text(&sql, i ? " AND " : " WHERE ");
            sql_add_name(&sql, bridge->fields[reference->fields[i]].name);
            buf_printf(&sql, " = $%zu", i + 1);
        }
        *fields = reference->parent_fields;
        *field_count = reference->field_count;
    }
    buf_add_text(&sql, " ON CONFLICT DO NOTHING");
    bool ok = statement_prepare(build->warehouse, add, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

static bool add_sheet(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                      struct err *err) {
    const struct silver_delta *delta = &build->deltas[sheet];
    struct statement *add = NULL;
    struct arena scratch = {0};
    const size_t *fields = NULL;
    size_t field_count;
    int own_field;
    if (delta->count == 0 || !gold_reads(gold, &build->model->sheets[sheet]))
        return true;
    bool ok = prepare_add(build, gold, sheet, &add, &fields, &field_count, &own_field, err);
    struct value *parts = ok ? arena_array(&scratch, field_count, sizeof *parts) : NULL;
    for (size_t i = 0; ok && i < delta->count * 2; i++) {
        const struct silver_row_change *change = &delta->rows[i / 2];
        const struct value *row = i % 2 ? change->after : change->before;
        for (size_t f = 0; row && f < field_count; f++)
            parts[f] = row[fields ? fields[f] : (size_t)own_field];
        ok = !row || statement_run(add, parts, field_count, err);
    }
    statement_close(add);
    arena_free(&scratch);
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

/* Beyond half of a table's groups, one pass over everything is cheaper. */
static bool is_most(const struct gold_build *build, const struct gold_model *gold, bool *result,
                    struct err *err) {
    struct arena scratch = {0};
    struct value touched = value_null(), rows = value_null();
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT COUNT(DISTINCT ");
    sql_add_name(&sql, gold->scope);
    buf_add_text(&sql, ") FROM ");
    sql_add_name(&sql, gold->name);
    bool ok = warehouse_value(build->warehouse, &scratch, buf_text(&sql), NULL, 0, &rows, err) &&
              warehouse_value(build->warehouse, &scratch, "SELECT COUNT(*) FROM goldleaf_scope",
                              NULL, 0, &touched, err);
    *result = ok && touched.integer * 2 > rows.integer;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

bool gold_scope_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err) {
    bool takes_most;
    *extent = build->is_whole ? GOLD_WHOLE : GOLD_NOTHING;
    for (size_t i = 0; i < build->model->sheet_count; i++)
        judge_sheet(build, gold, i, extent);
    if (*extent == GOLD_SCOPE && has_nullable_scope(build, gold))
        *extent = GOLD_WHOLE;
    if (*extent != GOLD_SCOPE)
        return true;
    bool ok = create_scope(build, gold, err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++)
        ok = add_sheet(build, gold, i, err);
    if (!ok || !is_most(build, gold, &takes_most, err))
        return false;
    if (!takes_most)
        return for_each_view(build, gold, true, err);
    *extent = GOLD_WHOLE;
    return warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
}

bool gold_scope_close(const struct gold_build *build, const struct gold_model *gold,
                      struct err *err) {
    return for_each_view(build, gold, false, err) &&
           warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
}
