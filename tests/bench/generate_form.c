/* The same value, written as people and spreadsheets write it. Every form here means what the plain
 * one means (forms without seconds or without a time say less of it). */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

struct moment {
    struct day_parts date;
    int hour;
    int minute;
    int second;
    int64_t epoch; /* seconds since 1970 */
};

static struct moment moment_read_iso(const char *iso) {
    struct moment moment = {0};
    int *const parts[] = {&moment.date.year, &moment.date.month, &moment.date.day,
                          &moment.hour,      &moment.minute,     &moment.second};
    for (size_t i = 0; i < 6 && *iso != '\0'; i++) {
        char *end;
        *parts[i] = (int)strtol(iso, &end, 10);
        iso = *end != '\0' ? end + 1 : end;
    }
    moment.epoch = day_from_parts(moment.date.year, moment.date.month, moment.date.day);
    moment.epoch = moment.epoch * DAY_SECONDS + moment.hour * 3600 + moment.minute * 60;
    moment.epoch += moment.second;
    return moment;
}

static void string_change_case(char *string, bool upper) {
    for (; *string != '\0'; string++) {
        if (upper && *string >= 'a' && *string <= 'z') {
            *string = (char)(*string - 'a' + 'A');
        } else if (!upper && *string >= 'A' && *string <= 'Z') {
            *string = (char)(*string - 'A' + 'a');
        }
    }
}

/* The serial of a spreadsheet: days since 1899-12-30, the time as a fraction of ten digits. */
static void form_write_serial(char *out, size_t size, int64_t epoch) {
    int64_t days = epoch / DAY_SECONDS + 25569;
    int64_t part = epoch % DAY_SECONDS * INT64_C(10000000000) / DAY_SECONDS;
    if (part == 0) {
        snprintf(out, size, "%lld", (long long)days);
    } else {
        snprintf(out, size, "%lld.%010lld", (long long)days, (long long)part);
    }
}

void form_write_date(char *out, size_t size, const char *iso, uint32_t form) {
    struct moment moment = moment_read_iso(iso);
    struct day_parts date = moment.date;
    const char *month = month_names[date.month - 1];
    switch (form) {
    case 0:
        snprintf(out, size, "%04d/%02d/%02d", date.year, date.month, date.day);
        break;
    case 1:
        snprintf(out, size, "%02d-%02d-%04d", date.day, date.month, date.year);
        break;
    case 2:
        snprintf(out, size, "%02d/%02d/%04d", date.day, date.month, date.year);
        break;
    case 3:
        snprintf(out, size, "%d/%d/%04d", date.day, date.month, date.year);
        break;
    case 4:
        snprintf(out, size, "%d %.3s %04d", date.day, month, date.year);
        break;
    case 5:
        snprintf(out, size, "%02d %s %04d", date.day, month, date.year);
        string_change_case(out, true);
        break;
    case 6:
        snprintf(out, size, "%s %d, %04d", month, date.day, date.year);
        break;
    case 7:
        snprintf(out, size, "%.3s %d, %04d", month, date.day, date.year);
        string_change_case(out, false);
        break;
    case 8:
        snprintf(out, size, "%d-%d-%04d", date.day, date.month, date.year);
        break;
    default:
        form_write_serial(out, size, moment.epoch);
        break;
    }
}

/* The clock of the moment as seen at an offset of so many minutes. */
static void form_write_offset(char *out, size_t size, int64_t epoch, int minutes) {
    int64_t local = epoch + minutes * 60;
    struct day_parts date = day_split_parts(local / DAY_SECONDS);
    int clock = (int)(local % DAY_SECONDS);
    int shift = minutes < 0 ? -minutes : minutes;
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", date.year, date.month, date.day,
             clock / 3600, clock / 60 % 60, clock % 60, minutes < 0 ? '-' : '+', shift / 60,
             shift % 60);
}

static void form_write_iso(char *out, size_t size, const char *iso, uint32_t form) {
    static const char *const tails[] = {"Z", ".250", ".000Z", ""};
    snprintf(out, size, "%.10sT%.8s%s", iso, iso + 11, tails[form]);
    if (form == 1) {
        out[10] = ' ';
    }
}

