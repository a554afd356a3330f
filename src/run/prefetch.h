/* Reads the next sheet on a second core while this one is being written, and cleans this one while
 * its rows go into bronze. */
#ifndef GOLDLEAF_RUN_PREFETCH_H
#define GOLDLEAF_RUN_PREFETCH_H

#include "run/progress.h"
#include "run/watch.h"
#include "stages/silver.h"

#include <pthread.h>

struct prefetch {
    /* what to do */
    const struct sheet_model *model;
    struct pull_task task;
    bool wants_clean;          /* the whole sheet will be built, so clean it, too */
    struct silver_build build; /* for silver_check_early(), but for the header */
    /* what came of it */
    struct pull pull;
    bool is_ok;
    struct err err;
    /* private */
    struct clean_sheet clean;
    bool has_clean;
    pthread_t thread;
    bool is_started;
};

void prefetch_start(struct prefetch *prefetch);

/* Whether it is still being read. */
bool prefetch_is_running(struct prefetch *prefetch);

/* Whether what came is to be compared with what there is. To be asked when it was read. */
bool prefetch_has_rows(const struct prefetch *prefetch);

/* Waits until it was read, and shows meanwhile what `watch`, if there is one, has to tell; false
 * with the error. The sheet is the caller's until prefetch_free(). */
bool prefetch_finish(struct prefetch *prefetch, struct watch *watch, struct progress *progress,
                     struct err *err);

/* The sheet's rows, cleaned and, where that could be done, with their parents looked up. Waits for
 * them; from prefetch_finish() on. */
struct clean_sheet *prefetch_clean(struct prefetch *prefetch);
void prefetch_free(struct prefetch *prefetch);

#endif
