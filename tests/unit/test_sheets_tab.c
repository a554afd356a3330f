/* Cells as Google's JSON has them -> the CSV text that a sheet is made of. */
#include "model_fixture.h"

#include "source/csv.h"
#include "source/sheets_tab.h"

#define HEADER "[\"sku\",\"valid_from\",\"list_price\"]"
#define HEADER_CSV "sku,valid_from,list_price\n"

/* Adds the rows of `values`, which stand in a document of their own; NULL: it has none. */
static bool add_rows(struct sheets_tab *tab, const char *values, size_t first_row, size_t row_limit,
                     struct err *err) {
    struct buf text = {0};
    struct json_marks marks = {0};
    *err = (struct err){0};
    buf_add_text(&text, "{\"range\":\"x\"");
    if (values)
        buf_printf(&text, ",\"values\":%s", values);
    buf_add_char(&text, '}');
    if (!json_scan(buf_span(&text), &marks, err))
        fail_msg("%s: %s", values ? values : "nothing", err->message);
    size_t index = json_marks_find(&marks, buf_span(&text), 0, "values");
    bool ok = sheets_tab_add_rows(tab, buf_span(&text), &marks, index, first_row, row_limit, err);
    free(marks.items);
    buf_free(&text);
    return ok;
}

static void add_good(struct sheets_tab *tab, const char *values, size_t first_row,
                     size_t row_limit) {
    struct err err;
    if (!add_rows(tab, values, first_row, row_limit, &err))
        fail_msg("%s: %s", values ? values : "nothing", err.message);
}

static void check_csv(const struct sheets_tab *tab, const char *expected) {
    assert_true(span_is(buf_span(&tab->csv), buf_text(&tab->csv)));
    assert_string_equal(buf_text(&tab->csv), expected);
}

/* A whole tab in one piece. */
static void check_tab(void **state, const char *values, const char *csv) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, values, 0, SIZE_MAX);
    check_csv(&tab, csv);
    sheets_tab_free(&tab);
}

/* One cell of the last column, which holds no dates. */
static void check_cell(void **state, const char *cell, const char *csv) {
    struct buf values = {0}, expected = {0};
    buf_printf(&values, "[" HEADER ",[\"A\",\"\",%s]]", cell);
    buf_printf(&expected, HEADER_CSV "A,,%s\n", csv);
    check_tab(state, buf_text(&values), buf_text(&expected));
    buf_free(&values);
    buf_free(&expected);
}

