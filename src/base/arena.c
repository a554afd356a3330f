#include "base/arena.h"

#include "base/huge_pages.h"

#include <stdarg.h>
#include <stdint.h>

struct arena_block {
    struct arena_block *previous;
    size_t size;
    max_align_t data[];
};

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_BLOCK_BYTES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_BLOCK_BYTES 1
#endif
#endif
#ifndef ARENA_BLOCK_BYTES
#define ARENA_BLOCK_BYTES ((size_t)64 * 1024)
#endif

static _Noreturn void memory_exhausted(void) {
    fputs("goldleaf: out of memory; nothing was published\n", stderr);
    exit(1);
}

void *memory_alloc(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory)
        memory_exhausted();
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_exhausted();
    void *resized = realloc(memory, bytes ? bytes : 1);
    if (!resized)
        memory_exhausted();
    huge_pages_advise(resized, bytes);
    return resized;
}

void *arena_alloc(struct arena *arena, size_t size) {
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - align)
        memory_exhausted();
    size = (size + align - 1) / align * align;
    if ((size_t)(arena->end - arena->next) < size || size == 0) {
        size_t bytes = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
        struct arena_block *block = memory_alloc(sizeof *block + bytes);
        block->previous = arena->blocks;
        block->size = bytes;
        arena->blocks = block;
        arena->next = (char *)block->data;
        arena->end = arena->next + bytes;
    }
    void *memory = arena->next;
    arena->next += size;
    return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_exhausted();
    return arena_alloc(arena, bytes);
}

struct span arena_copy(struct arena *arena, struct span text) {
    char *copy = arena_alloc(arena, text.size + 1);
    if (text.size)
        memcpy(copy, text.data, text.size);
    return (struct span){copy, text.size};
}

const char *arena_string(struct arena *arena, struct span text) {
    return arena_copy(arena, text).data;
}

const char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

void arena_free_wiped(struct arena *arena) {
    for (struct arena_block *block = arena->blocks; block; block = block->previous)
        explicit_bzero(block->data, block->size);
    arena_free(arena);
}

void arena_free(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *previous = arena->blocks->previous;
        free(arena->blocks);
        arena->blocks = previous;
    }
    *arena = (struct arena){0};
}
