#include "run/prefetch.h"

#include <signal.h>

static void *prefetch_work(void *context) {
    struct prefetch *prefetch = context;
    prefetch->is_ok = pull_read(&prefetch->pull, prefetch->model, prefetch->inputs,
                                prefetch->last_source_hash, &prefetch->err);
    if (!prefetch->is_ok || prefetch->pull.is_missing || prefetch->pull.is_same)
        return NULL;
    pull_hash_rows(&prefetch->pull);
    if (prefetch->wants_clean) {
        clean_sheet(&prefetch->clean, &prefetch->pull);
        prefetch->has_clean = true;
    }
    return NULL;
}

/* Signals belong to the main thread, which looks at the flag. Without a thread the work is done
 * here and now. */
void prefetch_start(struct prefetch *prefetch) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    prefetch->is_started = pthread_create(&prefetch->thread, NULL, prefetch_work, prefetch) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!prefetch->is_started)
        prefetch_work(prefetch);
}

static void prefetch_join(struct prefetch *prefetch) {
    if (prefetch->is_started)
        pthread_join(prefetch->thread, NULL);
    prefetch->is_started = false;
}

bool prefetch_finish(struct prefetch *prefetch, struct err *err) {
    prefetch_join(prefetch);
    if (!prefetch->is_ok)
        *err = prefetch->err;
    return prefetch->is_ok;
}

void prefetch_free(struct prefetch *prefetch) {
    prefetch_join(prefetch);
    pull_free(&prefetch->pull);
    if (prefetch->has_clean)
        clean_free(&prefetch->clean);
    *prefetch = (struct prefetch){0};
}
