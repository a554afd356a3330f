/* Putting rows in order, by digits of one number that holds all that they are ordered by. */
#include "report/cube.h"

#include <stdlib.h>

#define DIGIT_BITS 11
#define DIGITS ((size_t)1 << DIGIT_BITS)

struct entry {
    uint64_t order;
    uint32_t row;
};

static unsigned bits_of(const struct cube_table *table, size_t field) {
    int64_t most = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < table->rows; i++)
        most = table->columns[field][i] > most ? table->columns[field][i] : most;
    while (most >> bits)
        bits++;
    return bits;
}

/* Appends a column's values to the orders. False when they do not fit. */
static bool add_to_orders(const struct cube_table *table, size_t field, struct entry *entries,
                          unsigned *bits) {
    unsigned own = bits_of(table, field);
    if (*bits + own > 64)
        return false;
    *bits += own;
    for (size_t i = 0; own && i < table->rows; i++)
        entries[i].order = entries[i].order << own | (uint64_t)table->columns[field][i];
    return true;
}

static bool make_orders(const struct cube_table *table, struct entry *entries, unsigned *bits) {
    const struct report_dataset *dataset = table->dataset;
    for (size_t i = 0; i < table->rows; i++)
        entries[i] = (struct entry){0, (uint32_t)i};
    if (dataset->key >= 0) /* it tells its rows apart */
        return add_to_orders(table, (size_t)dataset->key, entries, bits);
    for (size_t i = 0; i < dataset->field_count; i++)
        if (report_is_dimension(dataset->fields[i].type) && !add_to_orders(table, i, entries, bits))
            return false;
    for (size_t i = 0; i < dataset->field_count; i++)
        if (report_is_date(dataset->fields[i].type) && !add_to_orders(table, i, entries, bits))
            return false;
    return true;
}

static void sort_by_digit(const struct entry *from, struct entry *to, size_t count,
                          unsigned shift) {
    size_t starts[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        starts[from[i].order >> shift & (DIGITS - 1)]++;
    for (size_t i = 0; i < DIGITS; i++) {
        size_t own = starts[i];
        starts[i] = sum;
        sum += own;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i].order >> shift & (DIGITS - 1)]++] = from[i];
}

/* Writes a column in the new order, one value for all rows that are alike. Returns how many. */
static size_t apply_column(const struct cube_table *table, size_t field,
                           const struct entry *entries, int64_t *sorted) {
    const int64_t *values = table->columns[field];
    bool is_number = report_is_number(table->dataset->fields[field].type);
    bool is_described = table->dataset->key >= 0; /* its numbers are no sums */
    size_t count = 0;
    for (size_t i = 0; i < table->rows; i++) {
        if (i == 0 || is_described || entries[i].order != entries[i - 1].order)
            sorted[count++] = values[entries[i].row];
        else if (is_number)
            sorted[count - 1] += values[entries[i].row];
    }
    return count;
}

static void apply(struct cube_table *table, const struct entry *entries) {
    size_t count = table->rows;
    for (size_t i = 0; i < table->dataset->field_count; i++) {
        int64_t *sorted = memory_resize(NULL, table->capacity, sizeof *sorted);
        count = apply_column(table, i, entries, sorted);
        free(table->columns[i]);
        table->columns[i] = sorted;
    }
    table->rows = count;
}

void cube_table_sort(struct cube_table *table) {
    if (table->rows == 0)
        return;
    struct entry *entries = memory_resize(NULL, table->rows, sizeof *entries);
    struct entry *other = memory_resize(NULL, table->rows, sizeof *other);
    unsigned bits = 0;
    /* Where one number cannot hold it all, rows stay as they came: sums are the same. */
    bool ok = make_orders(table, entries, &bits);
    for (unsigned shift = 0; ok && shift < bits; shift += DIGIT_BITS) {
        sort_by_digit(entries, other, table->rows, shift);
        struct entry *swap = entries;
        entries = other;
        other = swap;
    }
    if (ok)
        apply(table, entries);
    free(entries);
    free(other);
}
