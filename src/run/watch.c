#include "run/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "run/signals.h"

#define STEP_S 0.05      /* how soon a signal ends a wait */
#define LEAST_TOLD_S 0.2 /* a shorter wait is nobody's concern */

static void set_note(struct watch *watch, const char *note) {
    pthread_mutex_lock(&watch->mutex);
    snprintf(watch->note, sizeof watch->note, "%s", note);
    pthread_mutex_unlock(&watch->mutex);
}

static double now_s(void *context) {
    (void)context;
    return clock_monotonic_s();
}

static bool wait_out(struct watch *watch, double until_s, const char *reason, struct err *err) {
    const struct timespec step = {.tv_nsec = (long)(STEP_S * 1e9)};
    for (double left_s; (left_s = until_s - clock_monotonic_s()) > 0 && signals_check(err);) {
        char note[WATCH_NOTE_SIZE];
        snprintf(note, sizeof note, "waits %.0f s: %.70s", left_s, reason);
        if (left_s >= LEAST_TOLD_S)
            set_note(watch, note);
        nanosleep(&step, NULL);
    }
    return signals_check(err);
}

static bool wait(void *context, double seconds, const char *reason, struct err *err) {
    struct watch *watch = context;
    if (seconds >= LEAST_TOLD_S)
        log_line(LOG_LEVEL_WARN, "waiting", "%s; going on in %.1f s", reason, seconds);
    bool ok = wait_out(watch, clock_monotonic_s() + seconds, reason, err);
    set_note(watch, "");
    return ok;
}

void watch_open(struct watch *watch) {
    *watch = (struct watch){.waiting = {wait, now_s, watch}};
    pthread_mutex_init(&watch->mutex, NULL);
}

void watch_close(struct watch *watch) {
    pthread_mutex_destroy(&watch->mutex);
}

void watch_show(void *context, const char *sheet, size_t rows, size_t requests_used) {
    struct watch *watch = context;
    char note[WATCH_NOTE_SIZE];
    snprintf(note, sizeof note, "%zu of 60 requests a minute", requests_used);
    log_line(LOG_LEVEL_DEBUG, "rows_read", "%s: %zu rows so far, %s", sheet, rows, note);
    set_note(watch, note);
    pthread_mutex_lock(&watch->mutex);
    watch->rows = (int64_t)rows;
    pthread_mutex_unlock(&watch->mutex);
}

void watch_read(struct watch *watch, char note[static WATCH_NOTE_SIZE], int64_t *rows) {
    pthread_mutex_lock(&watch->mutex);
    memcpy(note, watch->note, WATCH_NOTE_SIZE);
    *rows = watch->rows;
    pthread_mutex_unlock(&watch->mutex);
}
