/* A database file as it is now, in a copy that only this process sees: reads go to the file, writes
 * stay in memory.
 *
 * It is a VFS below SQLite, so everything above runs as it always does, commits included, and not a
 * byte of the file, its log or its folder is touched: no lock, no journal, no time stamp. Only
 * blocks that are written take up memory. What keeps the file still meanwhile is the pin, an
 * ordinary connection in a read transaction. Private to the SQLite driver. */
#ifndef GOLDLEAF_WAREHOUSE_SQLITE_FORK_H
#define GOLDLEAF_WAREHOUSE_SQLITE_FORK_H

#include <sqlite3.h>

struct sqlite_fork;

/* Opens a fork of the file that `pin` reads. To be closed behind the database and before the pin.
 */
int sqlite_fork_open(struct sqlite_fork **fork, sqlite3 *pin, const char *path, sqlite3 **database);

/* NULL is fine. */
void sqlite_fork_close(struct sqlite_fork *fork);

#endif
