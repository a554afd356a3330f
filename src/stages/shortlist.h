/* Lists of rows to look at, in TEMP tables to join with: one statement then reads or writes all of
 * them, where asking row by row would take a journey to the server each time.
 *
 * A list takes the place of an older one of its name. Its columns are p0, p1, ... */
#ifndef GOLDLEAF_STAGES_SHORTLIST_H
#define GOLDLEAF_STAGES_SHORTLIST_H

#include "warehouse/warehouse.h"

/* Rows of a sheet, each with all its fields. */
struct row_list {
    const struct value *(*row)(const void *context, size_t index); /* NULL: leave it out */
    const void *context;
    size_t count;
};

/* A column of a list: the field that it takes from each row, and the type that it has. */
struct shortlist_column {
    size_t field;
    enum field_type type;
};

/* Rows that give the same as the one before them are listed once: a row before and after a change
 * mostly does, and so do children that stand behind each other. Rows stay where they are meanwhile.
 */
bool shortlist_rows(struct warehouse *warehouse, const char *name,
                    const struct shortlist_column *columns, size_t column_count,
                    struct row_list rows, struct err *err);

/* "goldleaf_ids": p0 is the id, p1 its place in the list. */
bool shortlist_ids(struct warehouse *warehouse, const int64_t *ids, size_t count, struct err *err);

/* Any list: `types` are SQL types, the source gives `column_count` values a row. */
bool shortlist_fill(struct warehouse *warehouse, const char *name, const char *const *types,
                    size_t column_count, struct row_source source, struct err *err);

#endif
