/* A view of bytes: pointer and length, not NUL-terminated, owned by somebody else. */
#ifndef GOLDLEAF_BASE_SPAN_H
#define GOLDLEAF_BASE_SPAN_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *data;
    size_t size;
};

#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

/* The arguments of a "%.*s" conversion. */
#define SPAN_ARG(span) (int)(span).size, (span).data

static inline struct span span_from(const char *text) {
    return (struct span){text, strlen(text)};
}

static inline bool span_equal(struct span a, struct span b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool span_is(struct span a, const char *text) {
    return span_equal(a, span_from(text));
}

static inline char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

static inline bool ascii_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(char c) {
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* Equal when ASCII case is ignored. */
static inline bool span_equal_nocase(struct span a, struct span b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
            return false;
    return true;
}

/* memcmp order, the shorter first where one is the start of the other. */
static inline int span_compare(struct span a, struct span b) {
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.data, b.data, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

#endif
