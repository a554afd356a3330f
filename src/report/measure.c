/* Measures without filters; the page's script does the same with them. */
#include "base/decimal.h"
#include "report/report_parts.h"

#include <math.h>
#include <stdlib.h>

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

/* What the rows of a sum are told apart by. */
struct grouping {
    const struct part *by;
    size_t by_count, inner;
    const struct pairs *pairs; /* or NULL: every group has a place */
    struct split splits[REPORT_MAX_BY];
};

static bool find_splits(const struct cube *cube, size_t dataset, struct grouping *grouping) {
    for (size_t i = 0; i < grouping->by_count; i++) {
        grouping->splits[i].is_month = grouping->by[i].is_month;
        if (!cube_find_path(cube, dataset, grouping->by[i].field, &grouping->splits[i].path))
            return false;
    }
    return true;
}

/* -1: the row belongs to no group. */
static int64_t group_of(const struct grouping *grouping, size_t row) {
    int64_t group = grouping->by_count ? split_value(&grouping->splits[0], row) : 0;
    int64_t inner = grouping->by_count > 1 ? split_value(&grouping->splits[1], row) : 0;
    return group < 0 || inner < 0 ? -1 : group * (int64_t)grouping->inner + inner;
}

static size_t place_of(const struct pairs *pairs, uint64_t number) {
    size_t low = 0, high = pairs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pairs->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_term(const struct cube *cube, const struct report_measure *measure,
                     const struct report_term *term, struct grouping *grouping, struct sums *sums,
                     int64_t *out) {
    const struct cube_table *table = &cube->tables[term->dataset];
    const int64_t *values = table->columns[term->field];
    struct cube_path where;
    bool has_where = measure->where && cube_find_path(cube, term->dataset, measure->where, &where);
    if (!find_splits(cube, term->dataset, grouping))
        return;
    for (size_t row = 0; row < table->rows; row++) {
        int64_t group = group_of(grouping, row);
        if (group < 0)
            continue;
        if (grouping->pairs)
            group = (int64_t)place_of(grouping->pairs, (uint64_t)group);
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

static void sum_groups(const struct cube *cube, const struct report_measure *measure,
                       struct grouping *grouping, size_t count, struct arena *arena,
                       struct sums *sums) {
    sums->inner = grouping->inner;
    sums->count = count;
    sums->sum = arena_array(arena, count + 1, sizeof *sums->sum);
    sums->over = arena_array(arena, count + 1, sizeof *sums->over);
    sums->is_seen = arena_array(arena, count + 1, sizeof *sums->is_seen);
    for (size_t i = 0; i < measure->term_count; i++)
        add_term(cube, measure, &measure->terms[i], grouping, sums, sums->sum);
    for (size_t i = 0; i < measure->over_count; i++)
        add_term(cube, measure, &measure->over[i], grouping, sums, sums->over);
}

void measure_sum(const struct cube *cube, const struct report_measure *measure,
                 const struct part *by, size_t by_count, struct arena *arena, struct sums *sums) {
    struct grouping grouping = {
        .by = by, .by_count = by_count, .inner = by_count > 1 ? count_of(cube, &by[1]) : 1};
    size_t count = by_count ? count_of(cube, &by[0]) * grouping.inner : 1;
    sum_groups(cube, measure, &grouping, count, arena, sums);
}

void measure_sum_pairs(const struct cube *cube, const struct report_measure *measure,
                       const struct part by[2], const struct pairs *pairs, struct arena *arena,
                       struct sums *sums) {
    struct grouping grouping = {.by = by, .by_count = 2, .inner = pairs->inner, .pairs = pairs};
    sum_groups(cube, measure, &grouping, pairs->count, arena, sums);
}

static int compare_numbers(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

void measure_find_pairs(const struct cube *cube, const struct part by[2], struct arena *arena,
                        struct pairs *pairs) {
    struct grouping grouping = {.by = by, .by_count = 2, .inner = count_of(cube, &by[1])};
    size_t most = 1, count = 0;
    for (size_t i = 0; i < cube->report->dataset_count; i++)
        most += cube->tables[i].rows;
    uint64_t *numbers = arena_array(arena, most, sizeof *numbers);
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        if (!find_splits(cube, i, &grouping))
            continue;
        for (size_t row = 0; row < cube->tables[i].rows; row++) {
            int64_t group = group_of(&grouping, row);
            if (group >= 0 && (count == 0 || numbers[count - 1] != (uint64_t)group))
                numbers[count++] = (uint64_t)group;
        }
    }
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    *pairs = (struct pairs){.inner = grouping.inner, .numbers = numbers};
    for (size_t i = 0; i < count; i++)
        if (i == 0 || numbers[i] != numbers[i - 1])
            numbers[pairs->count++] = numbers[i];
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
