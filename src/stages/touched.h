/* The keys that a change touched, and all current rows of each: what an incremental build of silver
 * works on. Private to silver_touched.c, which settles them, and touched_rows.c, which collects
 * them.
 *
 * All rows of one key together decide which of them is in silver: the one that is there, those in
 * quarantine, and the new versions. By conservation these are all current rows of that key, and no
 * index on bronze is needed to find them. */
#ifndef GOLDLEAF_STAGES_TOUCHED_H
#define GOLDLEAF_STAGES_TOUCHED_H

#include "stages/silver_parts.h"

/* A current row of a touched key. */
struct candidate {
    int64_t row_id;
    uint32_t row; /* in the sheet */
    uint64_t hash;
    struct candidate *next; /* of the same key */
    const struct span *cells;
    struct value *values;
};

/* What is known of a key; its text is in the set of keys, at the same index. */
struct touched_key {
    struct candidate *head;     /* its last candidate */
    const struct value *before; /* its row in silver, or NULL */
    int64_t before_id;
    struct candidate *winner;     /* its row in silver from now on, or NULL */
    struct clean_faults warnings; /* the winner's */
};

struct touched {
    struct silver_build *build;
    const struct sheet_model *sheet;
    struct key_set keys;
    struct touched_key *states; /* one a key */
    size_t state_count;
    int64_t *ended;      /* the change's, sorted: what silver has of these is not current */
    uint32_t *row_of_id; /* per version id: its row, or NO_ROW; NULL until somebody asks */
    int64_t id_count;
    struct audit_writer writer;
    struct silver_counts *counts;
    struct arena arena;
};

/* Fills `ended`, before rows are taken in. */
void touched_sort_ended(struct touched *touched);

/* Makes row_of_id, where it is not there yet: few changes have to know. */
void touched_index_rows(struct touched *touched);

/* The state of a key by its index. Keys come in while rows are read; their states follow. */
struct touched_key *touched_state(struct touched *touched, size_t key);

struct audit_row touched_audit_row(const struct touched *touched,
                                   const struct candidate *candidate);

/* Cleans a candidate into its values. */
enum clean_outcome touched_clean(struct touched *touched, struct candidate *candidate,
                                 struct clean_faults *rejects, struct clean_faults *warnings);

/* Adds the versions that are new as candidates of their keys. */
bool touched_take_in_added(struct touched *touched, struct err *err);

/* Versions that ended: their keys are touched, and what was recorded about them goes. */
bool touched_take_out_ended(struct touched *touched, struct err *err);

/* Adds the older versions of the touched keys from `first` on, and what silver has of them; what
 * was recorded about them is written anew. */
bool touched_take_in_known(struct touched *touched, size_t first, struct err *err);

#endif
