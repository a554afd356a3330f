/* Days as numbers, in the proleptic Gregorian calendar. */
#include "report/cube.h"

#define DAYS_BEFORE_1900 693900 /* from 0000-03-01 to 1899-12-31 */

/* After Howard Hinnant's days_from_civil: years that begin in March have their leap day last. */
static int64_t day_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, year_of_era = year % 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           DAYS_BEFORE_1900;
}

static int64_t digits(const char *text, size_t count) {
    int64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ascii_is_digit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

int64_t cube_day_read(struct span text) {
    if (text.size < 10 || text.data[4] != '-' || text.data[7] != '-')
        return 0;
    int64_t year = digits(text.data, 4), month = digits(text.data + 5, 2);
    int64_t day = digits(text.data + 8, 2);
    if (year < 1900 || month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    return day_of(year, month, day);
}

/* The inverse, civil_from_days. */
static void civil_of(int64_t day_number, int *year, int *month, int *day) {
    int64_t days = day_number + DAYS_BEFORE_1900, era = days / 146097, of_era = days % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(year_of_era + era * 400) + (*month <= 2);
    *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
}

void cube_day_write(int64_t day_number, struct buf *out) {
    int year, month, day;
    if (day_number <= 0)
        return;
    civil_of(day_number, &year, &month, &day);
    buf_printf(out, "%04d-%02d-%02d", year, month, day);
}

int64_t cube_month_of(int64_t day_number) {
    int year, month, day;
    civil_of(day_number, &year, &month, &day);
    int64_t months = ((int64_t)year - 1900) * 12 + month - 1;
    return months < 0 || months >= CUBE_MONTHS ? -1 : months;
}

int64_t cube_day_first_of_month(int64_t day_number) {
    int year, month, day;
    civil_of(day_number, &year, &month, &day);
    return day_number - day + 1;
}
