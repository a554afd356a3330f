#include "source/sheet.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A sheet whose only data row is `row`. */
static struct sheet sheet_of_row(struct span row, size_t width, size_t starts[static 2]) {
    starts[0] = 0;
    starts[1] = row.size;
    return (struct sheet){.text = row,
                          .delimiter = ',',
                          .is_plain = row.size == 0 || !memchr(row.data, '"', row.size),
                          .row_count = 1,
                          .row_starts = starts,
                          .width = width};
}

static void expect_row(const char *row, size_t count, const char *const *cells, size_t width) {
    size_t starts[2];
    struct sheet sheet = sheet_of_row(span_from(row), width, starts);
    struct arena arena = {0};
    struct span *found = arena_array(&arena, width, sizeof *found);
    assert_int_equal(sheet_read_row(&sheet, 0, found, &arena), count);
    for (size_t i = 0; i < width; i++) {
        assert_non_null(found[i].data);
        assert_string_equal(arena_string(&arena, found[i]), cells[i]);
    }
    arena_free(&arena);
}

static void test_rows(void **state) {
    (void)state;
    expect_row("a,b,c\n", 3, (const char *[]){"a", "b", "c"}, 3);
    expect_row("a,b,c\r\n", 3, (const char *[]){"a", "b", "c"}, 3);
    expect_row("a,b,c\r", 3, (const char *[]){"a", "b", "c"}, 3);
    expect_row("a,b,c", 3, (const char *[]){"a", "b", "c"}, 3);
    expect_row("\n", 1, (const char *[]){"", ""}, 2);
    expect_row(",\r\n", 2, (const char *[]){"", "", ""}, 3);
    expect_row("a,", 2, (const char *[]){"a", ""}, 2);
    expect_row("a\n", 1, (const char *[]){"a", "", "", ""}, 4);
}

static void test_quoted_rows(void **state) {
    (void)state;
    expect_row("\"a\",\"b,c\",d\n", 3, (const char *[]){"a", "b,c", "d"}, 3);
    expect_row("\"\",\"\"\"\",\"x\"\"y\"\r\n", 3, (const char *[]){"", "\"", "x\"y"}, 3);
    expect_row("\"\"\"a\"\"\"\"b\"\"\",c", 2, (const char *[]){"\"a\"\"b\"", "c"}, 2);
    expect_row("a \"b\", \"c\",d\"\n", 3, (const char *[]){"a \"b\"", " \"c\"", "d\""}, 3);
    expect_row("\"line\r\nend\",\"\n\"\n", 2, (const char *[]){"line\r\nend", "\n"}, 2);
    expect_row("a,\"b\",\n", 3, (const char *[]){"a", "b", ""}, 3);
}

/* Only `width` cells are written, whatever the row has. */
static void test_row_wider_than_sheet(void **state) {
    (void)state;
    expect_row("a,b,c,d\n", 4, (const char *[]){"a", "b"}, 2);
    expect_row("\"a\",b,\"c\",d\n", 4, (const char *[]){"a", "b"}, 2);
}

/* Delimiters on both sides of each 64 byte border. */
static void test_long_rows(void **state) {
    (void)state;
    for (size_t size = 0; size < 200; size++) {
        struct arena arena = {0};
        char *row = arena_alloc(&arena, size + 3), *first = arena_alloc(&arena, size + 1);
        memset(first, 'x', size);
        memcpy(row, first, size);
        memcpy(row + size, ",y", 3);
        expect_row(row, 2, (const char *[]){first, "y"}, 2);
        memset(row, ',', size);
        memcpy(row + size, "\n", 2);
        size_t starts[2];
        struct sheet sheet = sheet_of_row(span_from(row), 1, starts);
        struct span cell;
        assert_int_equal(sheet_read_row(&sheet, 0, &cell, &arena), size + 1);
        arena_free(&arena);
    }
}

/* A cell points into the sheet unless quotes had to be taken away. */
static void test_cells_are_borrowed(void **state) {
    (void)state;
    struct span row = SPAN("a,\"b\",\"c\"\"\"\n"), cells[3];
    size_t starts[2];
    struct sheet sheet = sheet_of_row(row, 3, starts);
    struct arena arena = {0};
    sheet_read_row(&sheet, 0, cells, &arena);
    assert_ptr_equal(cells[0].data, row.data);
    assert_ptr_equal(cells[1].data, row.data + 3);
    assert_true(cells[2].data < row.data || cells[2].data > row.data + row.size);
    arena_free(&arena);
}

static void test_column_letters(void **state) {
    (void)state;
    static const struct {
        size_t column;
        const char *letters;
    } cases[] = {{0, "A"},       {25, "Z"},      {26, "AA"},     {51, "AZ"},
                 {52, "BA"},     {701, "ZZ"},    {702, "AAA"},   {727, "AAZ"},
                 {16383, "XFD"}, {18277, "ZZZ"}, {18278, "AAAA"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char letters[8];
        sheet_column_letters(cases[i].column, letters);
        assert_string_equal(letters, cases[i].letters);
    }
    char letters[8];
    sheet_column_letters((size_t)-2, letters); /* nonsense, but inside its eight bytes */
    assert_int_equal(strlen(letters), 7);
}

static void test_cell_address(void **state) {
    (void)state;
    char address[32];
    sheet_cell_address(0, 0, address);
    assert_string_equal(address, "A2");
    sheet_cell_address(16, 5, address);
    assert_string_equal(address, "F18");
    sheet_cell_address(999998, 27, address);
    assert_string_equal(address, "AB1000000");
}

static void test_free_empty(void **state) {
    (void)state;
    struct sheet sheet = {0};
    sheet_free(&sheet);
    sheet_free(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_quoted_rows),
        cmocka_unit_test(test_row_wider_than_sheet),
        cmocka_unit_test(test_long_rows),
        cmocka_unit_test(test_cells_are_borrowed),
        cmocka_unit_test(test_column_letters),
        cmocka_unit_test(test_cell_address),
        cmocka_unit_test(test_free_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
