/* Parts of silver that its files share. */
#ifndef GOLDLEAF_STAGES_SILVER_PARTS_H
#define GOLDLEAF_STAGES_SILVER_PARTS_H

#include "stages/silver.h"

/* Makes an empty lookup for each way in which other sheets refer to this one; they are the delta's,
 * and a build of everything fills them. */
void silver_lookups_begin(const struct silver_build *build);

/* One lookup per reference of the build's sheet, for these rows of it: what the parent's own build
 * left behind, or else read from silver. `before`, or NULL: what silver has of each row up to now,
 * which tells of its parent without a look. */
bool silver_lookups_open(const struct silver_build *build, struct row_list rows,
                         const struct row_list *before, struct reference_lookup ***lookups,
                         struct err *err);

/* The same where all of them were left behind; false where one was not. */
bool silver_lookups_take(const struct silver_build *build, struct reference_lookup ***lookups);
void silver_lookups_close(const struct silver_build *build, struct reference_lookup **lookups);

/* The set of keys that a build has to look at. */
struct key_set {
    struct span *keys; /* in the order in which they came */
    size_t count, capacity;
    uint32_t *slots; /* index + 1 into keys */
    size_t slot_count;
    struct arena arena;
};

/* Adds a key once; copies it. Returns its index. */
size_t key_set_add(struct key_set *set, struct span key);
void key_set_free(struct key_set *set);

/* Adds the keys of the rows in silver that have in these columns what is in a shortlist. */
bool silver_add_listed(const struct silver_build *build, const size_t *fields, size_t field_count,
                       const char *list, struct key_set *keys, struct err *err);

/* Adds the keys of the rows in quarantine that came as far as to be compared with others. */
bool silver_add_rivals(const struct silver_build *build, struct key_set *keys, struct err *err);

/* Adds the keys of the rows that the parents' deltas may have healed or orphaned. */
bool silver_add_touched_children(const struct silver_build *build, struct key_set *keys,
                                 struct err *err);

/* True when a parent's delta changes what this reference sees of it. */
bool silver_is_touched_by(const struct silver_build *build, const struct reference *reference);

#endif
