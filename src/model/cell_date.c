/* Dates, times of day, Sheets serials, and the turn of an offset into the model's zone. */
#include "base/day.h"
#include "model/cell_scan.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2100
#define DAY_S 86400
/* Day 0 of Sheets is 1899-12-30. */
#define SERIAL_OF_1970 25569
/* XSD dateTime, on which the Data Package's formats rest, knows no offset beyond 14 hours. */
#define OFFSET_MAX_S (14 * 3600)

_Static_assert(sizeof(time_t) >= 8, "the years 1900 to 2100 do not fit in a smaller time_t");

static bool is_accepted(struct day day) {
    return day.year >= YEAR_MIN && day.year <= YEAR_MAX && day_exists(day);
}

/* English, full or three letters, any case. */
static bool scan_month_name(struct scan *scan, int *month) {
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    const char *end = scan->at;
    while (end < scan->end && ascii_is_alpha(*end))
        end++;
    struct span word = {scan->at, (size_t)(end - scan->at)};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!span_equal_nocase(word, span_from(names[i])) &&
            !span_equal_nocase(word, (struct span){names[i], 3}))
            continue;
        scan->at = end;
        *month = (int)i + 1;
        return true;
    }
    return false;
}

static bool scan_form(enum date_form form, struct scan *scan, struct day *day) {
    char separator = form == DATE_DAY_DASH || form == DATE_MONTH_DASH ? '-' : '/';
    switch (form) {
    case DATE_ISO:
        return scan_digits(scan, 4, 4, &day->year) && scan_char(scan, '-') &&
               scan_digits(scan, 2, 2, &day->month) && scan_char(scan, '-') &&
               scan_digits(scan, 2, 2, &day->day);
    case DATE_YEAR_SLASH:
        return scan_digits(scan, 4, 4, &day->year) && scan_char(scan, '/') &&
               scan_digits(scan, 1, 2, &day->month) && scan_char(scan, '/') &&
               scan_digits(scan, 1, 2, &day->day);
    case DATE_DAY_DASH:
    case DATE_DAY_SLASH:
        return scan_digits(scan, 1, 2, &day->day) && scan_char(scan, separator) &&
               scan_digits(scan, 1, 2, &day->month) && scan_char(scan, separator) &&
               scan_digits(scan, 4, 4, &day->year);
    case DATE_MONTH_DASH:
    case DATE_MONTH_SLASH:
        return scan_digits(scan, 1, 2, &day->month) && scan_char(scan, separator) &&
               scan_digits(scan, 1, 2, &day->day) && scan_char(scan, separator) &&
               scan_digits(scan, 4, 4, &day->year);
    case DATE_DAY_NAME:
        return scan_digits(scan, 1, 2, &day->day) && scan_blanks(scan) &&
               scan_month_name(scan, &day->month) && scan_blanks(scan) &&
               scan_digits(scan, 4, 4, &day->year);
    case DATE_NAME_DAY:
        if (!scan_month_name(scan, &day->month) || !scan_blanks(scan) ||
            !scan_digits(scan, 1, 2, &day->day) || !scan_char(scan, ','))
            return false;
        scan_blanks(scan);
        return scan_digits(scan, 4, 4, &day->year);
    }
    return false;
}

/* The first form that fits decides, also when the day is impossible: a later form with day and
 * month the other way round must not turn 13/02 into a date that nobody meant. */
static bool scan_date(const struct field *field, struct scan *scan, struct day *day) {
    for (size_t i = 0; i < field->date_form_count; i++) {
        struct scan attempt = *scan;
        if (!scan_form(field->date_forms[i], &attempt, day))
            continue;
        *scan = attempt;
        return is_accepted(*day);
    }
    return false;
}

