/* Which column of a sheet is which: the header row against the model.
 *
 * Names are compared without case, with runs of blanks, '-', '_' and other ASCII signs taken as one
 * '_' and trimmed. The first column that fits a field gets it. Columns that the model does not know
 * are kept under a stable name of their own; blank and repeated headers get one, too, and never one
 * that another header or the model has a right to. */
#ifndef GOLDLEAF_SOURCE_HEADER_H
#define GOLDLEAF_SOURCE_HEADER_H

#include "model/model.h"
#include "source/sheet.h"

struct header_column {
    struct span text; /* as written; empty or white space for a blank header */
    const char *name; /* the bronze column: unique, [a-z0-9_], at most 63 bytes, no leading '_' */
    int field;        /* index into the sheet model's fields, or -1 */
    bool is_beyond;   /* the header row ends before this column: rows are wider than it */
};

struct header {
    size_t column_count; /* == sheet->width */
    struct header_column *columns;
    int *field_columns;  /* per field of the model: its column, or -1 when the sheet lacks it */
    const char *notice;  /* one message that lists blank, repeated and absent headers, or NULL */
    const char *missing; /* names of the model's columns that are absent, or NULL */
    const char *missing_required; /* the same, of key and required columns only, or NULL */
    const char *extra;            /* names of the columns that the model does not know, or NULL */
};

/* All memory is the arena's. Never fails: a sheet without header gives zero columns. */
void header_match(struct arena *arena, const struct sheet_model *model, const struct sheet *sheet,
                  struct header *header);

/* Whether a person who writes these words means this column: by its name, or by its header. */
bool header_is_meant(const struct header_column *column, struct span words);

#endif
