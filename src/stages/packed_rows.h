/* The rows that a sheet has now, packed into texts of some thousand rows each: what a pull is
 * compared with can then be read without a pass over bronze.
 *
 * A text is a row of words of 64 bits, eleven characters each: how many rows there are; runs of
 * rows whose ids follow each other and whose labels lie equally far apart; the rows' hashes. Text,
 * since both databases carry it as it is, on any machine. Pure: no database. */
#ifndef GOLDLEAF_STAGES_PACKED_ROWS_H
#define GOLDLEAF_STAGES_PACKED_ROWS_H

#include "base/buf.h"
#include "stages/bronze.h"

#define PACKED_ROWS 8192 /* in one text; the last one has fewer */

/* Appends the rows from `first` on, at most PACKED_ROWS. */
void packed_rows_add(struct buf *text, const struct bronze_state *rows, size_t first);

/* Appends the rows of a text to `rows`, which must have room for PACKED_ROWS more; false when it is
 * none. */
bool packed_rows_read(struct span text, struct bronze_state *rows);

#endif
