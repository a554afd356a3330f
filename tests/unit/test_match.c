#include "stages/match.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LENGTH_MAX 400

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t end) {
    return (size_t)(next_random(state) % end);
}

struct sequence {
    uint64_t items[LENGTH_MAX];
    size_t count;
};

static void insert(struct sequence *sequence, size_t at, uint64_t item) {
    assert_true(sequence->count < LENGTH_MAX);
    memmove(&sequence->items[at + 1], &sequence->items[at],
            (sequence->count - at) * sizeof sequence->items[0]);
    sequence->items[at] = item;
    sequence->count++;
}

static uint64_t take(struct sequence *sequence, size_t at) {
    uint64_t item = sequence->items[at];
    sequence->count--;
    memmove(&sequence->items[at], &sequence->items[at + 1],
            (sequence->count - at) * sizeof sequence->items[0]);
    return item;
}

/* The longest common subsequence, by the book. */
static size_t common(const struct sequence *a, const struct sequence *b) {
    size_t lengths[LENGTH_MAX + 1] = {0};
    for (size_t i = 0; i < a->count; i++) {
        size_t diagonal = 0;
        for (size_t j = 0; j < b->count; j++) {
            size_t above = lengths[j + 1];
            if (a->items[i] == b->items[j])
                lengths[j + 1] = diagonal + 1;
            else if (lengths[j] > above)
                lengths[j + 1] = lengths[j];
            diagonal = above;
        }
    }
    return lengths[b->count];
}

/* How many can be paired at all: of each item as many as both have. */
static size_t in_both(const struct sequence *a, const struct sequence *b) {
    bool is_used[LENGTH_MAX] = {false};
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (!is_used[j] && a->items[i] == b->items[j]) {
                is_used[j] = true;
                count++;
                break;
            }
    return count;
}

/* Steps, and the long way. */
static void check_steps(const struct match *match) {
    size_t fresh = match_next_fresh(match, 0), unused = match_next_unused(match, 0);
    for (size_t i = 0; i < match->new_count; i++) {
        assert_int_equal(fresh == i, match->kind[i] != MATCH_KEPT);
        fresh = fresh == i ? match_next_fresh(match, i + 1) : fresh;
    }
    for (size_t i = 0; i < match->old_count; i++) {
        assert_int_equal(unused == i, !match->is_used[i]);
        unused = unused == i ? match_next_unused(match, i + 1) : unused;
    }
    assert_int_equal(fresh, match->new_count);
    assert_int_equal(unused, match->old_count);
}

/* What must hold of every match. */
static void check_consistent(const struct match *match, const struct sequence *old,
                             const struct sequence *new) {
    uint8_t is_used[LENGTH_MAX] = {0};
    size_t kinds[4] = {0};
    int64_t last_kept = -1;
    bool is_in_place = old->count == new->count;
    assert_int_equal(match->old_count, old->count);
    assert_int_equal(match->new_count, new->count);
    for (size_t i = 0; i < new->count; i++) {
        uint32_t partner = match->partner[i];
        assert_in_range(match->kind[i], MATCH_ADDED, MATCH_CHANGED);
        kinds[match->kind[i]]++;
        assert_int_equal(partner == MATCH_NONE, match->kind[i] == MATCH_ADDED);
        if (partner == MATCH_NONE)
            continue;
        assert_true(partner < old->count);
        assert_false(is_used[partner]);
        is_used[partner] = 1;
        assert_int_equal(old->items[partner] == new->items[i], match->kind[i] != MATCH_CHANGED);
        if (match->kind[i] == MATCH_KEPT) {
            assert_true((int64_t)partner > last_kept);
            last_kept = partner;
            is_in_place &= partner == i;
        }
    }
    for (size_t i = 0; i < old->count; i++)
        assert_int_equal(match->is_used[i], is_used[i]);
    check_steps(match);
    assert_int_equal(match->is_in_place, is_in_place);
    assert_int_equal(match->added, kinds[MATCH_ADDED]);
    assert_int_equal(match->kept, kinds[MATCH_KEPT]);
    assert_int_equal(match->moved, kinds[MATCH_MOVED]);
    assert_int_equal(match->changed, kinds[MATCH_CHANGED]);
    assert_int_equal(match->removed, old->count - match->kept - match->moved - match->changed);
}

static void match_sequences(const struct sequence *old, const struct sequence *new,
                            struct match *match) {
    match_by_content(old->items, old->count, new->items, new->count, match);
    check_consistent(match, old, new);
    assert_int_equal(match->kept + match->moved, in_both(old, new));
    assert_int_equal(match->changed, 0);
}

static void expect_kept(const struct sequence *old, const struct sequence *new, size_t kept) {
    struct match match;
    match_sequences(old, new, &match);
    assert_int_equal(match.kept, kept);
    match_free(&match);
}

/* `count` different items. */
static void fill_unique(struct sequence *sequence, size_t count, uint64_t *state) {
    sequence->count = 0;
    for (size_t i = 0; i < count; i++)
        insert(sequence, i, next_random(state));
}

/* Removes, inserts, moves and swaps a few. */
static void edit(struct sequence *sequence, uint64_t *state) {
    for (size_t left = below(state, 8); left > 0; left--) {
        size_t at = sequence->count ? below(state, sequence->count) : 0;
        switch (below(state, 3)) {
        case 0:
            insert(sequence, at, next_random(state));
            break;
        case 1:
            if (sequence->count)
                take(sequence, at);
            break;
        default:
            if (sequence->count) {
                uint64_t item = take(sequence, at);
                insert(sequence, below(state, sequence->count + 1), item);
            }
        }
    }
}

