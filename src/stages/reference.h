/* The parents of a sheet's rows, looked up by what the rows refer to.
 *
 * Parents must be built first. They are held in memory: all of them for a build of all rows, those
 * that are asked for when it is a few. */
#ifndef GOLDLEAF_STAGES_REFERENCE_H
#define GOLDLEAF_STAGES_REFERENCE_H

#include "stages/clean.h"
#include "stages/shortlist.h"

struct reference_lookup;

/* A lookup without parents yet, for those who have them at hand: a build of the whole parent sheet.
 * A row is one of that sheet, and is copied. */
struct reference_lookup *reference_new(const struct reference *reference);
void reference_add(struct reference_lookup *lookup, const struct value *row);

/* Adds the parent of a child's row that is known to have one, unless it is there. The child shows
 * what it shares with it. */
void reference_add_vouched(struct reference_lookup *lookup, const struct reference *reference,
                           const struct value *child);

/* Whether a lookup holds what this reference asks for; children may refer to a parent alike. */
bool reference_serves(const struct reference_lookup *lookup, const struct reference *reference);

/* Opens a lookup for a reference: reads from silver, with `rows` those parents that these rows
 * refer to, with NULL all. */
bool reference_open(struct warehouse *warehouse, const struct model *model,
                    const struct reference *reference, const struct row_list *rows,
                    struct reference_lookup **lookup, struct err *err);
void reference_close(struct reference_lookup *lookup); /* NULL is fine */

/* Checks all references of a clean row and lets it inherit what is empty. On a fault `*is_kept` is
 * false and `fault` (but its row) says which field and rule; of several, the leftmost column.
 * Inherited texts live in the arena. */
void reference_check(struct reference_lookup *const *lookups, const struct sheet_model *sheet,
                     const struct header *header, struct value *values, bool *is_kept,
                     struct clean_fault *fault, struct arena *arena);

#endif
