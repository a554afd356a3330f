#include "stages/match.h"

#include "base/arena.h"

/* How far the walk looks ahead for the place where both sides agree again. Longer insertions are
 * found by hash afterwards; this only keeps that table small. */
#define MATCH_WINDOW 64
#define MATCH_AGREEMENT 16

struct walk {
    const uint64_t *old_hashes, *new_hashes;
    size_t old_count, new_count;
    size_t old_row, new_row;
};

static void match_pair(struct match *match, size_t old_row, size_t new_row) {
    match->partner[new_row] = (uint32_t)old_row;
    match->is_used[old_row] = 1;
}

/* How many rows agree from two places on, at most MATCH_AGREEMENT: tells a real continuation from
 * rows that merely repeat. */
static size_t walk_agreement(const struct walk *walk, size_t old_skip, size_t new_skip) {
    size_t old_row = walk->old_row + old_skip, new_row = walk->new_row + new_skip, count = 0;
    while (count < MATCH_AGREEMENT && old_row + count < walk->old_count &&
           new_row + count < walk->new_count &&
           walk->old_hashes[old_row + count] == walk->new_hashes[new_row + count])
        count++;
    return count;
}

/* Steps over the shortest stretch that was replaced, removed or inserted; of equally short ones
 * over that behind which more rows agree. */
static void walk_resynchronise(struct walk *walk) {
    for (size_t d = 1; d < MATCH_WINDOW; d++) {
        const size_t skips[][2] = {{d, d}, {d, 0}, {0, d}};
        size_t best = 0, most = 0;
        for (size_t i = 0; i < COUNT_OF(skips); i++) {
            size_t agreement = walk_agreement(walk, skips[i][0], skips[i][1]);
            if (agreement > most) {
                most = agreement;
                best = i;
            }
        }
        if (most) {
            walk->old_row += skips[best][0];
            walk->new_row += skips[best][1];
            return;
        }
    }
    walk->old_row++;
    walk->new_row++;
}

/* When rows only went, or only came, each row of the shorter side has its partner in order: the
 * next equal one. Among rows that look alike the walk might pass it over. False, and nothing
 * paired, when more than that happened. */
static bool match_subsequence(const struct walk *walk, struct match *match) {
    bool is_old_shorter = walk->old_count < walk->new_count;
    const uint64_t *few = is_old_shorter ? walk->old_hashes : walk->new_hashes;
    const uint64_t *many = is_old_shorter ? walk->new_hashes : walk->old_hashes;
    size_t few_count = is_old_shorter ? walk->old_count : walk->new_count;
    size_t many_count = is_old_shorter ? walk->new_count : walk->old_count;
    size_t found = 0, more = many_count - few_count;
    for (size_t i = 0; found < few_count && i - found <= more; i++)
        found += few[found] == many[i];
    if (found < few_count)
        return false;
    for (size_t i = 0, next = 0; next < few_count; i++) {
        if (few[next] != many[i])
            continue;
        match_pair(match, is_old_shorter ? next : i, is_old_shorter ? i : next);
        next++;
    }
    return true;
}

/* Pairs what stands in the same order on both sides, nearly everything, in one pass: first the
 * common end, so that one stretch put in or taken out anywhere moves nothing, then from the start
 * on. */
static void match_walk(struct walk walk, struct match *match) {
    size_t start = 0;
    while (start < walk.old_count && start < walk.new_count &&
           walk.old_hashes[start] == walk.new_hashes[start])
        start++;
    while (walk.old_count > start && walk.new_count > start &&
           walk.old_hashes[walk.old_count - 1] == walk.new_hashes[walk.new_count - 1])
        match_pair(match, --walk.old_count, --walk.new_count);
    if (match_subsequence(&walk, match))
        return;
    while (walk.old_row < walk.old_count && walk.new_row < walk.new_count) {
        if (walk.old_hashes[walk.old_row] == walk.new_hashes[walk.new_row])
            match_pair(match, walk.old_row++, walk.new_row++);
        else
            walk_resynchronise(&walk);
    }
}

/* Pairs the remaining rows of equal content wherever they stand, first with first. The table holds
 * the unused old rows by hash; chains are built backwards so that they run forwards. */
