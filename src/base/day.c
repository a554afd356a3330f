#include "base/day.h"

#include "base/span.h"

/* Years are counted from March, so that the leap day comes last, and from the year 0: from its
 * March to 1970 there are so many days. In 400 years the calendar repeats itself. */
#define DAYS_BEFORE_1970 719468
#define DAYS_OF_400_YEARS 146097

static bool is_leap_year(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool day_exists(struct day day) {
    static const unsigned char month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (day.year < 1 || day.month < 1 || day.month > 12)
        return false;
    int last = month_days[day.month - 1] + (day.month == 2 && is_leap_year(day.year) ? 1 : 0);
    return day.day >= 1 && day.day <= last;
}

int64_t day_to_number(struct day day) {
    int year = day.month <= 2 ? day.year - 1 : day.year;
    int month = day.month <= 2 ? day.month + 9 : day.month - 3;
    int day_of_year = (153 * month + 2) / 5 + day.day - 1;
    return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + day_of_year -
           DAYS_BEFORE_1970;
}

struct day day_from_number(int64_t number) {
    int64_t days = number + DAYS_BEFORE_1970;
    int era = (int)(days / DAYS_OF_400_YEARS), day_of_era = (int)(days % DAYS_OF_400_YEARS);
    int year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * day_of_year + 2) / 153;
    struct day day = {.year = era * 400 + year, .day = day_of_year - (153 * month + 2) / 5 + 1};
    day.month = month < 10 ? month + 3 : month - 9;
    day.year += day.month <= 2;
    return day;
}

/* The number of two digits, or something below zero. */
static int read_two(const char *at) {
    return ascii_is_digit(at[0]) && ascii_is_digit(at[1]) ? (at[0] - '0') * 10 + at[1] - '0' : -1;
}

bool day_read(const char *text, struct day *day) {
    int century = read_two(text), year = read_two(text + 2);
    *day = (struct day){century * 100 + year, read_two(text + 5), read_two(text + 8)};
    return century >= 0 && year >= 0 && text[4] == '-' && text[7] == '-' && day_exists(*day);
}

bool day_read_time(const char *text, int *time_s) {
    int hour = read_two(text), minute = read_two(text + 3), second = read_two(text + 6);
    *time_s = hour * 3600 + minute * 60 + second;
    return text[2] == ':' && text[5] == ':' && hour >= 0 && hour <= 23 && minute >= 0 &&
           minute <= 59 && second >= 0 && second <= 59;
}
