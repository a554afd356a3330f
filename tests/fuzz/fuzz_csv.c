/* Any bytes as CSV: an error or a sheet, and a sheet that survives being written out again; and the
 * same from a file that is looked at through windows.
 *
 * Build with clang -fsanitize=fuzzer,address,undefined; the seeds are in corpus/csv. */
#include "base/buf.h"
#include "source/csv.h"

#include "unit/memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span copy_text(const void *data, size_t size) {
    char *copy = memory_alloc(size);
    if (size)
        memcpy(copy, data, size);
    return (struct span){copy, size};
}

static void require(bool is_true, const char *what) {
    if (is_true)
        return;
    fprintf(stderr, "fuzz_csv: %s\n", what);
    abort();
}

/* A record with each cell in quotes: nothing in it depends on the delimiter. */
static void write_record(struct buf *out, const struct span *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i ? ",\"" : "\"");
        for (size_t at = 0; at < cells[i].size; at++) {
            if (cells[i].data[at] == '"')
                buf_add_char(out, '"');
            buf_add_char(out, cells[i].data[at]);
        }
        buf_add_char(out, '"');
    }
    buf_add_text(out, "\r\n");
}

static void write_sheet(struct buf *out, const struct sheet *sheet) {
    if (sheet->header_count)
        write_record(out, sheet->header, sheet->header_count);
    for (size_t row = 0; row < sheet->row_count; row++) {
        struct arena arena = {0};
        struct span *cells = arena_array(&arena, sheet->width, sizeof *cells);
        size_t count = sheet_read_row(sheet, row, cells, &arena);
        require(count >= 1 && count <= sheet->width, "a row without cells or wider than the sheet");
        for (size_t i = count; i < sheet->width; i++)
            require(cells[i].size == 0, "a cell that the row does not have");
        write_record(out, cells, count);
        arena_free(&arena);
    }
}

static void check_shape(const struct sheet *sheet) {
    require(sheet->row_starts[sheet->row_count] == sheet->text.size, "text behind the last row");
    require(sheet->header_count <= sheet->width, "a header wider than the sheet");
    for (size_t row = 0; row < sheet->row_count; row++)
        require(sheet->row_starts[row] < sheet->row_starts[row + 1], "a row without a byte");
}

static size_t want_all(const void *context, size_t row) {
    (void)context;
    return row;
}

/* `sheet` and `err` are of the same text in memory. */
static void check_windows(const char *path, size_t window, bool is_good, const struct sheet *sheet,
                          const struct err *err) {
    struct sheet_file *file;
    struct sheet other;
    struct err other_err;
    struct buf first = {0}, second = {0};
    uint64_t hash;
    require(sheet_file_open(&file, path, &other_err), "the file cannot be opened");
    require(csv_parse_file(file, window, &other, &hash, &other_err) == is_good, "another verdict");
    if (!is_good) {
        require(strcmp(err->message, other_err.message) == 0, "another error");
        return;
    }
    require(other.row_count == sheet->row_count && other.width == sheet->width &&
                other.delimiter == sheet->delimiter && other.is_plain == sheet->is_plain,
            "another shape in windows");
    for (size_t row = 0; row <= sheet->row_count; row++)
        require(other.row_starts[row] == sheet->row_starts[row], "a row elsewhere");
    require(sheet_take_in(&other, want_all, NULL, &other_err) && !other.is_partial,
            "not all could be taken in");
    write_sheet(&first, sheet);
    write_sheet(&second, &other);
    require(span_equal(buf_span(&first), buf_span(&second)), "other cells in windows");
    buf_free(&first);
    buf_free(&second);
    sheet_free(&other);
}

static bool parse_both_ways(struct span text, struct sheet *sheet, struct err *err) {
    static const size_t windows[] = {8, 50};
    char path[MEMORY_FILE_PATH];
    int file = memory_file_make(text, path);
    bool is_good = csv_parse(path, copy_text(text.data, text.size), sheet, err);
    for (size_t i = 0; i < COUNT_OF(windows); i++)
        check_windows(path, windows[i], is_good, sheet, err);
    close(file);
    return is_good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sheet sheet, again;
    struct err err;
    if (!parse_both_ways((struct span){(const char *)data, size}, &sheet, &err)) {
        require(err.class == ERR_FAILED && err.message[0] != '\0', "an error without a message");
        return 0;
    }
    check_shape(&sheet);
    struct buf first = {0}, second = {0};
    write_sheet(&first, &sheet);
    require(csv_parse("again.csv", copy_text(buf_text(&first), first.size), &again, &err),
            "what was written cannot be read");
    require(again.row_count == sheet.row_count && again.width == sheet.width, "another shape");
    write_sheet(&second, &again);
    require(span_equal(buf_span(&first), buf_span(&second)), "other cells");
    buf_free(&first);
    buf_free(&second);
    sheet_free(&sheet);
    sheet_free(&again);
    return 0;
}
