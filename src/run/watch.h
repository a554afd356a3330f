/* What a reading thread says while the main thread waits for it.
 *
 * The reading thread leaves notes here; the main thread shows them on the progress line. Waiting,
 * for a quota or before a request is repeated, is done here, too, so that Ctrl-C ends it at once.
 */
#ifndef GOLDLEAF_RUN_WATCH_H
#define GOLDLEAF_RUN_WATCH_H

#include "net/retry.h"

#include <pthread.h>

#define WATCH_NOTE_SIZE 96

struct watch {
    pthread_mutex_t mutex;
    char note[WATCH_NOTE_SIZE]; /* "12 of 60 requests" */
    int64_t rows;               /* of the sheet that is being read */
    struct waiting waiting;     /* the source's */
};

void watch_open(struct watch *watch);
void watch_close(struct watch *watch);

/* See sheets_settings.show; `context` is the watch. */
void watch_show(void *context, const char *sheet, size_t rows, size_t requests_used);

/* Copies what there is to show. */
void watch_read(struct watch *watch, char note[static WATCH_NOTE_SIZE], int64_t *rows);

#endif
