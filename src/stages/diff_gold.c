/* KPIs before and after. */
#include "stages/diff_parts.h"

#include "stages/gold_parts.h"
#include "stages/schema.h"
#include "stages/silver.h"

#include <math.h>

static void add_key_match(struct buf *sql, const struct diff_gold *table) {
    const struct gold_model *gold = table->model;
    if (table->is_regrouped) {
        buf_add_text(sql, "1 = 0");
        return;
    }
    for (size_t i = 0; i < gold->key_count; i++) {
        const char *name = gold->fields[gold->key[i]].name;
        buf_printf(sql, "%sa.\"%s\" = b.\"%s\"", i ? " AND " : "", name, name);
    }
}

/* Rows that are other ones now or gone, as they were and as they are: the table's own key finds the
 * partners, so that what is remembered needs no index. */
static void add_changed(struct buf *sql, const struct diff_gold *table) {
    const struct gold_model *gold = table->model;
    buf_add_text(sql, "SELECT ");
    gold_add_columns(sql, gold, "b.");
    buf_add_text(sql, ", ");
    gold_add_columns(sql, gold, "a.");
    buf_printf(sql, " FROM \"" DIFF_GOLD_PREFIX "%s\" b LEFT JOIN \"%s\" a ON ", gold->name,
               gold->name);
    add_key_match(sql, table);
    buf_add_text(sql, " WHERE ");
    for (size_t i = 0; i < gold->field_count; i++)
        buf_printf(sql, "%sa.\"%s\" IS DISTINCT FROM b.\"%s\"", i ? " OR " : "",
                   gold->fields[i].name, gold->fields[i].name);
}

static void add_new(struct buf *sql, const struct diff_gold *table) {
    const struct gold_model *gold = table->model;
    buf_add_text(sql, "SELECT ");
    gold_add_columns(sql, gold, "a.");
    buf_printf(sql,
               " FROM \"%s\" a WHERE NOT EXISTS (SELECT 1 FROM \"" DIFF_GOLD_PREFIX "%s\" b WHERE ",
               gold->name, gold->name);
    add_key_match(sql, table);
    buf_add_char(sql, ')');
}

static double number_of(struct value value) {
    switch (value.kind) {
    case VALUE_INTEGER:
        return (double)value.integer;
    case VALUE_MONEY:
        return (double)value.integer / 100;
    case VALUE_REAL:
        return value.real;
    default:
        return 0;
    }
}

static bool is_number(struct value value) {
    return value.kind == VALUE_INTEGER || value.kind == VALUE_MONEY || value.kind == VALUE_REAL;
}

/* How far two values are apart; a number that appears or vanishes counts whole. */
static double distance(struct value before, struct value after) {
    return fabs((is_number(after) ? number_of(after) : 0) -
                (is_number(before) ? number_of(before) : 0));
}

static bool is_measure(enum field_type type) {
    return type == FIELD_INTEGER || type == FIELD_NUMBER || type == FIELD_MONEY ||
           type == FIELD_RATE;
}

static bool is_in_key(const struct gold_model *gold, size_t field) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (gold->key[i] == field)
            return true;
    return false;
}

/* The field that the table is shown by if that is a number, else money, else any number. */
int diff_gold_measure(const struct gold_model *gold) {
    int found = -1;
    if (gold->show_by >= 0 && is_measure(gold->fields[gold->show_by].type))
        return gold->show_by;
    for (size_t i = gold->field_count; i-- > 0;) {
        enum field_type type = gold->fields[i].type;
        bool is_better =
            found < 0 || type == FIELD_MONEY || gold->fields[found].type != FIELD_MONEY;
        if (is_measure(type) && is_better && !is_in_key(gold, i))
            found = (int)i;
    }
    return found;
}

/* By the measure of the table; where that stays, by the change of the others in proportion, which
 * is always less. */
static double effect_of(const struct gold_model *gold, const struct diff_gold_row *row) {
    int measure = diff_gold_measure(gold);
    double effect = 0;
    for (size_t i = 0; i < gold->field_count; i++) {
        struct value before = row->before ? row->before[i] : value_null();
        struct value after = row->after ? row->after[i] : value_null();
        double far = distance(before, after);
        double size = is_number(before) ? fabs(number_of(before)) : 0;
        if ((int)i == measure)
            effect += far;
        else
            effect += far / (size + far + 1) * 1e-3;
    }
    return effect;
}

/* Numbers that differ by less than what counts are taken as equal. */
static bool is_noise(const struct diff *diff, struct value before, struct value after) {
    return is_number(before) && is_number(after) &&
           distance(before, after) < diff->options.min_change;
}

/* False when nothing else differs. */
static bool level_noise(const struct diff *diff, struct value *before, const struct value *after,
                        size_t fields) {
    bool is_different = false;
    for (size_t i = 0; i < fields; i++) {
        if (is_noise(diff, before[i], after[i]))
            before[i] = after[i];
        is_different |= !value_equal(before[i], after[i]);
    }
    return is_different;
}

static struct value *keep_values(struct diff *diff, const struct gold_model *gold,
                                 const struct statement *statement, size_t first) {
    size_t count = gold->field_count;
    struct value *values = arena_array(&diff->arena, count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = silver_value(&gold->fields[i], statement_value(statement, first + i));
        if (values[i].kind == VALUE_TEXT)
            values[i] = value_text(arena_copy(&diff->arena, value_span(values[i])));
    }
    return values;
}

