#include "stages/rename.h"

#include "base/nearest.h"

/* Rows that are the same though they need not be; more than three prove no more. A place is worth
 * one of them, and a name that is half the same two. */
#define POINTS_NEEDED 3
#define POINTS_OF_PLACE 1
#define POINTS_OF_NAME 2
#define LIKE_NAME 0.5

/* The share of values that must agree, and how much less of it will do. */
#define AGREEMENT 0.7
#define LESS_FOR_PLACE 0.2
#define LESS_FOR_NAME 0.4

static size_t points_of_values(const struct rename_evidence *evidence) {
    if (evidence->equal <= evidence->by_luck)
        return 0;
    size_t rows = evidence->equal - evidence->by_luck;
    return rows < POINTS_NEEDED ? rows : POINTS_NEEDED;
}

/* The share of equal values beyond what luck gives; with one value everywhere there is nothing but
 * luck, and the bare share counts. */
static double agreement_of(const struct rename_evidence *evidence) {
    double filled = (double)evidence->filled, equal = (double)evidence->equal;
    double by_luck = (double)evidence->by_luck;
    if (evidence->by_luck >= evidence->equal)
        return evidence->equal == evidence->filled ? 1 : 0;
    return (equal - by_luck) / (filled - by_luck);
}

double rename_likelihood(const struct rename_evidence *evidence, const char *from, const char *to,
                         bool is_same_place) {
    double likeness = nearest_likeness(from, to);
    size_t points = points_of_values(evidence);
    points += is_same_place ? POINTS_OF_PLACE : 0;
    points += likeness >= LIKE_NAME ? POINTS_OF_NAME : 0;
    if (evidence->equal == 0 || points < POINTS_NEEDED)
        return 0;
    double agreement = agreement_of(evidence), less = LESS_FOR_NAME * likeness;
    less += is_same_place ? LESS_FOR_PLACE : 0;
    return agreement < AGREEMENT - less ? 0 : agreement + less;
}
