/* Doubles as text: as short as can be, without an exponent where none is wanted, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"

#include <float.h>
#include <math.h>

static const struct {
    double real;
    const char *shortest, *plain;
} CASES[] = {
    {0, "0", "0"},
    {1, "1", "1"},
    {-1, "-1", "-1"},
    {0.1, "0.1", "0.1"},
    {-0.25, "-0.25", "-0.25"},
    {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333", "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666", "0.6666666666666666"},
    {43831, "43831", "43831"},
    {34736.43034722222, "34736.43034722222", "34736.43034722222"},
    {0.2661689814814815, "0.2661689814814815", "0.2661689814814815"},
    {0.0001, "0.0001", "0.0001"},
    {0.00001, "1e-05", "0.00001"},
    {1.5e-7, "1.5e-07", "0.00000015"},
    {-1.5e-7, "-1.5e-07", "-0.00000015"},
    {123456789012345, "123456789012345", "123456789012345"},
    {1e15, "1e+15", "1000000000000000"},
    {1.5e15, "1.5e+15", "1500000000000000"},
    {1e21, "1e+21", "1000000000000000000000"},
    {-1e21, "-1e+21", "-1000000000000000000000"},
    {1234567890123456789.0, "1.2345678901234568e+18", "1234567890123456800"},
    {9007199254740993.0, "9007199254740992", "9007199254740992"},
    {12345678901234567890.0, "1.2345678901234567e+19", "12345678901234567000"},
};

static void check_plain(double real, const char *expected) {
    struct buf text = {0};
    decimal_add_plain(&text, real);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static void test_known_numbers(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char text[DECIMAL_SIZE];
        decimal_shortest(CASES[i].real, text);
        assert_string_equal(text, CASES[i].shortest);
        check_plain(CASES[i].real, CASES[i].plain);
    }
}

/* Nobody means the sign of nothing. */
static void test_negative_zero(void **state) {
    (void)state;
    char text[DECIMAL_SIZE];
    decimal_shortest(-0.0, text);
    assert_string_equal(text, "-0");
    check_plain(-0.0, "0");
}

static bool is_same(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Plain text has digits, at most one point with digits on both sides, and is the same double. */
static void check_round_trip(double real) {
    struct buf plain = {0};
    char shortest[DECIMAL_SIZE];
    decimal_shortest(real, shortest);
    assert_true(is_same(strtod(shortest, NULL), real));
    decimal_add_plain(&plain, real);
    const char *text = buf_text(&plain);
    if (real != 0 && !is_same(strtod(text, NULL), real))
        fail_msg("%s is not %s", text, shortest);
    const char *digits = text + (*text == '-');
    size_t whole = strspn(digits, "0123456789");
    assert_true(whole > 0 && (whole == 1 || digits[0] != '0'));
    if (digits[whole] == '.') {
        size_t behind = strspn(digits + whole + 1, "0123456789");
        assert_true(behind > 0);
        assert_true(digits[whole + behind] != '0');
        whole += behind + 1;
    }
    assert_int_equal(digits[whole], '\0');
    buf_free(&plain);
}

static uint64_t random_bits(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void test_random_doubles(void **state) {
    (void)state;
    uint64_t random = UINT64_C(88172645463325252);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_bits(&random);
        double real;
        memcpy(&real, &bits, sizeof real);
        if (isfinite(real))
            check_round_trip(real);
        /* and what stands in sheets: prices, serials, shares */
        check_round_trip((double)(int64_t)(bits % 2000000000) / 100);
        check_round_trip((double)(bits % 100000) + (double)(bits >> 40) / 16777216);
        check_round_trip((double)(int64_t)bits);
    }
}

static void test_edges(void **state) {
    (void)state;
    static const double edges[] = {DBL_MAX,         -DBL_MAX,           DBL_MIN,
                                   DBL_TRUE_MIN,    -DBL_TRUE_MIN,      DBL_EPSILON,
                                   1 + DBL_EPSILON, 1 - DBL_EPSILON / 2};
    for (size_t i = 0; i < COUNT_OF(edges); i++)
        check_round_trip(edges[i]);
    for (int exponent = -307; exponent <= 308; exponent++) {
        check_round_trip(pow(10, exponent));
        check_round_trip(-1.234567890123456 * pow(10, exponent));
    }
}

static void test_plain_is_appended(void **state) {
    (void)state;
    struct buf text = {0};
    buf_add_text(&text, "a,");
    decimal_add_plain(&text, 2e20);
    buf_add_text(&text, ",b");
    assert_string_equal(buf_text(&text), "a,200000000000000000000,b");
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_numbers),     cmocka_unit_test(test_negative_zero),
        cmocka_unit_test(test_random_doubles),    cmocka_unit_test(test_edges),
        cmocka_unit_test(test_plain_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
