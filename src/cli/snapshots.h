/* Snapshots by number, as commands are asked for them. */
#ifndef GOLDLEAF_CLI_SNAPSHOTS_H
#define GOLDLEAF_CLI_SNAPSHOTS_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

/* The newest snapshot, and the newest before another one; 0: there is none. */
bool snapshots_read_last(struct warehouse *warehouse, struct arena *arena, int64_t *last,
                         struct err *err);
bool snapshots_read_previous(struct warehouse *warehouse, struct arena *arena, int64_t number,
                             int64_t *previous, struct err *err);

/* When a snapshot was loaded. ERR_USAGE when there is none of this number, or none any more. */
bool snapshots_find(struct warehouse *warehouse, struct arena *arena, int64_t number,
                    const char **loaded_at, struct err *err);

#endif
