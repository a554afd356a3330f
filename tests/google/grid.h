/* The cells of one tab: read from a file once, then shared read-only by all connections.
 *
 * What trails behind the last cell with something in it, in a row or below, is not kept: Google
 * never sends it. */
#ifndef LOOPBACK_GRID_H
#define LOOPBACK_GRID_H

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>

enum cell_kind {
    CELL_EMPTY,
    CELL_PLAIN,        /* text that JSON takes as it is */
    CELL_TEXT,         /* text with something to escape */
    CELL_NUMBER,       /* its text is the JSON number */
    CELL_LOOSE_NUMBER, /* its text is longer than the number has to be: 1.50 */
    CELL_DATE,         /* YYYY-MM-DD with or without HH:MM:SS */
    CELL_BOOLEAN,      /* TRUE or FALSE */
    CELL_SERIAL,       /* a JSON number, a line break, and how the cell shows it: a date */
    CELL_FORMATTED,    /* the same, not a date */
};

/* Eight bytes, so that millions of them fit. */
struct cell {
    uint32_t offset;        /* into the grid's text */
    uint32_t size_and_kind; /* 28 and 4 bits */
};

struct grid {
    struct buf text;
    struct cell *cells;
    size_t cell_count, cell_capacity;
    size_t *row_starts; /* row_count + 1 indexes into cells */
    size_t row_count, row_capacity;
    size_t width;           /* of the widest row */
    atomic_uint references; /* the last one frees it */
};

static inline enum cell_kind cell_kind(struct cell cell) {
    return (enum cell_kind)(cell.size_and_kind & 15);
}

static inline struct span cell_text(const struct grid *grid, struct cell cell) {
    return (struct span){grid->text.data + cell.offset, cell.size_and_kind >> 4};
}

/* An empty cell beyond what there is. */
static inline struct cell grid_cell(const struct grid *grid, size_t row, size_t column) {
    if (row >= grid->row_count)
        return (struct cell){0};
    size_t at = grid->row_starts[row] + column;
    return at < grid->row_starts[row + 1] ? grid->cells[at] : (struct cell){0};
}

/* How many cells of a row there are. */
static inline size_t grid_row_width(const struct grid *grid, size_t row) {
    return row < grid->row_count ? grid->row_starts[row + 1] - grid->row_starts[row] : 0;
}

/* Reads a file; its name says how: x.json is an array of rows, all else is CSV. `is_text`: every
 * cell of a CSV file is a string. The caller has the only reference. */
bool grid_read(struct grid **grid, const char *path, bool is_text, struct err *err);

void grid_release(struct grid *grid);

/* For the readers. Text from `offset` on was put into grid->text before. */
void grid_add_cell(struct grid *grid, size_t offset, size_t size, enum cell_kind kind);
void grid_end_row(struct grid *grid);
bool grid_parse_csv(struct grid *grid, bool is_text, struct err *err); /* of grid->text itself */
bool grid_parse_json(struct grid *grid, struct span text, struct err *err);

/* What a text is when somebody types it into a cell. */
enum cell_kind cell_classify(struct span text);

/* PLAIN or TEXT. */
enum cell_kind cell_text_kind(struct span text);

/* Days since 1899-12-30 of a CELL_DATE, with the part of the day as a fraction. */
void cell_add_serial(struct buf *out, struct span text);

/* A CELL_LOOSE_NUMBER as a JSON number. */
void cell_add_number(struct buf *out, struct span text);

#endif
