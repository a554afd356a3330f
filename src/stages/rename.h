/* Whether a column that is gone and one that is new are one column under another name.
 *
 * A guess from three signs: equal values, the place in the header, and likeness of the names.
 * Values that are the same in every row say little, and so do few rows; then the other signs have
 * to help. */
#ifndef GOLDLEAF_STAGES_RENAME_H
#define GOLDLEAF_STAGES_RENAME_H

#include <stdbool.h>
#include <stddef.h>

struct rename_evidence {
    size_t filled;  /* rows with a value in either column */
    size_t equal;   /* of those, rows with the same value in both */
    size_t by_luck; /* rows whose old value is also the new one of quite another row */
};

/* How likely it is, for the choice among several; 0: it is another column. */
double rename_likelihood(const struct rename_evidence *evidence, const char *from, const char *to,
                         bool is_same_place);

#endif
