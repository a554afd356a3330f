#include "csv_fixture.h"
#include "memory_file.h"

#include <errno.h>
#include <xxhash.h>

#define FIXTURE(name) (GOLDLEAF_FIXTURES_DIR "/csv/" name)

struct fixture_case {
    const char *name;
    const char *header;
    const char *rows; /* each cell in brackets, each row with a line feed */
    size_t width;
    char delimiter;
    bool is_plain;
};

static const struct fixture_case FIXTURES[] = {
    {"bom-crlf.csv", "[ticket_id][event_id][price_paid]\n", "[T1][E1][49.00]\n[T2][E1][52.50]\n", 3,
     ',', true},
    {"lone-cr.csv", "[ticket_id][event_id][price_paid]\n", "[T1][E1][49.00]\n[T2][E1][52.50]\n", 3,
     ',', true},
    {"mixed-line-ends.csv", "[ticket_id][event_id]\n",
     "[T1][E1]\n[T2][E2]\n[T3][E3]\n[]\n[T4][E4]\n[]\n[T5][E5]\n", 2, ',', true},
    {"semicolon.csv", "[ticket_id][event_id][price_paid]\n", "[T1][E1][49,00]\n[T2][E1][52,50]\n",
     3, ';', false},
    {"tab.csv", "[ticket_id][event_id][price_paid]\n", "[T1][E1][49,00]\n[T2][E1][a\tb]\n", 3, '\t',
     false},
    {"sep-line.csv", "[name][city, state]\n", "[Rex][Goa, GA]\n", 2, ';', true},
    {"delimiter-in-quoted-header.csv", "[id, and, more][name][city]\n", "[V1][Rex][Goa]\n", 3, ';',
     false},
    {"one-column.csv", "[artist_id]\n", "[A1]\n[A2]\n", 1, ',', true},
    {"quoted-line-break.csv", "[venue_id][name][city]\n",
     "[V1][Palace\nGrounds][Bengaluru]\n[V2][Old\r\nMill][Pune]\n[V3][a\rb][c, d]\n", 3, ',',
     false},
    {"doubled-quote.csv", "[artist_id][name]\n", "[A1][The \"Real\" Band]\n[A2][\"]\n[A3][]\n", 2,
     ',', false},
    {"quote-inside-cell.csv", "[artist_id][name][stage]\n",
     "[A1][The \"Real\" Band][12\" vinyl]\n[A2][ \"spaced\"][b\"]\n", 3, ',', false},
    {"ragged.csv", "[ticket_id][event_id]\n", "[T1]\n[T2][E2][late][5,00]\n[T3][E3]\n", 4, ',',
     false},
    {"blank-rows.csv", "[ticket_id][event_id]\n", "[]\n[T1][E1]\n[]\n[][]\n[  ][]\n[T2][E2]\n[]\n",
     2, ',', true},
    {"blank-header.csv", "[ticket_id][][status][ ]\n", "[T1][x][sold][y]\n", 4, ',', true},
    {"header-only.csv", "[ticket_id][event_id][price_paid]\n", "", 3, ',', true},
    {"empty.csv", "", "", 0, ',', true},
    {"bom-only.csv", "", "", 0, ',', true},
    {"no-final-newline.csv", "[ticket_id][event_id]\n", "[T1][E1]\n[T2][E2]\n", 2, ',', true},
};

static const struct {
    const char *name, *message;
} FAULTS[] = {
    {"invalid-utf8.csv", "line 3, column 8: invalid UTF-8 (byte 0xE9); save the file as UTF-8"},
    {"nul-byte.csv", "line 3, column 5: a NUL byte: the file is damaged or no text; "
                     "save it as \"CSV UTF-8\""},
    {"unterminated-quote.csv", "line 4, column 4: the quote that opens this cell is never closed"},
    {"text-after-quote.csv", "line 4, column 9: text after the closing quote; "
                             "write a quote inside a cell twice (\"\")"},
    {"utf16.csv", "the file is UTF-16; save it as \"CSV UTF-8\""},
};

static bool parse_copy(struct span text, struct sheet *sheet, struct err *err) {
    return csv_parse("tickets.csv", copy_text(text), sheet, err);
}

