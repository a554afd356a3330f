#include "run/prefetch.h"

#include "base/worker.h"

#define LOOK_NS 100000000 /* between two looks at what there is to show */

bool prefetch_has_rows(const struct prefetch *prefetch) {
    const struct pull *pull = &prefetch->pull;
    return prefetch->is_ok && !pull->origin.missing && !pull->origin.kept && !pull->is_same;
}

static void *prefetch_work(void *context) {
    struct prefetch *prefetch = context;
    prefetch->is_ok = pull_read(&prefetch->pull, prefetch->model, &prefetch->task, &prefetch->err);
    if (prefetch_has_rows(prefetch))
        pull_hash_rows(&prefetch->pull);
    return NULL;
}

static void *clean_work(void *context) {
    struct prefetch *prefetch = context;
    clean_sheet(&prefetch->clean, &prefetch->pull);
    prefetch->build.header = &prefetch->pull.header;
    silver_check_early(&prefetch->build, &prefetch->clean);
    prefetch->has_clean = true;
    return NULL;
}

/* Without a thread the work is done here and now. */
void prefetch_start(struct prefetch *prefetch) {
    prefetch->is_started = worker_start(&prefetch->thread, prefetch_work, prefetch);
    if (!prefetch->is_started)
        prefetch_work(prefetch);
}

bool prefetch_is_running(struct prefetch *prefetch) {
    if (prefetch->is_started)
        prefetch->is_started = pthread_tryjoin_np(prefetch->thread, NULL) != 0;
    return prefetch->is_started;
}

static void prefetch_join(struct prefetch *prefetch) {
    if (prefetch->is_started)
        pthread_join(prefetch->thread, NULL);
    prefetch->is_started = false;
}

/* The thread ends by itself when a signal came in: it asks now and then, as it waits for Google. */
static void show_until_done(struct prefetch *prefetch, struct watch *watch,
                            struct progress *progress) {
    char note[WATCH_NOTE_SIZE];
    struct err ignored;
    bool goes_on = true;
    while (goes_on) {
        struct timespec until;
        int64_t rows;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        prefetch->is_started = pthread_timedjoin_np(prefetch->thread, NULL, &until) != 0;
        if (!prefetch->is_started)
            break;
        watch_read(watch, note, &rows);
        progress_note(progress, note);
        goes_on = progress_step(progress, rows, &ignored);
    }
    progress_note(progress, NULL);
}

bool prefetch_finish(struct prefetch *prefetch, struct watch *watch, struct progress *progress,
                     struct err *err) {
    if (prefetch->is_started && watch)
        show_until_done(prefetch, watch, progress);
    prefetch_join(prefetch);
    if (!prefetch->is_ok)
        *err = prefetch->err;
    if (prefetch->wants_clean && prefetch_has_rows(prefetch))
        prefetch->is_started = worker_start(&prefetch->thread, clean_work, prefetch);
    return prefetch->is_ok;
}

struct clean_sheet *prefetch_clean(struct prefetch *prefetch) {
    prefetch_join(prefetch);
    if (!prefetch->has_clean)
        clean_work(prefetch);
    return &prefetch->clean;
}

void prefetch_free(struct prefetch *prefetch) {
    prefetch_join(prefetch);
    pull_free(&prefetch->pull);
    if (prefetch->has_clean)
        clean_free(&prefetch->clean);
    *prefetch = (struct prefetch){0};
}
