/* Whether a new version of a sheet may replace the last good one.
 *
 * An outage is not an empty sheet: what is missing, emptied, cut of a column that the model needs,
 * or much shorter than before, is held back until somebody says that it is meant. Each function
 * returns the reason, in the arena, or NULL when the version may pass. */
#ifndef GOLDLEAF_STAGES_GATE_H
#define GOLDLEAF_STAGES_GATE_H

#include "stages/bronze.h"

const char *gate_missing(struct arena *arena, const struct pull *pull);
const char *gate_judge_header(struct arena *arena, const struct pull *pull);

/* `max_loss` is per cent of the rows before, blank ones left out. */
const char *gate_judge_change(struct arena *arena, const struct bronze_change *change,
                              double max_loss);

#endif
