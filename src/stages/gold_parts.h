/* Parts of gold that its files share. */
#ifndef GOLDLEAF_STAGES_GOLD_PARTS_H
#define GOLDLEAF_STAGES_GOLD_PARTS_H

#include "stages/silver.h"

struct gold_build {
    struct warehouse *warehouse;
    const struct model *model;
    const struct silver_delta *deltas; /* per sheet */
    bool is_whole;                     /* compute everything, whatever the deltas say */
    const char *gold_run; /* the run that made the silver that gold was built from, or NULL */
    struct gold_check_change *check_changes; /* per check, zeroed */
};

/* By how much the counts of a check moved, now less before. */
struct gold_check_change {
    bool is_known;
    int64_t counts[2];
};

/* How much of a table a run has to compute again: nothing, the touched values of its scope, the
 * touched units, or everything. */
enum gold_extent { GOLD_NOTHING, GOLD_SCOPE, GOLD_UNITS, GOLD_WHOLE };

/* Whether a SELECT names a table, and whether it reads silver_<sheet>. Too often yes only costs
 * time. */
bool gold_names_table(const char *sql, const char *table);
bool gold_reads(const char *sql, const struct sheet_model *sheet);

/* Computes the SELECT into a new TEMP table of that name. */
bool gold_compute(const struct gold_build *build, const struct gold_model *gold, const char *table,
                  struct err *err);

/* Appends the table's columns, each behind `prefix`. */
void gold_add_columns(struct buf *sql, const struct gold_model *gold, const char *prefix);

/* Runs a statement and frees its text. `changed` may be NULL. */
bool gold_run(struct warehouse *warehouse, struct buf *sql, int64_t *changed, struct err *err);

#endif
