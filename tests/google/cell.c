/* What Sheets would make of a text that is typed into a cell, on the careful side. */
#include "grid.h"

#include <math.h>

#define EXACT_DIGITS 15 /* every number of so few digits survives as a double */

enum cell_kind cell_text_kind(struct span text) {
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == '"' || text.data[i] == '\\')
            return CELL_TEXT;
    return CELL_PLAIN;
}

/* -?digits(.digits)? without superfluous zeros in front; EMPTY when it is something else. */
static enum cell_kind number_kind(struct span text) {
    size_t at = text.data[0] == '-', start = at, digits = 0, point = 0;
    for (; at < text.size; at++) {
        if (ascii_is_digit(text.data[at]))
            digits++;
        else if (text.data[at] == '.' && !point && at > start)
            point = at;
        else
            return CELL_EMPTY;
    }
    bool has_zero = text.size > start + 1 && text.data[start] == '0' && point != start + 1;
    if (digits == 0 || has_zero || point + 1 == text.size)
        return CELL_EMPTY;
    bool ends_in_zero = text.data[text.size - 1] == '0';
    bool is_loose = digits > EXACT_DIGITS || (point && ends_in_zero) ||
                    (start && digits == 1 && ends_in_zero); /* 1.50, -0 */
    return is_loose ? CELL_LOOSE_NUMBER : CELL_NUMBER;
}

/* Two or four digits; -1 when they are none. */
static int read_digits(const char *at, int count) {
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (!ascii_is_digit(at[i]))
            return -1;
        number = number * 10 + (at[i] - '0');
    }
    return number;
}

static int month_days(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

static bool is_time(const char *at) {
    int hour = read_digits(at, 2), minute = read_digits(at + 3, 2), second = read_digits(at + 6, 2);
    return at[2] == ':' && at[5] == ':' && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
           second >= 0 && second < 60;
}

static bool is_date(struct span text) {
    if ((text.size != 10 && text.size != 19) || text.data[4] != '-' || text.data[7] != '-')
        return false;
    int year = read_digits(text.data, 4), month = read_digits(text.data + 5, 2);
    int day = read_digits(text.data + 8, 2);
    return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month) &&
           (text.size == 10 || (text.data[10] == ' ' && is_time(text.data + 11)));
}

enum cell_kind cell_classify(struct span text) {
    if (ascii_is_digit(text.data[0]) || text.data[0] == '-') {
        enum cell_kind kind = number_kind(text);
        if (kind != CELL_EMPTY)
            return kind;
        if (is_date(text))
            return CELL_DATE;
    }
    if (span_is(text, "TRUE") || span_is(text, "FALSE"))
        return CELL_BOOLEAN;
    return cell_text_kind(text);
}

/* Days from 1899-12-30; years are counted from March, so that the leap day is the last. */
static int64_t count_days(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 693900;
}

void cell_add_serial(struct buf *out, struct span text) {
    const char *at = text.data;
    int64_t days = count_days(read_digits(at, 4), read_digits(at + 5, 2), read_digits(at + 8, 2));
    int64_t seconds = 0;
    if (text.size == 19)
        seconds =
            read_digits(at + 11, 2) * 3600 + read_digits(at + 14, 2) * 60 + read_digits(at + 17, 2);
    bool is_negative = days < 0;
    if (is_negative && seconds) { /* -2.25 is a quarter before day -2 */
        days++;
        seconds = 86400 - seconds;
    }
    char number[48];
    int size = snprintf(number, sizeof number, "%s%lld", is_negative ? "-" : "",
                        (long long)(is_negative ? -days : days));
    if (seconds) { /* eleven decimals: what a double has behind five digits */
        long long fraction = (seconds * 100000000000LL + 43200) / 86400;
        size += snprintf(number + size, sizeof number - (size_t)size, ".%011lld", fraction);
        while (number[size - 1] == '0')
            size--;
    }
    buf_add(out, (struct span){number, (size_t)size});
}

void cell_add_number(struct buf *out, struct span text) {
    char copy[400], number[40];
    snprintf(copy, sizeof copy, "%.*s", SPAN_ARG(text));
    double value = strtod(copy, NULL);
    if (value == 0 || !isfinite(value)) {
        buf_add_char(out, '0');
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(number, sizeof number, "%.*g", digits, value);
        if (strtod(number, NULL) >= value && strtod(number, NULL) <= value)
            break;
    }
    buf_add_text(out, number);
}
