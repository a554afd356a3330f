/* Rows of a sheet whose text stayed in its file: read through views, taken in, and what becomes of
 * them when somebody writes to the file meanwhile. */
#include "csv_fixture.h"
#include "memory_file.h"

struct sample {
    char path[MEMORY_FILE_PATH];
    int descriptor;
    struct sheet_file *file;
    struct sheet sheet;
};

static void sample_open(struct sample *sample, struct span text) {
    struct err err = {0};
    *sample = (struct sample){0};
    sample->descriptor = memory_file_make(text, sample->path);
    if (!sheet_file_open(&sample->file, sample->path, &err))
        fail_msg("%s", err.message);
}

static bool sample_parse(struct sample *sample, struct err *err) {
    uint64_t hash;
    return csv_parse_file(sample->file, 64, &sample->sheet, &hash, err);
}

static void sample_close(struct sample *sample) {
    sheet_free(&sample->sheet);
    close(sample->descriptor);
}

/* The wishes are characters, over and over: '1' for a row that is wanted. */
static bool is_wanted(const char *wishes, size_t row) {
    return wishes[row % strlen(wishes)] == '1';
}

#define ROWS 40000
#define LONG_ROW 17000 /* the only one that is longer than what is read at a time */

struct wish {
    const char *wishes;
    size_t row_count;
};

static size_t next_wanted(const void *context, size_t row) {
    const struct wish *wish = context;
    while (row < wish->row_count && !is_wanted(wish->wishes, row))
        row++;
    return row;
}

static bool take_in(struct sheet *sheet, const char *wishes, struct err *err) {
    const struct wish wish = {wishes, sheet->row_count};
    return sheet_take_in(sheet, next_wanted, &wish, err);
}

/* More rows than are read at a time; `shown` is what show_rows() makes of those that are wanted. */
static void make_rows(const char *wishes, struct buf *text, struct buf *shown) {
    static char x[300001];
    memset(x, 'x', sizeof x - 1);
    buf_add_text(text, "a,b\n");
    for (size_t row = 0; row < ROWS; row++) {
        const char *more = row == LONG_ROW ? x : "";
        buf_printf(text, "%zu,\"a \"\"\n%s\"\r\n", row, more);
        if (is_wanted(wishes, row))
            buf_printf(shown, "[%zu][a \"\n%s]\n", row, more);
        else
            buf_add_text(shown, "[]\n");
    }
}

static void expect_rows(const struct sheet *sheet, const struct buf *shown) {
    struct buf out = {0};
    show_rows(sheet, &out);
    assert_true(span_equal(buf_span(&out), buf_span(shown)));
    buf_free(&out);
}

static void take_in_rows(const char *wishes) {
    struct sample sample;
    struct sheet *sheet = &sample.sheet;
    struct err err = {0};
    struct buf text = {0}, all = {0}, wanted = {0};
    make_rows("1", &text, &all);
    buf_clear(&text);
    make_rows(wishes, &text, &wanted);
    sample_open(&sample, buf_span(&text));
    assert_true(sample_parse(&sample, &err));
    assert_non_null(sheet->file);
    assert_int_equal(sheet->row_count, ROWS);
    expect_rows(sheet, &all);
    assert_true(take_in(sheet, wishes, &err));
    assert_null(sheet->file);
    assert_int_equal(sheet->is_partial, strchr(wishes, '0') != NULL);
    assert_int_equal(sheet->row_starts[ROWS], sheet->text.size);
    expect_rows(sheet, &wanted);
    /* What is in memory stays as it is, whoever wants less of it now. */
    assert_true(take_in(sheet, "0", &err));
    expect_rows(sheet, &wanted);
    sample_close(&sample);
    buf_free(&text);
    buf_free(&all);
    buf_free(&wanted);
}

