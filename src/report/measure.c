/* Measures without filters; the page's script does the same with them. */
#include "base/decimal.h"
#include "report/report_parts.h"

#include <math.h>

/* A field by which a sum is split. */
struct split {
    struct cube_path path;
    bool is_month;
};

/* -1: the row belongs to no group. */
static int64_t split_value(const struct split *split, size_t row) {
    int64_t value = cube_path_value(&split->path, row);
    if (split->path.dictionary)
        return value;
    if (value <= 0)
        return -1;
    return split->is_month ? cube_month_of(value) : (value - 1) % 7; /* day 1 was a Monday */
}

static void add_term(const struct cube *cube, const struct report_measure *measure,
                     const struct report_term *term, const struct part *by, size_t by_count,
                     struct sums *sums, int64_t *out) {
    const struct cube_table *table = &cube->tables[term->dataset];
    const int64_t *values = table->columns[term->field];
    struct split splits[REPORT_MAX_BY];
    struct cube_path where;
    bool has_where = measure->where && cube_find_path(cube, term->dataset, measure->where, &where);
    for (size_t i = 0; i < by_count; i++) {
        splits[i].is_month = by[i].is_month;
        if (!cube_find_path(cube, term->dataset, by[i].field, &splits[i].path))
            return;
    }
    for (size_t row = 0; row < table->rows; row++) {
        int64_t group = by_count ? split_value(&splits[0], row) : 0;
        int64_t inner = by_count > 1 ? split_value(&splits[1], row) : 0;
        if (group < 0 || inner < 0)
            continue;
        group = group * (int64_t)sums->inner + inner;
        sums->is_seen[group] = true;
        if (values[row] != CUBE_NOTHING && (!has_where || cube_path_value(&where, row) > 0))
            out[group] += term->is_negative ? -values[row] : values[row];
    }
}

static size_t count_of(const struct cube *cube, const struct part *part) {
    int dictionary = cube_find_dictionary(cube, part->field);
    if (dictionary >= 0)
        return cube->dictionaries[dictionary].count;
    return part->is_month ? CUBE_MONTHS : 7;
}

void measure_sum(const struct cube *cube, const struct report_measure *measure,
                 const struct part *by, size_t by_count, struct arena *arena, struct sums *sums) {
    sums->inner = by_count > 1 ? count_of(cube, &by[1]) : 1;
    sums->count = by_count ? count_of(cube, &by[0]) * sums->inner : 1;
    sums->sum = arena_array(arena, sums->count + 1, sizeof *sums->sum);
    sums->over = arena_array(arena, sums->count + 1, sizeof *sums->over);
    sums->is_seen = arena_array(arena, sums->count + 1, sizeof *sums->is_seen);
    for (size_t i = 0; i < measure->term_count; i++)
        add_term(cube, measure, &measure->terms[i], by, by_count, sums, sums->sum);
    for (size_t i = 0; i < measure->over_count; i++)
        add_term(cube, measure, &measure->over[i], by, by_count, sums, sums->over);
}

/* Halves go away from zero. */
static int64_t rounded(int64_t sum, int64_t unit) {
    return (sum < 0 ? sum - unit / 2 : sum + unit / 2) / unit;
}

static void add_tenths(struct buf *out, int64_t tenths) {
    uint64_t size = tenths < 0 ? 0 - (uint64_t)tenths : (uint64_t)tenths;
    if (tenths < 0)
        buf_add_char(out, '-');
    decimal_add_grouped(out, (int64_t)(size / 10));
    buf_printf(out, ".%d\u00a0%%", (int)(size % 10));
}

void measure_add_value(struct buf *out, enum field_type type, int64_t value) {
    if (type == FIELD_RATE) {
        add_tenths(out, rounded(value, report_one(type) / 1000));
        return;
    }
    if (type != FIELD_MONEY && type != FIELD_NUMBER) {
        decimal_add_grouped(out, value);
        return;
    }
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        buf_add_char(out, '-');
    decimal_add_grouped(out, (int64_t)(size / 100));
    buf_printf(out, ".%02d", (int)(size % 100));
}

void measure_add(struct buf *out, const struct report_measure *measure, const struct sums *sums,
                 size_t group) {
    int64_t sum = sums->sum[group], over = sums->over[group];
    if (measure->over_count == 0)
        measure_add_value(out, measure->type, rounded(sum, measure->unit));
    else if (over == 0)
        buf_add_text(out, "\u2013");
    else if (measure->type == FIELD_RATE)
        add_tenths(out, llround(1000.0 * (double)sum / (double)over / (double)measure->unit));
    else
        measure_add_value(out, FIELD_MONEY,
                          llround(100.0 * (double)sum / (double)over / (double)measure->unit));
}
