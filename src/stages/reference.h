/* The parents of a sheet's rows, looked up by what the rows refer to.
 *
 * Two ways in, one answer: a table in memory of the whole parent for a build of all rows, and a
 * prepared SELECT for a few. Parents are read from silver, so they must be built first. */
#ifndef GOLDLEAF_STAGES_REFERENCE_H
#define GOLDLEAF_STAGES_REFERENCE_H

#include "stages/clean.h"
#include "warehouse/warehouse.h"

struct reference_lookup;

/* Opens a lookup for a reference of `sheet`. `whole` reads the parent into memory. */
bool reference_open(struct warehouse *warehouse, const struct model *model,
                    const struct reference *reference, bool whole, struct reference_lookup **lookup,
                    struct err *err);
void reference_close(struct reference_lookup *lookup); /* NULL is fine */

/* Checks all references of a clean row and lets it inherit what is empty. On a fault `*is_kept` is
 * false and `fault` (but its row) says which field and rule; of several, the leftmost column.
 * Inherited texts live in the arena. */
bool reference_check(struct reference_lookup *const *lookups, const struct sheet_model *sheet,
                     const struct header *header, struct value *values, bool *is_kept,
                     struct clean_fault *fault, struct arena *arena, struct err *err);

#endif
