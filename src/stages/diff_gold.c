/* KPIs before and after. */
#include "stages/diff_parts.h"

#include "stages/gold_parts.h"
#include "stages/silver.h"

#include <math.h>

static void add_key_match(struct buf *sql, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->key_count; i++) {
        const char *name = gold->fields[gold->key[i]].name;
        buf_printf(sql, "%sa.\"%s\" = b.\"%s\"", i ? " AND " : "", name, name);
    }
}

/* Rows of one table that have no partner in the other: `from` is "a" (now) or "b" (before). */
static void add_lonely(struct buf *sql, const struct gold_model *gold, char from) {
    buf_add_text(sql, "SELECT ");
    gold_add_columns(sql, gold, from == 'a' ? "a." : "b.");
    buf_printf(sql, " FROM \"%s%s\" %c WHERE NOT EXISTS (SELECT 1 FROM \"%s%s\" %c WHERE ",
               from == 'b' ? DIFF_GOLD_PREFIX : "", gold->name, from,
               from == 'a' ? DIFF_GOLD_PREFIX : "", gold->name, from == 'a' ? 'b' : 'a');
    add_key_match(sql, gold);
    buf_add_char(sql, ')');
}

static void add_different(struct buf *sql, const struct gold_model *gold) {
    buf_add_text(sql, "SELECT ");
    gold_add_columns(sql, gold, "b.");
    buf_add_text(sql, ", ");
    gold_add_columns(sql, gold, "a.");
    buf_printf(sql, " FROM \"%s\" a JOIN \"" DIFF_GOLD_PREFIX "%s\" b ON ", gold->name, gold->name);
    add_key_match(sql, gold);
    buf_add_text(sql, " WHERE ");
    for (size_t i = 0; i < gold->field_count; i++)
        buf_printf(sql, "%sa.\"%s\" IS DISTINCT FROM b.\"%s\"", i ? " OR " : "",
                   gold->fields[i].name, gold->fields[i].name);
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

static bool is_noise(const struct diff *diff, const struct diff_gold_row *row, size_t fields) {
    if (row->kind != DIFF_CHANGED || diff->options.min_change <= 0)
        return false;
    for (size_t i = 0; i < fields; i++) {
        struct value before = row->before[i], after = row->after[i];
        bool is_same =
            value_equal(before, after) || (is_number(before) && is_number(after) &&
                                           distance(before, after) < diff->options.min_change);
        if (!is_same)
            return false;
    }
    return true;
}

static const struct value *keep_values(struct diff *diff, const struct gold_model *gold,
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

static bool read_rows(struct diff *diff, struct warehouse *warehouse, const struct gold_model *gold,
                      enum diff_kind kind, const char *sql, struct gold_rows *rows,
                      struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        size_t count = gold->field_count;
        struct diff_gold_row row = {.kind = kind};
        if (kind != DIFF_ADDED)
            row.before = keep_values(diff, gold, statement, 0);
        if (kind != DIFF_REMOVED)
            row.after = keep_values(diff, gold, statement, kind == DIFF_CHANGED ? count : 0);
        row.effect = effect_of(gold, &row);
        if (!is_noise(diff, &row, count))
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

static bool compare_table(struct diff *diff, struct warehouse *warehouse,
                          const struct gold_model *gold, struct diff_gold *out, struct err *err) {
    struct buf added = {0}, removed = {0}, changed = {0};
    struct gold_rows rows = {0};
    add_lonely(&added, gold, 'a');
    add_lonely(&removed, gold, 'b');
    add_different(&changed, gold);
    bool ok = read_rows(diff, warehouse, gold, DIFF_CHANGED, buf_text(&changed), &rows, err);
    out->changed = rows.count;
    ok = ok && read_rows(diff, warehouse, gold, DIFF_ADDED, buf_text(&added), &rows, err);
    out->added = rows.count - out->changed;
    ok = ok && read_rows(diff, warehouse, gold, DIFF_REMOVED, buf_text(&removed), &rows, err);
    out->removed = rows.count - out->changed - out->added;
    out->model = gold;
    out->row_count = rows.count;
    out->rows = arena_array(&diff->arena, rows.count, sizeof *out->rows);
    if (rows.count) {
        qsort(rows.items, rows.count, sizeof *rows.items, compare_effects);
        memcpy(out->rows, rows.items, rows.count * sizeof *rows.items);
    }
    free(rows.items);
    buf_free(&added);
    buf_free(&removed);
    buf_free(&changed);
    return ok;
}

/* The remembered table has no key yet; an index makes the comparison one pass. */
static bool index_before(struct warehouse *warehouse, const struct gold_model *gold,
                         struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "CREATE INDEX \"" DIFF_GOLD_PREFIX "%s_key\" ON \"" DIFF_GOLD_PREFIX "%s\" (",
               gold->name, gold->name);
    for (size_t i = 0; i < gold->key_count; i++)
        buf_printf(&sql, "%s\"%s\"", i ? ", " : "", gold->fields[gold->key[i]].name);
    buf_add_char(&sql, ')');
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

bool diff_finish_gold(struct diff *diff, struct warehouse *warehouse, struct err *err) {
    bool ok = true;
    for (size_t i = 0; i < diff->model->gold_count && ok; i++)
        ok = index_before(warehouse, &diff->model->gold[i], err) &&
             compare_table(diff, warehouse, &diff->model->gold[i], &diff->gold[i], err);
    return ok;
}