static void expect_parse(struct span text, const char *shown) {
    struct sheet sheet;
    struct err err = {0};
    struct buf out = {0};
    if (!parse_copy(text, &sheet, &err))
        fail_msg("%s", err.message);
    if (sheet.header_count)
        add_cells(&out, sheet.header, sheet.header_count);
    show_rows(&sheet, &out);
    assert_string_equal(buf_text(&out), shown);
    buf_free(&out);
    sheet_free(&sheet);
}

static void expect_fault(struct span text, const char *message) {
    struct sheet sheet;
    struct err err = {0};
    assert_false(parse_copy(text, &sheet, &err));
    assert_int_equal(err.class, ERR_FAILED);
    assert_string_equal(err.message, message);
    assert_null(sheet.text.data);
    assert_null(sheet.row_starts);
}

static uint64_t hash_halves(struct span text) {
    size_t middle = text.size / 2;
    uint64_t second = XXH3_64bits(text.data + middle, text.size - middle);
    return XXH3_64bits_withSeed(&second, sizeof second, XXH3_64bits(text.data, middle));
}

static bool load(const char *name, struct sheet *sheet, struct err *err) {
    char path[1024];
    struct span text;
    uint64_t hash;
    snprintf(path, sizeof path, "%s/csv/%s", GOLDLEAF_FIXTURES_DIR, name);
    if (!csv_read_file(path, &text, &hash, err))
        fail_msg("%s", err->message);
    assert_true(hash == hash_halves(text));
    return csv_parse(name, text, sheet, err);
}

static void test_fixtures(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FIXTURES); i++) {
        const struct fixture_case *want = &FIXTURES[i];
        struct sheet sheet;
        struct err err = {0};
        struct buf header = {0}, rows = {0};
        if (!load(want->name, &sheet, &err))
            fail_msg("%s", err.message);
        if (sheet.header_count)
            add_cells(&header, sheet.header, sheet.header_count);
        show_rows(&sheet, &rows);
        assert_string_equal(buf_text(&header), want->header);
        assert_string_equal(buf_text(&rows), want->rows);
        assert_int_equal(sheet.width, want->width);
        assert_int_equal(sheet.delimiter, want->delimiter);
        assert_int_equal(sheet.is_plain, want->is_plain);
        assert_int_equal(sheet.row_starts[sheet.row_count], sheet.text.size);
        buf_free(&header);
        buf_free(&rows);
        sheet_free(&sheet);
    }
}

static void test_faulty_fixtures(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        struct sheet sheet;
        struct err err = {0};
        char message[256];
        assert_false(load(FAULTS[i].name, &sheet, &err));
        snprintf(message, sizeof message, "%s: %s", FAULTS[i].name, FAULTS[i].message);
        assert_string_equal(err.message, message);
        assert_int_equal(err.class, ERR_FAILED);
    }
}

static void test_delimiter(void **state) {
    (void)state;
    expect_parse(SPAN("a;b\n1,2;3\n"), "[a][b]\n[1,2][3]\n");
    expect_parse(SPAN("a,b;c\n1,2;3\n"), "[a][b;c]\n[1][2;3]\n");     /* a tie: comma */
    expect_parse(SPAN("a;b\tc\n1;2\t3\n"), "[a][b\tc]\n[1][2\t3]\n"); /* a tie: semicolon */
    expect_parse(SPAN("a,b;c;d\n1;2,3\n"), "[a,b][c][d]\n[1][2,3]\n");
    expect_parse(SPAN("a\n1;2\n"), "[a]\n[1;2]\n"); /* only the header decides */
    expect_parse(SPAN("\"a\"\",,\";b\n"), "[a\",,][b]\n");
    expect_parse(SPAN("a\"\",;b;c\n"), "[a\"\",][b][c]\n"); /* quotes inside a cell quote nothing */
}