static void test_take_in(void **state) {
    (void)state;
    static const char *const wishes[] = {"1", "0", "01", "1110", "0000000000000000000000000001"};
    for (size_t i = 0; i < COUNT_OF(wishes); i++)
        take_in_rows(wishes[i]);
}

/* ---- somebody writes to the file ---- */

static off_t size_of(int file) {
    struct stat now;
    assert_int_equal(fstat(file, &now), 0);
    return now.st_size;
}

static void append_row(int file) {
    memory_file_write(file, SPAN("9,9\n"), size_of(file));
}

static void empty(int file) {
    assert_int_equal(ftruncate(file, 0), 0);
}

static void halve(int file) {
    assert_int_equal(ftruncate(file, size_of(file) / 2), 0);
}

/* Characters that start and end cells and rows, in other places than before. */
static void sprinkle(int file, struct span characters) {
    uint64_t seed = 5;
    for (off_t at = 0; at < size_of(file); at += 1 + (off_t)(next_random(&seed) % 3)) {
        const char *chosen = characters.data + next_random(&seed) % characters.size;
        memory_file_write(file, (struct span){chosen, 1}, at);
    }
}

static void sprinkle_quotes(int file) {
    sprinkle(file, SPAN("\""));
}

static void sprinkle_all(int file) {
    sprinkle(file, SPAN("\",\n\r"));
}

static void (*const CHANGES[])(int file) = {append_row, empty, halve, sprinkle_quotes,
                                            sprinkle_all};

static void expect_changed(const struct sample *sample, const struct err *err) {
    char message[128];
    snprintf(message, sizeof message, "%s: the file changed while it was being read", sample->path);
    assert_int_equal(err->class, ERR_FAILED);
    assert_string_equal(err->message, message);
}

/* With and without quotes, so that rows are split in either way. */
static const char *const ROW[] = {"xy,yz\n1,2\n", "\"x\"\"\",\"y\"\r\n1,2\n"};

static void open_rows(struct sample *sample, const char *row) {
    struct buf text = {0};
    buf_add_text(&text, "a,b\n");
    while (text.size < 600)
        buf_add_text(&text, row);
    sample_open(sample, buf_span(&text));
    buf_free(&text);
}

/* Cells of a row that is not what it was may be anything, but not outside its text. */
static void read_rows(const struct sheet *sheet) {
    struct arena arena = {0};
    struct buf room = {0};
    struct span *cells = arena_array(&arena, sheet->width, sizeof *cells);
    for (size_t row = 0; row < sheet->row_count; row++) {
        struct sheet view;
        sheet_view(sheet, row, row + 1, &room, &view);
        sheet_read_row(&view, row, cells, &arena);
        for (size_t i = 0; i < sheet->width; i++)
            arena_copy(&arena, cells[i]);
    }
    arena_free(&arena);
    buf_free(&room);
}

/* Between the scan and the end: it is told at the end, even of rows that nobody wants. */
static void test_change_before_take_in(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(CHANGES); i++)
        for (size_t wish = 0; wish < 2; wish++) {
            struct sample sample;
            struct err err = {0};
            open_rows(&sample, ROW[i % 2]);
            assert_true(sample_parse(&sample, &err));
            assert_non_null(sample.sheet.file);
            CHANGES[i / 2](sample.descriptor);
            read_rows(&sample.sheet);
            assert_false(take_in(&sample.sheet, wish ? "1" : "0", &err));
            expect_changed(&sample, &err);
            sample_close(&sample);
        }
}

/* Before the scan: it may find something wrong, which then is not told. */
static void test_change_before_parse(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(CHANGES); i++) {
        struct sample sample;
        struct err err = {0};
        open_rows(&sample, ROW[i % 2]);
        CHANGES[i / 2](sample.descriptor);
        assert_false(sample_parse(&sample, &err));
        expect_changed(&sample, &err);
        sample_close(&sample);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_in),
        cmocka_unit_test(test_change_before_take_in),
        cmocka_unit_test(test_change_before_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
