/* Sums are exact, since money is added in hundredths. */
#include "stages/gold_sums.h"

#include "stages/gold_checks.h"
#include "stages/schema.h"

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

bool gold_sums_compute(const struct gold_build *build, const struct gold_model *gold,
                       bool *is_certain, struct err *err) {
    const struct gold_sum sum = {gold->sql, gold->unit};
    bool doubt = false;
    bool ok =
        gold_compute(build, gold, "goldleaf_now", err) &&
        gold_checks_count(build, &sum, GOLD_NOW, err) && gold_units_rewind(build, &sum, err) &&
        gold_compute(build, gold, "goldleaf_before", err) &&
        gold_checks_count(build, &sum, GOLD_BEFORE, err) && gold_units_close(build, &sum, err) &&
        add_up(build, gold, err) && has_doubt(build, gold, &doubt, err) &&
        warehouse_exec(build->warehouse, "DROP TABLE goldleaf_now; DROP TABLE goldleaf_before",
                       err);
    if (ok && doubt)
        ok = warehouse_exec(build->warehouse, "DROP TABLE goldleaf_new", err);
    *is_certain = !doubt;
    return ok;
}
