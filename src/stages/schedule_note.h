/* What the warehouse knows of the schedule that fills it: one row per host in audit_schedules. */
#ifndef GOLDLEAF_STAGES_SCHEDULE_NOTE_H
#define GOLDLEAF_STAGES_SCHEDULE_NOTE_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

struct schedule_note {
    const char *host;
    int64_t pid;
    const char *rule;        /* "every 15m", "cron 0 6 * * *" */
    const char *next_run_at; /* UTC; NULL: it has ended */
};

/* Writes the row of this host, in a transaction of its own. Does nothing where there is no
 * warehouse yet. */
bool schedule_note_write(struct warehouse *warehouse, const struct schedule_note *note,
                         struct err *err);

/* The schedule that runs next; `note->host` is NULL when there is none. */
bool schedule_note_read(struct warehouse *warehouse, struct arena *arena,
                        struct schedule_note *note, struct err *err);

#endif
