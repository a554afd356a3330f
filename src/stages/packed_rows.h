/* The rows that a sheet has now, packed into parts of some thousand rows each: what a pull is
 * compared with can then be read without a pass over bronze.
 *
 * A part has two texts of words of 64 bits, eleven characters each. The first has how many rows
 * there are, and runs of rows whose ids follow each other and whose labels lie equally far apart;
 * the second has the rows' hashes. Where a pull gives the same digest at the same place, its hashes
 * are those, and the second text need not be read. Text, since both databases carry it as it is, on
 * any machine. Pure: no database. */
#ifndef GOLDLEAF_STAGES_PACKED_ROWS_H
#define GOLDLEAF_STAGES_PACKED_ROWS_H

#include "base/buf.h"
#include "stages/bronze.h"

#define PACKED_ROWS 8192 /* in one part; the last one has fewer */

/* How many rows the part from row `first` on has, of `count` in all. */
static inline size_t packed_count(size_t count, size_t first) {
    return count - first < PACKED_ROWS ? count - first : PACKED_ROWS;
}

/* Appends the first text for the rows from `first` on, at most PACKED_ROWS; and the second. */
void packed_runs_add(struct buf *text, const struct bronze_state *rows, size_t first);
void packed_hashes_add(struct buf *text, const uint64_t *hashes, size_t count);

/* Of the hashes of a part. */
uint64_t packed_digest(const uint64_t *hashes, size_t count);

/* Appends ids and labels to `rows`, which must have room for PACKED_ROWS more; false when the text
 * is none. */
bool packed_runs_read(struct span text, struct bronze_state *rows);

/* Reads exactly `count` hashes; false when the text has not so many. */
bool packed_hashes_read(struct span text, uint64_t *hashes, size_t count);

#endif