static void test_numbers(void **state) {
    static const struct {
        const char *cell, *csv;
    } cases[] = {
        {"0", "0"},
        {"53", "53"},
        {"-53", "-53"},
        {"4000000", "4000000"},
        {"123456789012345", "123456789012345"},
        {"1234567890123456", "1234567890123456"},
        {"9007199254740993", "9007199254740992"},
        {"1234567890123456789", "1234567890123456800"},
        {"99.95", "99.95"},
        {"-1.99", "-1.99"},
        {"0.542", "0.542"},
        {"0.1", "0.1"},
        {"1234.56789", "1234.56789"},
        {"12345.6789", "12345.6789"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"0.2661689814814815", "0.2661689814814815"},
        {"100.0", "100"},
        {"100.50", "100.5"},
        {"0.0", "0"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"1E+21", "1000000000000000000000"},
        {"1e21", "1000000000000000000000"},
        {"-2.5E+20", "-250000000000000000000"},
        {"1.5E-7", "0.00000015"},
        {"-1.5e-7", "-0.00000015"},
        {"3.21E-3", "0.00321"},
        {"1e-400", "0"},
        {"100000000000000000000000", "100000000000000000000000"},
        {"0.1000000000000000055511151231257827021181583404541015625", "0.1"},
        /* no number of a spreadsheet, but of JSON: stays as it is written */
        {"1e999", "1e999"},
        {"-1e999", "-1e999"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_cell(state, cases[i].cell, cases[i].csv);
}

static void test_other_cells(void **state) {
    static const struct {
        const char *cell, *csv;
    } cases[] = {
        {"true", "TRUE"},
        {"false", "FALSE"},
        {"null", ""},
        {"\"\"", ""},
        {"\" \"", " "},
        {"\"0123456789\"", "0123456789"},
        {"\"true\"", "true"},
        {"\"say \\\"hi\\\"\"", "\"say \"\"hi\"\"\""},
        {"\"a,b\"", "\"a,b\""},
        {"\"a;b\"", "\"a;b\""},
        {"\"two\\nlines\"", "\"two\nlines\""},
        {"\"two\\r\\nlines\"", "\"two\r\nlines\""},
        {"\"a\\tb\"", "\"a\tb\""},
        {"\"back\\\\slash \\/\"", "back\\slash /"},
        {"\"caf\\u00e9\"", "caf\xC3\xA9"},
        {"\"caf\xC3\xA9 \xE5\x8C\x97\xE4\xBA\xAC\"", "caf\xC3\xA9 \xE5\x8C\x97\xE4\xBA\xAC"},
        {"\"\\ud83c\\udfab\"", "\xF0\x9F\x8E\xAB"},
        {"\"\xF0\x9F\x8E\xAB\"", "\xF0\x9F\x8E\xAB"},
        {"\"$1,234.50\"", "\"$1,234.50\""},
        {"\"=A1\"", "=A1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_cell(state, cases[i].cell, cases[i].csv);
}

/* The API adds in brackets what the cell does not show. */
static void test_formula_errors(void **state) {
    static const struct {
        const char *cell, *csv;
    } cases[] = {
        {"\"#N/A\"", "#N/A"},
        {"\"#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)\"", "#DIV/0!"},
        {"\"#N/A (Did not find value 'X' in VLOOKUP evaluation.)\"", "#N/A"},
        {"\"#REF! (Reference does not exist.)\"", "#REF!"},
        {"\"#VALUE! (Function ADD parameter 1 expects number values, but 'a' is a text.)\"",
         "#VALUE!"},
        {"\"#NAME? (Unknown function: 'X'.)\"", "#NAME?"},
        {"\"#NUM! (Result is too large.)\"", "#NUM!"},
        {"\"#NULL! (x)\"", "#NULL!"},
        {"\"#ERROR! (Formula parse error.)\"", "#ERROR!"},
        {"\"#DIV/0! (Der Wert \\u201e0\\u201c\\nist verboten)\"", "#DIV/0!"},
        {"\"#DIV/0! ()\"", "#DIV/0!"},
        /* these are texts that somebody typed */
        {"\"#DIV/0! (open\"", "#DIV/0! (open"},
        {"\"#DIV/0!(x)\"", "#DIV/0!(x)"},
        {"\"#7 (seven)\"", "#7 (seven)"},
        {"\"no #N/A (x)\"", "no #N/A (x)"},
        {"\"Loading...\"", "Loading..."},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_cell(state, cases[i].cell, cases[i].csv);
}

static void check_date(void **state, const char *cell, const char *csv) {
    struct buf values = {0}, expected = {0};
    buf_printf(&values, "[" HEADER ",[\"A\",%s,%s]]", cell, cell);
    buf_printf(&expected, HEADER_CSV "A,%s,", csv);
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, buf_text(&values), 0, SIZE_MAX);
    if (strncmp(buf_text(&tab.csv), buf_text(&expected), expected.size) != 0)
        fail_msg("%s: %s", cell, buf_text(&tab.csv));
    assert_null(strchr(buf_text(&tab.csv) + expected.size, '-'));
    sheets_tab_free(&tab);
    buf_free(&values);
    buf_free(&expected);
}

static void test_dates(void **state) {
    static const struct {
        const char *cell, *csv;
    } cases[] = {
        {"43831", "2020-01-01"},
        {"43831.0", "2020-01-01"},
        {"45351", "2024-02-29"},
        {"2", "1900-01-01"},
        {"73415", "2100-12-31"},
        {"34736.43034722222", "1995-02-06 10:19:42"},
        {"43831.266168981485", "2020-01-01 06:23:17"},
        {"43831.999995", "2020-01-02"},
        {"43831.99999409722", "2020-01-01 23:59:59"},
        {"43831.000001", "2020-01-01"},
        {"33.625", "1900-02-01 15:00:00"},
        /* outside of the years that a model takes these are numbers like others */
        {"0", "0"},
        {"1", "1"},
        {"1.999", "1.999"},
        {"0.2661689814814815", "0.2661689814814815"},
        {"73416", "73416"},
        {"73415.99999999", "73415.99999999"},
        {"100000", "100000"},
        {"20240229", "20240229"},
        {"1E+21", "1000000000000000000000"},
        {"1.5E-7", "0.00000015"},
        /* a text is what somebody typed */
        {"\"29/02/2024\"", "29/02/2024"},
        {"\"43831\"", "43831"},
        {"\"\"", ""},
        {"null", ""},
        {"true", "TRUE"},
        {"\"#N/A (x)\"", "#N/A"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_date(state, cases[i].cell, cases[i].csv);
    /* (no day, so the sign may stand there) */
    check_tab(state, "[" HEADER ",[\"A\",-5]]", HEADER_CSV "A,-5\n");
}

/* Which column holds dates is said by the header, wherever it stands and however it is spelt. */
static void test_date_columns_by_header(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "orders"));
    add_good(&tab, "[[\" PLACED \",\"\",\"order no\",\"placed\"],[43831,43831,43831,43831,43831]]",
             0, SIZE_MAX);
    check_csv(&tab, " PLACED ,,order no,placed\n2020-01-01 00:00:00,43831,43831,43831,43831\n");
    sheets_tab_free(&tab);
}

static void test_shapes(void **state) {
    check_tab(state, NULL, "");
    check_tab(state, "[]", "");
    check_tab(state, "[[]]", "\n");
    check_tab(state, "[[\"\"]]", "\n");
    check_tab(state, "[" HEADER "]", HEADER_CSV);
    check_tab(state, "[" HEADER ",[\"A\"],[],[\"\",\"\",3],[\"B\",1,2,3,4]]",
              HEADER_CSV "A\n\n,,3\nB,1,2,3,4\n");
    check_tab(state, "[[],[]," HEADER ",[\"A\",43831]]", "\n\n" HEADER_CSV "A,43831\n");
    check_tab(state, " [ [ \"sku\" , \"valid_from\" ] ,\n [ 1 , 43831 ] ] ",
              "sku,valid_from\n1,2020-01-01\n");
    check_tab(state, "[[\"sep=;\"],[\"\\ufeffx\"]]", "\"sep=;\"\n\"\xEF\xBB\xBFx\"\n");
}

/* A tab in blocks: what Google cut off at a block's end is there again in front of the next. */
static void test_blocks(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, "[" HEADER ",[\"A\",43831,1]]", 0, 3);
    assert_int_equal(tab.row_count, 2);
    add_good(&tab, NULL, 3, 3);
    assert_int_equal(tab.row_count, 2);
    add_good(&tab, "[[],[\"B\",43832]]", 6, 3);
    assert_int_equal(tab.row_count, 8);
    add_good(&tab, "[[\"C\",43833]]", 9, 1);
    check_csv(&tab, HEADER_CSV "A,2020-01-01,1\n\n\n\n\n\nB,2020-01-02\n\nC,2020-01-03\n");
    sheets_tab_free(&tab);
}

static void test_blank_header_in_blocks(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, NULL, 0, 2);
    add_good(&tab, "[" HEADER "]", 2, 2);
    check_csv(&tab, "\n\n" HEADER_CSV);
    assert_int_equal(tab.header.size, 0);
    sheets_tab_free(&tab);
}

/* Google says nothing of a blank row where it stands alone and [] where others follow. */
static void test_blank_header_is_blank(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, "[[]," HEADER "]", 0, 2);
    assert_int_equal(tab.header.size, 0);
    sheets_tab_free(&tab);
}

static void test_header_is_kept_as_it_came(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, "[" HEADER ",[1]]", 0, 2);
    assert_string_equal(buf_text(&tab.header), HEADER);
    add_good(&tab, "[[2]]", 2, 2);
    assert_string_equal(buf_text(&tab.header), HEADER);
    sheets_tab_free(&tab);
}

