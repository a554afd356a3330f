/* Any bytes as CSV: an error or a sheet, and a sheet that survives being written out again.
 *
 * Build with clang -fsanitize=fuzzer,address,undefined; the seeds are in corpus/csv. */
#include "base/buf.h"
#include "source/csv.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sheet sheet, again;
    struct err err;
    if (!csv_parse("fuzz.csv", copy_text(data, size), &sheet, &err)) {
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
