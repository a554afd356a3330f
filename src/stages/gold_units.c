/* Gold tables that are plain sums over a unit, such as a ticket: what the touched units were worth
 * is taken off, what they are worth now is put on.
 *
 * The same SELECT computes both. TEMP tables of the silver tables' names hold the touched units
 * alone: first as they are now, then taken back to what they were by the rows of the deltas. Sums
 * are exact, since money is added in hundredths. */
#include "stages/gold_units.h"

#include "stages/schema.h"
#include "stages/silver_rows.h"

static bool has_unit(const struct sheet_model *sheet, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->unit_count; i++)
        if (sheet_model_find_field(sheet, span_from(gold->unit[i])) < 0)
            return false;
    return true;
}

static void add_unit_names(struct buf *sql, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->unit_count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, gold->unit[i]);
    }
}

/* The sheets that the SELECT reads and that have the unit: those that are narrowed. */
static bool is_narrowed(const struct gold_build *build, const struct gold_model *gold,
                        size_t sheet) {
    const struct sheet_model *model = &build->model->sheets[sheet];
    return gold_reads(gold, model) && has_unit(model, gold);
}

/* NULL is in no list, so a unit that can be empty does not narrow. */
static bool has_nullable_unit(const struct sheet_model *sheet, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->unit_count; i++)
        if (!sheet->fields[sheet_model_find_field(sheet, span_from(gold->unit[i]))].required)
            return true;
    return false;
}

/* A change in a sheet without the unit can move any of them. */
static void judge_sheet(const struct gold_build *build, const struct gold_model *gold, size_t sheet,
                        enum gold_extent *extent, size_t *touched) {
    const struct silver_delta *delta = &build->deltas[sheet];
    if (!gold_reads(gold, &build->model->sheets[sheet]))
        return;
    bool is_changed = delta->is_bulk || delta->count > 0;
    bool narrows = is_narrowed(build, gold, sheet);
    if (is_changed && (delta->is_bulk || !narrows))
        *extent = GOLD_WHOLE;
    else if (is_changed && *extent == GOLD_NOTHING)
        *extent = GOLD_UNITS;
    *touched += delta->count;
}

/* Beyond an eighth of the units, one pass over everything is cheaper. */
static bool is_most(const struct gold_build *build, const struct gold_model *gold, size_t touched) {
    bool is_larger = false;
    for (size_t i = 0; i < build->model->sheet_count; i++)
        is_larger |=
            is_narrowed(build, gold, i) && build->deltas[i].row_count >= (int64_t)touched * 8;
    return !is_larger;
}

/* The units of a sheet's delta, as they were and as they are. */
static bool list_units(const struct gold_build *build, const struct gold_model *gold, size_t index,
                       struct err *err) {
    struct arena scratch = {0};
    const struct sheet_model *sheet = &build->model->sheets[index];
    struct shortlist_column *columns = arena_array(&scratch, gold->unit_count, sizeof *columns);
    for (size_t i = 0; i < gold->unit_count; i++) {
        size_t field = (size_t)sheet_model_find_field(sheet, span_from(gold->unit[i]));
        columns[i] = (struct shortlist_column){field, sheet->fields[field].type};
    }
    bool ok = shortlist_rows(build->warehouse, "goldleaf_units", columns, gold->unit_count,
                             silver_delta_rows(&build->deltas[index]), err);
    arena_free(&scratch);
    return ok;
}

static bool create_scope(const struct gold_build *build, const struct gold_model *gold,
                         const struct sheet_model *sheet, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TEMP TABLE goldleaf_scope (");
    for (size_t i = 0; i < gold->unit_count; i++) {
        int field = sheet_model_find_field(sheet, span_from(gold->unit[i]));
        sql_add_name(&sql, gold->unit[i]);
        buf_printf(&sql, " %s, ", warehouse_type(build->warehouse, sheet->fields[field].type));
    }
    buf_add_text(&sql, "PRIMARY KEY (");
    add_unit_names(&sql, gold);
    buf_add_text(&sql, "))");
    return gold_run(build->warehouse, &sql, NULL, err);
}

static bool fill_scope(const struct gold_build *build, const struct gold_model *gold,
                       struct err *err) {
    bool ok = true;
    for (size_t s = 0; ok && s < build->model->sheet_count; s++)
        if (is_narrowed(build, gold, s) && build->deltas[s].count)
            ok = list_units(build, gold, s, err) &&
                 warehouse_exec(build->warehouse,
                                "INSERT INTO goldleaf_scope SELECT DISTINCT * FROM goldleaf_units"
                                " WHERE 1 = 1 ON CONFLICT DO NOTHING",
                                err);
    return ok;
}

static bool fill_shadow(const struct gold_build *build, const struct gold_model *gold,
                        const struct sheet_model *sheet, struct err *err) {
    struct buf sql = {0};
    /* By name: a column that a later model added stands last in the table. */
    buf_printf(&sql, "INSERT INTO \"silver_%s\" (", sheet->name);
    schema_add_columns(&sql, sheet);
    buf_add_text(&sql, ") SELECT ");
    schema_add_columns(&sql, sheet);
    buf_printf(&sql, " FROM %s.\"silver_%s\" WHERE (", warehouse_schema(build->warehouse),
               sheet->name);
    add_unit_names(&sql, gold);
    buf_add_text(&sql, ") IN (SELECT ");
    add_unit_names(&sql, gold);
    buf_add_text(&sql, " FROM goldleaf_scope)");
    return schema_shadow_silver(build->warehouse, sheet, err) &&
           gold_run(build->warehouse, &sql, NULL, err);
}

bool gold_units_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err) {
    size_t touched = 0;
    bool takes_most = false;
    const struct sheet_model *sheet = NULL;
    *extent = build->is_whole ? GOLD_WHOLE : GOLD_NOTHING;
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        judge_sheet(build, gold, i, extent, &touched);
        if (!is_narrowed(build, gold, i))
            continue;
        sheet = &build->model->sheets[i];
        takes_most |= has_nullable_unit(sheet, gold);
    }
    if (*extent == GOLD_UNITS && (takes_most || is_most(build, gold, touched)))
        *extent = GOLD_WHOLE;
    if (*extent != GOLD_UNITS)
        return true;
    bool ok = create_scope(build, gold, sheet, err) && fill_scope(build, gold, err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++)
        if (is_narrowed(build, gold, i))
            ok = fill_shadow(build, gold, &build->model->sheets[i], err);
    return ok;
}

