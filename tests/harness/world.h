/* Sheets that people fill in and edit at random: few keys, many references, some dirt, so that
 * duplicates, orphans and rows that heal are common. The same seed gives the same sheets. */
#ifndef GOLDLEAF_TESTS_WORLD_H
#define GOLDLEAF_TESTS_WORLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "harness/grid.h"

#define WORLD_SHEETS 8

/* What a column may hold, with '|' between the values; "T#30" stands for T1 to T30. A bad value is
 * chosen now and then. */
struct column_pool {
    const char *name, *good, *bad;
};

/* Columns that most rows copy from a row of another sheet, so that the reference holds. */
struct aim {
    int parent; /* index of the sheet */
    const char *columns[3];
};

struct sheet_pool {
    const char *name;
    size_t rows;          /* at the start */
    unsigned weight;      /* how often it is edited */
    const char *optional; /* a column that may be missing */
    struct column_pool columns[GRID_COLUMNS];
    struct aim aims[2]; /* the unused ones without columns */
};

/* An edit under the feet of other sheets: a value in some row, or rows that go. */
struct parent_edit {
    size_t sheet;
    const char *column, *values; /* column NULL: rows are deleted */
};

struct theme {
    const char *model; /* name or folder */
    size_t sheet_count;
    const struct sheet_pool *sheets;
    size_t parent_edit_count;
    const struct parent_edit *parent_edits;
};

extern const struct theme theme_ticketing;
extern const struct theme theme_streaming; /* columns that must be unique, rules between cells */
extern const struct theme theme_shop;      /* keys that are numbers, dates, and several columns */

struct world {
    const struct theme *theme;
    struct random random;
    struct arena arena; /* of the cells' texts */
    struct grid grids[WORLD_SHEETS];
    struct buf story; /* what was done since it was cleared */
};

void world_make(struct world *world, const struct theme *theme, uint64_t seed);
void world_free(struct world *world);

/* Edits a sheet, and tells it in the story. */
void world_edit(struct world *world);

size_t world_below(struct world *world, size_t end);

#endif
