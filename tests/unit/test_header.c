#include "base/buf.h"
#include "source/csv.h"
#include "source/header.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct field FIELDS[] = {
    {.name = "ticket_id"},  {.name = "event_id", .required = true},
    {.name = "price_paid"}, {.name = "status", .required = true},
    {.name = "column_b"},   {.name = "status_2"},
};

enum { TICKET_ID, EVENT_ID, PRICE_PAID, STATUS };

static const size_t KEY[] = {TICKET_ID};

/* Four fields; the two behind them are for the tests of clashing names. */
static const struct sheet_model TICKETS = {
    .name = "tickets", .field_count = 4, .fields = FIELDS, .key_count = 1, .key = KEY};

static const struct sheet_model CLASHING = {
    .name = "tickets", .field_count = 6, .fields = FIELDS, .key_count = 1, .key = KEY};

struct matched {
    struct sheet sheet;
    struct arena arena;
    struct header header;
};

/* cmocka hands it from set-up to test to tear-down. */
static int make_matched(void **state) {
    *state = calloc(1, sizeof(struct matched));
    return *state ? 0 : 1;
}

static void clear_matched(struct matched *m) {
    sheet_free(&m->sheet);
    arena_free(&m->arena);
}

static int free_matched(void **state) {
    clear_matched(*state);
    free(*state);
    return 0;
}

static void match_text(struct matched *m, const struct sheet_model *model, struct span text) {
    struct err err = {0};
    char *copy = malloc(text.size + 1);
    assert_non_null(copy);
    memcpy(copy, text.data, text.size);
    clear_matched(m);
    if (!csv_parse("tickets.csv", (struct span){copy, text.size}, &m->sheet, &err))
        fail_msg("%s", err.message);
    header_match(&m->arena, model, &m->sheet, &m->header);
    assert_int_equal(m->header.column_count, m->sheet.width);
}

static void match_fixture(struct matched *m, const char *name) {
    char path[1024];
    struct span text;
    uint64_t hash;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/csv/%s", GOLDLEAF_FIXTURES_DIR, name);
    if (!csv_read_file(path, &text, &hash, &err))
        fail_msg("%s", err.message);
    match_text(m, &TICKETS, text);
    free((void *)text.data);
}

/* `names`: of all columns, in order, with a blank between. */
static void expect_names(const struct matched *m, const char *names) {
    char found[1024] = "";
    size_t size = 0;
    for (size_t i = 0; i < m->header.column_count; i++)
        size += (size_t)snprintf(found + size, sizeof found - size, "%s%s", i ? " " : "",
                                 m->header.columns[i].name);
    assert_string_equal(found, names);
}

static void expect_text(const char *found, const char *wanted) {
    if (!wanted) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found, wanted);
}

static void expect_lists(const struct matched *m, const char *notice, const char *missing,
                         const char *missing_required, const char *extra) {
    expect_text(m->header.notice, notice);
    expect_text(m->header.missing, missing);
    expect_text(m->header.missing_required, missing_required);
    expect_text(m->header.extra, extra);
}

static void test_untidy(void **state) {
    struct matched *m = *state;
    match_fixture(m, "untidy-header.csv");
    expect_names(m, "ticket_id event_id price_paid status");
    expect_lists(m, NULL, NULL, NULL, NULL);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(m->header.columns[i].field, i);
        assert_int_equal(m->header.field_columns[i], i);
        assert_false(m->header.columns[i].is_beyond);
    }
    assert_true(span_is(m->header.columns[2].text, "PRICE\n PAID"));
    assert_true(m->header.columns[0].name == FIELDS[TICKET_ID].name);
}

static void test_order_is_free(void **state) {
    struct matched *m = *state;
    match_text(m, &TICKETS, SPAN("status,event id,TICKET-ID\n"));
    expect_names(m, "status event_id ticket_id");
    expect_lists(m, NULL, "price_paid", NULL, NULL);
    assert_int_equal(m->header.field_columns[TICKET_ID], 2);
    assert_int_equal(m->header.field_columns[EVENT_ID], 1);
    assert_int_equal(m->header.field_columns[PRICE_PAID], -1);
    assert_int_equal(m->header.field_columns[STATUS], 0);
}

static void test_missing(void **state) {
    struct matched *m = *state;
    match_fixture(m, "missing-columns.csv");
    expect_lists(m, NULL, "event_id, price_paid", "event_id", NULL);
    match_text(m, &TICKETS, SPAN("event_id,price_paid,status\n"));
    expect_lists(m, NULL, "ticket_id", "ticket_id", NULL);
}

