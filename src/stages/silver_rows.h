/* Rows of a silver table, or of a TEMP table of its name, taken out and put in many at a time. */
#ifndef GOLDLEAF_STAGES_SILVER_ROWS_H
#define GOLDLEAF_STAGES_SILVER_ROWS_H

#include "model/model.h"
#include "stages/shortlist.h"

/* Takes out the rows that stand in silver's order where these stand: each is the only one. */
bool silver_remove_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct row_list rows, struct err *err);

/* Loads rows: a sheet's fields, and then the version in bronze that a row comes from; about `count`
 * of them. With 0 the planner does not look at them. */
bool silver_load_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                      struct row_source source, size_t count, struct err *err);

/* Puts rows in. `row_id` tells from which version in bronze a row of the list comes; with NULL from
 * none, as in a TEMP table, which is short and at which the planner does not look. */
bool silver_insert_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct row_list rows, int64_t (*row_id)(const void *context, size_t index),
                        struct err *err);

#endif
