/* What is told as a renamed column, and what as one that went and one that came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "stages/rename.h"

static const struct {
    const char *what;
    struct rename_evidence evidence; /* filled, equal, by luck */
    const char *from, *to;
    bool is_same_place, is_renamed;
} CASES[] = {
    {"all values", {100, 100, 0}, "gate", "door", false, true},
    {"all values, at its place", {100, 100, 0}, "gate", "door", true, true},
    {"a third was edited", {100, 67, 0}, "gate", "door", false, false},
    {"a third was edited, at its place", {100, 67, 0}, "gate", "door", true, true},
    {"half was edited, alike name", {100, 48, 0}, "price", "price_paid", false, false},
    {"half was edited, alike name and place", {100, 48, 0}, "price", "price_paid", true, true},
    {"nothing in common", {100, 0, 0}, "gate", "door", true, false},
    {"nothing in common but the name", {100, 0, 0}, "price", "prices", true, false},
    {"no values at all", {0, 0, 0}, "price", "prices", true, false},
    {"one row", {1, 1, 0}, "gate", "door", true, false},
    {"one row, alike name", {1, 1, 0}, "price", "prices", false, true},
    {"two rows", {2, 2, 0}, "gate", "door", false, false},
    {"two rows, at their place", {2, 2, 0}, "gate", "door", true, true},
    {"three rows", {3, 3, 0}, "gate", "door", false, true},
    {"the same everywhere", {100, 100, 99}, "currency", "market", true, false},
    {"the same everywhere, alike name", {100, 100, 99}, "note", "notes", true, true},
    {"yes and no, by chance", {100, 52, 50}, "is_paid", "was_there", true, false},
    {"yes and no, all of them", {100, 100, 50}, "is_paid", "was_there", true, true},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        bool is_renamed = rename_likelihood(&CASES[i].evidence, CASES[i].from, CASES[i].to,
                                            CASES[i].is_same_place) > 0;
        if (is_renamed != CASES[i].is_renamed)
            fail_msg("%s: %s", CASES[i].what, is_renamed ? "renamed" : "not renamed");
    }
}

static void test_the_name_decides(void **state) {
    (void)state;
    struct rename_evidence all = {100, 100, 0}, nearly = {100, 98, 0}, half = {100, 50, 0};
    double alike = rename_likelihood(&all, "price", "price_2", false);
    assert_true(alike > rename_likelihood(&all, "price", "weight", false));
    assert_true(alike > rename_likelihood(&all, "price", "weight", true));
    alike = rename_likelihood(&nearly, "price", "price_2", false);
    assert_true(alike > rename_likelihood(&all, "price", "weight", false));
    alike = rename_likelihood(&half, "price", "price_2", true);
    assert_true(alike < rename_likelihood(&all, "price", "weight", false));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_the_name_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