/* Forms 0 to 8 are those of a date with the time after it (the odd ones without the seconds). */
void form_write_moment(char *out, size_t size, const char *iso, uint32_t form) {
    struct moment moment = moment_read_iso(iso);
    if (form < 9) {
        form_write_date(out, size, iso, form);
        size_t length = strlen(out);
        snprintf(out + length, size - length, " %.*s", form % 2 == 1 ? 5 : 8, iso + 11);
    } else if (form == 9) {
        form_write_serial(out, size, moment.epoch);
    } else if (form < 14) {
        form_write_iso(out, size, iso, form - 10);
    } else if (form == 14) {
        form_write_offset(out, size, moment.epoch, 330);
    } else if (form == 15) {
        form_write_offset(out, size, moment.epoch, -8 * 60);
    } else if (form == 16) {
        form_write_offset(out, size, moment.epoch, 60);
    } else {
        snprintf(out, size, "%.16s", iso); /* no seconds */
    }
}

static const char *currency_find_sign(const char *currency) {
    static const char *const signs[][2] = {{"INR", "₹"}, {"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strcmp(signs[i][0], currency) == 0) {
            return signs[i][1];
        }
    }
    return NULL;
}

/* Groups of three, or in the Indian way three and then twos (1,00,000); the tail goes on as it is.
 */
static void form_group_digits(char *out, size_t size, const char *digits, const char *gap,
                              bool indian) {
    size_t length = strspn(digits, "0123456789");
    size_t used = 0;
    for (size_t i = 0; i < length && used + 3 < size; i++) {
        size_t left = length - i;
        bool edge = indian && left > 3 ? (left - 3) % 2 == 0 : left % 3 == 0;
        if (i > 0 && edge) {
            out[used++] = gap[0];
        }
        out[used++] = digits[i];
    }
    snprintf(out + used, size - used, "%s", digits + length);
}

/* Decimals beyond hundredths that round back to the plain value: 44.995 and 44.996 are 45.00. */
static void form_write_decimals(char *out, size_t size, const char *plain, const char *tail) {
    long long cents = 0;
    for (const char *at = plain; *at != '\0'; at++) {
        cents = *at == '.' ? cents : cents * 10 + (*at - '0');
    }
    cents = cents > 0 ? cents - 1 : 0;
    snprintf(out, size, "%lld.%02lld%s", cents / 100, cents % 100, tail);
}

static void form_write_signed(char *out, size_t size, const char *plain, const char *currency,
                              uint32_t form) {
    const char *sign = currency_find_sign(currency);
    char grouped[40];
    form_group_digits(grouped, sizeof grouped, plain, ",", strcmp(currency, "INR") == 0);
    if (sign == NULL) {
        form += form < 4 ? 4 : 0; /* no sign of its own: the ISO code */
    }
    switch (form) {
    case 0:
        snprintf(out, size, "%s%s", sign, plain);
        break;
    case 1:
        snprintf(out, size, "%s%s", sign, grouped);
        break;
    case 2:
        snprintf(out, size, "%s %s", sign, grouped);
        break;
    case 3:
        snprintf(out, size, "%s%s", plain, sign);
        break;
    case 4:
        snprintf(out, size, "%s %s", currency, grouped);
        break;
    case 5:
        snprintf(out, size, "%s %s", plain, currency);
        break;
    case 6:
        snprintf(out, size, "%s%s", currency, plain);
        break;
    default:
        snprintf(out, size, "%s", grouped);
        break;
    }
}

void form_write_money(char *out, size_t size, const char *plain, const char *currency,
                      uint32_t form) {
    size_t whole = strcspn(plain, ".");
    if (form < 8) {
        form_write_signed(out, size, plain, currency, form);
    } else if (form == 8) {
        snprintf(out, size, "%s0000", plain);
    } else if (form == 9 || form == 10) {
        form_write_decimals(out, size, plain, form == 9 ? "5" : "6000000000000001");
        if (strcmp(plain, "0.00") == 0) {
            snprintf(out, size, "0.004");
        }
    } else if (form == 11) {
        form_group_digits(out, size, plain, " ", false);
    } else {
        bool round = strcmp(plain + whole, ".00") == 0;
        snprintf(out, size, "%.*s", (int)(round ? whole : whole + 2), plain);
        if (!round && plain[whole + 2] != '0') {
            snprintf(out, size, "%s", plain);
        }
    }
}

void form_write_integer(char *out, size_t size, const char *plain, uint32_t form) {
    switch (form) {
    case 0:
        form_group_digits(out, size, plain, ",", false);
        break;
    case 1:
        snprintf(out, size, "%s.0", plain);
        break;
    case 2:
        form_group_digits(out, size, plain, " ", false);
        break;
    default:
        snprintf(out, size, "+%s", plain);
        break;
    }
}