/* :SS[.fff], the fraction rounded half up to the second. */
static bool scan_seconds(struct scan *scan, int *seconds) {
    if (!scan_char(scan, ':') || !scan_digits(scan, 2, 2, seconds) || *seconds > 59)
        return false;
    if (!scan_char(scan, '.'))
        return true;
    char first = scan_peek(scan);
    while (ascii_is_digit(scan_peek(scan)))
        scan->at++;
    *seconds += first >= '5';
    return ascii_is_digit(first);
}

/* HH:MM[:SS[.fff]]; people also type one digit for the hour. */
static bool scan_time(struct scan *scan, int *time_s) {
    int hour, minute, seconds = 0;
    if (!scan_digits(scan, 1, 2, &hour) || !scan_char(scan, ':') ||
        !scan_digits(scan, 2, 2, &minute))
        return false;
    if (scan_peek(scan) == ':' && !scan_seconds(scan, &seconds))
        return false;
    *time_s = hour * 3600 + minute * 60 + seconds;
    return hour <= 23 && minute <= 59;
}

/* Z, +hh:mm or +hhmm. */
static bool scan_offset(struct scan *scan, int *offset_s) {
    int hours, minutes;
    if (scan_letter(scan, 'z')) {
        *offset_s = 0;
        return true;
    }
    char sign = scan_peek(scan);
    if (sign != '+' && sign != '-')
        return false;
    scan->at++;
    if (scan_digits(scan, 4, 4, &hours)) {
        minutes = hours % 100;
        hours /= 100;
    } else if (!scan_digits(scan, 2, 2, &hours) || !scan_char(scan, ':') ||
               !scan_digits(scan, 2, 2, &minutes)) {
        return false;
    }
    int size_s = hours * 3600 + minutes * 60;
    *offset_s = sign == '-' ? -size_s : size_s;
    return minutes <= 59 && size_s <= OFFSET_MAX_S;
}

/* The environment is asked, not tzname: the latter is rewritten by every localtime_r(), which
 * other threads may be in. Without TZ the answer must not depend on the machine, so it is UTC. */
static bool zone_is_utc(void) {
    const char *zone = getenv("TZ");
    return !zone || !*zone || strcmp(zone, "UTC") == 0 || strcmp(zone, "Etc/UTC") == 0;
}

/* From seconds since 1970 in UTC to the same moment on the wall clock of the model's zone. */
static bool turn_into_zone(int64_t utc_s, int64_t *wall_s) {
    *wall_s = utc_s;
    if (zone_is_utc())
        return true;
    time_t time = (time_t)utc_s;
    struct tm tm;
    if (!localtime_r(&time, &tm))
        return false;
    struct day day = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
    *wall_s = day_to_number(day) * DAY_S + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    return true;
}

/* Days and a fraction of a day, rounded half up to the second. The fraction is multiplied by
 * 86400 digit by digit from the right, as on paper, so it is exact whatever its length. */
static bool parse_serial(struct span text, int64_t *wall_s) {
    struct scan scan = scan_from(text);
    int days, product = 0;
    /* No serial of these years has a sixth digit, and none starts with 0: 010224 is a date that
     * somebody typed without separators, and must not become a day in 1927. */
    if (scan_peek(&scan) == '0' || !scan_digits(&scan, 1, 5, &days))
        return false;
    if (!scan_at_end(&scan) && (!scan_char(&scan, '.') || scan_at_end(&scan)))
        return false;
    for (const char *at = scan.end; at > scan.at; at--) {
        if (!ascii_is_digit(at[-1]))
            return false;
        product = (at[-1] - '0') * DAY_S + product / 10;
    }
    int64_t time_s = product / 10 + (product % 10 >= 5);
    *wall_s = (int64_t)(days - SERIAL_OF_1970) * DAY_S + time_s;
    return true;
}

/* A day and a time of day on the wall clock of the model's zone. */
struct moment {
    struct day day;
    int time_s;
};

