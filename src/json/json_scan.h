/* The strict half of reading: is this text one JSON document, and where do its values stand?
 * Private to this room. */
#ifndef GOLDLEAF_JSON_JSON_SCAN_H
#define GOLDLEAF_JSON_JSON_SCAN_H

#include "base/err.h"
#include "base/span.h"

/* Where a value was found. */
struct json_mark {
    size_t start, end; /* offsets in the text */
    size_t name;       /* offset of the member's name; 0 when it has none */
};

/* One mark a value, in the order of the text (a container before its children). Malloc'ed; give it
 * back with free(). */
struct json_marks {
    struct json_mark *items;
    size_t count, capacity;
};

/* Checks the whole text: UTF-8, grammar, depth, number length, no U+0000, no lone surrogates. The
 * marks are the caller's to free in any case. */
bool json_scan(struct span text, struct json_marks *marks, struct err *err);

/* Sets an error that begins with the line and column of `offset`. Returns false. */
bool json_scan_fault(struct span text, size_t offset, struct err *err, const char *message);

#endif