struct gold_rows {
    struct diff_gold_row *items;
    size_t count, capacity;
};

static void add_row(struct gold_rows *rows, const struct diff_gold_row *row) {
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 64;
        rows->items = memory_resize(rows->items, rows->capacity, sizeof *rows->items);
    }
    rows->items[rows->count++] = *row;
}

/* Columns as they were, unless all rows are new ones, and as they are. */
static bool read_rows(struct diff *diff, struct warehouse *warehouse, const struct gold_model *gold,
                      bool is_new, const char *sql, struct diff_gold *out, struct gold_rows *rows,
                      struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    size_t count = gold->field_count, first = is_new ? 0 : count;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        bool is_gone = statement_value(statement, first + gold->key[0]).kind == VALUE_NULL;
        struct value *before = is_new ? NULL : keep_values(diff, gold, statement, 0);
        struct value *after = is_gone ? NULL : keep_values(diff, gold, statement, first);
        bool is_different = !before || !after || level_noise(diff, before, after, count);
        struct diff_gold_row row = {.kind = is_new    ? DIFF_ADDED
                                            : is_gone ? DIFF_REMOVED
                                                      : DIFF_CHANGED,
                                    .before = before,
                                    .after = after};
        row.effect = effect_of(gold, &row);
        out->removed += is_gone;
        if (is_different)
            add_row(rows, &row);
    }
    statement_close(statement);
    return ok;
}

static int compare_effects(const void *a, const void *b) {
    double x = ((const struct diff_gold_row *)a)->effect;
    double y = ((const struct diff_gold_row *)b)->effect;
    return (x < y) - (x > y);
}

static bool count_new(struct warehouse *warehouse, const struct gold_model *gold, size_t removed,
                      int64_t *count, struct err *err) {
    struct arena scratch = {0};
    struct value more;
    const char *sql = arena_printf(&scratch,
                                   "SELECT (SELECT COUNT(*) FROM \"%s\") - (SELECT COUNT(*) FROM"
                                   " \"" DIFF_GOLD_PREFIX "%s\")",
                                   gold->name, gold->name);
    bool ok = warehouse_value(warehouse, &scratch, sql, NULL, 0, &more, err);
    *count = ok ? more.integer + (int64_t)removed : 0;
    arena_free(&scratch);
    return ok;
}

/* The remembered table has no key yet; an index makes the comparison one pass. */
static bool index_before(struct warehouse *warehouse, const struct gold_model *gold,
                         struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "CREATE INDEX \"" DIFF_GOLD_PREFIX "%s_key\" ON \"" DIFF_GOLD_PREFIX "%s\" (",
               gold->name, gold->name);
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_char(&sql, ')');
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

/* There are rarely any, and looking for them takes the index. */
static bool read_new_rows(struct diff *diff, struct warehouse *warehouse,
                          const struct gold_model *gold, struct diff_gold *out,
                          struct gold_rows *rows, struct err *err) {
    struct buf sql = {0};
    int64_t count;
    if (!count_new(warehouse, gold, out->removed, &count, err))
        return false;
    out->added = (size_t)count;
    add_new(&sql, out);
    bool ok =
        count == 0 || (index_before(warehouse, gold, err) &&
                       read_rows(diff, warehouse, gold, true, buf_text(&sql), out, rows, err));
    buf_free(&sql);
    return ok;
}

/* Of the remembered rows, which another model may have made by a finer key. */
static bool find_regrouped(struct warehouse *warehouse, struct diff_gold *table, struct err *err) {
    const struct gold_model *gold = table->model;
    struct arena scratch = {0};
    struct value found;
    struct buf sql = {0};
    buf_printf(&sql, "SELECT 1 FROM \"" DIFF_GOLD_PREFIX "%s\" GROUP BY ", gold->name);
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_text(&sql, " HAVING COUNT(*) > 1 LIMIT 1");
    bool ok = warehouse_value(warehouse, &scratch, buf_text(&sql), NULL, 0, &found, err);
    table->is_regrouped = ok && found.kind != VALUE_NULL;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

static bool compare_table(struct diff *diff, struct warehouse *warehouse, struct diff_gold *out,
                          struct err *err) {
    const struct gold_model *gold = out->model;
    struct buf sql = {0};
    struct gold_rows rows = {0};
    add_changed(&sql, out);
    bool ok = read_rows(diff, warehouse, gold, false, buf_text(&sql), out, &rows, err) &&
              read_new_rows(diff, warehouse, gold, out, &rows, err);
    out->row_count = rows.count;
    out->changed = rows.count - out->added - out->removed;
    out->rows = arena_array(&diff->arena, rows.count, sizeof *out->rows);
    if (rows.count) {
        qsort(rows.items, rows.count, sizeof *rows.items, compare_effects);
        memcpy(out->rows, rows.items, rows.count * sizeof *rows.items);
    }
    free(rows.items);
    buf_free(&sql);
    return ok;
}

bool diff_finish_gold(struct diff *diff, struct warehouse *warehouse, bool is_other_model,
                      struct err *err) {
    bool ok = true;
    for (size_t i = 0; i < diff->model->gold_count && ok; i++) {
        struct diff_gold *table = &diff->gold[i];
        *table = (struct diff_gold){.model = &diff->model->gold[i]};
        ok = (!is_other_model || find_regrouped(warehouse, table, err)) &&
             compare_table(diff, warehouse, table, err);
    }
    return ok;
}