/* False when a serial, a zone or a carry led out of the accepted years. */
static bool moment_from_seconds(int64_t wall_s, struct moment *moment) {
    const int64_t first_s = day_to_number((struct day){YEAR_MIN, 1, 1}) * DAY_S;
    const int64_t end_s = day_to_number((struct day){YEAR_MAX + 1, 1, 1}) * DAY_S;
    if (wall_s < first_s || wall_s >= end_s)
        return false;
    /* Counted from a day before all others, because division rounds towards zero. */
    uint64_t since_first_s = (uint64_t)(wall_s - first_s);
    moment->day = day_from_number((int64_t)(since_first_s / DAY_S) + first_s / DAY_S);
    moment->time_s = (int)(since_first_s % DAY_S);
    return true;
}

/* What follows a date: nothing, or a time, or a time and an offset. */
static bool scan_rest(struct scan *scan, int *time_s, bool *has_offset, int *offset_s) {
    if (scan_at_end(scan))
        return true;
    if (!scan_letter(scan, 't') && !scan_blanks(scan))
        return false;
    if (!scan_time(scan, time_s))
        return false;
    if (scan_at_end(scan))
        return true;
    scan_blanks(scan);
    *has_offset = scan_offset(scan, offset_s);
    return *has_offset && scan_at_end(scan);
}

static bool parse_moment(const struct field *field, struct span text, struct moment *moment) {
    struct scan scan = scan_from(text);
    bool has_offset = false;
    int offset_s = 0;
    int64_t wall_s;
    moment->time_s = 0;
    if (parse_serial(text, &wall_s))
        return moment_from_seconds(wall_s, moment);
    if (!scan_date(field, &scan, &moment->day) ||
        !scan_rest(&scan, &moment->time_s, &has_offset, &offset_s))
        return false;
    bool turns = has_offset && (offset_s != 0 || !zone_is_utc());
    if (!turns && moment->time_s < DAY_S)
        return true;
    /* Another zone, or 23:59:59.5, may lead to another day. */
    wall_s = day_to_number(moment->day) * DAY_S + moment->time_s;
    return (!turns || turn_into_zone(wall_s - offset_s, &wall_s)) &&
           moment_from_seconds(wall_s, moment);
}

static void write_two(char *out, int number) {
    out[0] = (char)('0' + number / 10);
    out[1] = (char)('0' + number % 10);
}

static void write_date(struct day day, char out[static 11]) {
    memcpy(out, "0000-00-00", 11);
    write_two(out, day.year / 100);
    write_two(out + 2, day.year % 100);
    write_two(out + 5, day.month);
    write_two(out + 8, day.day);
}

static void write_time(int time_s, char out[static 10]) {
    memcpy(out, " 00:00:00", 10);
    write_two(out + 1, time_s / 3600);
    write_two(out + 4, time_s / 60 % 60);
    write_two(out + 7, time_s % 60);
}

static bool takes_iso(const struct field *field) {
    for (size_t i = 0; i < field->date_form_count; i++)
        if (field->date_forms[i] == DATE_ISO)
            return true;
    return false;
}

static bool has_stored_date(const char *at) {
    struct day day;
    return day_read(at, &day) && is_accepted(day);
}

static bool has_stored_time(const char *at) {
    int ignored_s;
    return at[0] == ' ' && day_read_time(at + 1, &ignored_s);
}

bool cell_is_stored_date(const struct field *field, struct span text) {
    return text.size == 10 && has_stored_date(text.data) && takes_iso(field);
}

bool cell_is_stored_datetime(const struct field *field, struct span text) {
    return text.size == 19 && has_stored_date(text.data) && has_stored_time(text.data + 10) &&
           takes_iso(field);
}

bool cell_parse_date(const struct field *field, struct span text, char out[static 11]) {
    struct moment moment;
    if (!parse_moment(field, text, &moment))
        return false;
    write_date(moment.day, out);
    return true;
}

bool cell_parse_datetime(const struct field *field, struct span text, char out[static 20]) {
    struct moment moment;
    if (!parse_moment(field, text, &moment))
        return false;
    write_date(moment.day, out);
    write_time(moment.time_s, out + 10);
    return true;
}
