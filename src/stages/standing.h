/* How a warehouse stands, as its audit tells: snapshots, the last run, the last that published. */
#ifndef GOLDLEAF_STAGES_STANDING_H
#define GOLDLEAF_STAGES_STANDING_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

/* Texts are NULL where there is nothing to tell. */
struct standing {
    int64_t snapshots, last_snapshot;
    const char *loaded_at, *snapshot_status, *snapshot_run; /* of the last snapshot */
    const char *run_id, *command, *model, *started_at, *finished_at, *run_status, *message;
    int64_t run_snapshot, exit_code; /* of the last run, as all of the line above */
    const char *last_success;        /* when the last run that published ended */
};

bool standing_read(struct warehouse *warehouse, struct arena *arena, struct standing *standing,
                   struct err *err);

#endif
