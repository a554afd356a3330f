/* One run at a time on one warehouse: an flock on "<database>.lock", free at once when its holder
 * dies. The file names the holder for people; only the lock itself counts. */
#ifndef GOLDLEAF_RUN_LOCK_H
#define GOLDLEAF_RUN_LOCK_H

#include "base/err.h"

struct lock {
    int descriptor;
    char path[4096];
};

/* ERR_LOCKED names the holder's pid, host and start. ERR_DATABASE when the folder cannot be
 * written. `database_path` is the SQLite file. */
bool lock_take(struct lock *lock, const char *database_path, struct err *err);
void lock_release(struct lock *lock); /* also removes the file; safe on a lock not taken ({-1}) */

#endif
