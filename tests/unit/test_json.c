/* JSON: what is accepted, what is refused and where, typed members, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/json.h"

#include <math.h>

static const struct json *read_good(struct arena *arena, struct span text) {
    const struct json *document = NULL;
    struct err err = {0};
    if (!json_read(arena, text, &document, &err))
        fail_msg("%.*s: %s", SPAN_ARG(text), err.message);
    return document;
}

static void check_refused(struct span text, const char *message) {
    struct arena arena = {0};
    struct err err = {0};
    const struct json *document = NULL;
    if (json_read(&arena, text, &document, &err))
        fail_msg("accepted: %.*s", SPAN_ARG(text));
    assert_null(document);
    assert_int_equal(err.class, ERR_FAILED);
    assert_string_equal(err.message, message);
    arena_free(&arena);
}

static void test_good_documents(void **state) {
    (void)state;
    static const char *const texts[] = {
        "null",
        " true\r\n",
        "\tfalse",
        "0",
        "-0",
        "-0.0",
        "1e5",
        "1E+5",
        "1.25e-07",
        "[]",
        "{}",
        "[[[]]]",
        "\"\"",
        "\"\\u00e9 \\ud83c\\udfab \\\" \\\\ \\/ \\b\\f\\n\\r\\t\"",
        "[1,2 , 3]",
        "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}",
        "\"\x7f\"",
        "\"\xF4\x8F\xBF\xBF\"",
        "\xEF\xBB\xBF{}",
        "123456789012345678901234567890123456789012345678901234567890123",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct arena arena = {0};
        assert_non_null(read_good(&arena, span_from(texts[i])));
        arena_free(&arena);
    }
}

static const struct {
    const char *text, *message;
} refused[] = {
    {"", "line 1, column 1: the text ends in the middle of the document"},
    {" \n ", "line 2, column 2: the text ends in the middle of the document"},
    {"[", "line 1, column 2: the text ends in the middle of the document"},
    {"[1", "line 1, column 3: ',' or ']' was expected"},
    {"[1,]", "line 1, column 4: a value was expected"},
    {"[,1]", "line 1, column 2: a value was expected"},
    {"[1 2]", "line 1, column 4: ',' or ']' was expected"},
    {"{\"a\":1,}", "line 1, column 8: a name in double quotes was expected"},
    {"{a:1}", "line 1, column 2: a name in double quotes was expected"},
    {"{\"a\"}", "line 1, column 5: ':' was expected"},
    {"{\"a\":1", "line 1, column 7: ',' or '}' was expected"},
    {"{\"a\":1,", "line 1, column 8: the text ends inside an object"},
    {"{\"a\":1]", "line 1, column 7: ',' or '}' was expected"},
    {"{} {}", "line 1, column 4: text follows the end of the document"},
    {"1 // one", "line 1, column 3: text follows the end of the document"},
    {"/* c */ 1", "line 1, column 1: a value was expected"},
    {"'a'", "line 1, column 1: a value was expected"},
    {"nul", "line 1, column 1: a value was expected"},
    {"nulls", "line 1, column 5: text follows the end of the document"},
    {"True", "line 1, column 1: a value was expected"},
    {"NaN", "line 1, column 1: a value was expected"},
    {"01", "line 1, column 1: a number must not begin with 0"},
    {"-01", "line 1, column 1: a number must not begin with 0"},
    {"+1", "line 1, column 1: a value was expected"},
    {".5", "line 1, column 1: a value was expected"},
    {"5.", "line 1, column 3: a digit is missing in a number"},
    {"-", "line 1, column 2: a digit is missing in a number"},
    {"1e", "line 1, column 3: a digit is missing in a number"},
    {"1e+", "line 1, column 4: a digit is missing in a number"},
    {"-Infinity", "line 1, column 2: a digit is missing in a number"},
    {"0x10", "line 1, column 2: text follows the end of the document"},
    {"1234567890123456789012345678901234567890123456789012345678901234",
     "line 1, column 1: a number of more than 63 characters"},
    {"\"a", "line 1, column 1: a string without its closing quote"},
    {"\"a\\", "line 1, column 1: a string without its closing quote"},
    {"\"a\nb\"", "line 1, column 3: a string does not end before the end of its line"},
    {"\"a\tb\"", "line 1, column 3: a control character inside a string"},
    {"\"\\x\"", "line 1, column 3: unknown escape in a string"},
    {"\"\\u12g4\"", "line 1, column 6: four hexadecimal digits must follow \\u"},
    {"\"a\\u0000b\"", "line 1, column 5: the character U+0000 is not allowed"},
    {"\"\\ud800\"", "line 1, column 4: half of a surrogate pair"},
    {"\"\\udc00\\ud800\"", "line 1, column 4: half of a surrogate pair"},
    {"\"\\ud800\\u0041\"", "line 1, column 4: half of a surrogate pair"},
    {"\"\\ud800\\", "line 1, column 4: half of a surrogate pair"},
    {"[\"\xC3\xA9\", \"\xC3(\"]", "line 1, column 8: the text is not UTF-8"},
    {"\"\xED\xA0\x80\"", "line 1, column 2: the text is not UTF-8"},
    {"\"\xC0\x80\"", "line 1, column 2: the text is not UTF-8"},
    {"{\"a\":1,\n \"b\":{},\n \"a\":2}",
     "line 3, column 2: the name \"a\" stands twice in one object"},
    {"{\"\xC3\xA9\":1, \"\\u00e9\":2}",
     "line 1, column 9: the name \"\xC3\xA9\" stands twice in one object"},
    {"{\"x\": [{\"\": 1, \"\": 1}]}",
     "line 1, column 16: the name \"\" stands twice in one object"},
};

