#include "stages/packed_rows.h"

#include "base/arena.h"
#include "stages/bronze_state.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROWS (2 * PACKED_ROWS + 77)

static bool read_runs(struct span text, struct bronze_state *rows) {
    bronze_state_reserve(rows, PACKED_ROWS);
    return packed_runs_read(text, rows);
}

static struct bronze_state make_rows(size_t count) {
    struct bronze_state rows = {.count = count, .capacity = count};
    rows.row_ids = memory_resize(NULL, count + 1, sizeof *rows.row_ids);
    rows.positions = memory_resize(NULL, count + 1, sizeof *rows.positions);
    rows.hashes = memory_resize(NULL, count + 1, sizeof *rows.hashes);
    for (size_t i = 0; i < count; i++) {
        rows.row_ids[i] = (int64_t)i + 1;
        rows.positions[i] = ((int64_t)i + 1) * 65536;
        rows.hashes[i] = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    }
    return rows;
}

/* Packs, reads back, and returns the size of the texts. */
static size_t check_same(const struct bronze_state *rows) {
    struct bronze_state came = {0};
    size_t size = 0;
    for (size_t row = 0; row < rows->count; row += PACKED_ROWS) {
        struct buf runs = {0}, hashes = {0};
        packed_runs_add(&runs, rows, row);
        assert_true(read_runs(buf_span(&runs), &came));
        packed_hashes_add(&hashes, rows->hashes + row, came.count - row);
        assert_true(packed_hashes_read(buf_span(&hashes), came.hashes + row, came.count - row));
        size += runs.size + hashes.size;
        buf_free(&runs);
        buf_free(&hashes);
    }
    assert_int_equal(came.count, rows->count);
    assert_memory_equal(came.row_ids, rows->row_ids, rows->count * sizeof *rows->row_ids);
    assert_memory_equal(came.positions, rows->positions, rows->count * sizeof *rows->positions);
    assert_memory_equal(came.hashes, rows->hashes, rows->count * sizeof *rows->hashes);
    bronze_state_free(&came);
    return size;
}

static void test_fresh_rows_take_a_word_each(void **state) {
    (void)state;
    struct bronze_state rows = make_rows(ROWS);
    assert_int_equal(check_same(&rows), 11 * (ROWS + 3 * 5));
    bronze_state_free(&rows);
}

static void test_any_order_comes_back(void **state) {
    (void)state;
    const int64_t odd[] = {INT64_MAX, INT64_MIN, -1, 0, 1, 7, 8, 9};
    const size_t counts[] = {1, 2, 8, PACKED_ROWS, PACKED_ROWS + 1};
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        struct bronze_state rows = make_rows(counts[c]);
        for (size_t i = 0; i < rows.count; i += 1 + i % 5) {
            rows.row_ids[i] = odd[i % COUNT_OF(odd)];
            rows.positions[i] = odd[(i / 3) % COUNT_OF(odd)] / 4;
            rows.hashes[i] = i % 2 ? 0 : UINT64_MAX;
        }
        check_same(&rows);
        bronze_state_free(&rows);
    }
}

static void test_damaged_runs_are_refused(void **state) {
    (void)state;
    struct bronze_state rows = make_rows(50), came = {0};
    struct buf text = {0};
    packed_runs_add(&text, &rows, 0);
    assert_false(read_runs(SPAN(""), &came));
    for (size_t size = 0; size < text.size; size++)
        assert_false(read_runs((struct span){text.data, size}, &came));
    for (size_t i = 0; i < text.size; i++) {
        char before = text.data[i];
        text.data[i] = '!';
        assert_false(read_runs(buf_span(&text), &came));
        text.data[i] = before;
    }
    /* counts that do not fit: of the rows, of the first run */
    for (size_t i = 0; i < 22; i += 11) {
        char before = text.data[i];
        text.data[i] = before == 'z' ? 'y' : 'z';
        assert_false(read_runs(buf_span(&text), &came));
        text.data[i] = before;
    }
    assert_int_equal(came.count, 0);
    buf_add_text(&text, "00000000000");
    assert_false(read_runs(buf_span(&text), &came));
    buf_free(&text);
    bronze_state_free(&rows);
    bronze_state_free(&came);
}

static void test_damaged_hashes_are_refused(void **state) {
    (void)state;
    const uint64_t hashes[] = {0, 1, UINT64_MAX};
    uint64_t came[COUNT_OF(hashes) + 1];
    struct buf text = {0};
    packed_hashes_add(&text, hashes, COUNT_OF(hashes));
    struct span whole = buf_span(&text);
    assert_true(packed_hashes_read(whole, came, COUNT_OF(hashes)));
    assert_false(packed_hashes_read(whole, came, COUNT_OF(hashes) - 1));
    assert_false(packed_hashes_read(whole, came, COUNT_OF(hashes) + 1));
    for (size_t size = 0; size < whole.size; size++)
        assert_false(packed_hashes_read((struct span){whole.data, size}, came, COUNT_OF(hashes)));
    text.data[12] = '!';
    assert_false(packed_hashes_read(whole, came, COUNT_OF(hashes)));
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_rows_take_a_word_each),
        cmocka_unit_test(test_any_order_comes_back),
        cmocka_unit_test(test_damaged_runs_are_refused),
        cmocka_unit_test(test_damaged_hashes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
