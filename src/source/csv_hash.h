/* The hash of a file's text is that of its halves, so that two threads can make it. Private to
 * csv.c and csv_windows.c. */
#ifndef GOLDLEAF_SOURCE_CSV_HASH_H
#define GOLDLEAF_SOURCE_CSV_HASH_H

#include <xxhash.h>

/* Where the second half begins. */
static inline size_t csv_hash_middle(size_t size) {
    return size / 2;
}

static inline uint64_t csv_hash_join(uint64_t first, uint64_t second) {
    return XXH3_64bits_withSeed(&second, sizeof second, first);
}

#endif
