/* Time and signals of a process that waits: the clock of `goldleaf schedule`.
 *
 * The signals are blocked and taken when there is time for them, so nothing happens in between. */
#ifndef GOLDLEAF_CLI_DAEMON_CLOCK_H
#define GOLDLEAF_CLI_DAEMON_CLOCK_H

#include "run/schedule.h"

#include <signal.h>

struct daemon_clock {
    struct schedule_clock base;       /* must be first; its context is this */
    sigset_t signals;                 /* INT, TERM, HUP, USR1, CHLD */
    void (*on_status)(void *context); /* somebody sent USR1 */
    void *status_context;
    double watchdog_s; /* how often the service manager wants to hear of us; 0: never */
    bool is_stopping;  /* INT or TERM came in, at: */
    double stopped_at_s;
    bool is_hurried; /* and once more */
    bool wants_run;  /* HUP came in */
};

/* Blocks the signals; a wish to stop that came in before counts. `on_status` may be called while
 * waiting. */
void daemon_clock_open(struct daemon_clock *clock, void (*on_status)(void *context), void *context);

/* Waits for a signal, for `seconds` at most, and takes note of it; returns its number, or 0. */
int daemon_clock_wait(struct daemon_clock *clock, double seconds);

/* Whether the wish to stop is older than that, or was repeated. */
bool daemon_clock_is_late(const struct daemon_clock *clock, double patience_s);

/* For a child: signals do what they did before. */
void daemon_clock_leave(const struct daemon_clock *clock);

#endif
