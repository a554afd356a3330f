/* Tables as they are at a moment, taken with plain SQL, and what a difference between two moments
 * has to be by the plainest means: no hashes, no statements of the program. */
#ifndef GOLDLEAF_TESTS_DUMP_H
#define GOLDLEAF_TESTS_DUMP_H

#include "base/arena.h"

#include "harness/database.h"

struct dump {
    size_t width, count;
    const char **names;
    struct datum *cells; /* count * width */
};

struct dump dump_take(struct database *database, struct arena *arena, const char *sql);
struct datum dump_cell(const struct dump *dump, size_t row, size_t column);
size_t dump_column(const struct dump *dump, const char *name); /* SIZE_MAX: none */

/* The rows of a sheet as they stand in it, without the columns that are not the sheet's. */
struct sheet_dump {
    struct dump rows;
    const char **keys;  /* per row; NULL: it has none */
    const char **texts; /* per row: its cells that are not empty, in an order of their own */
};

/* `database` NULL: there is none yet, and so no rows. */
struct sheet_dump dump_sheet(struct database *database, struct arena *arena, const char *sheet);

/* A row's text, see above, from names and values; a value may be NULL. */
const char *dump_row_text(struct arena *arena, const char *const *names, const char *const *values,
                          size_t count);

/* Which row is which: equal texts first, then equal keys, each in order. */
struct pairing {
    size_t *partner; /* per new row, SIZE_MAX: added */
    bool *is_equal;  /* per new row: its partner has the same text */
    bool *is_used;   /* per old row */
    size_t equal, by_key;
    size_t in_order;  /* the most pairs of equal text that can have kept their order */
    bool is_distinct; /* no text comes twice on either side: there is no choice */
};

struct pairing pair_rows(struct arena *arena, const struct sheet_dump *before,
                         const struct sheet_dump *after);

#endif
