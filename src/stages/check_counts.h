/* The two numbers of a check: how many were looked at, and how many of them failed. */
#ifndef GOLDLEAF_STAGES_CHECK_COUNTS_H
#define GOLDLEAF_STAGES_CHECK_COUNTS_H

#include "warehouse/warehouse.h"

/* The first row of a SELECT of two numbers; NULL counts as 0. Without a row `*has_row` is false and
 * the counts stay as they are. */
bool check_read_counts(struct warehouse *warehouse, const char *sql, const struct value *parameters,
                       size_t parameter_count, int64_t counts[static 2], bool *has_row,
                       struct err *err);

#endif
