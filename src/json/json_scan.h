/* The strict half of reading: is this text one JSON document, and where do its values stand?
 *
 * For documents of a million cells, of which a tree would be many times as large as the text. The
 * others are read with json.h. */
#ifndef GOLDLEAF_JSON_JSON_SCAN_H
#define GOLDLEAF_JSON_JSON_SCAN_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

/* Where a value was found. An answer has hundreds of thousands: 32 bits are enough for its size. */
struct json_mark {
    uint32_t start, end; /* offsets in the text */
    uint32_t name;       /* offset of the member's name; 0 when it has none */
};

/* One mark a value, in the order of the text (a container before its children). Malloc'ed; give it
 * back with free(). */
struct json_marks {
    struct json_mark *items;
    size_t count, capacity;
};

/* Checks the whole text: UTF-8, grammar, depth, number length, no U+0000, no lone surrogates, at
 * most 4 GiB. The marks are the caller's to free in any case. */
bool json_scan(struct span text, struct json_marks *marks, struct err *err);

/* The text of a value as it is written, a string's quotes included. */
static inline struct span json_mark_text(struct span text, const struct json_mark *mark) {
    return (struct span){text.data + mark->start, mark->end - mark->start};
}

/* The index of the next value that is not inside of value `index`. */
size_t json_marks_skip(const struct json_marks *marks, size_t index);

/* The index of the member of that name in the object `index`, or 0: the document itself is never a
 * member. Names are compared as they are written. */
size_t json_marks_find(const struct json_marks *marks, struct span text, size_t index,
                       const char *name);

/* Appends what a string that was scanned says; `raw` has its quotes. */
void json_add_decoded(struct buf *out, struct span raw);

/* Sets an error that begins with the line and column of `offset`. Returns false. */
bool json_scan_fault(struct span text, size_t offset, struct err *err, const char *message);

#endif