static void shuffle(struct sequence *sequence, uint64_t *state) {
    for (size_t i = sequence->count; i > 1; i--) {
        size_t j = below(state, i);
        uint64_t item = sequence->items[i - 1];
        sequence->items[i - 1] = sequence->items[j];
        sequence->items[j] = item;
    }
}

/* ---- rows that differ from each other ---- */

static void test_edited_sequence_keeps_the_longest_common_one(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        fill_unique(&old, below(&chance, seed % 4 ? 30 : 300), &chance);
        new = old;
        edit(&new, &chance);
        expect_kept(&old, &new, common(&old, &new));
    }
}

static void test_shuffled_sequence_keeps_the_longest_common_one(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        fill_unique(&old, below(&chance, 40), &chance);
        new = old;
        shuffle(&new, &chance);
        edit(&new, &chance);
        expect_kept(&old, &new, common(&old, &new));
    }
}

/* Stretches longer than any look ahead. */
static void test_long_stretches(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        fill_unique(&old, 150, &chance);
        new = old;
        size_t at = below(&chance, new.count), length = 60 + below(&chance, 20);
        for (size_t i = 0; i < length; i++)
            insert(&new, at, next_random(&chance));
        at = below(&chance, 100);
        for (size_t i = 0; i < length / 2; i++)
            take(&new, at);
        expect_kept(&old, &new, common(&old, &new));
        expect_kept(&new, &old, common(&new, &old));
    }
}

static void test_nothing_in_common(void **state) {
    struct sequence old, new;
    uint64_t chance = 7;
    (void)state;
    fill_unique(&old, 20, &chance);
    fill_unique(&new, 30, &chance);
    expect_kept(&old, &new, 0);
    new.count = 0;
    expect_kept(&old, &new, 0);
    expect_kept(&new, &old, 0);
    expect_kept(&new, &new, 0);
}

/* A sheet that was never loaded has no list. */
static void test_no_list(void **state) {
    (void)state;
    const uint64_t hashes[] = {1, 2};
    struct match match;
    match_by_content(NULL, 0, hashes, 2, &match);
    assert_int_equal(match.added, 2);
    assert_int_equal(match_next_unused(&match, 0), 0);
    match_free(&match);
    match_by_content(hashes, 2, NULL, 0, &match);
    assert_int_equal(match.removed, 2);
    assert_int_equal(match_next_fresh(&match, 0), 0);
    match_free(&match);
}

/* ---- rows that look alike ---- */

/* Of few different items, as blank rows and double entries are. */
static void fill_repeated(struct sequence *sequence, size_t count, size_t kinds, uint64_t *state) {
    sequence->count = 0;
    for (size_t i = 0; i < count; i++)
        insert(sequence, i, below(state, kinds));
}

static void test_repeated_items_are_paired_one_by_one(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        struct match match;
        fill_repeated(&old, below(&chance, 25), 1 + below(&chance, 6), &chance);
        fill_repeated(&new, below(&chance, 25), 1 + below(&chance, 6), &chance);
        match_sequences(&old, &new, &match);
        assert_true(match.kept <= common(&old, &new));
        match_free(&match);
    }
}

static void test_one_inserted_stretch_moves_nothing(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        fill_repeated(&old, below(&chance, 40), 1 + below(&chance, 8), &chance);
        new = old;
        size_t at = below(&chance, old.count + 1);
        for (size_t left = 1 + below(&chance, 5); left > 0; left--)
            insert(&new, at, below(&chance, 8));
        expect_kept(&old, &new, old.count);
        expect_kept(&new, &old, old.count);
    }
}

/* Here and there, among rows that look alike: what is left stands in the same order. */
static void test_rows_that_only_went_or_came_move_nothing(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        uint64_t chance = seed;
        struct sequence old, new;
        fill_repeated(&old, below(&chance, 40), 1 + below(&chance, 8), &chance);
        new = old;
        for (size_t left = below(&chance, 6); left > 0 && new.count > 0; left--)
            take(&new, below(&chance, new.count));
        expect_kept(&old, &new, new.count);
        expect_kept(&new, &old, new.count);
    }
}

static void test_same_sequence_is_kept_whole(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        uint64_t chance = seed;
        struct sequence old;
        fill_repeated(&old, below(&chance, 200), 1 + below(&chance, 100), &chance);
        expect_kept(&old, &old, old.count);
    }
}

/* ---- rows of equal key ---- */

static void test_changed_pair_is_neither_added_nor_removed(void **state) {
    const struct sequence old = {{1, 2, 3}, 3}, new = {{1, 9, 3, 8}, 4};
    struct match match;
    (void)state;
    match_sequences(&old, &new, &match);
    assert_int_equal(match.added, 2);
    assert_int_equal(match.removed, 1);
    match_pair_changed(&match, 1, 3);
    check_consistent(&match, &old, &new);
    assert_int_equal(match.partner[3], 1);
    assert_int_equal(match.kind[3], MATCH_CHANGED);
    assert_int_equal(match.added, 1);
    assert_int_equal(match.removed, 0);
    assert_int_equal(match.changed, 1);
    match_free(&match);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edited_sequence_keeps_the_longest_common_one),
        cmocka_unit_test(test_shuffled_sequence_keeps_the_longest_common_one),
        cmocka_unit_test(test_long_stretches),
        cmocka_unit_test(test_nothing_in_common),
        cmocka_unit_test(test_no_list),
        cmocka_unit_test(test_repeated_items_are_paired_one_by_one),
        cmocka_unit_test(test_one_inserted_stretch_moves_nothing),
        cmocka_unit_test(test_rows_that_only_went_or_came_move_nothing),
        cmocka_unit_test(test_same_sequence_is_kept_whole),
        cmocka_unit_test(test_changed_pair_is_neither_added_nor_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
