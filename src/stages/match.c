#include "stages/match.h"

#include "base/arena.h"

/* How far the walk looks ahead for the place where both sides agree again. Longer insertions are
 * found by hash afterwards; this only keeps that table small. */
#define MATCH_WINDOW 64
#define MATCH_AGREEMENT 16
#define MATCH_STEP 64 /* nearly all rows are as they were: so many are looked at in one go */

struct walk {
    const uint64_t *old_hashes, *new_hashes;
    size_t old_count, new_count;
    size_t old_row, new_row;
};

static void match_pair(struct match *match, size_t old_row, size_t new_row, enum match_kind kind) {
    match->partner[new_row] = (uint32_t)old_row;
    match->is_used[old_row] = 1;
    match->kind[new_row] = (uint8_t)kind;
}

/* Pairs rows that follow each other on both sides. */
static void match_stretch(struct match *match, size_t old_row, size_t new_row, size_t count) {
    for (size_t i = 0; i < count; i++)
        match->partner[new_row + i] = (uint32_t)(old_row + i);
    memset(match->is_used + old_row, 1, count);
    memset(match->kind + new_row, MATCH_KEPT, count);
    match->kept += count;
    match->is_in_place &= old_row == new_row;
}

/* How many rows both sides have from where the walk is. */
static size_t walk_left(const struct walk *walk) {
    size_t old_left = walk->old_count - walk->old_row, new_left = walk->new_count - walk->new_row;
    return old_left < new_left ? old_left : new_left;
}

/* How many of them are the same, from there on. A side without rows may have no list. */
static size_t walk_same(const struct walk *walk) {
    const uint64_t *old_hashes = walk->old_hashes, *new_hashes = walk->new_hashes;
    size_t old_row = walk->old_row, new_row = walk->new_row, end = old_row + walk_left(walk);
    while (old_row + MATCH_STEP <= end && memcmp(&old_hashes[old_row], &new_hashes[new_row],
                                                 MATCH_STEP * sizeof *old_hashes) == 0) {
        old_row += MATCH_STEP;
        new_row += MATCH_STEP;
    }
    while (old_row < end && old_hashes[old_row] == new_hashes[new_row]) {
        old_row++;
        new_row++;
    }
    return old_row - walk->old_row;
}

