#include "model/words.h"

#include <stdint.h>

struct words_slot {
    struct span folded; /* data is NULL in an empty slot */
    struct span value;
};

struct words {
    size_t mask; /* slots - 1; the number of slots is a power of two, at most half of them used */
    size_t longest;
    struct words_slot *slots;
    /* What each byte folds to. A table, because every cell of an enum column goes through it
     * twice, and the comparisons took longer than all the rest. */
    unsigned char folds[256];
};

static unsigned char fold(const struct words *words, char c) {
    return words->folds[(unsigned char)c];
}

static size_t words_hash(const struct words *words, struct span text) {
    uint64_t hash = text.size;
    for (size_t i = 0; i < text.size; i++)
        hash = ((hash << 5) | (hash >> 59)) ^ fold(words, text.data[i]);
    /* The middle bits of the product depend on every byte. */
    return (size_t)((hash * UINT64_C(0x9E3779B97F4A7C15)) >> 24);
}

static bool folds_to(const struct words *words, struct span text, struct span folded) {
    if (text.size != folded.size)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (fold(words, text.data[i]) != (unsigned char)folded.data[i])
            return false;
    return true;
}

/* The slot of a word, or the empty slot where it would go. */
static struct words_slot *words_slot_of(const struct words *words, struct span text) {
    size_t i = words_hash(words, text) & words->mask;
    while (words->slots[i].folded.data && !folds_to(words, text, words->slots[i].folded))
        i = (i + 1) & words->mask;
    return &words->slots[i];
}

static struct span copy_folded(const struct words *words, struct span text, struct arena *arena) {
    char *copy = arena_alloc(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        copy[i] = (char)fold(words, text.data[i]);
    return (struct span){copy, text.size};
}

const struct words *words_build(struct arena *arena, const struct word *list, size_t count) {
    struct words *words = arena_alloc(arena, sizeof *words);
    for (size_t i = 0; i < sizeof words->folds; i++)
        words->folds[i] = (unsigned char)ascii_lower((char)i);
    words->folds[' '] = words->folds['-'] = '_';
    size_t slots = 4;
    while (slots / 2 < count)
        slots *= 2;
    words->mask = slots - 1;
    words->slots = arena_array(arena, slots, sizeof *words->slots);
    for (size_t i = 0; i < count; i++) {
        struct words_slot *slot = words_slot_of(words, list[i].text);
        if (slot->folded.data)
            continue;
        slot->folded = copy_folded(words, list[i].text, arena);
        slot->value = arena_copy(arena, list[i].value);
        if (list[i].text.size > words->longest)
            words->longest = list[i].text.size;
    }
    return words;
}

bool words_find(const struct words *words, struct span text, struct span *value) {
    /* A long text in an enum column need not be read to its end. */
    if (!words || text.size > words->longest)
        return false;
    const struct words_slot *slot = words_slot_of(words, text);
    if (!slot->folded.data)
        return false;
    *value = slot->value;
    return true;
}

bool words_find_prefix(const struct words *words, struct span text, struct span *value) {
    size_t longest = words->longest < text.size ? words->longest : text.size;
    for (size_t size = longest; size > 0; size--)
        if (words_find(words, (struct span){text.data, size}, value))
            return true;
    return false;
}
