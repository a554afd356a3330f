/* Parts of gold that its files share. */
#ifndef GOLDLEAF_STAGES_GOLD_PARTS_H
#define GOLDLEAF_STAGES_GOLD_PARTS_H

#include "stages/silver.h"

struct gold_build {
    struct warehouse *warehouse;
    const struct model *model;
    const struct silver_delta *deltas; /* per sheet */
    bool is_whole;                     /* compute everything, whatever the deltas say */
};

/* How much of a table a run has to compute again: nothing, the touched values of its scope, the
 * touched units, or everything. */
enum gold_extent { GOLD_NOTHING, GOLD_SCOPE, GOLD_UNITS, GOLD_WHOLE };

/* Whether the table's SELECT reads silver_<sheet>. */
bool gold_reads(const struct gold_model *gold, const struct sheet_model *sheet);

/* Computes the SELECT into a new TEMP table of that name. */
bool gold_compute(const struct gold_build *build, const struct gold_model *gold, const char *table,
                  struct err *err);

/* Appends the table's columns, each behind `prefix`. */
void gold_add_columns(struct buf *sql, const struct gold_model *gold, const char *prefix);

/* Runs a statement and frees its text. `changed` may be NULL. */
bool gold_run(struct warehouse *warehouse, struct buf *sql, int64_t *changed, struct err *err);

#endif
