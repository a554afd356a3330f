/* Gold: KPI tables, each one SELECT over silver.
 *
 * The result of the SELECT is laid beside the table and only the difference is written. Where a
 * table declares a scope, the SELECT sees only silver rows of the scope's touched values: TEMP
 * views of the same names stand in front of the silver tables while it runs. */
#ifndef GOLDLEAF_STAGES_GOLD_H
#define GOLDLEAF_STAGES_GOLD_H

#include "stages/gold_parts.h"

struct gold_counts {
    int64_t rows, added, changed, removed;
};

/* Builds one gold table. */
bool gold_build_table(const struct gold_build *build, const struct gold_model *gold,
                      struct gold_counts *counts, struct err *err);

/* Once the tables are built: runs the model's checks and records their counts in audit_dq_results.
 */
bool gold_run_checks(const struct gold_build *build, const struct audit_run *run, struct err *err);

#endif
