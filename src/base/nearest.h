/* "Did you mean ...?" for a word that is not known. */
#ifndef GOLDLEAF_BASE_NEAREST_H
#define GOLDLEAF_BASE_NEAREST_H

#include "base/attr.h"

#include <stddef.h>

/* The candidate that needs the fewest edits (a letter put in, left out, changed, or two swapped;
 * ASCII case does not count), the first one among equals. NULL when nothing is near: more than a
 * third of the word would change, or more than three letters. Candidates that are NULL are passed
 * over. */
const char *nearest_word(const char *word, const char *const *candidates, size_t count);

/* How alike two words are: 1 for the same, 0 when every letter would have to change. */
double nearest_likeness(const char *a, const char *b);

#endif
