#include "run/slots.h"

#include "base/span.h"

#include <string.h>
#include <time.h>

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400
#define EVERY_HOUR 0xffffffu
#define LONGEST_S (366 * (int64_t)DAY_S)
#define LONGEST_GAP_S (8 * LONGEST_S) /* 29 February, over a year without one */

bool slots_read_every(struct slots *slots, const char *text, struct err *err) {
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', MINUTE_S}, {'h', HOUR_S}, {'d', DAY_S}};
    int64_t number = 0;
    const char *at = text;
    for (; ascii_is_digit(*at) && number < LONGEST_S; at++)
        number = number * 10 + (*at - '0');
    for (size_t i = 0; i < COUNT_OF(units) && at > text; i++) {
        if (*at != units[i].unit || at[1] != '\0')
            continue;
        int64_t seconds = number * units[i].seconds;
        if (seconds < 1 || seconds > LONGEST_S)
            return err_set(err, ERR_USAGE, "\"%s\" is not from 1s to 366d", text);
        *slots = (struct slots){.every_s = seconds};
        return true;
    }
    err_set(err, ERR_USAGE, "\"%s\" is no interval", text);
    return err_hint(err, "write 90s, 15m, 1h or 1d");
}

/* ---- cron ---- */

struct field {
    const char *name;
    int least, most;
    const char *const *words; /* for least, least + 1, ...; or NULL */
};

static const char *const MONTHS[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                     "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const WEEKDAYS[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field FIELDS[] = {{"minute", 0, 59, NULL},
                                      {"hour", 0, 23, NULL},
                                      {"day of the month", 1, 31, NULL},
                                      {"month", 1, 12, MONTHS},
                                      {"day of the week", 0, 7, WEEKDAYS}};

static bool read_number(const struct field *field, const char **at, int *number) {
    int value = 0, digits = 0;
    for (int i = 0; field->words && field->words[i]; i++) {
        if (!span_equal_nocase((struct span){*at, strnlen(*at, 3)}, span_from(field->words[i])))
            continue;
        *at += 3;
        *number = field->least + i;
        return true;
    }
    for (; ascii_is_digit(**at) && digits < 3; ++*at, digits++)
        value = value * 10 + (**at - '0');
    *number = value;
    return digits > 0;
}

/* "*", "5", "1-5", each with "/2" */
static bool read_part(const struct field *field, const char **at, uint64_t *bits) {
    int from = field->least, to = field->most, step = 1;
    bool is_range = **at == '*';
    if (is_range)
        ++*at;
    else if (!read_number(field, at, &from))
        return false;
    else
        to = from;
    if (!is_range && **at == '-') {
        ++*at;
        is_range = true;
        if (!read_number(field, at, &to))
            return false;
    }
    if (**at == '/') {
        ++*at;
        to = is_range ? to : field->most; /* "5/15": from 5 on */
        if (!read_number(&FIELDS[0], at, &step) || step == 0)
            return false;
    }
    if (from < field->least || to > field->most || from > to)
        return false;
    for (int value = from; value <= to; value += step)
        *bits |= UINT64_C(1) << value;
    return true;
}

static bool read_field(const struct field *field, const char **at, uint64_t *bits) {
    *bits = 0;
    for (;;) {
        if (!read_part(field, at, bits))
            return false;
        if (**at != ',')
            return **at == ' ' || **at == '\t' || **at == '\0';
        ++*at;
    }
}

static const char *expand_nickname(const char *text) {
    static const char *const nicknames[][2] = {{"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},
                                               {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
                                               {"@monthly", "0 0 1 * *"},  {"@yearly", "0 0 1 1 *"},
                                               {"@annually", "0 0 1 1 *"}};
    for (size_t i = 0; i < COUNT_OF(nicknames); i++)
        if (strcmp(text, nicknames[i][0]) == 0)
            return nicknames[i][1];
    return text;
}

/* 31 February never comes. */
static bool has_some_day(const struct cron *cron) {
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!cron->any_weekday)
        return true;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= days[month - 1]; day++)
            if (cron->months >> month & 1 && cron->days >> day & 1)
                return true;
    return false;
}

