#include "model/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define WORD(text, value)                                                                          \
    {                                                                                              \
        {(text), sizeof(text) - 1}, {                                                              \
            (value), sizeof(value) - 1                                                             \
        }                                                                                          \
    }

static void assert_found(const struct words *words, const char *text, const char *expected) {
    struct span value = {0};
    if (!words_find(words, span_from(text), &value) || !span_is(value, expected))
        fail_msg("\"%s\": expected %s, got \"%.*s\"", text, expected, SPAN_ARG(value));
}

static void assert_unknown(const struct words *words, struct span text) {
    struct span value = SPAN("untouched");
    assert_false(words_find(words, text, &value));
    assert_true(span_is(value, "untouched"));
}

static void a_word_is_found_in_any_ascii_case_and_with_blanks_or_dashes(void **state) {
    (void)state;
    struct arena arena = {0};
    static const struct word list[] = {WORD("box_office", "box_office"),
                                       WORD("Box Desk", "box_office"), WORD("web", "web")};
    const struct words *words = words_build(&arena, list, COUNT_OF(list));
    assert_found(words, "box_office", "box_office");
    assert_found(words, "Box Office", "box_office");
    assert_found(words, "BOX-OFFICE", "box_office");
    assert_found(words, "box_desk", "box_office");
    assert_found(words, "WEB", "web");
    assert_unknown(words, SPAN("box  office"));
    assert_unknown(words, SPAN("boxoffice"));
    assert_unknown(words, SPAN("we"));
    assert_unknown(words, SPAN("webb"));
    assert_unknown(words, SPAN(""));
    arena_free(&arena);
}

static void bytes_beyond_ascii_are_compared_as_they_are(void **state) {
    (void)state;
    struct arena arena = {0};
    static const struct word list[] = {WORD("\xE2\x82\xB9", "INR"),
                                       WORD("\xC3\xA9t\xC3\xA9", "summer")};
    const struct words *words = words_build(&arena, list, COUNT_OF(list));
    assert_found(words, "\xE2\x82\xB9", "INR");
    assert_found(words, "\xC3\xA9T\xC3\xA9", "summer");
    assert_unknown(words, SPAN("\xC3\x89t\xC3\xA9"));
    assert_unknown(words, SPAN("\xE2\x82"));
    arena_free(&arena);
}

static void of_words_that_fold_alike_the_first_one_wins(void **state) {
    (void)state;
    struct arena arena = {0};
    static const struct word list[] = {WORD("on sale", "first"), WORD("On-Sale", "second")};
    const struct words *words = words_build(&arena, list, COUNT_OF(list));
    assert_found(words, "on_sale", "first");
    arena_free(&arena);
}

static void values_keep_their_case_and_outlive_the_list(void **state) {
    (void)state;
    struct arena arena = {0};
    char text[] = "tv", value[] = "SmartTV";
    struct word list[] = {{span_from(text), span_from(value)}};
    const struct words *words = words_build(&arena, list, 1);
    memset(text, 'x', sizeof text - 1);
    memset(value, 'x', sizeof value - 1);
    assert_found(words, "TV", "SmartTV");
    arena_free(&arena);
}

static void nothing_is_found_without_words(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_unknown(NULL, SPAN("web"));
    assert_unknown(words_build(&arena, NULL, 0), SPAN("web"));
    assert_unknown(words_build(&arena, NULL, 0), SPAN(""));
    arena_free(&arena);
}

/* More than any model has, and alike but for a few digits. */
static void each_of_ten_thousand_words_is_found_and_no_other(void **state) {
    (void)state;
    enum { COUNT = 10000 };
    struct arena arena = {0};
    struct word *list = arena_array(&arena, COUNT, sizeof *list);
    for (int i = 0; i < COUNT; i++) {
        list[i].text = span_from(arena_printf(&arena, "Word %05d of the list", i * 2));
        list[i].value = span_from(arena_printf(&arena, "%d", i));
    }
    const struct words *words = words_build(&arena, list, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_found(words, arena_printf(&arena, "word-%05d_OF the list", i * 2),
                     arena_printf(&arena, "%d", i));
        assert_unknown(words, span_from(arena_printf(&arena, "Word %05d of the list", i * 2 + 1)));
    }
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_found_in_any_ascii_case_and_with_blanks_or_dashes),
        cmocka_unit_test(bytes_beyond_ascii_are_compared_as_they_are),
        cmocka_unit_test(of_words_that_fold_alike_the_first_one_wins),
        cmocka_unit_test(values_keep_their_case_and_outlive_the_list),
        cmocka_unit_test(nothing_is_found_without_words),
        cmocka_unit_test(each_of_ten_thousand_words_is_found_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
