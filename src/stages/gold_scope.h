/* Which part of a gold table a run has to compute again. Private to gold. */
#ifndef GOLDLEAF_STAGES_GOLD_SCOPE_H
#define GOLDLEAF_STAGES_GOLD_SCOPE_H

#include "stages/gold.h"

enum gold_extent { GOLD_NOTHING, GOLD_SCOPE, GOLD_UNITS, GOLD_WHOLE };

/* Decides the extent, and for GOLD_SCOPE makes TEMP table goldleaf_scope(value) and the TEMP
 * views that narrow silver to it. */
bool gold_scope_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err);

/* Drops what gold_scope_open() made. */
bool gold_scope_close(const struct gold_build *build, const struct gold_model *gold,
                      struct err *err);

/* Whether the table's SELECT reads silver_<sheet>. */
bool gold_reads(const struct gold_model *gold, const struct sheet_model *sheet);

/* gold.c: computes the SELECT into a new TEMP table of that name. */
bool gold_compute(const struct gold_build *build, const struct gold_model *gold, const char *table,
                  struct err *err);

/* gold_units.c, for tables that declare additiveOver: the same decision, with GOLD_UNITS. */
bool gold_units_open(const struct gold_build *build, const struct gold_model *gold,
                     enum gold_extent *extent, struct err *err);

/* After GOLD_UNITS: fills TEMP table goldleaf_new with the rows that the touched units change, as
 * they are to be. `*is_certain` false: a row may have lost its last unit, which sums cannot tell;
 * then the whole table has to be computed. Drops what gold_units_open() made. */
bool gold_units_compute(const struct gold_build *build, const struct gold_model *gold,
                        bool *is_certain, struct err *err);

#endif
