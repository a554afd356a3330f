/* The calendar, day by day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/day.h"

static void every_day_has_its_number(void **state) {
    (void)state;
    int64_t number = -719162; /* of 0001-01-01 */
    size_t february_29 = 0;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++) {
                struct day given = {year, month, day};
                if (!day_exists(given)) {
                    assert_true(day > 28);
                    continue;
                }
                struct day back = day_from_number(number);
                assert_int_equal(day_to_number(given), number++);
                assert_true(back.year == year && back.month == month && back.day == day);
                february_29 += month == 2 && day == 29;
            }
    assert_int_equal(number, 2932897);   /* 10000-01-01, as date(1) has it */
    assert_int_equal(february_29, 2424); /* 2499 years by four, 75 centuries without */
    assert_int_equal(day_to_number((struct day){1970, 1, 1}), 0);
}

static void texts_are_read_in_one_form_only(void **state) {
    (void)state;
    static const char *const no_days[] = {"2024-02-30", "2023-02-29", "1900-02-29", "0000-01-01",
                                          "2024-00-10", "2024-13-10", "2024-01-00", "2024/01/10",
                                          "2024-1-010", "20240110  ", "+024-01-10", "2024-01-1 "};
    static const char *const no_times[] = {"24:00:00", "23:60:00", "23:59:60",
                                           "-1:00:00", "6:00:00 ", "06.00.00"};
    struct day day;
    int time_s;
    assert_true(day_read("2024-02-29", &day));
    assert_true(day.year == 2024 && day.month == 2 && day.day == 29);
    assert_true(day_read_time("23:59:59", &time_s));
    assert_int_equal(time_s, 86399);
    for (size_t i = 0; i < COUNT_OF(no_days); i++)
        if (day_read(no_days[i], &day))
            fail_msg("%s is read as a day", no_days[i]);
    for (size_t i = 0; i < COUNT_OF(no_times); i++)
        if (day_read_time(no_times[i], &time_s))
            fail_msg("%s is read as a time", no_times[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_has_its_number),
        cmocka_unit_test(texts_are_read_in_one_form_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
