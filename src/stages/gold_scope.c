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
        if (scope_field(*bridge, gold) < 0 || !gold_reads(gold->sql, *bridge))
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
    if ((!delta->is_bulk && delta->count == 0) || !gold_reads(gold->sql, model))
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
        if (field >= 0 && gold_reads(gold->sql, sheet) && !sheet->fields[field].required)
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

/* What rows of a sheet touch: their own values of the scope. */
static bool add_own(const struct gold_build *build, size_t sheet, size_t field, struct err *err) {
    struct shortlist_column column = {field, build->model->sheets[sheet].fields[field].type};
    return shortlist_rows(build->warehouse, "goldleaf_touched", &column, 1,
                          silver_delta_rows(&build->deltas[sheet]), err) &&
           warehouse_exec(build->warehouse,
                          "INSERT INTO goldleaf_scope SELECT DISTINCT p0 FROM goldleaf_touched"
                          " WHERE 1 = 1 ON CONFLICT DO NOTHING",
                          err);
}

/* Or those of the rows that refer to them. */
static bool add_bridged(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                        struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    const struct sheet_model *bridge, *parent = &build->model->sheets[sheet];
    const struct reference *reference = find_bridge(build, gold, sheet, &bridge);
    struct shortlist_column *columns =
        arena_array(&scratch, reference->field_count, sizeof *columns);
    buf_add_text(&sql, "INSERT INTO goldleaf_scope SELECT DISTINCT b.");
    sql_add_name(&sql, gold->scope);
    buf_printf(&sql, " FROM goldleaf_touched t JOIN \"silver_%s\" b ON ", bridge->name);
    for (size_t i = 0; i < reference->field_count; i++) {
        size_t field = reference->parent_fields[i];
        columns[i] = (struct shortlist_column){field, parent->fields[field].type};
        buf_add_text(&sql, i ? " AND b." : "b.");
        sql_add_name(&sql, bridge->fields[reference->fields[i]].name);
        buf_printf(&sql, " = t.p%zu", i);
    }
    buf_add_text(&sql, " WHERE 1 = 1 ON CONFLICT DO NOTHING");
    bool ok = shortlist_rows(build->warehouse, "goldleaf_touched", columns, reference->field_count,
                             silver_delta_rows(&build->deltas[sheet]), err) &&
              warehouse_exec(build->warehouse, buf_text(&sql), err);
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

static bool add_sheet(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                      struct err *err) {
    const struct sheet_model *model = &build->model->sheets[sheet];
    int own_field = scope_field(model, gold);
    if (build->deltas[sheet].count == 0 || !gold_reads(gold->sql, model))
        return true;
    return own_field >= 0 ? add_own(build, sheet, (size_t)own_field, err)
                          : add_bridged(build, gold, sheet, err);
}

static bool for_each_view(const struct gold_build *build, const struct gold_model *gold, bool make,
                          struct err *err) {
    bool ok = true;
    for (size_t i = 0; ok && i < build->model->sheet_count; i++) {
        const struct sheet_model *sheet = &build->model->sheets[i];
        if (scope_field(sheet, gold) < 0 || !gold_reads(gold->sql, sheet))
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

static bool count_scope(const struct gold_build *build, int64_t *count, struct err *err) {
    struct arena scratch = {0};
    struct value value = value_null();
    bool ok = warehouse_value(build->warehouse, &scratch, "SELECT COUNT(*) FROM goldleaf_scope",
                              NULL, 0, &value, err);
    *count = value.integer;
    arena_free(&scratch);
    return ok;
}

/* Beyond half of a table's groups, one pass over everything is cheaper. */
static bool is_most(const struct gold_build *build, const struct gold_model *gold, int64_t touched,
                    bool *result, struct err *err) {
    struct arena scratch = {0};
    struct value groups = value_null();
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT COUNT(*) FROM (SELECT DISTINCT ");
    sql_add_name(&sql, gold->scope);
    buf_add_text(&sql, " FROM ");
    sql_add_name(&sql, gold->name);
    buf_printf(&sql, " LIMIT %lld) AS groups", (long long)touched * 2);
    bool ok = warehouse_value(build->warehouse, &scratch, buf_text(&sql), NULL, 0, &groups, err);
    *result = ok && groups.integer < touched * 2;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

bool gold_scope_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err) {
    int64_t touched;
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
    if (!ok || !count_scope(build, &touched, err) ||
        !is_most(build, gold, touched, &takes_most, err))
        return false;
    /* Narrowed sheets are joined with each other: a planner that guesses how many groups there are
     * guesses twice. */
    if (!takes_most)
        return warehouse_analyze(build->warehouse, "goldleaf_scope", (size_t)touched, err) &&
               for_each_view(build, gold, true, err);
    *extent = GOLD_WHOLE;
    return warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
}

bool gold_scope_close(const struct gold_build *build, const struct gold_model *gold,
                      struct err *err) {
    return for_each_view(build, gold, false, err) &&
           warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
}
