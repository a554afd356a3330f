/* Old snapshots, dropped: their lines in the audit, and the versions in bronze that no snapshot
 * needs any more.
 *
 * Planning only reads; what a plan counts is exactly what doing it takes out. Whatever the rule
 * says, the newest snapshot stays, and so do those of each sheet's last good load and of its last
 * pull from Google; and what silver was built from stays where bronze is ahead of it. */
#ifndef GOLDLEAF_STAGES_PRUNE_H
#define GOLDLEAF_STAGES_PRUNE_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

/* Which snapshots stay: so many of the newest, or those that were loaded at a time or later. */
struct prune_rule {
    int64_t newest;    /* 0: by `since` */
    const char *since; /* "2026-11-24T06:00:00Z" */
};

struct prune_sheet {
    const char *table; /* "bronze_tickets" */
    int64_t snapshots; /* of those that go, how many have the sheet */
    int64_t versions;  /* before */
    int64_t dropped;   /* of them */
    int64_t built_to;  /* silver was built from this snapshot; 0: never */
};

struct prune_plan {
    int64_t *kept, *dropped; /* snapshots, from the oldest on */
    size_t kept_count, dropped_count;
    struct prune_sheet *sheets; /* every one that was ever recorded */
    size_t sheet_count;
    int64_t versions_dropped;
    int64_t audit_lines;     /* dropped; known when it is done */
    const char *oldest_time; /* of those that the rule keeps; NULL without a snapshot */
};

/* All memory is the arena's. */
bool prune_make_plan(struct warehouse *warehouse, const struct prune_rule *rule,
                     struct arena *arena, struct prune_plan *plan, struct err *err);

/* Does it, in the caller's transaction, which the plan was made in, too. */
bool prune_apply(struct warehouse *warehouse, struct prune_plan *plan, struct err *err);

/* Gives the room back; to be called when the transaction is committed. */
bool prune_give_back(struct warehouse *warehouse, const struct prune_plan *plan,
                     struct arena *arena, struct err *err);

#endif
