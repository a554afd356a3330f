/* When a schedule's runs are due. Pure: no clock is read here.
 *
 * A grid ("every 15m") counts whole intervals from midnight UTC of 1970, so hourly means on the
 * hour; a cron line ("30 6 * * 1-5") speaks of a zone's own time. Times are seconds since 1970. */
#ifndef GOLDLEAF_RUN_SLOTS_H
#define GOLDLEAF_RUN_SLOTS_H

#include "base/err.h"

#include <stdint.h>

/* The five fields of a cron line, a bit for each value that they allow. */
struct cron {
    uint64_t minutes;                       /* 0 to 59 */
    uint32_t hours, days, months, weekdays; /* 0-23, 1-31, 1-12, 0-6 with Sunday as 0 */
    bool any_hour;             /* every hour there is, also one that the clock shows twice */
    bool any_day, any_weekday; /* begins with "*"; where neither does, one of both is enough */
};

struct slots {
    int64_t every_s; /* 0: by the cron line */
    struct cron cron;
};

/* "15m", "1h", "1d", "90s"; ERR_USAGE for anything else, and for less than a second or more than
 * 366 days. */
bool slots_read_every(struct slots *slots, const char *text, struct err *err);

/* Five fields of numbers, names (jan, mon), "*", lists, ranges and steps; or @hourly and the like.
 * ERR_USAGE says which field is wrong, and when no day can ever match. */
bool slots_read_cron(struct slots *slots, const char *text, struct err *err);

/* The first slot after `after_s`. Cron's are in the zone of TZ: an hour that the clock skips in
 * spring is made up for right behind the gap; one that it repeats in autumn counts once, unless
 * every hour is meant. */
int64_t slots_next(const struct slots *slots, int64_t after_s);

#endif
