/* Where sheets come from: one interface for CSV files, Google Sheets and one behind the other.
 *
 * A source gives a sheet as CSV text, or as the file that has it. It is used by one thread at a
 * time. */
#ifndef GOLDLEAF_SOURCE_SOURCE_H
#define GOLDLEAF_SOURCE_SOURCE_H

#include "base/arena.h"
#include "source/sheet_file.h"

#include <stdint.h>

/* A sheet as it was read, not yet parsed. */
struct source_sheet {
    const char *source;   /* "csv" or "sheets", as the audit records it */
    const char *location; /* a path, or the link that opens the tab; in the reader's arena */
    const char *missing;  /* NULL, or why there is no such sheet; nothing else is set then */
    const char *kept;     /* NULL, or why the last good version has to do, though nothing is wrong
                             with it; nothing else is set then */
    const char *fallback; /* NULL, or why this is not the source that was meant */
    struct span text;     /* malloc'ed, the caller's */
    struct sheet_file *file; /* NULL, or what has the text instead; the caller's */
    uint64_t hash;           /* of the text; of a file of another size it is not known yet */
    bool has_other_size;     /* than the text of the last load */
};

/* What is known of the sheet's past. */
struct source_past {
    bool is_compared;    /* with an older version: not much of the text may be wanted */
    size_t text_size;    /* of the older version, in bytes; 0: not known */
    int64_t pulled_at_s; /* when it last came from Google, seconds since 1970; -1: never */
};

struct source {
    /* Reads sheet `index` of the model. Sheets are asked for in the model's build order. */
    bool (*read)(struct source *source, size_t index, const struct source_past *past,
                 struct arena *arena, struct source_sheet *sheet, struct err *err);
    void (*close)(struct source *source);
};

/* NULL is fine. */
void source_close(struct source *source);

#endif
