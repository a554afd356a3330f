/* The sheets that were ever pulled, as the audit knows them. */
#ifndef GOLDLEAF_STAGES_SHEET_INFO_H
#define GOLDLEAF_STAGES_SHEET_INFO_H

#include "model/model.h"
#include "warehouse/warehouse.h"

struct sheet_info {
    const char *table;    /* "bronze_tickets" */
    const char *name;     /* "tickets" */
    const char *source;   /* "csv"; NULL when no good load is recorded, as all below */
    const char *location; /* path */
    const char *content_hash;
    const char *loaded_at; /* of the newest snapshot for which it was pulled well */
    const char *held;      /* why a newer version was held back, or NULL */
    int64_t rows, rejected;
};

/* In the order of the model, then those that it does not know. Memory is the arena's. */
bool sheets_read(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                 struct sheet_info **list, size_t *count, struct err *err);

/* Appends what opens a cell: the tab's link with &range=F18, or for a file
 * file:///home/ann/bronze_inputs/tickets.csv#cell=18,6 (RFC 7111). Nothing where there is nothing
 * to point into. */
void sheet_info_add_link(struct buf *out, const struct sheet_info *sheet, int64_t row,
                         struct span cell);

/* A text column of a row, copied; NULL for NULL. */
const char *row_text(const struct statement *statement, size_t column, struct arena *arena);

#endif
