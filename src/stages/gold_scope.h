/* Gold tables that are narrowed by a column: which part a run has to compute again. Private to
 * gold. */
#ifndef GOLDLEAF_STAGES_GOLD_SCOPE_H
#define GOLDLEAF_STAGES_GOLD_SCOPE_H

#include "stages/gold_parts.h"

/* Decides the extent, and for GOLD_SCOPE makes TEMP table goldleaf_scope(value) and the TEMP
 * views that narrow silver to it. */
bool gold_scope_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err);

/* Drops what gold_scope_open() made. */
bool gold_scope_close(const struct gold_build *build, const struct gold_model *gold,
                      struct err *err);

#endif