bool slots_read_cron(struct slots *slots, const char *text, struct err *err) {
    uint64_t bits[COUNT_OF(FIELDS)];
    const char *starts[COUNT_OF(FIELDS)];
    const char *at = expand_nickname(text);
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        at += strspn(at, " \t");
        starts[i] = at;
        if (*at && read_field(&FIELDS[i], &at, &bits[i]))
            continue;
        err_set(err, ERR_USAGE, "\"%s\": the %s, field %zu of 5, %s", text, FIELDS[i].name, i + 1,
                *at ? "cannot be read" : "is missing");
        return err_hint(err, "five fields: minute, hour, day, month, weekday; such as \"30 6 * * "
                             "1-5\"");
    }
    at += strspn(at, " \t");
    if (*at)
        return err_set(err, ERR_USAGE, "\"%s\": there are more than five fields", text);
    *slots = (struct slots){.cron = {bits[0], (uint32_t)bits[1], (uint32_t)bits[2],
                                     (uint32_t)bits[3], (uint32_t)((bits[4] | bits[4] >> 7) & 0x7f),
                                     bits[1] == EVERY_HOUR, *starts[2] == '*', *starts[4] == '*'}};
    return has_some_day(&slots->cron) ||
           err_set(err, ERR_USAGE, "\"%s\": that day never comes", text);
}

static bool matches_day(const struct cron *cron, const struct tm *local) {
    bool day = cron->days >> local->tm_mday & 1, weekday = cron->weekdays >> local->tm_wday & 1;
    bool is_either = !cron->any_day && !cron->any_weekday;
    return cron->months >> (local->tm_mon + 1) & 1 && (is_either ? day || weekday : day && weekday);
}

static bool matches(const struct cron *cron, const struct tm *local) {
    return matches_day(cron, local) && cron->hours >> local->tm_hour & 1 &&
           cron->minutes >> local->tm_min & 1;
}

/* What the clock shows, as a number that only grows where the clock does. */
static int64_t shown(const struct tm *local) {
    struct tm copy = *local;
    return timegm(&copy);
}

/* Whether a minute that matches was skipped between two instants a minute apart. */
static bool was_skipped(const struct cron *cron, int64_t from_shown, int64_t to_shown) {
    for (int64_t at = from_shown + MINUTE_S; at < to_shown; at += MINUTE_S) {
        struct tm local;
        time_t when = (time_t)at;
        gmtime_r(&when, &local);
        if (matches(cron, &local))
            return true;
    }
    return false;
}

/* The same time of day was shown an hour or so ago, before the clock was set back. */
static bool is_repeated(int64_t at_s, int64_t at_shown) {
    for (int64_t back = 30 * MINUTE_S; back <= 2 * HOUR_S; back += 30 * MINUTE_S) {
        struct tm local;
        time_t when = (time_t)(at_s - back);
        localtime_r(&when, &local);
        if (shown(&local) == at_shown)
            return true;
    }
    return false;
}

static int64_t next_by_cron(const struct cron *cron, int64_t after_s) {
    int64_t at = after_s / MINUTE_S * MINUTE_S, end = at + LONGEST_GAP_S;
    struct tm local;
    time_t when = (time_t)at;
    localtime_r(&when, &local);
    for (int64_t before = shown(&local); at < end; before = shown(&local)) {
        at += MINUTE_S;
        when = (time_t)at;
        localtime_r(&when, &local);
        int64_t now = shown(&local);
        if (!cron->any_hour && now > before + MINUTE_S && was_skipped(cron, before, now))
            return at;
        if (matches(cron, &local) && (cron->any_hour || !is_repeated(at, now)))
            return at;
        /* A day that does not match is stepped over, up to an hour before its end. */
        if (!matches_day(cron, &local) && local.tm_hour < 20 && local.tm_hour > 4)
            at += (int64_t)(22 - local.tm_hour) * HOUR_S - (int64_t)local.tm_min * MINUTE_S;
        when = (time_t)at;
        localtime_r(&when, &local);
    }
    return end;
}

int64_t slots_next(const struct slots *slots, int64_t after_s) {
    if (slots->every_s)
        return (after_s / slots->every_s + 1) * slots->every_s;
    return next_by_cron(&slots->cron, after_s);
}
