/* A fixed set of words that stand for stored values: the aliases of an enum or of a currency.
 *
 * Look-up ignores ASCII case and treats ' ' and '-' as '_'. Built once, read by many. */
#ifndef GOLDLEAF_MODEL_WORDS_H
#define GOLDLEAF_MODEL_WORDS_H

#include "base/arena.h"

struct word {
    struct span text;  /* as a person may type it */
    struct span value; /* as it is stored */
};

struct words;

/* Copies the list into the arena. Words that are equal after folding: the first one wins. */
const struct words *words_build(struct arena *arena, const struct word *list, size_t count);

/* The stored value of a word, or false. The value lives as long as the words' arena. */
bool words_find(const struct words *words, struct span text, struct span *value);

/* The same of the longest word that the text begins with. */
bool words_find_prefix(const struct words *words, struct span text, struct span *value);

#endif
