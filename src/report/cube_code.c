/* Columns as text that is short, and quick to read in a browser.
 *
 * A number is written in digits to the base of 42, the lowest first: a digit below 42 is the last
 * one, 42 more is added to all others. 84 characters stand for them, none of which JSON or HTML
 * would act on. '~' and a number say that the value before comes so many times more. */
#include "report/cube.h"

#define BASE 42
#define REPEAT '~'

/* '(' to '}' without '<' and '\' */
static char digit_char(uint64_t digit) {
    char c = (char)('(' + digit);
    c = (char)(c + (c >= '<'));
    return (char)(c + (c >= '\\'));
}

static void add_number(struct buf *out, uint64_t number) {
    for (; number >= BASE; number /= BASE)
        buf_add_char(out, digit_char(number % BASE + BASE));
    buf_add_char(out, digit_char(number));
}

static uint64_t zigzag(int64_t number) {
    return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

/* The greatest number that divides all of them. */
static int64_t divisor_of(const int64_t *values, size_t count) {
    int64_t divisor = 0;
    for (size_t i = 0; i < count && divisor != 1; i++) {
        int64_t a = values[i] < 0 ? -values[i] : values[i];
        while (a) {
            int64_t rest = divisor % a;
            divisor = a;
            a = rest;
        }
    }
    return divisor ? divisor : 1;
}

static bool has_negative(const int64_t *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (values[i] < 0)
            return true;
    return false;
}

/* In front stand what all numbers were divided by, and 1 where signs are folded in. */
static void add_column(struct buf *out, const int64_t *values, size_t count, bool is_number) {
    int64_t divisor = is_number ? divisor_of(values, count) : 1, before = 0;
    bool is_signed = !is_number || has_negative(values, count);
    add_number(out, (uint64_t)divisor);
    add_number(out, is_signed);
    for (size_t i = 0; i < count;) {
        /* Numbers stand for themselves; names and days as the step from the one before. */
        int64_t number = is_number ? values[i] / divisor : values[i] - before;
        add_number(out, is_signed ? zigzag(number) : (uint64_t)number);
        before = values[i];
        size_t run = i + 1;
        while (run < count && values[run] == before)
            run++;
        if (run - i > 3) {
            buf_add_char(out, REPEAT);
            add_number(out, run - i - 1);
            i = run;
        } else {
            i++;
        }
    }
}

static size_t encode(struct cube *cube) {
    size_t index = 0, size = 0;
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        const struct cube_table *table = &cube->tables[i];
        for (size_t j = 0; j < table->dataset->field_count; j++, index++) {
            buf_clear(&cube->codes[index]);
            add_column(&cube->codes[index], table->columns[j], table->rows,
                       report_is_number(table->dataset->fields[j].type));
            size += cube->codes[index].size;
        }
    }
    return size;
}

void cube_encode(struct cube *cube, size_t most_bytes) {
    while (encode(cube) > most_bytes && cube->grain != GRAIN_MONTH)
        cube_coarsen(cube, cube->grain + 1);
}

const struct buf *cube_code(const struct cube *cube, size_t table, size_t field) {
    size_t index = field;
    for (size_t i = 0; i < table; i++)
        index += cube->report->datasets[i].field_count;
    return &cube->codes[index];
}
