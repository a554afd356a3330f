/* Sixty requests in sixty seconds, whichever sixty seconds one looks at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "net/quota.h"

static void count_many(struct quota *quota, size_t count, double now_s) {
    for (size_t i = 0; i < count; i++)
        quota_count(quota, now_s);
}

static void test_sixty_at_once(void **state) {
    (void)state;
    struct quota quota = {0};
    for (size_t i = 0; i < 60; i++) {
        assert_true(quota_wait_s(&quota, 5) == 0);
        assert_int_equal(quota_used(&quota, 5), i);
        quota_count(&quota, 5);
    }
    assert_int_equal(quota_used(&quota, 5), 60);
    assert_true(quota_wait_s(&quota, 5) == 60);
    assert_true(quota_wait_s(&quota, 35) == 30);
    assert_true(quota_wait_s(&quota, 64.5) == 0.5);
    assert_true(quota_wait_s(&quota, 65) == 0);
    assert_int_equal(quota_used(&quota, 64.5), 60);
    assert_int_equal(quota_used(&quota, 65), 0);
}

/* Half a minute later only the first half has run out. */
static void test_window_slides(void **state) {
    (void)state;
    struct quota quota = {0};
    count_many(&quota, 30, 0);
    count_many(&quota, 30, 30);
    assert_true(quota_wait_s(&quota, 59) == 1);
    assert_int_equal(quota_used(&quota, 60), 30);
    count_many(&quota, 30, 60);
    assert_int_equal(quota_used(&quota, 60), 60);
    assert_true(quota_wait_s(&quota, 60) == 30);
    assert_true(quota_wait_s(&quota, 90) == 0);
}

/* A long run with a clock that starts anywhere: no window of a minute ever holds more than sixty.
 */
static void test_long_run(void **state) {
    (void)state;
    struct quota quota = {0};
    double sent_s[1000], now_s = 123456.75;
    for (size_t i = 0; i < COUNT_OF(sent_s); i++) {
        now_s += quota_wait_s(&quota, now_s);
        assert_true(quota_wait_s(&quota, now_s) == 0);
        quota_count(&quota, now_s);
        sent_s[i] = now_s;
        assert_true(quota_used(&quota, now_s) <= 60);
        if (i >= 60)
            assert_true(sent_s[i] - sent_s[i - 60] >= 60);
        now_s += 0.1 * (double)(i % 7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sixty_at_once),
        cmocka_unit_test(test_window_slides),
        cmocka_unit_test(test_long_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
