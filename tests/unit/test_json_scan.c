/* Marks in a document that was scanned: passing over values, finding members, decoding strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json.h"
#include "json/json_scan.h"

/* An exact copy, so that reading behind the end is seen. */
struct document {
    char *copy;
    struct span text;
    struct json_marks marks;
};

static void document_open(struct document *document, const char *text) {
    struct err err;
    size_t size = strlen(text);
    *document = (struct document){.copy = malloc(size ? size : 1)};
    assert_non_null(document->copy);
    memcpy(document->copy, text, size);
    document->text = (struct span){document->copy, size};
    if (!json_scan(document->text, &document->marks, &err))
        fail_msg("%s: %s", text, err.message);
}

static void document_close(struct document *document) {
    free(document->marks.items);
    free(document->copy);
}

static void check_text(const struct document *document, size_t index, const char *expected) {
    assert_true(index < document->marks.count);
    struct span text = json_mark_text(document->text, &document->marks.items[index]);
    if (!span_is(text, expected))
        fail_msg("%.*s instead of %s", SPAN_ARG(text), expected);
}

static void test_marks_stand_in_order(void **state) {
    (void)state;
    struct document document;
    document_open(&document, " [ 1 , [\"a\", true] ,{ \"x\" : null } ] ");
    static const char *const texts[] = {"[ 1 , [\"a\", true] ,{ \"x\" : null } ]",
                                        "1",
                                        "[\"a\", true]",
                                        "\"a\"",
                                        "true",
                                        "{ \"x\" : null }",
                                        "null"};
    assert_int_equal(document.marks.count, COUNT_OF(texts));
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        check_text(&document, i, texts[i]);
    document_close(&document);
}

static void test_skip(void **state) {
    (void)state;
    struct document document;
    document_open(&document, "[1,[[],[2,3]],{\"a\":[4]},[]]");
    /* 0 [ 1 1 2 [ 3 [] 4 [ 5 2 6 3 7 { 8 [ 9 4 10 [] */
    static const size_t next[] = {11, 2, 7, 4, 7, 6, 7, 10, 10, 10, 11};
    assert_int_equal(document.marks.count, COUNT_OF(next));
    for (size_t i = 0; i < COUNT_OF(next); i++)
        assert_int_equal(json_marks_skip(&document.marks, i), next[i]);
    document_close(&document);
}

static size_t find(const struct document *document, size_t index, const char *name) {
    return json_marks_find(&document->marks, document->text, index, name);
}

static void test_find(void **state) {
    (void)state;
    struct document document;
    document_open(&document, "{\"inner\":{\"values\":1,\"a\":2},\"value\":3,\"values\":[4],"
                             "\"valuesX\":5,\"\":6,\"a\\u0062\":7}");
    check_text(&document, find(&document, 0, "values"), "[4]");
    check_text(&document, find(&document, 0, "value"), "3");
    check_text(&document, find(&document, 0, ""), "6");
    check_text(&document, find(&document, find(&document, 0, "inner"), "values"), "1");
    check_text(&document, find(&document, 0, "a\\u0062"), "7");
    assert_int_equal(find(&document, 0, "a"), 0);
    assert_int_equal(find(&document, 0, "ab"), 0);
    assert_int_equal(find(&document, 0, "nothing"), 0);
    assert_int_equal(find(&document, find(&document, 0, "values"), "a"), 0);
    assert_int_equal(find(&document, find(&document, 0, "value"), "a"), 0);
    document_close(&document);
}

static void test_find_in_bare_documents(void **state) {
    (void)state;
    static const char *const texts[] = {"{}",    "[]",   "[{\"a\":1}]",      "1",
                                        "\"a\"", "null", "{\"b\":{\"a\":1}}"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct document document;
        document_open(&document, texts[i]);
        assert_int_equal(find(&document, 0, "a"), 0);
        document_close(&document);
    }
}

/* Where a name stands twice the first one counts. */
static void test_first_of_two_names(void **state) {
    (void)state;
    struct document document;
    document_open(&document, "{\"a\":[1],\"a\":2}");
    check_text(&document, find(&document, 0, "a"), "[1]");
    document_close(&document);
}

static const struct {
    const char *raw, *decoded;
} STRINGS[] = {
    {"\"\"", ""},
    {"\"plain\"", "plain"},
    {"\"\xC3\xA9\xF0\x9F\x8E\xAB\"", "\xC3\xA9\xF0\x9F\x8E\xAB"},
    {"\"\\\"\\\\\\/\"", "\"\\/"},
    {"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
    {"\"a\\nb\"", "a\nb"},
    {"\"\\\\n\"", "\\n"},
    {"\"\\u0041\"", "A"},
    {"\"\\u007f\\u0080\"", "\x7F\xC2\x80"},
    {"\"\\u00e9\\u00E9\"", "\xC3\xA9\xC3\xA9"},
    {"\"\\u07ff\\u0800\"", "\xDF\xBF\xE0\xA0\x80"},
    {"\"\\u20ac\"", "\xE2\x82\xAC"},
    {"\"\\ud7ff\\ue000\\uffff\"", "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"},
    {"\"\\ud83c\\udfab\"", "\xF0\x9F\x8E\xAB"},
    {"\"\\uD83C\\uDFAB!\"", "\xF0\x9F\x8E\xAB!"},
    {"\"\\ud800\\udc00\\udbff\\udfff\"", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
    {"\"\\u0001\"", "\x01"},
    {"\"\\ufeffx\"", "\xEF\xBB\xBFx"},
    {"\"x\\u0022\"", "x\""},
    {"\"\\u005cn\"", "\\n"},
};

static void test_decoded(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(STRINGS); i++) {
        struct document document;
        struct buf out = {0};
        document_open(&document, STRINGS[i].raw);
        buf_add_char(&out, '>');
        json_add_decoded(&out, json_mark_text(document.text, &document.marks.items[0]));
        assert_string_equal(buf_text(&out) + 1, STRINGS[i].decoded);
        buf_free(&out);
        document_close(&document);
    }
}

/* Every character there is, escaped, is what the tree's reader makes of it. */
static void test_every_character(void **state) {
    (void)state;
    for (unsigned first = 1; first < 0x110000; first += 0x100) {
        struct document document;
        struct arena arena = {0};
        struct buf text = {0}, out = {0};
        const struct json *tree = NULL;
        struct err err;
        buf_add_char(&text, '"');
        for (unsigned code = first; code < first + 0x100 && code < 0x110000; code++) {
            if (code >= 0x10000)
                buf_printf(&text, "\\u%04x\\u%04X", 0xD800 + ((code - 0x10000) >> 10),
                           0xDC00 + ((code - 0x10000) & 0x3FF));
            else if (code < 0xD800 || code > 0xDFFF)
                buf_printf(&text, "\\u%04x", code);
        }
        buf_add_char(&text, '"');
        document_open(&document, buf_text(&text));
        json_add_decoded(&out, json_mark_text(document.text, &document.marks.items[0]));
        assert_true(json_read(&arena, document.text, &tree, &err));
        assert_true(span_equal(buf_span(&out), tree->text));
        document_close(&document);
        arena_free(&arena);
        buf_free(&text);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_stand_in_order),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_in_bare_documents),
        cmocka_unit_test(test_first_of_two_names),
        cmocka_unit_test(test_decoded),
        cmocka_unit_test(test_every_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
