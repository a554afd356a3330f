/* Files that travel inside the binary: the shipped models, the warehouse's SQL, what pages are
 * made of.
 *
 * cmake/embed.cmake turns them into one table at build time. Names are relative to src/, such as
 * "models/ticketing/datapackage.json". Nothing here is ever changed or freed. */
#ifndef GOLDLEAF_BASE_ASSET_H
#define GOLDLEAF_BASE_ASSET_H

#include "base/span.h"

struct asset {
    const char *name;
    const unsigned char *data; /* a NUL follows the last byte */
    size_t size;
    const char *sha256; /* in base64, of a style or a script; else NULL */
};

/* The generated table, in ascending strcmp() order of the names. */
extern const struct asset assets[];
extern const size_t asset_count;

/* The content of a file, or false. A NUL stands behind its end, so that a text without NULs can
 * be used as a C string. */
bool asset_find(const char *name, struct span *content);

/* The next file whose name begins with `prefix`, in order of name; NULL for the first one as
 * `previous`; NULL at the end. */
const struct asset *asset_next(const char *prefix, const struct asset *previous);

#endif
