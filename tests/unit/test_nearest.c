/* "Did you mean ...?" */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

static void test_nearest_word(void **state) {
    (void)state;
    static const char *const words[] = {"load_bronze", "build_silver", "diff",
                                        NULL,          "all",          "blame"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"load_bronz", "load_bronze"},
        {"laod_bronze", "load_bronze"},
        {"DIF", "diff"},
        {"al", "all"},
        {"blaem", "blame"},
        {"xyz", NULL},
        {"", NULL},
        {"x", NULL},
        {"build", NULL},
        {"build-silver", "build_silver"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *nearest = nearest_word(cases[i].word, words, COUNT_OF(words));
        assert_true(!nearest == !cases[i].nearest);
        if (nearest)
            assert_string_equal(nearest, cases[i].nearest);
    }
}

static void test_likeness(void **state) {
    (void)state;
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_true(nearest_likeness("price", "Price") == 1);
    assert_true(nearest_likeness("gate", "door") == 0);
    assert_true(nearest_likeness("price", "price_paid") == 0.5);
    assert_true(nearest_likeness("", "") == 0);
    assert_true(nearest_likeness("", "x") == 0);
    assert_true(nearest_likeness(longer, longer) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_word),
        cmocka_unit_test(test_likeness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