static void match_elsewhere(const struct walk *walk, struct match *match) {
    size_t left = 0;
    for (size_t i = 0; i < walk->old_count; i++)
        left += !match->is_used[i];
    if (left == 0)
        return;
    size_t slot_count = 16;
    while (slot_count < left * 2)
        slot_count *= 2;
    uint32_t *heads = memory_resize(NULL, slot_count, sizeof *heads);
    uint32_t *next = memory_resize(NULL, walk->old_count, sizeof *next);
    memset(heads, 0xff, slot_count * sizeof *heads);
    for (size_t i = walk->old_count; i-- > 0;) {
        if (match->is_used[i])
            continue;
        size_t slot = walk->old_hashes[i] & (slot_count - 1);
        next[i] = heads[slot];
        heads[slot] = (uint32_t)i;
    }
    for (size_t i = 0; i < walk->new_count; i++) {
        if (match->partner[i] != MATCH_NONE)
            continue;
        uint32_t *link = &heads[walk->new_hashes[i] & (slot_count - 1)];
        while (*link != MATCH_NONE && walk->old_hashes[*link] != walk->new_hashes[i])
            link = &next[*link];
        if (*link == MATCH_NONE)
            continue;
        match_pair(match, *link, i);
        *link = next[*link];
    }
    free(heads);
    free(next);
}

/* Nothing moved when the partners come in their old order, as they nearly always do. */
static bool match_mark_kept(struct match *match) {
    size_t next = 0, kept = 0;
    for (size_t i = 0; i < match->new_count; i++) {
        if (match->partner[i] == MATCH_NONE)
            continue;
        if (match->partner[i] < next)
            return false;
        next = (size_t)match->partner[i] + 1;
        kept++;
    }
    for (size_t i = 0; i < match->new_count; i++)
        if (match->partner[i] != MATCH_NONE)
            match->kind[i] = MATCH_KEPT;
    match->kept = kept;
    return true;
}

/* The longest increasing subsequence of the partners, by patience sorting: piles[k] is the row
 * that ends the best run of length k + 1. */
static void match_mark_moved(struct match *match) {
    uint32_t *piles = memory_resize(NULL, match->new_count, sizeof *piles);
    uint32_t *previous = memory_resize(NULL, match->new_count, sizeof *previous);
    size_t length = 0;
    for (size_t i = 0; i < match->new_count; i++) {
        uint32_t partner = match->partner[i];
        if (partner == MATCH_NONE)
            continue;
        size_t low = length;
        if (length && match->partner[piles[length - 1]] > partner) {
            size_t high = length - 1;
            for (low = 0; low < high;) {
                size_t middle = (low + high) / 2;
                if (match->partner[piles[middle]] < partner)
                    low = middle + 1;
                else
                    high = middle;
            }
        }
        previous[i] = low ? piles[low - 1] : MATCH_NONE;
        piles[low] = (uint32_t)i;
        if (low == length)
            length++;
        match->kind[i] = MATCH_MOVED;
        match->moved++;
    }
    for (uint32_t i = length ? piles[length - 1] : MATCH_NONE; i != MATCH_NONE; i = previous[i])
        match->kind[i] = MATCH_KEPT;
    match->kept = length;
    match->moved -= length;
    free(piles);
    free(previous);
}

void match_by_content(const uint64_t *old_hashes, size_t old_count, const uint64_t *new_hashes,
                      size_t new_count, struct match *match) {
    *match = (struct match){.old_count = old_count, .new_count = new_count};
    match->partner = memory_resize(NULL, new_count, sizeof *match->partner);
    match->kind = memory_resize(NULL, new_count, 1);
    match->is_used = memory_resize(NULL, old_count, 1);
    memset(match->partner, 0xff, new_count * sizeof *match->partner);
    memset(match->kind, MATCH_ADDED, new_count);
    memset(match->is_used, 0, old_count);
    struct walk walk = {old_hashes, new_hashes, old_count, new_count, 0, 0};
    match_walk(walk, match);
    match_elsewhere(&walk, match);
    if (!match_mark_kept(match))
        match_mark_moved(match);
    match->added = new_count - match->kept - match->moved;
    match->removed = old_count - match->kept - match->moved;
}

void match_pair_changed(struct match *match, uint32_t old_row, uint32_t new_row) {
    match_pair(match, old_row, new_row);
    match->kind[new_row] = MATCH_CHANGED;
    match->changed++;
    match->added--;
    match->removed--;
}

void match_free(struct match *match) {
    free(match->partner);
    free(match->kind);
    free(match->is_used);
    *match = (struct match){0};
}
