/* The same SELECT computes what the touched units are worth now and what they were worth. TEMP
 * tables of the silver tables' names hold these units alone: first as they are, then taken back to
 * what they were by the rows of the deltas. */
#include "stages/gold_units.h"

#include "stages/schema.h"
#include "stages/silver_rows.h"

static void add_unit_names(struct buf *sql, const struct gold_sum *sum) {
    for (size_t i = 0; i < sum->unit.count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, sum->unit.columns[i]);
    }
}

/* The sheets that the SELECT reads and that have the unit: those that are narrowed. */
static bool is_narrowed(const struct gold_build *build, const struct gold_sum *sum, size_t sheet) {
    const struct sheet_model *model = &build->model->sheets[sheet];
    return gold_reads(sum->sql, model) && sheet_model_has_unit(model, &sum->unit);
}

/* NULL is in no list, so a unit that can be empty does not narrow. */
static bool has_nullable_unit(const struct sheet_model *sheet, const struct gold_sum *sum) {
    for (size_t i = 0; i < sum->unit.count; i++)
        if (!sheet->fields[sheet_model_find_field(sheet, span_from(sum->unit.columns[i]))].required)
            return true;
    return false;
}

/* A change in a sheet without the unit can move any of them. */
static void judge_sheet(const struct gold_build *build, const struct gold_sum *sum, size_t sheet,
                        enum gold_extent *extent, size_t *touched) {
    const struct silver_delta *delta = &build->deltas[sheet];
    if (!gold_reads(sum->sql, &build->model->sheets[sheet]))
        return;
    bool is_changed = delta->is_bulk || delta->count > 0;
    bool narrows = is_narrowed(build, sum, sheet);
    if (is_changed && (delta->is_bulk || !narrows))
        *extent = GOLD_WHOLE;
    else if (is_changed && *extent == GOLD_NOTHING)
        *extent = GOLD_UNITS;
    *touched += delta->count;
}

/* Beyond an eighth of the units, one pass over everything is cheaper. */
static bool is_most(const struct gold_build *build, const struct gold_sum *sum, size_t touched) {
    bool is_larger = false;
    for (size_t i = 0; i < build->model->sheet_count; i++)
        is_larger |=
            is_narrowed(build, sum, i) && build->deltas[i].row_count >= (int64_t)touched * 8;
    return !is_larger;
}

/* The units of a sheet's delta, as they were and as they are. */
static bool list_units(const struct gold_build *build, const struct gold_sum *sum, size_t index,
                       struct err *err) {
    struct arena scratch = {0};
    const struct sheet_model *sheet = &build->model->sheets[index];
    struct shortlist_column *columns = arena_array(&scratch, sum->unit.count, sizeof *columns);
    for (size_t i = 0; i < sum->unit.count; i++) {
        size_t field = (size_t)sheet_model_find_field(sheet, span_from(sum->unit.columns[i]));
        columns[i] = (struct shortlist_column){field, sheet->fields[field].type};
    }
    bool ok = shortlist_rows(build->warehouse, "goldleaf_units", columns, sum->unit.count,
                             silver_delta_rows(&build->deltas[index]), err);
    arena_free(&scratch);
    return ok;
}

static bool create_scope(const struct gold_build *build, const struct gold_sum *sum,
                         const struct sheet_model *sheet, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TEMP TABLE goldleaf_scope");
    for (size_t i = 0; i < sum->unit.count; i++) {
        int field = sheet_model_find_field(sheet, span_from(sum->unit.columns[i]));
        buf_add_text(&sql, i ? ", " : " (");
        sql_add_name(&sql, sum->unit.columns[i]);
        buf_printf(&sql, " %s", warehouse_type(build->warehouse, sheet->fields[field].type));
    }
    buf_add_char(&sql, ')');
    return gold_run(build->warehouse, &sql, NULL, err);
}

/* A unit may stand there several times; to keep it from that takes longer than to live with it. */
static bool fill_scope(const struct gold_build *build, const struct gold_sum *sum,
                       struct err *err) {
    bool ok = true;
    for (size_t s = 0; ok && s < build->model->sheet_count; s++)
        if (is_narrowed(build, sum, s) && build->deltas[s].count)
            ok = list_units(build, sum, s, err) &&
                 warehouse_exec(build->warehouse,
                                "INSERT INTO goldleaf_scope SELECT * FROM goldleaf_units", err);
    return ok;
}

/* Whether a unit has at most one row of the sheet: then those of the units in its delta are the
 * delta's own. */
static bool has_one_a_unit(const struct sheet_model *sheet, const struct gold_sum *sum) {
    size_t found = 0;
    for (size_t k = 0; k < sheet->key_count; k++)
        for (size_t i = 0; i < sum->unit.count; i++)
            found += strcmp(sheet->fields[sheet->key[k]].name, sum->unit.columns[i]) == 0;
    return found == sheet->key_count;
}