static void test_refused_documents(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        check_refused(span_from(refused[i].text), refused[i].message);
    check_refused(SPAN("[1]\0"), "line 1, column 4: text follows the end of the document");
    check_refused(SPAN("\"a\0b\""), "line 1, column 3: a control character inside a string");
}

static void add_nested(struct buf *text, int depth) {
    buf_clear(text);
    for (int i = 0; i < depth; i++)
        buf_add_text(text, i % 2 ? "[" : "{\"a\":");
    if (depth % 2)
        buf_add_text(text, "1");
    for (int i = depth - 1; i >= 0; i--)
        buf_add_text(text, i % 2 ? "]" : "}");
}

static void test_depth_has_a_limit(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buf text = {0}, copy = {0};
    add_nested(&text, JSON_MAX_DEPTH);
    const struct json *deep = read_good(&arena, buf_span(&text));
    struct json_writer writer = json_writer_start(&copy, JSON_COMPACT);
    json_open_array(&writer, NULL);
    json_add_json(&writer, NULL, deep);
    json_close_array(&writer);
    assert_int_equal(copy.size, text.size + 2);
    add_nested(&text, JSON_MAX_DEPTH + 1);
    check_refused(buf_span(&text), "line 1, column 193: nested more than 64 levels deep");
    buf_free(&text);
    buf_free(&copy);
    arena_free(&arena);
}

static void test_text_need_not_end_with_nul(void **state) {
    (void)state;
    struct arena arena = {0};
    static const char *const texts[] = {"[12]", "\"ab\"", "12", "true"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t size = strlen(texts[i]);
        char *exact = memory_alloc(size); /* a read beyond it is seen by the sanitizer */
        memcpy(exact, texts[i], size);
        read_good(&arena, (struct span){exact, size});
        free(exact);
    }
    arena_free(&arena);
}

static const char SAMPLE[] =
    "{\"name\": \"x\", \"size\": 9007199254740993, \"ratio\": 0.1, \"on\": true, \"none\": null,\n"
    " \"list\": [1, {\"deep name\": {\"big\": 1e400, \"half\": 1.5, \"huge\": "
    "9223372036854775808}}],"
    " \"low\": -9223372036854775808}";