/* The same from the end. */
static size_t walk_same_end(const struct walk *walk) {
    size_t most = walk_left(walk), count = 0;
    while (count < most && walk->old_hashes[walk->old_count - 1 - count] ==
                               walk->new_hashes[walk->new_count - 1 - count])
        count++;
    return count;
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
        for (size_t i = 0; i < COUNT_OF(skips) && most < MATCH_AGREEMENT; i++) {
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
    for (size_t i = 0, next = 0, count; next < few_count; next += count, i += count + 1) {
        for (count = 0; next + count < few_count && few[next + count] == many[i + count];)
            count++;
        match_stretch(match, is_old_shorter ? next : i, is_old_shorter ? i : next, count);
    }
    return true;
}

/* Pairs what stands in the same order on both sides, nearly everything: first the common end, so
 * that one stretch put in or taken out anywhere moves nothing, then from the start on. */
static void match_walk(struct walk walk, struct match *match) {
    size_t start = walk_same(&walk);
    walk.old_row = walk.new_row = start;
    size_t end = walk_same_end(&walk);
    walk.old_count -= end;
    walk.new_count -= end;
    match_stretch(match, walk.old_count, walk.new_count, end);
    walk.old_row = walk.new_row = 0;
    if (match_subsequence(&walk, match))
        return;
    while (walk.old_row < walk.old_count && walk.new_row < walk.new_count) {
        size_t count = walk_same(&walk);
        match_stretch(match, walk.old_row, walk.new_row, count);
        walk.old_row += count;
        walk.new_row += count;
        if (walk.old_row < walk.old_count && walk.new_row < walk.new_count)
            walk_resynchronise(&walk);
    }
}

/* The old rows that the walk left without a partner, by hash: chains are built backwards so that
 * they run forwards. */
struct leftover {
    uint32_t *rows, *next;
    size_t count;
    uint32_t *heads;
    size_t mask;
};

static void leftover_list(const struct walk *walk, const struct match *match,
                          struct leftover *left) {
    size_t slot_count = 16, most = match->old_count - match->kept;
    while (slot_count < most * 2)
        slot_count *= 2;
    left->mask = slot_count - 1;
    left->rows = memory_resize(NULL, most, sizeof *left->rows);
    left->next = memory_resize(NULL, most, sizeof *left->next);
    left->heads = memory_resize(NULL, slot_count, sizeof *left->heads);
    memset(left->heads, 0xff, slot_count * sizeof *left->heads);
    for (size_t row = match_next_unused(match, 0); row < match->old_count;
         row = match_next_unused(match, row + 1))
        left->rows[left->count++] = (uint32_t)row;
    for (size_t i = left->count; i-- > 0;) {
        size_t slot = walk->old_hashes[left->rows[i]] & left->mask;
        left->next[i] = left->heads[slot];
        left->heads[slot] = (uint32_t)i;
    }
}

/* The first of these that has this hash, which then is taken; MATCH_NONE when there is none. */
static uint32_t leftover_take(const struct walk *walk, struct leftover *left, uint64_t hash) {
    uint32_t *link = &left->heads[hash & left->mask];
    while (*link != MATCH_NONE && walk->old_hashes[left->rows[*link]] != hash)
        link = &left->next[*link];
    if (*link == MATCH_NONE)
        return MATCH_NONE;
    uint32_t row = left->rows[*link];
    *link = left->next[*link];
    return row;
}

/* Pairs the remaining rows of equal content wherever they stand, first with first. False when there
 * are none. */
static bool match_elsewhere(const struct walk *walk, struct match *match) {
    struct leftover left = {0};
    bool is_any = false;
    if (match->kept == match->old_count || match->kept == match->new_count)
        return false;
    leftover_list(walk, match, &left);
    for (size_t row = match_next_fresh(match, 0); row < match->new_count;
         row = match_next_fresh(match, row + 1)) {
        uint32_t old_row = leftover_take(walk, &left, walk->new_hashes[row]);
        if (old_row == MATCH_NONE)
            continue;
        match_pair(match, old_row, row, MATCH_MOVED);
        is_any = true;
    }
    free(left.rows);
    free(left.next);
    free(left.heads);
    return is_any;
}

/* Which of the paired rows are kept: the longest increasing subsequence of the partners, by
 * patience sorting: piles[k] is the row that ends the best run of length k + 1. */
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
    match->is_in_place = match->old_count == match->new_count;
    for (uint32_t i = length ? piles[length - 1] : MATCH_NONE; i != MATCH_NONE; i = previous[i]) {
        match->kind[i] = MATCH_KEPT;
        match->is_in_place &= match->partner[i] == i;
    }
    match->kept = length;
    match->moved -= length;
    free(piles);
    free(previous);
}

void match_by_content(const uint64_t *old_hashes, size_t old_count, const uint64_t *new_hashes,
                      size_t new_count, struct match *match) {
    *match = (struct match){
        .old_count = old_count, .new_count = new_count, .is_in_place = old_count == new_count};
    match->partner = memory_resize(NULL, new_count, sizeof *match->partner);
    match->kind = memory_resize(NULL, new_count, 1);
    match->is_used = memory_resize(NULL, old_count, 1);
    memset(match->partner, 0xff, new_count * sizeof *match->partner);
    memset(match->kind, MATCH_ADDED, new_count);
    memset(match->is_used, 0, old_count);
    struct walk walk = {old_hashes, new_hashes, old_count, new_count, 0, 0};
    match_walk(walk, match);
    if (match_elsewhere(&walk, match))
        match_mark_moved(match);
    match->added = new_count - match->kept - match->moved;
    match->removed = old_count - match->kept - match->moved;
}

size_t match_next_fresh(const struct match *match, size_t row) {
    static const uint8_t KEPT[8] = {MATCH_KEPT, MATCH_KEPT, MATCH_KEPT, MATCH_KEPT,
                                    MATCH_KEPT, MATCH_KEPT, MATCH_KEPT, MATCH_KEPT};
    const uint8_t *kind = match->kind;
    while (row + sizeof KEPT <= match->new_count && memcmp(kind + row, KEPT, sizeof KEPT) == 0)
        row += sizeof KEPT;
    while (row < match->new_count && kind[row] == MATCH_KEPT)
        row++;
    return row;
}

size_t match_next_unused(const struct match *match, size_t row) {
    const uint8_t *found = memchr(match->is_used + row, 0, match->old_count - row);
    return found ? (size_t)(found - match->is_used) : match->old_count;
}

void match_pair_changed(struct match *match, uint32_t old_row, uint32_t new_row) {
    match_pair(match, old_row, new_row, MATCH_CHANGED);
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
