/* Days of the Gregorian calendar, which is taken to have been in force from the year 1 on, and
 * times of day. */
#ifndef GOLDLEAF_BASE_DAY_H
#define GOLDLEAF_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

struct day {
    int year, month, day;
};

bool day_exists(struct day day);

/* Days since 1970-01-01 of a day that exists, and back. */
int64_t day_to_number(struct day day);
struct day day_from_number(int64_t number);

/* The ten bytes of "2026-11-24"; false when there is no such day. */
bool day_read(const char *text, struct day *day);

/* The eight bytes of "06:00:00" as seconds since midnight. */
bool day_read_time(const char *text, int *time_s);

#endif
