/* Gold tables that are plain sums over a unit: what the touched units were worth is taken off, what
 * they are worth now is put on. Private to gold. */
#ifndef GOLDLEAF_STAGES_GOLD_SUMS_H
#define GOLDLEAF_STAGES_GOLD_SUMS_H

#include "stages/gold_units.h"

/* After gold_units_open() with the table's SELECT and GOLD_UNITS: fills TEMP table goldleaf_new
 * with the rows that the touched units change, as they are to be. `*is_certain` false: a row may
 * have lost its last unit, which sums cannot tell; then the whole table has to be computed. Drops
 * what gold_units_open() made. */
bool gold_sums_compute(const struct gold_build *build, const struct gold_model *gold,
                       bool *is_certain, struct err *err);

#endif
