/* Random grids: whatever the size of the requests, whatever the cells, the text is the same, and it
 * says what the cells say. */
#include "fake_sheets.h"

#include "source/csv.h"
#include "json/json_scan.h"

#define SHEETS 5
#define NOWHERE                                                                                    \
    { .gid = SHEETS_NO_GID }

static uint64_t random_state;

static size_t random_below(size_t end) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % end);
}

/* Cells as JSON; one in three is blank. */
static const char *random_cell(struct arena *arena) {
    static const char *const cells[] = {
        "\"a\"",
        "\"two words\"",
        "0",
        "-1.5",
        "43831",
        "43831.5",
        "0.1",
        "1E+21",
        "true",
        "false",
        "\"say \\\"x\\\"\"",
        "\"\\\"\"",
        "\"a,b\"",
        "\",\"",
        "\"a;b\"",
        "\"a\\tb\"",
        "\"two\\nlines\"",
        "\"\\n\"",
        "\"\\r\\n\"",
        "\"\\r\"",
        "\"\\\\\"",
        "\"caf\\u00e9\"",
        "\"\xE5\x8C\x97\xE4\xBA\xAC\"",
        "\"\xF0\x9F\x8E\xAB\"",
        "\"\\ud83c\\udfab\"",
        "\"\\ufeff\"",
        "\"sep=;\"",
        "\" \"",
        "\"#N/A (x)\"",
        "\"'\"",
        "\"]\"",
        "\"[]\"",
        "\"{\"",
        "\"values\"",
        "\"valid_from\"",
        "\"sku\"",
        "\"2020-01-01\"",
    };
    size_t pick = random_below(COUNT_OF(cells) * 3 / 2);
    if (pick < COUNT_OF(cells))
        return cells[pick];
    return random_below(20) ? NULL : arena_printf(arena, "\"%0*d\"", (int)random_below(300), 7);
}

static void fill_at_random(struct fake_google *google, struct fake_tab *tab) {
    bool has_header = random_below(8) > 0;
    if (has_header)
        fake_fill(google, tab, 0, tab->columns > 2 ? "sku,valid_from,list_price" : "valid_from");
    for (size_t row = has_header; row < tab->rows; row++) {
        size_t width = random_below(4) ? random_below(tab->columns + 1) : 0;
        for (size_t column = 0; column < width; column++)
            tab->cells[row * tab->columns + column] = random_cell(&google->arena);
    }
}

/* What a cell says, dates apart: those are looked at elsewhere. */
static bool is_said(const char *cell, struct span said) {
    struct buf decoded = {0};
    bool is_same = true;
    if (!cell)
        is_same = said.size == 0;
    else if (*cell == '"' && strcmp(cell, "\"#N/A (x)\"") != 0) {
        json_add_decoded(&decoded, span_from(cell));
        is_same = span_equal(said, buf_span(&decoded));
    }
    buf_free(&decoded);
    return is_same;
}

/* The CSV text, read again, has the cells of the tab and no others. */
static void check_cells(const struct fake_tab *tab, struct span text) {
    struct sheet sheet;
    struct err err;
    char *copy = malloc(text.size ? text.size : 1);
    assert_non_null(copy);
    if (text.size)
        memcpy(copy, text.data, text.size);
    if (!csv_parse("x.csv", (struct span){copy, text.size}, &sheet, &err))
        fail_msg("%s", err.message);
    struct span *cells = arena_array(&sheet.arena, sheet.width, sizeof *cells);
    for (size_t row = 1; row < tab->rows; row++) {
        size_t count =
            row <= sheet.row_count ? sheet_read_row(&sheet, row - 1, cells, &sheet.arena) : 0;
        for (size_t column = 0; column < tab->columns; column++)
            if (!is_said(fake_cell_at(tab, row, column), column < count ? cells[column] : SPAN("")))
                fail_msg("row %zu, column %zu", row, column);
    }
    assert_true(sheet.row_count < tab->rows);
    assert_true(sheet.width <= tab->columns || sheet.width == 1);
    sheet_free(&sheet);
}

static const struct sheets_address ADDRESSES[SHEETS] = {
    NOWHERE, NOWHERE, {"S1", SHEETS_NO_GID, NULL}, {"S1", SHEETS_NO_GID, NULL}, NOWHERE};
static const char *const SHEET_NAMES[] = {"prices", "orders"};

struct texts {
    struct span items[COUNT_OF(SHEET_NAMES)];
    uint64_t hashes[COUNT_OF(SHEET_NAMES)];
};

static void pull_texts(struct fake_google *google, const struct model *model, size_t cells,
                       struct texts *texts) {
    struct fake_pull pull;
    google->sent_count = 0;
    access_renew(&google->access);
    pull_open(&pull, google, model, ADDRESSES, cells);
    for (size_t i = 0; i < COUNT_OF(SHEET_NAMES); i++) {
        if (!pull_read(&pull, SHEET_NAMES[i]))
            fail_msg("%s", pull.err.message);
        assert_null(pull.sheet.missing);
        texts->items[i] = arena_copy(&google->arena, pull.sheet.text);
        texts->hashes[i] = pull.sheet.hash;
    }
    pull_close(&pull);
}

static void check_grids(struct fake_google *google, const struct model *model) {
    struct texts whole, parts;
    google->spreadsheet_count = 0;
    struct fake_spreadsheet *spreadsheet = fake_add_spreadsheet(google, "S1");
    for (size_t i = 0; i < COUNT_OF(SHEET_NAMES); i++)
        fill_at_random(google, fake_add_tab(google, spreadsheet, SHEET_NAMES[i],
                                            1 + random_below(40), 1 + random_below(6)));
    pull_texts(google, model, 0, &whole);
    for (size_t i = 0; i < COUNT_OF(SHEET_NAMES); i++)
        check_cells(&spreadsheet->tabs[i], whole.items[i]);
    for (int round = 0; round < 4; round++) {
        pull_texts(google, model, 1 + random_below(60), &parts);
        for (size_t i = 0; i < COUNT_OF(SHEET_NAMES); i++) {
            assert_true(span_equal(whole.items[i], parts.items[i]));
            assert_true(whole.hashes[i] == parts.hashes[i]);
        }
    }
    arena_free(&google->arena);
    buf_clear(&google->sent);
}

static void test_random_grids(void **state) {
    (void)state;
    struct fake_google google;
    struct fixture model;
    fixture_read_good(&model, GOLDLEAF_FIXTURES_DIR "/shop");
    fake_open(&google, "printf token");
    for (size_t seed = 1; seed <= 400; seed++) {
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        check_grids(&google, model.model);
    }
    fake_close(&google);
    fixture_free(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_grids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