static void test_typed_members(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    const struct json *root = read_good(&arena, SPAN(SAMPLE)), *list = NULL, *object = NULL;
    const char *name = NULL;
    int64_t integer = 0;
    double real = 0;
    bool boolean = false;
    assert_true(json_get_string(root, "name", &name, &err));
    assert_string_equal(name, "x");
    assert_true(json_get_integer(root, "size", &integer, &err));
    assert_true(integer == INT64_C(9007199254740993));
    assert_true(json_get_integer(root, "low", &integer, &err));
    assert_true(integer == INT64_MIN);
    assert_true(json_get_real(root, "ratio", &real, &err));
    assert_true(real == 0.1);
    assert_true(json_get_boolean(root, "on", &boolean, &err));
    assert_true(boolean);
    assert_true(json_get_array(root, "list", &list, &err));
    assert_int_equal(list->count, 2);
    assert_true(json_get_object(list->first->next, "deep name", &object, &err));
    assert_string_equal(json_find(object, "big")->text.data, "1e400");
    assert_null(json_find(root, "nam"));
    assert_null(json_find(list, "name"));
    assert_null(json_find(NULL, "name"));
    arena_free(&arena);
}

static void test_optional_members_keep_their_default(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    const struct json *root = read_good(&arena, SPAN(SAMPLE)), *container = NULL;
    const char *name = "before";
    int64_t integer = 7;
    double real = 7;
    bool boolean = true;
    assert_true(json_find_string(root, "none", &name, &err));
    assert_true(json_find_string(root, "absent", &name, &err));
    assert_string_equal(name, "before");
    assert_true(json_find_integer(root, "none", &integer, &err));
    assert_int_equal(integer, 7);
    assert_true(json_find_real(root, "none", &real, &err));
    assert_true(real == 7);
    assert_true(json_find_boolean(root, "none", &boolean, &err));
    assert_true(boolean);
    assert_true(json_find_array(root, "none", &container, &err));
    assert_true(json_find_object(root, "none", &container, &err));
    assert_null(container);
    assert_false(json_find_string(root, "size", &name, &err));
    assert_string_equal(err.message, "size: expected a string, not a number");
    arena_free(&arena);
}

static void test_members_tell_their_path(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    const struct json *root = read_good(&arena, SPAN(SAMPLE)), *object = NULL;
    const char *name;
    int64_t integer;
    double real;
    bool boolean;
    assert_false(json_get_string(root, "absent", &name, &err));
    assert_string_equal(err.message, "absent: is missing");
    assert_false(json_get_boolean(root, "none", &boolean, &err));
    assert_string_equal(err.message, "none: is null");
    assert_false(json_get_object(root, "list", &object, &err));
    assert_string_equal(err.message, "list: expected an object, not an array");
    object = json_find(json_find(root, "list")->first->next, "deep name");
    assert_false(json_get_real(object, "big", &real, &err));
    assert_string_equal(err.message, "list[1][\"deep name\"].big: the number is too large");
    assert_false(json_get_integer(object, "half", &integer, &err));
    assert_string_equal(err.message, "list[1][\"deep name\"].half: expected a whole number of at "
                                     "most 64 bits");
    assert_false(json_get_integer(object, "huge", &integer, &err));
    assert_false(json_get_boolean(object, "half", &boolean, &err));
    assert_string_equal(err.message,
                        "list[1][\"deep name\"].half: expected true or false, not a number");
    arena_free(&arena);
}

