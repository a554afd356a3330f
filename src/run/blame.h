/* Which edited cells moved a KPI, and by how much.
 *
 * The snapshots' edits are done one after the other in a warehouse in memory, and the KPI is read
 * in between: what it moved by when an edit was done is that edit's effect. So effects add up to
 * the whole change, whatever the KPI is and however far away the edit was. Edits of rows that
 * belong to the KPI by their scope are each looked at; of the others only stretches in which the
 * KPI moved, so two far edits that undo each other are not found. */
#ifndef GOLDLEAF_RUN_BLAME_H
#define GOLDLEAF_RUN_BLAME_H

#include "run/edits.h"
#include "run/report.h"
#include "warehouse/warehouse.h"

struct blame_question {
    const struct gold_model *gold;
    const struct value *key; /* gold->key_count values */
    int field;               /* of the table, or -1: every one that moved */
};

/* An edit that moved the KPI row: its fields before and after it, NULL where there is no row. */
struct blame_cause {
    const struct edit *edit;
    const struct value *before, *after;
};

struct blame {
    const struct value *before, *after; /* the KPI's row; NULL where there is none */
    struct blame_cause *causes;
    size_t cause_count, cause_capacity;
    struct arena arena;
};

/* Runs the sheets of a source, which it takes over, on a warehouse in memory. */
struct blame_runner {
    bool (*run)(void *context, struct source *source, struct err *err);
    void *context;
    struct warehouse *warehouse;
};

bool blame_find(struct blame *blame, const struct blame_question *question,
                const struct edits *edits, const struct blame_runner *runner, struct err *err);
void blame_free(struct blame *blame);

/* What a cause moved a field by; false where that is no number. */
bool blame_effect(struct value before, struct value after, double *effect);

#endif
