/* Time that only pretends: waiting lets it pass at once. */
#ifndef GOLDLEAF_TESTS_TIME_FIXTURE_H
#define GOLDLEAF_TESTS_TIME_FIXTURE_H

#include "net/retry.h"

#define MAX_WAITS 256 /* that are remembered */

struct fake_time {
    struct waiting waiting;
    double now_s, waited_s;
    double waits_s[MAX_WAITS];
    size_t wait_count;
    size_t stop_at;   /* told to stop in this wait, counted from 1; 0: never */
    char reason[200]; /* of the last wait */
};

/* Whoever runs a token command looks every moment whether it is done; that is no wait. */
static inline bool fake_wait(void *context, double seconds, const char *reason, struct err *err) {
    struct fake_time *fake = context;
    if (strcmp(reason, "the token command runs") == 0)
        return nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL) == 0;
    assert_true(seconds > 0);
    snprintf(fake->reason, sizeof fake->reason, "%s", reason);
    if (fake->wait_count < MAX_WAITS)
        fake->waits_s[fake->wait_count] = seconds;
    fake->wait_count++;
    fake->now_s += seconds;
    fake->waited_s += seconds;
    return fake->wait_count != fake->stop_at || err_set(err, ERR_INTERRUPTED, "interrupted");
}

static inline double fake_now_s(void *context) {
    const struct fake_time *fake = context;
    return fake->now_s;
}

static inline void fake_time_start(struct fake_time *fake) {
    *fake = (struct fake_time){.now_s = 1000};
    fake->waiting = (struct waiting){fake_wait, fake_now_s, fake};
}

#endif
