/* Growable text. Owned by whoever declares it: `struct buf text = {0}; ... buf_free(&text);`
 * Running out of memory ends the process, as in arena.h. */
#ifndef GOLDLEAF_BASE_BUF_H
#define GOLDLEAF_BASE_BUF_H

#include "base/span.h"

#include <stdarg.h>
#include <string.h>

struct buf {
    char *data; /* NUL-terminated when not NULL */
    size_t size, capacity;
};

void buf_grow(struct buf *buf, size_t extra);

/* Room for `extra` more bytes and the NUL. */
static inline void buf_reserve(struct buf *buf, size_t extra) {
    if (buf->size + extra >= buf->capacity)
        buf_grow(buf, extra);
}

/* These two make most of what goes to a database, a few bytes at a time. */
static inline void buf_add(struct buf *buf, struct span text) {
    buf_reserve(buf, text.size);
    if (text.size)
        memcpy(buf->data + buf->size, text.data, text.size);
    buf->size += text.size;
    buf->data[buf->size] = '\0';
}

static inline void buf_add_char(struct buf *buf, char c) {
    buf_add(buf, (struct span){&c, 1});
}

void buf_add_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
void buf_clear(struct buf *buf); /* empties, keeps the memory */
void buf_free(struct buf *buf);

/* "" for an empty buf, never NULL. */
static inline const char *buf_text(const struct buf *buf) {
    return buf->data ? buf->data : "";
}

static inline struct span buf_span(const struct buf *buf) {
    return (struct span){buf_text(buf), buf->size};
}

#endif
