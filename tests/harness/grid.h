/* A small sheet that a test can edit, and what bronze kept of it.
 *
 * A grid is a plain value of texts that somebody else owns. Both sides have the same canonical
 * form: a line of headers and a line per row, every cell in brackets, so that a difference can be
 * read. */
#ifndef GOLDLEAF_TESTS_GRID_H
#define GOLDLEAF_TESTS_GRID_H

#include "base/buf.h"
#include "harness/database.h"

#include <stdint.h>

#define GRID_COLUMNS 16
#define GRID_ROWS 240

struct grid_column {
    const char *header; /* NULL: beyond the header row's end; such columns come last */
    int field;          /* which column of the model it is, or -1 */
};

struct grid_row {
    const char *cells[GRID_COLUMNS]; /* NULL is as good as "" */
};

struct grid {
    const char *name;
    size_t width, count;
    struct grid_column columns[GRID_COLUMNS];
    struct grid_row rows[GRID_ROWS];
};

/* Beyond GRID_ROWS the last row falls off. */
void grid_insert(struct grid *grid, size_t at, const struct grid_row *row);
void grid_delete(struct grid *grid, size_t at);
void grid_sort(struct grid *grid, size_t column);

/* A new column is empty. */
void grid_insert_column(struct grid *grid, size_t at, struct grid_column column);
void grid_delete_column(struct grid *grid, size_t at);
void grid_swap_columns(struct grid *grid, size_t a, size_t b);
size_t grid_header_count(const struct grid *grid);
int grid_find_field(const struct grid *grid, int field); /* its column, or -1 */

/* Numbers that look random and are the same everywhere (splitmix64). */
struct random {
    uint64_t state;
};
uint64_t random_next(struct random *random);
size_t random_below(struct random *random, size_t end);

/* Appends the grid as CSV. Line ends, delimiter, a byte order mark, quotes that need not be and
 * empty cells at the end of a row are a matter of chance: they mean nothing. */
void grid_render(const struct grid *grid, struct random *random, struct buf *csv);

void grid_canonical(const struct grid *grid, struct buf *out);

/* The header of a sheet at a snapshot, from the audit: its headers in brackets, and the columns
 * behind them, quoted and with commas between. */
struct header_text {
    struct buf headers, columns;
};
struct header_text header_at(struct database *database, const char *sheet, int64_t snapshot);
void header_text_free(struct header_text *header);

/* The same of a sheet at a snapshot, from the headers in the audit and the versions in bronze. */
void snapshot_canonical(struct database *database, const char *sheet, int64_t snapshot,
                        struct buf *out);

/* A sheet's rows at a snapshot as texts that do not depend on the order of columns, nor on empty
 * ones. */
struct grid_rows {
    char **texts;
    size_t count;
};
void snapshot_rows(struct database *database, const char *sheet, int64_t snapshot,
                   struct grid_rows *list);
void grid_rows_free(struct grid_rows *rows);
bool grid_rows_are_distinct(const struct grid_rows *rows);

/* The length of the longest common subsequence. */
size_t grid_rows_common(const struct grid_rows *a, const struct grid_rows *b);

#endif
