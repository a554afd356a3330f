/* What people paste to say where a sheet is, and what is said when it cannot be that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/sheets_address.h"

#define ID "1AbC-dEf_0123456789xyz"
#define URL "https://docs.google.com/spreadsheets/d/" ID

static const struct {
    const char *text, *spreadsheet;
    int64_t gid;
    const char *tab;
} GOOD[] = {
    {ID, ID, SHEETS_NO_GID, NULL},
    {"x", "x", SHEETS_NO_GID, NULL},
    {ID "#gid=0", ID, 0, NULL},
    {ID "#gid=2147483647", ID, 2147483647, NULL},
    {ID "!Tickets", ID, SHEETS_NO_GID, "Tickets"},
    {ID "!Q1 '26 #gid=7!x", ID, SHEETS_NO_GID, "Q1 '26 #gid=7!x"},
    {ID "! ", ID, SHEETS_NO_GID, " "},
    {ID "!\xF0\x9F\x8E\xAB", ID, SHEETS_NO_GID, "\xF0\x9F\x8E\xAB"},
    {"!Tickets", NULL, SHEETS_NO_GID, "Tickets"},
    {"!!", NULL, SHEETS_NO_GID, "!"},
    {"#gid=7", NULL, 7, NULL},
    {URL, ID, SHEETS_NO_GID, NULL},
    {URL "/", ID, SHEETS_NO_GID, NULL},
    {URL "/edit", ID, SHEETS_NO_GID, NULL},
    {URL "/edit?usp=sharing", ID, SHEETS_NO_GID, NULL},
    {URL "?usp=sharing", ID, SHEETS_NO_GID, NULL},
    {URL "#gid=12", ID, 12, NULL},
    {URL "/edit#gid=12", ID, 12, NULL},
    {URL "/edit?gid=7#gid=12", ID, 12, NULL},
    {URL "/edit?gid=7", ID, 7, NULL},
    {URL "/edit?gid=7&usp=drive_link", ID, 7, NULL},
    {URL "/edit#gid=12&range=A1:B2", ID, 12, NULL},
    {URL "/htmlview", ID, SHEETS_NO_GID, NULL},
    {"http://docs.google.com/spreadsheets/d/" ID "/edit", ID, SHEETS_NO_GID, NULL},
    {"https://docs.google.com/spreadsheets/u/0/d/" ID "/edit#gid=3", ID, 3, NULL},
    {"https://docs.google.com/a/example.com/spreadsheets/d/" ID "/edit", ID, SHEETS_NO_GID, NULL},
};

static void test_good_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
        struct arena arena = {0};
        struct sheets_address address;
        struct err err = {0};
        if (!sheets_address_read(&arena, "SHEET_X", GOOD[i].text, &address, &err))
            fail_msg("%s: %s", GOOD[i].text, err.message);
        if (GOOD[i].spreadsheet)
            assert_string_equal(address.spreadsheet, GOOD[i].spreadsheet);
        else
            assert_null(address.spreadsheet);
        if (GOOD[i].tab)
            assert_string_equal(address.tab, GOOD[i].tab);
        else
            assert_null(address.tab);
        assert_int_equal(address.gid, GOOD[i].gid);
        arena_free(&arena);
    }
}

static const struct {
    const char *text, *message;
} BAD[] = {
    {"", "the id of the spreadsheet is empty"},
    {" " ID, "this is not the id or URL of a spreadsheet"},
    {"my sheet", "this is not the id or URL of a spreadsheet"},
    {"docs.google.com/spreadsheets/d/" ID, "this is not the id or URL of a spreadsheet"},
    {ID "/edit", "this is not the id or URL of a spreadsheet"},
    {"tickets.csv", "this is not the id or URL of a spreadsheet"},
    {"\xC3\xA9", "this is not the id or URL of a spreadsheet"},
    {ID "!", "the name of a tab must follow the !"},
    {"!", "the name of a tab must follow the !"},
    {ID "#", "gid= must follow the #"},
    {ID "#tickets", "gid= must follow the #"},
    {"#7", "gid= must follow the #"},
    {ID "#gid=", "a number must follow gid="},
    {ID "#gid=seven", "a number must follow gid="},
    {ID "#gid=-1", "a number must follow gid="},
    {ID "#gid= 7", "a number must follow gid="},
    {ID "#gid=7x", "the gid is not the number of a tab"},
    {ID "#gid=7!Tickets", "the gid is not the number of a tab"},
    {ID "#gid=2147483648", "the gid is not the number of a tab"},
    {ID "#gid=99999999999999999999999", "the gid is not the number of a tab"},
    {URL "/edit#gid=x", "a number must follow gid="},
    {URL "/edit#gid=99999999999", "the gid is not the number of a tab"},
    {"https://example.com/spreadsheets/d/" ID, "the URL does not lead to docs.google.com"},
    {"https://docs.google.com.example.com/spreadsheets/d/" ID,
     "the URL does not lead to docs.google.com"},
    {"https://drive.google.com/file/d/" ID "/view", "the URL does not lead to docs.google.com"},
    {"https://docs.google.com/spreadsheets/d/e/2PACX-1v/pubhtml",
     "this is the link of a published copy, not of the spreadsheet"},
    {"https://docs.google.com/spreadsheets/d/e/2PACX-1v/pub?gid=0&output=csv",
     "this is the link of a published copy, not of the spreadsheet"},
    {"https://docs.google.com/document/d/" ID "/edit",
     "the URL leads to a document that is not a spreadsheet"},
    {"https://docs.google.com/presentation/d/" ID "/edit",
     "the URL leads to a document that is not a spreadsheet"},
    {"https://docs.google.com/", "the URL leads to a document that is not a spreadsheet"},
    {"https://docs.google.com/spreadsheets/u/0/", "there is no spreadsheet id in the URL"},
    {"https://docs.google.com/spreadsheets/d/", "the id of the spreadsheet is empty"},
    {"https://docs.google.com/spreadsheets/d//edit", "the id of the spreadsheet is empty"},
    {"https://docs.google.com/spreadsheets/d/a b/edit",
     "this is not the id or URL of a spreadsheet"},
    {URL "!Tickets", "this is not the id or URL of a spreadsheet"},
    {URL "/edit!Tickets", "a tab is named behind an id, or by the URL's own #gid="},
};

static void test_bad_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct arena arena = {0};
        struct sheets_address address;
        struct err err = {0};
        char expected[200];
        if (sheets_address_read(&arena, "SHEET_X", BAD[i].text, &address, &err))
            fail_msg("accepted: %s", BAD[i].text);
        assert_int_equal(err.class, ERR_USAGE);
        snprintf(expected, sizeof expected, "SHEET_X: %s", BAD[i].message);
        assert_string_equal(err.message, expected);
        assert_non_null(strstr(err.hint, "between /d/ and /edit"));
        arena_free(&arena);
    }
}

static void test_link(void **state) {
    (void)state;
    struct buf link = {0};
    struct arena arena = {0};
    struct sheets_address address;
    struct err err;
    sheets_address_add_link(&link, ID, 1234567890);
    assert_string_equal(buf_text(&link), URL "/edit#gid=1234567890");
    assert_true(sheets_address_read(&arena, "X", buf_text(&link), &address, &err));
    assert_string_equal(address.spreadsheet, ID);
    assert_int_equal(address.gid, 1234567890);
    arena_free(&arena);
    buf_free(&link);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_addresses),
        cmocka_unit_test(test_bad_addresses),
        cmocka_unit_test(test_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
