/* Which row of a new version of a sheet is which row of the old one.
 *
 * Pure: works on row hashes and keys alone. Rows of equal content are paired first, in order and
 * occurrence by occurrence, so that identical rows stay apart; then rows of equal key; what is
 * left was added or removed. Of the pairs of equal content, the longest run that kept its order
 * stays in place (longest increasing subsequence); the others moved. */
#ifndef GOLDLEAF_STAGES_MATCH_H
#define GOLDLEAF_STAGES_MATCH_H

#include "base/span.h"

#include <stdint.h>

enum match_kind {
    MATCH_ADDED,   /* no partner */
    MATCH_KEPT,    /* same content, same order */
    MATCH_MOVED,   /* same content, other order */
    MATCH_CHANGED, /* same key, other content */
};

struct match {
    uint32_t *partner; /* per new row: index of its old row; MATCH_NONE when added */
    uint8_t *kind;     /* per new row: enum match_kind */
    uint8_t *is_used;  /* per old row: it has a partner */
    size_t old_count, new_count;
    size_t kept, moved, changed, added, removed;
    bool is_in_place; /* no row more or less, and each that is kept stands where it stood */
};

#define MATCH_NONE UINT32_MAX

/* Pairs rows by content and finds out which moved. Both lists are in sheet order. Memory is
 * malloc'ed; match_free() gives it back. */
void match_by_content(const uint64_t *old_hashes, size_t old_count, const uint64_t *new_hashes,
                      size_t new_count, struct match *match);

/* The first new row from `row` on that is not kept; new_count when there is none. The first old row
 * from `row` on without a partner; old_count when there is none. `row` is at most the count. Few
 * rows are, of many: to go from one to the next is much shorter than to look at all. */
size_t match_next_fresh(const struct match *match, size_t row);
size_t match_next_unused(const struct match *match, size_t row);

/* Pairs one row of each side that match_by_content() left alone. */
void match_pair_changed(struct match *match, uint32_t old_row, uint32_t new_row);

void match_free(struct match *match);

#endif
