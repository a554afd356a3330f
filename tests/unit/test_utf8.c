#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct utf8_case {
    const char *text;
    size_t bad_offset;
};

#define VALID SIZE_MAX

static void expect(struct span text, size_t bad_offset) {
    size_t found = SIZE_MAX;
    assert_int_equal(utf8_is_valid(text, &found), bad_offset == VALID);
    assert_int_equal(found, bad_offset);
    assert_int_equal(utf8_is_valid(text, NULL), bad_offset == VALID);
}

static void test_sequences(void **state) {
    (void)state;
    static const struct utf8_case cases[] = {
        {"", VALID},
        {"plain", VALID},
        {"\x7F", VALID},
        {"\xC2\x80", VALID},         /* the first of two bytes */
        {"\xDF\xBF", VALID},         /* the last */
        {"\xE0\xA0\x80", VALID},     /* the first of three */
        {"\xED\x9F\xBF", VALID},     /* the last below the surrogates */
        {"\xEE\x80\x80", VALID},     /* the first above them */
        {"\xEF\xBF\xBF", VALID},     /* the last of three */
        {"\xF0\x90\x80\x80", VALID}, /* the first of four */
        {"\xF4\x8F\xBF\xBF", VALID}, /* U+10FFFF */
        {"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAB", VALID},
        {"\x80", 0},             /* a second byte alone */
        {"a\xBF", 1},            /* the same */
        {"\xC0\x80", 0},         /* overlong NUL */
        {"\xC1\xBF", 0},         /* overlong DEL */
        {"\xE0\x9F\xBF", 0},     /* overlong */
        {"\xF0\x8F\xBF\xBF", 0}, /* overlong */
        {"\xED\xA0\x80", 0},     /* U+D800 */
        {"\xED\xBF\xBF", 0},     /* U+DFFF */
        {"\xF4\x90\x80\x80", 0}, /* U+110000 */
        {"\xF5\x80\x80\x80", 0}, /* a lead byte beyond */
        {"\xFF", 0},             /* never */
        {"ok\xC3", 2},           /* cut short */
        {"ok\xE2\x82", 2},       /* cut short */
        {"ok\xF0\x9F\x8E", 2},   /* cut short */
        {"\xC3\xA9\xC3(", 2},    /* broken off by ASCII */
        {"\xE2\x28\xA1", 0},     /* a bad second byte */
        {"\xE2\x82\x28", 0},     /* a bad third byte */
        {"\xF0\x9F\x8E\x28", 0}, /* a bad fourth byte */
        {"Caf\xE9", 3},          /* Latin-1 */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect(span_from(cases[i].text), cases[i].bad_offset);
}

/* What stands behind the end does not complete a character. */
static void test_cut_short(void **state) {
    (void)state;
    static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAB";
    static const size_t starts[] = {0, 1, 3, 6, 10}; /* of the characters, and the end */
    for (size_t i = 0; i + 1 < COUNT_OF(starts); i++) {
        expect((struct span){text, starts[i]}, VALID);
        for (size_t size = starts[i] + 1; size < starts[i + 1]; size++)
            expect((struct span){text, size}, starts[i]);
    }
}

/* The quick way over ASCII must not step over a byte, wherever it stands. */
static void test_every_alignment(void **state) {
    (void)state;
    char text[100];
    for (size_t size = 1; size <= sizeof text; size++)
        for (size_t at = 0; at < size; at++) {
            memset(text, 'a', sizeof text);
            text[at] = (char)0xE9;
            expect((struct span){text, size}, at);
        }
}

static void test_every_code_point(void **state) {
    (void)state;
    for (unsigned c = 0x80; c <= 0x1FFFFF; c++) {
        char four[4] = {(char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)),
                        (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))};
        bool is_four = c >= 0x10000 && c <= 0x10FFFF;
        assert_int_equal(utf8_is_valid((struct span){four, 4}, NULL), is_four);
        if (c > 0xFFFF)
            continue;
        char three[3] = {(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)),
                         (char)(0x80 | (c & 0x3F))};
        bool is_three = c >= 0x800 && (c < 0xD800 || c > 0xDFFF);
        assert_int_equal(utf8_is_valid((struct span){three, 3}, NULL), is_three);
    }
}

static void test_length(void **state) {
    (void)state;
    assert_int_equal(utf8_length(SPAN("")), 0);
    assert_int_equal(utf8_length(SPAN("abc")), 3);
    assert_int_equal(utf8_length(SPAN("Z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x8E\xAB")), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),       cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_every_alignment), cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