/* Takes one shadow back to what its rows were before the run. `_row_id` is in no KPI. */
static bool rewind_shadow(const struct gold_build *build, size_t index, struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[index];
    const struct silver_delta *delta = &build->deltas[index];
    return silver_remove_rows(build->warehouse, sheet, silver_delta_after(delta), err) &&
           silver_insert_rows(build->warehouse, sheet, silver_delta_before(delta), NULL, err);
}

/* "stored + now - before" of a column, an absent row counting as 0. */
static void add_sum(struct buf *sql, const struct field *field) {
    const char *const tables[] = {"g", "n", "b"};
    bool is_money = field->type != FIELD_INTEGER;
    buf_add_text(sql, is_money ? "(" : "");
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_add_text(sql, i == 0 ? "" : i == 1 ? " + " : " - ");
        buf_printf(sql,
                   is_money ? "CAST(ROUND(COALESCE(%s.\"%s\", 0) * 100) AS BIGINT)"
                            : "COALESCE(%s.\"%s\", 0)",
                   tables[i], field->name);
    }
    buf_add_text(sql, is_money ? ") / 100.0" : "");
}

static bool is_key(const struct gold_model *gold, size_t field) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (gold->key[i] == field)
            return true;
    return false;
}

/* Adds up into goldleaf_new. */
static bool add_up(const struct gold_build *build, const struct gold_model *gold, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TEMP TABLE goldleaf_new AS SELECT ");
    for (size_t i = 0; i < gold->field_count; i++) {
        buf_add_text(&sql, i ? ", " : "");
        if (is_key(gold, i))
            buf_printf(&sql, "k.\"%s\"", gold->fields[i].name);
        else
            add_sum(&sql, &gold->fields[i]);
        buf_printf(&sql, " AS \"%s\"", gold->fields[i].name);
    }
    buf_add_text(&sql, " FROM (SELECT ");
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_text(&sql, " FROM goldleaf_now UNION SELECT ");
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_text(&sql, " FROM goldleaf_before) k");
    const char *const joins[][2] = {
        {gold->name, "g"}, {"goldleaf_now", "n"}, {"goldleaf_before", "b"}};
    for (size_t j = 0; j < COUNT_OF(joins); j++) {
        buf_printf(&sql, " LEFT JOIN \"%s\" %s ON ", joins[j][0], joins[j][1]);
        for (size_t i = 0; i < gold->key_count; i++)
            buf_printf(&sql, "%s%s.\"%s\" = k.\"%s\"", i ? " AND " : "", joins[j][1],
                       gold->fields[gold->key[i]].name, gold->fields[gold->key[i]].name);
    }
    return gold_run(build->warehouse, &sql, NULL, err);
}

/* A row whose sums are all 0 may be one that no unit is behind any more. */
static bool has_doubt(const struct gold_build *build, const struct gold_model *gold, bool *doubt,
                      struct err *err) {
    struct arena scratch = {0};
    struct value count;
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT COUNT(*) FROM goldleaf_new WHERE 1 = 1");
    for (size_t i = 0; i < gold->field_count; i++)
        if (!is_key(gold, i))
            buf_printf(&sql, " AND \"%s\" = 0", gold->fields[i].name);
    bool ok = warehouse_value(build->warehouse, &scratch, buf_text(&sql), NULL, 0, &count, err);
    *doubt = ok && count.integer > 0;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

static bool drop_shadows(const struct gold_build *build, const struct gold_model *gold,
                         struct err *err) {
    bool ok = warehouse_exec(build->warehouse,
                             "DROP TABLE goldleaf_now; DROP TABLE goldleaf_before;"
                             "DROP TABLE goldleaf_scope",
                             err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++) {
        struct buf sql = {0};
        if (!is_narrowed(build, gold, i))
            continue;
        buf_printf(&sql, "DROP TABLE \"silver_%s\"", build->model->sheets[i].name);
        ok = gold_run(build->warehouse, &sql, NULL, err);
    }
    return ok;
}

bool gold_units_compute(const struct gold_build *build, const struct gold_model *gold,
                        bool *is_certain, struct err *err) {
    bool doubt = false;
    bool ok = gold_compute(build, gold, "goldleaf_now", err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++)
        if (is_narrowed(build, gold, i))
            ok = rewind_shadow(build, i, err);
    ok = ok && gold_compute(build, gold, "goldleaf_before", err) && add_up(build, gold, err) &&
         has_doubt(build, gold, &doubt, err) && drop_shadows(build, gold, err);
    if (ok && doubt)
        ok = warehouse_exec(build->warehouse, "DROP TABLE goldleaf_new", err);
    *is_certain = !doubt;
    return ok;
}
