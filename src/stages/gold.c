#include "stages/gold.h"

#include "stages/gold_scope.h"
#include "stages/gold_sums.h"
#include "stages/schema.h"

/* "n.key = g.key AND ..." */
static void add_key_join(struct buf *sql, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->key_count; i++) {
        const char *name = gold->fields[gold->key[i]].name;
        buf_printf(sql, "%sn.\"%s\" = g.\"%s\"", i ? " AND " : "", name, name);
    }
}

/* A narrowed SELECT may still give rows outside the scope. */
static bool trim_to_scope(const struct gold_build *build, const struct gold_model *gold,
                          struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "DELETE FROM goldleaf_new WHERE ");
    sql_add_name(&sql, gold->scope);
    buf_add_text(&sql, " NOT IN (SELECT value FROM goldleaf_scope)");
    return gold_run(build->warehouse, &sql, NULL, err);
}

static bool remove_vanished(const struct gold_build *build, const struct gold_model *gold,
                            enum gold_extent extent, int64_t *removed, struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "DELETE FROM \"%s\" AS g WHERE ", gold->name);
    if (extent == GOLD_SCOPE)
        buf_printf(&sql, "g.\"%s\" IN (SELECT value FROM goldleaf_scope) AND ", gold->scope);
    buf_add_text(&sql, "NOT EXISTS (SELECT 1 FROM goldleaf_new n WHERE ");
    add_key_join(&sql, gold);
    buf_add_char(&sql, ')');
    return gold_run(build->warehouse, &sql, removed, err);
}

/* Writes new rows and those of which any column differs. */
static bool write_different(const struct gold_build *build, const struct gold_model *gold,
                            int64_t *written, struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "INSERT INTO \"%s\" (", gold->name);
    gold_add_columns(&sql, gold, "");
    buf_add_text(&sql, ") SELECT ");
    gold_add_columns(&sql, gold, "n.");
    buf_printf(&sql, " FROM goldleaf_new n WHERE NOT EXISTS (SELECT 1 FROM \"%s\" g WHERE ",
               gold->name);
    add_key_join(&sql, gold);
    for (size_t i = 0; i < gold->field_count; i++)
        buf_printf(&sql, " AND n.\"%s\" IS NOT DISTINCT FROM g.\"%s\"", gold->fields[i].name,
                   gold->fields[i].name);
    buf_add_text(&sql, ") ON CONFLICT (");
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_text(&sql, ") DO UPDATE SET ");
    for (size_t i = 0; i < gold->field_count; i++)
        buf_printf(&sql, "%s\"%s\" = excluded.\"%s\"", i ? ", " : "", gold->fields[i].name,
                   gold->fields[i].name);
    return gold_run(build->warehouse, &sql, written, err);
}

static bool count_rows(const struct gold_build *build, const struct gold_model *gold, int64_t *rows,
                       struct err *err) {
    struct arena scratch = {0};
    struct value value;
    const char *sql = arena_printf(&scratch, "SELECT COUNT(*) FROM \"%s\"", gold->name);
    bool ok = warehouse_value(build->warehouse, &scratch, sql, NULL, 0, &value, err);
    *rows = ok ? value.integer : 0;
    arena_free(&scratch);
    return ok;
}

static bool apply(const struct gold_build *build, const struct gold_model *gold,
                  enum gold_extent extent, struct gold_counts *counts, struct err *err) {
    int64_t before, written;
    if (!count_rows(build, gold, &before, err) ||
        (extent != GOLD_UNITS && !remove_vanished(build, gold, extent, &counts->removed, err)) ||
        !write_different(build, gold, &written, err) ||
        !count_rows(build, gold, &counts->rows, err))
        return false;
    counts->added = counts->rows - (before - counts->removed);
    counts->changed = written - counts->added;
    return warehouse_exec(build->warehouse, "DROP TABLE goldleaf_new", err);
}

/* Leaves the rows as they are to be in goldleaf_new. */
static bool compute_extent(const struct gold_build *build, const struct gold_model *gold,
                           enum gold_extent *extent, struct err *err) {
    if (*extent == GOLD_UNITS) {
        bool is_certain;
        if (!gold_sums_compute(build, gold, &is_certain, err))
            return false;
        if (is_certain)
            return true;
        *extent = GOLD_WHOLE;
    }
    return gold_compute(build, gold, "goldleaf_new", err) &&
           (*extent != GOLD_SCOPE || trim_to_scope(build, gold, err));
}

bool gold_build_table(const struct gold_build *build, const struct gold_model *gold,
                      struct gold_counts *counts, struct err *err) {
    enum gold_extent extent;
    const struct gold_sum sum = {gold->sql, gold->unit};
    *counts = (struct gold_counts){0};
    bool ok = sum.unit.count ? gold_units_open(build, &sum, &extent, err)
                             : gold_scope_open(build, gold, &extent, err);
    if (!ok)
        return false;
    if (extent == GOLD_NOTHING)
        return count_rows(build, gold, &counts->rows, err);
    return compute_extent(build, gold, &extent, err) && apply(build, gold, extent, counts, err) &&
           (extent != GOLD_SCOPE || gold_scope_close(build, gold, err));
}
