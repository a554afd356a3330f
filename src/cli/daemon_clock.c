#include "cli/daemon_clock.h"

#include "base/clock.h"
#include "cli/notify.h"
#include "run/signals.h"

#include <sys/random.h>
#include <time.h>

static int64_t wall_s(void *context) {
    (void)context;
    return (int64_t)time(NULL);
}

/* Goes on while the machine sleeps. */
static double steady_s(void *context) {
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double chance(void *context) {
    uint32_t bits = 0;
    (void)context;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return 0;
    return (double)bits / ((double)UINT32_MAX + 1);
}

static void stop(struct daemon_clock *clock) {
    clock->is_hurried = clock->is_stopping;
    if (clock->is_stopping)
        return;
    clock->is_stopping = true;
    clock->stopped_at_s = clock_monotonic_s();
    notify_say("STOPPING=1");
}

static void take(struct daemon_clock *clock, int number) {
    switch (number) {
    case SIGINT:
    case SIGTERM:
        stop(clock);
        break;
    case SIGHUP:
        clock->wants_run = true;
        break;
    case SIGUSR1:
        clock->on_status(clock->status_context);
        break;
    default:
        break;
    }
}

int daemon_clock_wait(struct daemon_clock *clock, double seconds) {
    double step =
        clock->watchdog_s > 0 && clock->watchdog_s < seconds ? clock->watchdog_s : seconds;
    struct timespec wait = {(time_t)step, (long)((step - (double)(time_t)step) * 1e9)};
    int number = sigtimedwait(&clock->signals, NULL, &wait);
    if (clock->watchdog_s > 0)
        notify_say("WATCHDOG=1");
    if (number <= 0)
        return 0;
    take(clock, number);
    return number;
}

static enum schedule_event wait_for(void *context, double seconds) {
    struct daemon_clock *clock = context;
    if (!clock->is_stopping && !clock->wants_run)
        daemon_clock_wait(clock, seconds);
    if (clock->is_stopping)
        return SCHEDULE_STOP;
    if (!clock->wants_run)
        return SCHEDULE_TIME;
    clock->wants_run = false;
    return SCHEDULE_NOW;
}

void daemon_clock_open(struct daemon_clock *clock, void (*on_status)(void *context),
                       void *context) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD};
    *clock = (struct daemon_clock){.base = {wall_s, steady_s, wait_for, chance, clock},
                                   .on_status = on_status,
                                   .status_context = context,
                                   .watchdog_s = notify_watchdog_s()};
    sigemptyset(&clock->signals);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        sigaddset(&clock->signals, numbers[i]);
    sigprocmask(SIG_BLOCK, &clock->signals, NULL);
    struct err ignored;
    if (!signals_check(&ignored))
        stop(clock);
}

bool daemon_clock_is_late(const struct daemon_clock *clock, double patience_s) {
    return clock->is_hurried ||
           (clock->is_stopping && clock_monotonic_s() > clock->stopped_at_s + patience_s);
}

void daemon_clock_leave(const struct daemon_clock *clock) {
    signal(SIGHUP, SIG_IGN); /* both are for the one who waits */
    signal(SIGUSR1, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &clock->signals, NULL);
}