static void write_sample(struct json_writer *writer) {
    json_open_object(writer, NULL);
    json_add_string(writer, "name", "a \"b\"");
    json_open_array(writer, "rows");
    json_add_integer(writer, NULL, INT64_MIN);
    json_open_array(writer, NULL);
    json_close_array(writer);
    json_open_object(writer, NULL);
    json_close_object(writer);
    json_open_object(writer, NULL);
    json_add_boolean(writer, "ok", true);
    json_close_object(writer);
    json_close_array(writer);
    json_add_null(writer, "none");
    json_add_string(writer, "nothing", NULL);
    json_close_object(writer);
}

static void test_writer_styles(void **state) {
    (void)state;
    struct buf out = {0};
    struct json_writer writer = json_writer_start(&out, JSON_COMPACT);
    write_sample(&writer);
    assert_string_equal(buf_text(&out),
                        "{\"name\":\"a \\\"b\\\"\",\"rows\":[-9223372036854775808,[],{},"
                        "{\"ok\":true}],\"none\":null,\"nothing\":null}");
    buf_clear(&out);
    writer = json_writer_start(&out, JSON_PRETTY);
    write_sample(&writer);
    assert_string_equal(buf_text(&out), "{\n"
                                        "  \"name\": \"a \\\"b\\\"\",\n"
                                        "  \"rows\": [\n"
                                        "    -9223372036854775808,\n"
                                        "    [],\n"
                                        "    {},\n"
                                        "    {\n"
                                        "      \"ok\": true\n"
                                        "    }\n"
                                        "  ],\n"
                                        "  \"none\": null,\n"
                                        "  \"nothing\": null\n"
                                        "}");
    buf_free(&out);
}

static void check_written(struct value value, const char *expected) {
    struct buf out = {0};
    struct json_writer writer = json_writer_start(&out, JSON_COMPACT);
    json_add_value(&writer, NULL, value);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void test_numbers_are_exact(void **state) {
    (void)state;
    check_written(value_null(), "null");
    check_written(value_integer(9007199254740993), "9007199254740993");
    check_written(value_money(4500), "45.00");
    check_written(value_money(5), "0.05");
    check_written(value_money(-5), "-0.05");
    check_written(value_money(0), "0.00");
    check_written(value_money(INT64_MIN), "-92233720368547758.08");
    check_written(value_money(INT64_MAX), "92233720368547758.07");
    check_written(value_real(0.1), "0.1");
    check_written(value_real(0.1 + 0.2), "0.30000000000000004");
    check_written(value_real(1.0 / 3), "0.3333333333333333");
    check_written(value_real(1.7976931348623157e308), "1.7976931348623157e+308");
    check_written(value_real(5e-324), "4.94065645841247e-324");
    check_written(value_real(-0.0), "-0");
    check_written(value_real(3), "3");
    check_written(value_real(NAN), "null");
    check_written(value_real(-INFINITY), "null");
}

static void test_doubles_round_trip(void **state) {
    (void)state;
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double real, again = 0;
        memcpy(&real, &bits, sizeof real);
        if (!isfinite(real))
            continue;
        struct arena arena = {0};
        struct buf out = {0};
        struct err err = {0};
        struct json_writer writer = json_writer_start(&out, JSON_COMPACT);
        json_open_object(&writer, NULL);
        json_add_real(&writer, "x", real);
        json_close_object(&writer);
        assert_true(json_get_real(read_good(&arena, buf_span(&out)), "x", &again, &err));
        assert_memory_equal(&again, &real, sizeof real);
        buf_free(&out);
        arena_free(&arena);
    }
}

