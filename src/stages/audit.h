/* What is written down about a run: the quarantine, the repaired cells, counts, loads, runs. */
#ifndef GOLDLEAF_STAGES_AUDIT_H
#define GOLDLEAF_STAGES_AUDIT_H

#include "stages/clean.h"
#include "warehouse/warehouse.h"

/* The audit tables, each with an order in which it is the same on every database. */
struct audit_table {
    const char *name, *order;
};
#define AUDIT_TABLE_COUNT 11
extern const struct audit_table AUDIT_TABLES[AUDIT_TABLE_COUNT];

/* Which run writes. */
struct audit_run {
    const char *run_id;
    int64_t snapshot_id;
    const char *started_at;
};

/* A bronze row that a fault is about. */
struct audit_row {
    const struct sheet_model *model;
    const struct header *header;
    const struct span *cells;
    size_t row; /* in the sheet, from 0 */
    int64_t row_id;
};

/* Writes faults of one sheet; its statements are prepared once. */
struct audit_writer {
    const struct audit_run *run;
    struct statement *add_reject, *add_warning;
    struct buf json;
    struct arena arena;
};

bool audit_writer_open(struct audit_writer *writer, struct warehouse *warehouse,
                       const struct audit_run *run, struct err *err);
void audit_writer_close(struct audit_writer *writer);
bool audit_add_reject(struct audit_writer *writer, const struct audit_row *row,
                      const struct clean_fault *fault, struct err *err);
bool audit_add_warning(struct audit_writer *writer, const struct audit_row *row,
                       const struct clean_fault *fault, struct err *err);

/* Forgets what was written about the rows in the shortlist of ids, and about all rows of a sheet.
 */
bool audit_drop_listed(struct warehouse *warehouse, const struct sheet_model *model,
                       struct err *err);
bool audit_drop_sheet(struct warehouse *warehouse, const struct sheet_model *model,
                      struct err *err);

/* Corrects the row numbers of a sheet's faults after rows were put in or taken out above them:
 * row_of_id[id] is the row, counted from 0, of version `id`. */
bool audit_renumber(struct warehouse *warehouse, const struct sheet_model *model,
                    const uint32_t *row_of_id, struct err *err);

/* Counts of faults of a sheet, as they are now. */
bool audit_count(struct warehouse *warehouse, const struct sheet_model *model, int64_t *rejected,
                 int64_t *warnings, struct err *err);

/* Writes the counts of every rule of a sheet into audit_dq_results. */
bool audit_add_results(struct warehouse *warehouse, const struct audit_run *run,
                       const struct sheet_model *model, int64_t checked, struct err *err);

/* A line of audit_loads. */
struct audit_load {
    const char *layer, *table;
    const char *source, *location; /* or NULL */
    int64_t rows_in, rows_out, added, changed, removed, moved, rejected;
    const char *content_hash, *source_hash; /* or NULL */
    const char *started_at;
    const char *status, *message; /* message or NULL */
};
bool audit_add_load(struct warehouse *warehouse, const struct audit_run *run,
                    const struct audit_load *load, struct err *err);

/* Watermarks: how far a layer is with a table. `*run_id` is NULL when it was never built. */
bool audit_read_watermark(struct warehouse *warehouse, struct arena *arena, const char *layer,
                          const char *table, const char **run_id, int64_t *snapshot_id,
                          struct err *err);
bool audit_set_watermark(struct warehouse *warehouse, const struct audit_run *run,
                         const char *layer, const char *table, struct err *err);
bool audit_drop_watermark(struct warehouse *warehouse, const char *layer, const char *table,
                          struct err *err);

#endif