static void check_refused(void **state, const char *values, size_t row_limit, const char *message) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    struct err err;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    assert_false(add_rows(&tab, values, 0, row_limit, &err));
    assert_int_equal(err.class, ERR_FAILED);
    assert_string_equal(err.message, message);
    sheets_tab_free(&tab);
}

static void test_faulty_values(void **state) {
    check_refused(state, "[[1],[2],[3]]", 2, "more rows than were asked for");
    check_refused(state, "[[1]]", 0, "more rows than were asked for");
    check_refused(state, "[[1,[2]]]", 9, "a cell that is a list or an object");
    check_refused(state, "[[{\"a\":1}]]", 9, "a cell that is a list or an object");
    check_refused(state, "[[1],2]", 9, "a row that is no list of cells");
    check_refused(state, "[\"a\"]", 9, "a row that is no list of cells");
    check_refused(state, "{}", 9, "\"values\" is no list of rows");
    check_refused(state, "null", 9, "\"values\" is no list of rows");
    check_refused(state, "\"[[1]]\"", 9, "\"values\" is no list of rows");
}

/* One row of ZZZ columns is the most that there can be. */
static void test_widest_header(void **state) {
    struct buf values = {0};
    buf_add_text(&values, "[[\"\"");
    for (int i = 1; i < 18278; i++)
        buf_add_text(&values, ",\"\"");
    buf_add_text(&values, "]]");
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, buf_text(&values), 0, 1);
    assert_int_equal(tab.csv.size, 18278);
    sheets_tab_free(&tab);
    values.size -= 2;
    buf_add_text(&values, ",\"\"]]");
    struct err err;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    assert_false(add_rows(&tab, buf_text(&values), 0, 1, &err));
    sheets_tab_free(&tab);
    buf_free(&values);
}

