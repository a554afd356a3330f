/* A sheet as it was pulled: a header and rows of text cells, wherever it came from.
 *
 * The sheet owns one text buffer in which the rows stand one after the other as RFC 4180 records;
 * a row is split again each time it is read, which is cheaper than keeping sixteen bytes a cell.
 * Row numbers inside the program count from 0 and leave the header out; people count from 1 with
 * the header, so row i is sheet row i + 2. Read-only after it was made, so threads may share it;
 * but for one step:
 *
 * The text of a large one may have stayed in its file. Then rows are read through views, until it
 * is known which of them are wanted, and these are taken in. */
#ifndef GOLDLEAF_SOURCE_SHEET_H
#define GOLDLEAF_SOURCE_SHEET_H

#include "base/arena.h"
#include "base/buf.h"
#include "source/sheet_file.h"

#include <stdint.h>

struct sheet {
    struct span text;        /* the whole document, owned; or of a view: a part of it */
    size_t text_at;          /* offset of `text` in the document */
    struct sheet_file *file; /* NULL, or what has the text instead; owned */
    bool is_partial;         /* rows that nobody wanted are empty */
    char delimiter;          /* ',' ';' or tab */
    bool is_plain;           /* no quote anywhere: the fast way of splitting applies */
    size_t row_count;        /* data rows, blank ones included */
    size_t *row_starts;      /* row_count + 1 offsets into text, owned; the last one is the end */
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

/* As many rows from `first` on as are worth reading at a time, as a sheet with their text in
 * `room`; returns the row behind them. The view borrows everything. */
size_t sheet_view(const struct sheet *sheet, size_t first, size_t end, struct buf *room,
                  struct sheet *view);

/* Takes the text of the wanted rows into memory and closes the file; the others are empty from now
 * on, and the sheet is partial where there are such. `next_wanted` tells the first wanted row from
 * `row` on, or row_count. ERR_FAILED when the file is not what it was when it was opened: then
 * nothing that was read of it counts. A sheet without a file stays as it is. */
bool sheet_take_in(struct sheet *sheet, size_t (*next_wanted)(const void *context, size_t row),
                   const void *context, struct err *err);

void sheet_free(struct sheet *sheet);

/* The letters of a column counted from 0, and the address of a cell of data row `row`:
 * "A", "F18". `out` holds 32 bytes. */
void sheet_column_letters(size_t column, char out[static 8]);
void sheet_cell_address(size_t row, size_t column, char out[static 32]);

#endif
