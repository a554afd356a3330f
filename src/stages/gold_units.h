/* Gold tables that are plain sums over a unit: see gold_units.c. Private to gold. */
#ifndef GOLDLEAF_STAGES_GOLD_UNITS_H
#define GOLDLEAF_STAGES_GOLD_UNITS_H

#include "stages/gold_parts.h"

/* Decides the extent, and for GOLD_UNITS makes TEMP table goldleaf_scope and TEMP tables of the
 * silver tables' names with the touched units. */
bool gold_units_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err);

/* After GOLD_UNITS: fills TEMP table goldleaf_new with the rows that the touched units change, as
 * they are to be. `*is_certain` false: a row may have lost its last unit, which sums cannot tell;
 * then the whole table has to be computed. Drops what gold_units_open() made. */
bool gold_units_compute(const struct gold_build *build, const struct gold_model *gold,
                        bool *is_certain, struct err *err);

#endif
