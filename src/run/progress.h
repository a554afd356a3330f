/* Progress on a terminal: one line that is overwritten, nothing at all elsewhere.
 *
 * Drawing and logging share standard error, so both hold the log's lock. Also the place where a run
 * notices Ctrl-C: stages call progress_step() now and then. */
#ifndef GOLDLEAF_RUN_PROGRESS_H
#define GOLDLEAF_RUN_PROGRESS_H

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *stream; /* NULL: silent */
    bool is_color;
    const char *stage, *subject; /* "reading", "tickets" */
    int64_t done, total;         /* total 0: not known */
    const char *note;            /* what it waits for, say; NULL or "": nothing */
    double shown_at_s;           /* monotonic; the line is redrawn at most ten times a second */
    double began_at_s;
};

/* Begins a step; the strings must outlive it. */
void progress_begin(struct progress *progress, const char *stage, const char *subject,
                    int64_t total);

/* Reports `done` so far. False with ERR_INTERRUPTED or ERR_TERMINATED once a signal came in. */
bool progress_step(struct progress *progress, int64_t done, struct err *err);

/* Shows a text behind the numbers, which must stay there until another one or NULL takes its place,
 * or the next step begins. */
void progress_note(struct progress *progress, const char *note);

/* Wipes the line, so that messages can be printed. */
void progress_clear(struct progress *progress);

#endif