static void test_text_is_escaped(void **state) {
    (void)state;
    check_written(value_text((struct span){NULL, 0}), "\"\"");
    check_written(value_string("\" \\ / \b\f\n\r\t"), "\"\\\" \\\\ / \\b\\f\\n\\r\\t\"");
    check_written(value_string("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"");
    check_written(value_text(SPAN("a\0b")), "\"a\\u0000b\"");
    check_written(value_string("\xC3\xA9 \xE2\x82\xB9 \xF0\x9F\x8E\xAB \xC2\xA0"),
                  "\"\xC3\xA9 \xE2\x82\xB9 \xF0\x9F\x8E\xAB \xC2\xA0\"");
    check_written(value_string("\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8\xEF\xBB\xBF\xD8\x9C"),
                  "\"\\u009b\\u202e\\u2028\\ufeff\\u061c\"");
    check_written(value_string("a\xFF"
                               "b\xC3"),
                  "\"a\xEF\xBF\xBD"
                  "b\xEF\xBF\xBD\"");
}

/* Every character that JSON can hold comes back as it was. */
static void test_characters_round_trip(void **state) {
    (void)state;
    for (unsigned code = 1; code < 0x10000; code++) {
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        char text[4] = {0};
        if (code < 0x80) {
            text[0] = (char)code;
        } else if (code < 0x800) {
            text[0] = (char)(0xC0 | code >> 6);
            text[1] = (char)(0x80 | (code & 0x3F));
        } else {
            text[0] = (char)(0xE0 | code >> 12);
            text[1] = (char)(0x80 | (code >> 6 & 0x3F));
            text[2] = (char)(0x80 | (code & 0x3F));
        }
        struct arena arena = {0};
        struct buf out = {0};
        struct json_writer writer = json_writer_start(&out, JSON_COMPACT);
        json_add_string(&writer, NULL, text);
        assert_string_equal(read_good(&arena, buf_span(&out))->text.data, text);
        buf_free(&out);
        arena_free(&arena);
    }
}

static void test_documents_are_copied(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buf out = {0};
    struct json_writer writer = json_writer_start(&out, JSON_COMPACT);
    json_add_json(&writer, NULL,
                  read_good(&arena, SPAN("{ \"a\" : [ 1.50, 1e400, null, true ], "
                                         "\"b\" : \"\\u00e9\" , \"c\":{} }")));
    assert_string_equal(buf_text(&out),
                        "{\"a\":[1.50,1e400,null,true],\"b\":\"\xC3\xA9\",\"c\":{}}");
    buf_free(&out);
    arena_free(&arena);
}

static void test_equal(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool is_equal;
    } cases[] = {
        {"null", "null", true},
        {"null", "false", false},
        {"true", "false", false},
        {"1", "1", true},
        {"1", "1.0", false}, /* as they are written */
        {"1", "\"1\"", false},
        {"\"a\"", "\"\\u0061\"", true},
        {"\"a\"", "\"ab\"", false},
        {"[]", "{}", false},
        {"[1, 2]", "[1,2]", true},
        {"[1, 2]", "[2, 1]", false},
        {"[1, 2]", "[1]", false},
        {"{\"a\": 1, \"b\": [2]}", "{\"b\": [2], \"a\": 1}", true},
        {"{\"a\": 1, \"b\": [2]}", "{\"b\": [3], \"a\": 1}", false},
        {"{\"a\": 1}", "{\"b\": 1}", false},
        {"{\"a\": null}", "{\"b\": null}", false},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct json *a = read_good(&arena, span_from(cases[i].a));
        const struct json *b = read_good(&arena, span_from(cases[i].b));
        if (json_equal(a, b) != cases[i].is_equal || json_equal(b, a) != cases[i].is_equal)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        assert_false(json_equal(a, NULL));
    }
    assert_true(json_equal(NULL, NULL));
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_documents),
        cmocka_unit_test(test_refused_documents),
        cmocka_unit_test(test_depth_has_a_limit),
        cmocka_unit_test(test_text_need_not_end_with_nul),
        cmocka_unit_test(test_typed_members),
        cmocka_unit_test(test_optional_members_keep_their_default),
        cmocka_unit_test(test_members_tell_their_path),
        cmocka_unit_test(test_writer_styles),
        cmocka_unit_test(test_numbers_are_exact),
        cmocka_unit_test(test_doubles_round_trip),
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_characters_round_trip),
        cmocka_unit_test(test_documents_are_copied),
        cmocka_unit_test(test_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