static void test_sep_line(void **state) {
    (void)state;
    expect_parse(SPAN("sep=,\na;b;c,d\n"), "[a;b;c][d]\n");
    expect_parse(SPAN("\xEF\xBB\xBFsep=\t\r\na,b\tc\r\n"), "[a,b][c]\n");
    expect_parse(SPAN("sep=;\ra;b"), "[a][b]\n");
    expect_parse(SPAN("sep=;\n\na;b\n"), "[]\n[a][b]\n");
    expect_parse(SPAN("sep=;"), "");
    expect_parse(SPAN("sep=;\r\n"), "");
    expect_parse(SPAN("sep=;x\n1;2\n"), "[sep=][x]\n[1][2]\n");
    expect_parse(SPAN("sep=|\na|b\n"), "[sep=|]\n[a|b]\n");
    expect_parse(SPAN("SEP=;\na\n"), "[SEP=][]\n[a]\n");
    expect_parse(SPAN("a\nsep=;\n"), "[a]\n[sep=;]\n");
    expect_fault(SPAN("sep=;\r\na;\"b"),
                 "tickets.csv: line 2, column 3: the quote that opens this cell is never closed");
}

static void test_record_ends(void **state) {
    (void)state;
    expect_parse(SPAN("\n"), "[]\n");
    expect_parse(SPAN("\r\n\r\n"), "[]\n[]\n");
    expect_parse(SPAN("\r\r"), "[]\n[]\n");
    expect_parse(SPAN("\n\r"), "[]\n[]\n");
    expect_parse(SPAN("a"), "[a]\n");
    expect_parse(SPAN("a\n\"\""), "[a]\n[]\n");
    expect_parse(SPAN("a\n,"), "[a]\n[][]\n");
    expect_parse(SPAN("\"a\"\r\n\"b\"\r\"c\"\n"), "[a]\n[b]\n[c]\n");
    expect_parse(SPAN("\xEF\xBB\xBF\xEF\xBB\xBF"
                      "a\n"),
                 "[\xEF\xBB\xBF"
                 "a]\n");
}

static void test_faults(void **state) {
    (void)state;
    expect_fault(SPAN("\""),
                 "tickets.csv: line 1, column 1: the quote that opens this cell is never closed");
    expect_fault(SPAN("a,\"b\"\"\n\n"),
                 "tickets.csv: line 1, column 3: the quote that opens this cell is never closed");
    expect_fault(SPAN("\xEF\xBB\xBF\"a\"b"),
                 "tickets.csv: line 1, column 4: text after the closing quote; "
                 "write a quote inside a cell twice (\"\")");
    expect_fault(SPAN("a\r\n\"x\ry\nz\" \n"),
                 "tickets.csv: line 4, column 3: text after the closing quote; "
                 "write a quote inside a cell twice (\"\")");
    expect_fault(SPAN("a;b\n\"x\",y"),
                 "tickets.csv: line 2, column 4: text after the closing quote; "
                 "write a quote inside a cell twice (\"\")");
    expect_fault(SPAN("\xFE\xFF\0a"), "tickets.csv: the file is UTF-16; save it as \"CSV UTF-8\"");
    /* Whatever comes first is told. */
    expect_fault(SPAN("a\n\xC3(\n\0"), "tickets.csv: line 2, column 1: invalid UTF-8 (byte 0xC3); "
                                       "save the file as UTF-8");
    expect_fault(SPAN("\0\xFF"), "tickets.csv: line 1, column 1: a NUL byte: the file is damaged "
                                 "or no text; save it as \"CSV UTF-8\"");
}

static void test_too_wide(void **state) {
    (void)state;
    struct buf text = {0};
    buf_add_text(&text, "a\n\"b\nc\"\n");
    for (size_t i = 1; i < 18278; i++)
        buf_add_char(&text, ',');
    struct sheet sheet;
    struct err err = {0};
    assert_true(parse_copy(buf_span(&text), &sheet, &err));
    assert_int_equal(sheet.width, 18278);
    sheet_free(&sheet);
    buf_add_char(&text, ',');
    buf_add_text(&text, "\n");
    for (size_t i = 1; i < 18279; i++) /* as wide: the first one is told */
        buf_add_char(&text, ',');
    expect_fault(buf_span(&text), "tickets.csv: line 4: 18279 cells in one row; "
                                  "no sheet has more than 18278");
    buf_free(&text);
}

/* The rules once more, one character at a time and with no thought of speed; the delimiter is a
 * comma. False: a fault. */
