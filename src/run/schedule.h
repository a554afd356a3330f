/* The loop of `goldleaf schedule`: what is due, what was missed, when to stop.
 *
 * It knows neither processes nor signals: the clock and the run are functions, so that a test can
 * let a year pass in a moment. The first run is at once. A slot that comes while a run is still on,
 * or while the machine sleeps, is made up for by one run, however many there were. */
#ifndef GOLDLEAF_RUN_SCHEDULE_H
#define GOLDLEAF_RUN_SCHEDULE_H

#include "run/slots.h"

enum schedule_event {
    SCHEDULE_TIME, /* the time has come */
    SCHEDULE_NOW,  /* somebody wants a run at once */
    SCHEDULE_STOP,
};

struct schedule_clock {
    int64_t (*wall_s)(void *context);  /* may be set forward and back */
    double (*steady_s)(void *context); /* never is, and goes on while the machine sleeps */
    /* Waits for `seconds`, or less when something happens or wants to be looked at anew. */
    enum schedule_event (*wait)(void *context, double seconds);
    double (*chance)(void *context); /* from 0 up to 1 */
    void *context;
};

/* A run that is due. */
struct schedule_slot {
    int64_t at_s;   /* of the slot; of a run at once, the time */
    int64_t next_s; /* of the slot behind it */
    int64_t missed; /* slots before it that had no run of their own */
    double late_s;  /* it begins so long after it was to, jitter included */
};

struct schedule {
    struct slots slots;
    double jitter_s;  /* a slot begins up to so much later */
    int64_t max_runs; /* 0: without end */
    const struct schedule_clock *clock;
    bool (*run)(void *context, const struct schedule_slot *slot); /* false: stop */
    /* Before waiting: when the next run is due, by the clock on the wall. */
    void (*expect)(void *context, int64_t next_s);
    void *context;
};

/* Returns when it was told to stop, or after the last run. */
void schedule_loop(const struct schedule *schedule);

#endif
