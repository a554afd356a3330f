/* A recorded snapshot as a source of sheets, so that a run can be done over it again. */
#ifndef GOLDLEAF_STAGES_SNAPSHOT_SOURCE_H
#define GOLDLEAF_STAGES_SNAPSHOT_SOURCE_H

#include "source/source.h"
#include "warehouse/warehouse.h"

/* `warehouse` is borrowed, and must not be used by another thread while a sheet is being read. */
void snapshot_source_open(struct source **source, struct warehouse *warehouse,
                          const struct model *model, int64_t snapshot);

#endif