static bool show_slowly(struct span text, struct buf *out) {
    bool is_open = false;
    for (size_t at = 0; at < text.size;) {
        buf_add_char(out, '[');
        is_open = true;
        if (text.data[at] == '"') {
            for (at++;; at++) {
                if (at == text.size)
                    return false;
                bool is_quote = text.data[at] == '"';
                if (is_quote && !(at + 1 < text.size && text.data[at + 1] == '"'))
                    break;
                at += is_quote;
                buf_add_char(out, text.data[at]);
            }
            if (++at < text.size && !strchr(",\r\n", text.data[at]))
                return false;
        }
        while (at < text.size && !strchr(",\r\n", text.data[at]))
            buf_add_char(out, text.data[at++]);
        buf_add_char(out, ']');
        if (at == text.size)
            break;
        if (text.data[at] == ',') {
            at++;
            if (at == text.size)
                buf_add_text(out, "[]");
            continue;
        }
        at += text.data[at] == '\r' && at + 1 < text.size && text.data[at + 1] == '\n' ? 2 : 1;
        buf_add_char(out, '\n');
        is_open = false;
    }
    if (is_open)
        buf_add_char(out, '\n');
    return true;
}

static void compare_with_slow(struct span text) {
    struct buf slow = {0}, fast = {0};
    struct sheet sheet;
    struct err err = {0};
    bool is_good = show_slowly(text, &slow);
    assert_int_equal(parse_copy(text, &sheet, &err), is_good);
    if (is_good) {
        if (sheet.header_count)
            add_cells(&fast, sheet.header, sheet.header_count);
        show_rows(&sheet, &fast);
        assert_string_equal(buf_text(&fast), buf_text(&slow));
        sheet_free(&sheet);
    }
    buf_free(&slow);
    buf_free(&fast);
}

/* Random texts of the characters that matter; most cells are well formed, so that the texts get
 * beyond the first fault and over many 64 byte borders. */
static void test_against_slow_parser(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "a",        "bcd",
        ",",        ",",
        "\n",       "\r",
        "\r\n",     "\"",
        ",\"",      "\",",
        "\"\"",     "\"e,\nf\"",
        "\xC3\xA9", "a long cell that fills much of a block of bytes"};
    uint64_t seed = 1;
    for (size_t round = 0; round < 40000; round++) {
        struct buf text = {0};
        size_t count = next_random(&seed) % 40;
        size_t kinds = COUNT_OF(pieces) - (next_random(&seed) % 2 ? 0 : 1);
        bool is_plain = next_random(&seed) % 3 == 0;
        for (size_t i = 0; i < count; i++) {
            const char *piece = pieces[next_random(&seed) % kinds];
            if (!is_plain || !strchr(piece, '"'))
                buf_add_text(&text, piece);
        }
        compare_with_slow(buf_span(&text));
        buf_free(&text);
    }
}

/* Each special character at each place around the block borders. */
static void test_borders(void **state) {
    (void)state;
    static const char *const pieces[] = {",",         "\n", "\r",           "\r\n",
                                         "\n\"q\"\n", "\"", "\r\n\"\r\n\"", ",\"\"\"\","};
    char text[160];
    for (size_t size = 60; size < 140; size++)
        for (size_t at = 50; at < size; at++)
            for (size_t i = 0; i < COUNT_OF(pieces); i++) {
                size_t length = strlen(pieces[i]);
                memset(text, 'x', sizeof text);
                memcpy(text + at, pieces[i], length);
                compare_with_slow((struct span){text, size > at + length ? size : at + length});
            }
}

static void test_row_starts_grow(void **state) {
    (void)state;
    struct buf text = {0};
    for (size_t i = 0; i < 5000; i++)
        buf_printf(&text, "%zu,x\n", i);
    struct sheet sheet;
    struct err err = {0};
    assert_true(parse_copy(buf_span(&text), &sheet, &err));
    assert_int_equal(sheet.row_count, 4999);
    for (size_t row = 0; row < sheet.row_count; row++) {
        struct span cells[2];
        char want[32];
        assert_int_equal(sheet_read_row(&sheet, row, cells, NULL), 2);
        snprintf(want, sizeof want, "%zu", row + 1);
        assert_true(span_is(cells[0], want));
    }
    sheet_free(&sheet);
    buf_free(&text);
}