static bool is_alone(const struct gold_build *build, const struct gold_sum *sum, size_t sheet) {
    size_t others = 0;
    for (size_t i = 0; i < build->model->sheet_count; i++)
        others += i != sheet && is_narrowed(build, sum, i) ? build->deltas[i].count : 0;
    return others == 0;
}

/* Adds what silver has of the units, but for those that the shadow has already. */
static bool add_stored(const struct gold_build *build, const struct gold_sum *sum,
                       const struct sheet_model *sheet, bool has_some, struct err *err) {
    struct buf sql = {0};
    /* By name: a column that a later model added stands last in the table. */
    buf_printf(&sql, "INSERT INTO \"silver_%s\" (", sheet->name);
    schema_add_columns(&sql, sheet);
    buf_add_text(&sql, ") SELECT ");
    schema_add_columns(&sql, sheet);
    buf_printf(&sql, " FROM %s.\"silver_%s\" WHERE (", warehouse_schema(build->warehouse),
               sheet->name);
    add_unit_names(&sql, sum);
    buf_add_text(&sql, ") IN (SELECT ");
    add_unit_names(&sql, sum);
    buf_add_text(&sql, " FROM goldleaf_scope)");
    if (has_some) {
        buf_add_text(&sql, " AND (");
        add_unit_names(&sql, sum);
        buf_add_text(&sql, ") NOT IN (SELECT ");
        add_unit_names(&sql, sum);
        buf_printf(&sql, " FROM \"silver_%s\")", sheet->name);
    }
    return gold_run(build->warehouse, &sql, NULL, err);
}

static bool fill_shadow(const struct gold_build *build, const struct gold_sum *sum, size_t index,
                        struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[index];
    bool has_own = build->deltas[index].count > 0 && has_one_a_unit(sheet, sum);
    bool is_complete = has_own && is_alone(build, sum, index);
    return schema_shadow_silver(build->warehouse, sheet, err) &&
           (!has_own || silver_insert_rows(build->warehouse, sheet,
                                           silver_delta_after(&build->deltas[index]), NULL, err)) &&
           (is_complete || add_stored(build, sum, sheet, has_own, err)) &&
           schema_index_shadow(build->warehouse, sheet, true, err);
}

bool gold_units_open(const struct gold_build *build, const struct gold_sum *sum,
                     enum gold_extent *extent, struct err *err) {
    size_t touched = 0;
    bool takes_most = false;
    const struct sheet_model *sheet = NULL;
    *extent = build->is_whole ? GOLD_WHOLE : GOLD_NOTHING;
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        judge_sheet(build, sum, i, extent, &touched);
        if (!is_narrowed(build, sum, i))
            continue;
        sheet = &build->model->sheets[i];
        takes_most |= has_nullable_unit(sheet, sum);
    }
    if (*extent == GOLD_UNITS && (takes_most || is_most(build, sum, touched)))
        *extent = GOLD_WHOLE;
    if (*extent != GOLD_UNITS)
        return true;
    bool ok = create_scope(build, sum, sheet, err) && fill_scope(build, sum, err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++)
        if (is_narrowed(build, sum, i))
            ok = fill_shadow(build, sum, i, err);
    return ok;
}

/* Takes one shadow back to what its rows were before the run. `_row_id` is in no KPI. */
static bool rewind_shadow(const struct gold_build *build, size_t index, struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[index];
    const struct silver_delta *delta = &build->deltas[index];
    return schema_index_shadow(build->warehouse, sheet, false, err) &&
           silver_remove_rows(build->warehouse, sheet, silver_delta_after(delta), err) &&
           silver_insert_rows(build->warehouse, sheet, silver_delta_before(delta), NULL, err) &&
           schema_index_shadow(build->warehouse, sheet, true, err);
}

bool gold_units_rewind(const struct gold_build *build, const struct gold_sum *sum,
                       struct err *err) {
    bool ok = true;
    for (size_t i = 0; ok && i < build->model->sheet_count; i++)
        if (is_narrowed(build, sum, i))
            ok = rewind_shadow(build, i, err);
    return ok;
}

bool gold_units_close(const struct gold_build *build, const struct gold_sum *sum, struct err *err) {
    bool ok = warehouse_exec(build->warehouse, "DROP TABLE goldleaf_scope", err);
    for (size_t i = 0; ok && i < build->model->sheet_count; i++) {
        struct buf sql = {0};
        if (!is_narrowed(build, sum, i))
            continue;
        buf_printf(&sql, "DROP TABLE \"silver_%s\"", build->model->sheets[i].name);
        ok = gold_run(build->warehouse, &sql, NULL, err);
    }
    return ok;
}
