/* The parents of a sheet's rows, looked up by what the rows refer to.
 *
 * Parents are read from silver into memory, so they must be built first: all of them for a build of
 * all rows, those that are asked for when it is a few. */
#ifndef GOLDLEAF_STAGES_REFERENCE_H
#define GOLDLEAF_STAGES_REFERENCE_H

#include "stages/clean.h"
#include "stages/shortlist.h"

struct reference_lookup;

/* Opens a lookup for a reference: with `rows` of those parents that these rows refer to, with NULL
 * of all. */
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