static void test_read_file(void **state) {
    (void)state;
    struct span text;
    uint64_t hash;
    struct err err = {0};
    assert_true(csv_read_file(FIXTURE("header-only.csv"), &text, &hash, &err));
    assert_true(span_is(text, "ticket_id,event_id,price_paid\n"));
    assert_true(hash == hash_halves(text));
    free((void *)text.data);
    assert_true(csv_read_file(FIXTURE("empty.csv"), &text, &hash, &err));
    assert_int_equal(text.size, 0);
    free((void *)text.data);
}

/* Two threads read a large one; every number stands where it belongs. */
static void test_read_large_file(void **state) {
    (void)state;
    static uint32_t numbers[700001];
    const struct span written = {(const char *)numbers, sizeof numbers};
    char path[MEMORY_FILE_PATH];
    struct span text;
    uint64_t hash;
    struct err err = {0};
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++)
        numbers[i] = i;
    int file = memory_file_make(written, path);
    if (!csv_read_file(path, &text, &hash, &err))
        fail_msg("%s", err.message);
    assert_true(span_equal(text, written));
    free((void *)text.data);
    close(file);
}

static uint64_t read_hash(const char *path) {
    struct span text;
    uint64_t hash;
    struct err err = {0};
    if (!csv_read_file(path, &text, &hash, &err))
        fail_msg("%s", err.message);
    free((void *)text.data);
    return hash;
}

/* Whoever wants no text gets the hash that whoever wants it gets, whatever is shared between two
 * threads; and a byte of either's part makes another one. */
static void test_hash_file(void **state) {
    (void)state;
    static const size_t sizes[] = {
        0, 1, CSV_LARGE_BYTES - 1, CSV_LARGE_BYTES, CSV_LARGE_BYTES + 1, 3 * CSV_LARGE_BYTES + 5};
    static char text[3 * CSV_LARGE_BYTES + 5];
    uint64_t seed = 3;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)next_random(&seed);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        char path[MEMORY_FILE_PATH];
        int file = memory_file_make((struct span){text, sizes[i]}, path);
        struct sheet_file *opened;
        uint64_t hash;
        struct err err = {0};
        if (!csv_hash_file(path, &opened, &hash, &err))
            fail_msg("%s", err.message);
        assert_true(hash == read_hash(path));
        assert_int_equal(sheet_file_size(opened), sizes[i]);
        sheet_file_close(opened);
        for (size_t at = 0; at < sizes[i]; at += sizes[i] / 3 + 1) {
            const char other = (char)~text[at];
            memory_file_write(file, (struct span){&other, 1}, (off_t)at);
            assert_true(hash != read_hash(path));
            memory_file_write(file, (struct span){text + at, 1}, (off_t)at);
        }
        close(file);
    }
}

static void expect_unreadable(const char *path, const char *message) {
    struct span text;
    uint64_t hash;
    struct err err = {0};
    char want[1200];
    assert_false(csv_read_file(path, &text, &hash, &err));
    assert_int_equal(err.class, ERR_FAILED);
    snprintf(want, sizeof want, "%s: %s", path, message);
    assert_string_equal(err.message, want);
}

static void test_unreadable_files(void **state) {
    (void)state;
    expect_unreadable(FIXTURE("no-such-file.csv"), strerror(ENOENT));
    expect_unreadable(GOLDLEAF_FIXTURES_DIR "/csv", "it is a directory, not a CSV file");
    expect_unreadable("/dev/null", "not a regular file");
    /* It says that it has no bytes and then gives some: like a file that grows meanwhile. */
    expect_unreadable("/proc/self/status", "the file changed while it was being read");

    char directory[] = "/tmp/goldleaf-csv-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/fifo", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_unreadable(path, "not a regular file");
    unlink(path);
    rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixtures),    cmocka_unit_test(test_faulty_fixtures),
        cmocka_unit_test(test_delimiter),   cmocka_unit_test(test_sep_line),
        cmocka_unit_test(test_record_ends), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_too_wide),    cmocka_unit_test(test_against_slow_parser),
        cmocka_unit_test(test_borders),     cmocka_unit_test(test_row_starts_grow),
        cmocka_unit_test(test_read_file),   cmocka_unit_test(test_read_large_file),
        cmocka_unit_test(test_hash_file),   cmocka_unit_test(test_unreadable_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
