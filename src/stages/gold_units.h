/* SELECTs that are plain sums over a unit, such as a ticket: silver narrowed to the touched units,
 * as they are and as they were. Private to gold. */
#ifndef GOLDLEAF_STAGES_GOLD_UNITS_H
#define GOLDLEAF_STAGES_GOLD_UNITS_H

#include "stages/gold_parts.h"

/* A SELECT of sums over a unit. */
struct gold_sum {
    const char *sql;
    struct unit unit;
};

/* Decides the extent, and for GOLD_UNITS makes TEMP table goldleaf_scope and TEMP tables of the
 * silver tables' names with the touched units as they are now. */
bool gold_units_open(const struct gold_build *build, const struct gold_sum *sum,
                     enum gold_extent *extent, struct err *err);

/* Takes the TEMP tables back to what the units were before the run. */
bool gold_units_rewind(const struct gold_build *build, const struct gold_sum *sum, struct err *err);

/* Drops what gold_units_open() made. */
bool gold_units_close(const struct gold_build *build, const struct gold_sum *sum, struct err *err);

#endif