static void test_take_back(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    struct err err;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, "[" HEADER ",[\"A\"]]", 0, 4);
    struct sheets_tab_mark mark = sheets_tab_mark(&tab);
    assert_false(add_rows(&tab, "[[\"B\"],[\"C\"],[[]]]", 4, 4, &err));
    sheets_tab_take_back(&tab, mark);
    assert_int_equal(tab.row_count, 2);
    check_csv(&tab, HEADER_CSV "A\n");
    add_good(&tab, "[[\"B\",43831]]", 4, 4);
    check_csv(&tab, HEADER_CSV "A\n\n\nB,2020-01-01\n");
    sheets_tab_free(&tab);
}

/* The header that a faulty answer had is forgotten with its rows. */
static void test_take_back_of_everything(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    struct err err;
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    struct sheets_tab_mark mark = sheets_tab_mark(&tab);
    sheets_tab_take_back(&tab, mark);
    assert_false(add_rows(&tab, "[[\"x\",\"valid_from\"],[[]]]", 0, 4, &err));
    sheets_tab_take_back(&tab, mark);
    check_csv(&tab, "");
    assert_int_equal(tab.row_count, 0);
    assert_int_equal(tab.header.size, 0);
    add_good(&tab, NULL, 0, 2);
    add_good(&tab, "[[1,43831]]", 2, 2);
    check_csv(&tab, "\n\n1,43831\n");
    assert_int_equal(tab.header.size, 0);
    sheets_tab_free(&tab);
}

/* The CSV text is read again as the cells that were sent. */
static void test_csv_says_the_same(void **state) {
    const struct fixture *fixture = *state;
    struct sheets_tab tab;
    struct sheet sheet;
    struct err err;
    struct span cells[8];
    sheets_tab_start(&tab, sheet_of(fixture->model, "prices"));
    add_good(&tab, "[[\"a;b\",\"c;d\",\"e;f\"],[\"x\\ny\",\"\\\"\",\"'\"],[],[\"\",\"\\t\"]]", 0,
             SIZE_MAX);
    char *copy = malloc(tab.csv.size);
    assert_non_null(copy);
    memcpy(copy, tab.csv.data, tab.csv.size);
    assert_true(csv_parse("x.csv", (struct span){copy, tab.csv.size}, &sheet, &err));
    assert_int_equal(sheet.delimiter, ',');
    assert_int_equal(sheet.header_count, 3);
    assert_true(span_is(sheet.header[1], "c;d"));
    assert_int_equal(sheet.row_count, 3);
    assert_int_equal(sheet_read_row(&sheet, 0, cells, &sheet.arena), 3);
    assert_true(span_is(cells[0], "x\ny") && span_is(cells[1], "\"") && span_is(cells[2], "'"));
    assert_int_equal(sheet_read_row(&sheet, 2, cells, &sheet.arena), 2);
    assert_true(span_is(cells[0], "") && span_is(cells[1], "\t"));
    sheet_free(&sheet);
    sheets_tab_free(&tab);
}

static int setup(void **state) {
    static struct fixture fixture;
    fixture_read_good(&fixture, GOLDLEAF_FIXTURES_DIR "/shop");
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_other_cells),
        cmocka_unit_test(test_formula_errors),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_date_columns_by_header),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_blank_header_in_blocks),
        cmocka_unit_test(test_blank_header_is_blank),
        cmocka_unit_test(test_header_is_kept_as_it_came),
        cmocka_unit_test(test_faulty_values),
        cmocka_unit_test(test_widest_header),
        cmocka_unit_test(test_take_back),
        cmocka_unit_test(test_take_back_of_everything),
        cmocka_unit_test(test_csv_says_the_same),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
