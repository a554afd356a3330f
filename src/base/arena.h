/* Memory by lifetime: everything taken from an arena is given back at once.
 *
 * A function that takes `struct arena *` returns memory that lives as long as the arena; one
 * that does not, does not. Running out of memory ends the process with a message: runs are
 * transactional, so nothing is half done. In sanitizer builds each request is a malloc of its
 * own, so that overflows are seen. */
#ifndef GOLDLEAF_BASE_ARENA_H
#define GOLDLEAF_BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    char *next, *end;
};

/* Zeroed memory, aligned for any type. An arena starts as {0}. */
void *arena_alloc(struct arena *arena, size_t size);

/* Zeroed array; a product that overflows ends the process. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Copies, NUL-terminated behind the end. */
struct span arena_copy(struct arena *arena, struct span text);
const char *arena_string(struct arena *arena, struct span text);
const char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Gives everything back; the arena can be used again. The second writes zeros over it first, for
 * what may not stay behind in memory. */
void arena_free(struct arena *arena);
void arena_free_wiped(struct arena *arena);

/* malloc and realloc that end the process instead of returning NULL. */
void *memory_alloc(size_t size);
void *memory_resize(void *memory, size_t count, size_t size);

#endif
