#include "base/nearest.h"

#include "base/span.h"

/* Longer words are not misspelt, they are something else. */
#define WORD_MAX 63

static size_t least(size_t a, size_t b, size_t c) {
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Levenshtein distance in which a swap of neighbours is one edit, too (optimal string alignment).
 * Three rows of the matrix are enough. Both words have at most WORD_MAX bytes. */
static size_t edit_distance(struct span a, struct span b) {
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            char x = ascii_lower(a.data[i - 1]), y = ascii_lower(b.data[j - 1]);
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            bool is_swap = i > 1 && j > 1 && x == ascii_lower(b.data[j - 2]) &&
                           y == ascii_lower(a.data[i - 2]);
            if (is_swap && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.size];
}

double nearest_likeness(const char *a, const char *b) {
    struct span x = span_from(a), y = span_from(b);
    size_t longer = x.size > y.size ? x.size : y.size;
    if (longer == 0 || longer > WORD_MAX)
        return 0;
    return 1 - (double)edit_distance(x, y) / (double)longer;
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count) {
    struct span text = span_from(word);
    if (text.size == 0 || text.size > WORD_MAX)
        return NULL;
    size_t limit = (text.size + 2) / 3;
    if (limit > 3)
        limit = 3;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        struct span candidate = candidates[i] ? span_from(candidates[i]) : SPAN("");
        if (candidate.size == 0 || candidate.size > WORD_MAX)
            continue;
        size_t distance = edit_distance(text, candidate);
        /* A word with all letters changed is not near, however short it is. */
        if (distance <= limit && distance < text.size) {
            nearest = candidates[i];
            if (distance == 0)
                break;
            limit = distance - 1;
        }
    }
    return nearest;
}
