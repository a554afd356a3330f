/* A sheet as it was pulled: a header and rows of text cells, wherever it came from.
 *
 * The sheet owns one text buffer in which the rows stand one after the other as RFC 4180 records;
 * a row is split again each time it is read, which is cheaper than keeping sixteen bytes a cell.
 * Row numbers inside the program count from 0 and leave the header out; people count from 1 with
 * the header, so row i is sheet row i + 2. Read-only after it was made; threads may share it. */
#ifndef GOLDLEAF_SOURCE_SHEET_H
#define GOLDLEAF_SOURCE_SHEET_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct sheet {
    struct span text;   /* the whole document, owned */
    char delimiter;     /* ',' ';' or tab */
    bool is_plain;      /* no quote anywhere: the fast way of splitting applies */
    size_t row_count;   /* data rows, blank ones included */
    size_t *row_starts; /* row_count + 1 offsets into text, owned; the last one is the end */
    size_t header_count;
    struct span *header; /* as written, unquoted; in `arena` */
    size_t width;        /* cells of the widest row or of the header, whichever is more */
    struct arena arena;
};

/* Splits row `row` into at most sheet->width cells; cells that the row lacks are empty. Cells
 * point into the sheet's text, or into `arena` where quotes had to be taken away. Returns how
 * many cells the row really has. `row` < row_count. */
size_t sheet_read_row(const struct sheet *sheet, size_t row, struct span *cells,
                      struct arena *arena);

void sheet_free(struct sheet *sheet);

/* The letters of a column counted from 0, and the address of a cell of data row `row`:
 * "A", "F18". `out` holds 32 bytes. */
void sheet_column_letters(size_t column, char out[static 8]);
void sheet_cell_address(size_t row, size_t column, char out[static 32]);

#endif
