#include "base/buf.h"

#include "base/arena.h"

void buf_grow(struct buf *buf, size_t extra) {
    size_t needed = buf->size + extra + 1;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    buf->data = memory_resize(buf->data, capacity, 1);
    buf->capacity = capacity;
}

void buf_add_text(struct buf *buf, const char *text) {
    buf_add(buf, span_from(text));
}

void buf_vprintf(struct buf *buf, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    buf_reserve(buf, (size_t)size);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, format, arguments);
    buf->size += (size_t)size;
}

void buf_printf(struct buf *buf, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

void buf_clear(struct buf *buf) {
    buf->size = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void buf_free(struct buf *buf) {
    free(buf->data);
    *buf = (struct buf){0};
}