static void test_no_header(void **state) {
    struct matched *m = *state;
    match_fixture(m, "empty.csv");
    assert_int_equal(m->header.column_count, 0);
    expect_lists(m, NULL, "ticket_id, event_id, price_paid, status", "ticket_id, event_id, status",
                 NULL);
    assert_int_equal(m->header.field_columns[STATUS], -1);
}

static void test_repeated(void **state) {
    struct matched *m = *state;
    match_fixture(m, "duplicate-header.csv");
    expect_names(m, "ticket_id status status_2 status_3");
    expect_lists(m,
                 "C1 \"Status\" repeated, kept as status_2; "
                 "D1 \"STATUS \" repeated, kept as status_3",
                 "event_id, price_paid", "event_id", NULL);
    assert_int_equal(m->header.columns[1].field, STATUS);
    assert_int_equal(m->header.columns[2].field, -1);
    assert_int_equal(m->header.field_columns[STATUS], 1);

    match_text(m, &TICKETS, SPAN("note,Note,ticket_id,NOTE\n"));
    expect_names(m, "note note_2 ticket_id note_3");
    expect_text(m->header.extra, "note");
}

static void test_blank(void **state) {
    struct matched *m = *state;
    match_fixture(m, "blank-header.csv");
    expect_names(m, "ticket_id column_b status column_d");
    expect_lists(m, "B1 blank, kept as column_b; D1 blank, kept as column_d",
                 "event_id, price_paid", "event_id", NULL);
    assert_int_equal(m->header.columns[1].text.size, 0);
    assert_true(span_is(m->header.columns[3].text, " "));
    assert_false(m->header.columns[3].is_beyond);

    match_text(m, &TICKETS, SPAN("\n1\n"));
    expect_names(m, "column_a");
    match_text(m, &TICKETS, SPAN("a,\t\xC2\xA0 \xE3\x80\x80\xE2\x80\x8B\n"));
    expect_names(m, "a column_b");
}

static void test_beyond(void **state) {
    struct matched *m = *state;
    match_fixture(m, "ragged.csv");
    expect_names(m, "ticket_id event_id column_c column_d");
    expect_lists(m, "2 columns (C to D) beyond the header, kept as column_c to column_d",
                 "price_paid, status", "status", NULL);
    assert_false(m->header.columns[1].is_beyond);
    assert_true(m->header.columns[2].is_beyond);
    assert_int_equal(m->header.columns[3].field, -1);
    assert_int_equal(m->header.columns[3].text.size, 0);

    match_text(m, &TICKETS, SPAN("ticket_id,\nT1,x,y\n"));
    expect_text(m->header.notice, "B1 blank, kept as column_b; "
                                  "1 column (C) beyond the header, kept as column_c");
}

static void test_unknown(void **state) {
    struct matched *m = *state;
    match_fixture(m, "unknown-header.csv");
    expect_names(m, "ticket_id sales_rep_2024 c_2024_target ber column_e");
    expect_lists(m, NULL, "event_id, price_paid, status", "event_id, status",
                 "Sales Rep (2024), 2024 target, \xC3\x9C"
                 "ber, \xE5\x94\xAE\xE4\xBB\xB7");
    for (size_t i = 1; i < 5; i++)
        assert_int_equal(m->header.columns[i].field, -1);
}

static void test_names_from_text(void **state) {
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"Order #", "order"},
        {"__x__", "x"},
        {"a -_. b", "a_b"},
        {"a\xC2\xA0"
         "b",
         "a_b"},
        {"a \xC3\xA9 b", "a_b"},
        {"caf\xC3\xA9", "caf"},
        {"\xE2\x82\xAC price", "price"},
        {"###", "column_a"},
        {"\xC3\xA9", "column_a"},
        {"7", "c_7"},
        {"select", "select"},
        {"_row_id", "row_id"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789",
         "c_0123456789012345678901234567890123456789012345678901234567890"},
        {"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijab c",
         "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijab"},
    };
    struct matched *m = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        match_text(m, &TICKETS, span_from(cases[i].text));
        expect_names(m, cases[i].name);
        expect_text(m->header.extra ? "extra" : NULL, "extra");
    }
}

