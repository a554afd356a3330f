/* Reads and cleans the next sheet on a second core while this one is being written. */
#ifndef GOLDLEAF_RUN_PREFETCH_H
#define GOLDLEAF_RUN_PREFETCH_H

#include "stages/clean.h"

#include <pthread.h>

struct prefetch {
    /* what to do */
    const struct sheet_model *model;
    const char *inputs;
    const char *last_source_hash; /* see pull_read() */
    bool wants_clean;             /* the whole sheet will be built, so clean it, too */
    /* what came of it */
    struct pull pull;
    struct clean_sheet clean;
    bool has_clean;
    bool is_ok;
    struct err err;
    /* private */
    pthread_t thread;
    bool is_started;
};

void prefetch_start(struct prefetch *prefetch);

/* Waits for the end; false with the error. The sheet is the caller's until prefetch_free(). */
bool prefetch_finish(struct prefetch *prefetch, struct err *err);
void prefetch_free(struct prefetch *prefetch);

#endif
