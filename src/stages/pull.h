/* A sheet that was read and understood, before it meets the warehouse.
 *
 * Pure but for asking the source: no database, so it may run in a thread of its own while the sheet
 * before it is being written. */
#ifndef GOLDLEAF_STAGES_PULL_H
#define GOLDLEAF_STAGES_PULL_H

#include "source/header.h"
#include "source/sheet.h"
#include "source/source.h"

#define PULL_HASH_SIZE 17                         /* sixteen hexadecimal digits and NUL */
#define PULL_TEXT_HASH_SIZE (PULL_HASH_SIZE + 21) /* '-' and a size behind them */

struct pull {
    const struct sheet_model *model;
    struct source_sheet origin;            /* where it came from, or why not; without its text */
    bool is_same;                          /* the very text of the last load; nothing was parsed */
    char source_hash[PULL_TEXT_HASH_SIZE]; /* of the text, with its size behind a '-' */
    char content_hash[PULL_HASH_SIZE];     /* of header, cells and order; set by pull_hash_rows() */
    struct sheet sheet;
    struct header header;
    uint64_t *hashes; /* per row, of its non-empty cells and the columns they stand in; blank: 0 */
    struct arena arena;
};

/* What to read. */
struct pull_task {
    struct source *source;
    size_t index; /* of the sheet in the model */
    struct source_past past;
    const char *last_source_hash; /* of the load that is current, or NULL */
};

/* The size that a source hash tells; 0 for NULL, and for one that an older version made. */
size_t pull_text_size(const char *source_hash);

/* Reads and parses a sheet. One that does not exist, or that has to be kept as it is, is no error
 * here: see `origin`. */
bool pull_read(struct pull *pull, const struct sheet_model *model, const struct pull_task *task,
               struct err *err);

/* The same for rows that come out of bronze: takes over `sheet`. */
void pull_from_sheet(struct pull *pull, const struct sheet_model *model, struct sheet sheet);

/* Content hashes of the rows and of the whole. The hash of a row does not change when columns
 * are moved, or added without a cell in this row. */
void pull_hash_rows(struct pull *pull);

/* The parts of these hashes, for who has to compute them again from what was stored: a row's hash
 * is the sum over its cells, seeded by their columns. An empty cell counts as nothing. */
uint64_t pull_column_seed(const char *column);
uint64_t pull_cell_hash(struct span cell, uint64_t column_seed);
void pull_content_hash(const uint64_t *row_hashes, size_t row_count,
                       const struct header_column *columns, size_t column_count,
                       char out[static PULL_HASH_SIZE]);

void pull_free(struct pull *pull);

#endif