/* Generated names step aside for headers further right and for fields that the sheet lacks. */
static void test_clashes(void **state) {
    struct matched *m = *state;
    match_text(m, &TICKETS, SPAN("status,Status,status_2\n"));
    expect_names(m, "status status_3 status_2");
    match_text(m, &TICKETS, SPAN(",column a,column-a\n"));
    expect_names(m, "column_a_2 column_a column_a_3");
    match_text(m, &CLASHING, SPAN("status,,Status\n"));
    expect_names(m, "status column_b_2 status_3");
    match_text(m, &CLASHING, SPAN("status,Status 2,Column B\n"));
    expect_names(m, "status status_2 column_b");
    match_text(m, &TICKETS,
               SPAN("pr\xC3\xAF"
                    "ce,prce,PRCE\n"));
    expect_names(m, "prce prce_2 prce_2_2");
    match_text(m, &TICKETS,
               SPAN("st\xC3\xA9"
                    "atus,status\n"));
    expect_names(m, "status_2 status");
    match_text(m, &TICKETS, SPAN("7,c 7\n"));
    expect_names(m, "c_7 c_7_2");
}

static void test_long_repeated(void **state) {
    struct matched *m = *state;
    static const char text[] = "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij_bc\n";
    char line[3 * sizeof text];
    snprintf(line, sizeof line, "%.63s,%.63s,%.63sX\n", text, text, text);
    match_text(m, &TICKETS, span_from(line));
    expect_names(m, "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij_bc "
                    "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij_3 "
                    "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij_2");
}

static void test_shown_text(void **state) {
    struct matched *m = *state;
    match_text(m, &TICKETS,
               SPAN("\"a\nb\x1B[31m\x7F\",\"a\nb \x1B 31m\",\xC2\x9B"
                    "c\n"));
    expect_text(m->header.extra, "a?b?[31m?, ?c");
    expect_text(m->header.notice, "B1 \"a?b ? 31m\" repeated, kept as a_b_31m_2");

    /* Cut at 60 bytes, or before the character that is there. */
    struct buf line = {0};
    buf_add_text(&line, "xx");
    for (size_t i = 0; i < 25; i++)
        buf_add_text(&line, "\xE2\x82\xAC"
                            "a");
    match_text(m, &TICKETS, buf_span(&line));
    buf_free(&line);
    assert_int_equal(strlen(m->header.extra), 58 + strlen("..."));
    assert_string_equal(m->header.extra + 58, "...");
}

/* Each of the most columns there can be gets its own name, in little time. */
static void test_many_repeated(void **state) {
    struct matched *m = *state;
    struct buf line = {0};
    buf_add_text(&line, "note");
    for (size_t i = 1; i < 18278; i++)
        buf_add_text(&line, i % 3 ? ",note" : ",");
    match_text(m, &TICKETS, buf_span(&line));
    buf_free(&line);
    assert_int_equal(m->header.column_count, 18278);
    assert_string_equal(m->header.columns[18277].name, "note_12186");
    assert_string_equal(m->header.columns[18276].name, "column_zzy");
}

#define HEADER_TEST(test) cmocka_unit_test_setup_teardown(test, make_matched, free_matched)

static void test_meant(void **state) {
    (void)state;
    struct header_column paid = {.text = SPAN("Price Paid"), .name = "price_paid"};
    struct header_column repeated = {.text = SPAN("Notes"), .name = "notes_2"};
    struct header_column wide = {.text = SPAN("\u4EF7\u683C"), .name = "column_c"};
    struct header_column blank = {.text = SPAN(" "), .name = "column_d"};
    assert_true(header_is_meant(&paid, SPAN("price_paid")));
    assert_true(header_is_meant(&paid, SPAN("Price Paid")));
    assert_true(header_is_meant(&paid, SPAN(" PRICE-paid ")));
    assert_false(header_is_meant(&paid, SPAN("price")));
    assert_false(header_is_meant(&paid, SPAN("")));
    assert_true(header_is_meant(&repeated, SPAN("notes_2")));
    assert_true(header_is_meant(&repeated, SPAN("notes")));
    assert_true(header_is_meant(&wide, SPAN("\u4EF7\u683C")));
    assert_true(header_is_meant(&wide, SPAN("column_c")));
    assert_true(header_is_meant(&blank, SPAN("column_d")));
    assert_false(header_is_meant(&blank, SPAN(" ")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HEADER_TEST(test_untidy),          HEADER_TEST(test_order_is_free),
        HEADER_TEST(test_missing),         HEADER_TEST(test_no_header),
        HEADER_TEST(test_repeated),        HEADER_TEST(test_blank),
        HEADER_TEST(test_beyond),          HEADER_TEST(test_unknown),
        HEADER_TEST(test_names_from_text), HEADER_TEST(test_clashes),
        HEADER_TEST(test_long_repeated),   HEADER_TEST(test_shown_text),
        HEADER_TEST(test_many_repeated),   HEADER_TEST(test_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
