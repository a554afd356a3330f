/* What the tests of CSV share: a sheet as text, and chance. Includes cmocka. */
#ifndef GOLDLEAF_TESTS_CSV_FIXTURE_H
#define GOLDLEAF_TESTS_CSV_FIXTURE_H

#include "base/buf.h"
#include "source/csv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Each cell in brackets, each row with a line feed. */
static inline void add_cells(struct buf *out, const struct span *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "[%.*s]", SPAN_ARG(cells[i]));
    buf_add_char(out, '\n');
}

/* Every row of a sheet, wherever its text is. */
static inline void show_rows(const struct sheet *sheet, struct buf *out) {
    struct arena arena = {0};
    struct buf room = {0};
    struct sheet view;
    struct span *cells = arena_array(&arena, sheet->width, sizeof *cells);
    for (size_t row = 0, end = 0; row < sheet->row_count; row++) {
        if (row == end)
            end = sheet_view(sheet, row, sheet->row_count, &room, &view);
        size_t count = sheet_read_row(&view, row, cells, &arena);
        assert_true(count >= 1 && count <= sheet->width);
        add_cells(out, cells, count);
    }
    buf_free(&room);
    arena_free(&arena);
}

/* A heap copy without a byte to spare, so that reading too far is seen. */
static inline struct span copy_text(struct span text) {
    char *copy = malloc(text.size ? text.size : 1);
    assert_non_null(copy);
    if (text.size)
        memcpy(copy, text.data, text.size);
    return (struct span){copy, text.size};
}

/* splitmix64: the same texts on every machine. */
static inline uint64_t next_random(uint64_t *seed) {
    uint64_t bits = *seed += UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return bits ^ (bits >> 31);
}

#endif
