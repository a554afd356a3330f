/* A1 notation as Google reads and writes it. */
#ifndef LOOPBACK_RANGE_PARSE_H
#define LOOPBACK_RANGE_PARSE_H

#include "library.h"

/* Cells of one tab, counted from 0, the last ones included. */
struct range {
    const struct tab *tab;
    size_t first_row, last_row, first_column, last_column;
};

/* False with Google's message, which is in the arena. */
bool range_resolve(const struct spreadsheet *spreadsheet, struct arena *arena, struct span text,
                   struct range *range, const char **message);

/* "Sheet1!A1:D4", "'Jon''s Data'!B2" */
void range_add_text(struct buf *out, const struct range *range);

#endif
