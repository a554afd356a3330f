/* The model's checks. One that is a plain sum over a unit is counted for the touched units alone,
 * and goes on from what it counted before; it goes along with a gold table of the same unit where
 * there is one. Private to gold. */
#ifndef GOLDLEAF_STAGES_GOLD_CHECKS_H
#define GOLDLEAF_STAGES_GOLD_CHECKS_H

#include "stages/gold_units.h"

enum gold_side { GOLD_NOW, GOLD_BEFORE };

/* While the units of `sum` are open: counts every check that reads nothing else. First the units as
 * they are now, then, once they are rewound, as they were. */
bool gold_checks_count(const struct gold_build *build, const struct gold_sum *sum,
                       enum gold_side side, struct err *err);

#endif
