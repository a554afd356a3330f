/* Parts that the files of diff share. */
#ifndef GOLDLEAF_STAGES_DIFF_PARTS_H
#define GOLDLEAF_STAGES_DIFF_PARTS_H

#include "stages/diff.h"

bool diff_finish_rejects(struct diff *diff, struct warehouse *warehouse, struct err *err);
bool diff_finish_gold(struct diff *diff, struct warehouse *warehouse, bool is_other_model,
                      struct err *err);

/* TEMP tables of what was before. */
#define DIFF_GOLD_PREFIX "goldleaf_before_"

#endif
