/* One typed value on its way into or out of the warehouse: 16 bytes, so that a table of a
 * million rows fits in memory. Text is borrowed. */
#ifndef GOLDLEAF_BASE_VALUE_H
#define GOLDLEAF_BASE_VALUE_H

#include "base/span.h"

#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_INTEGER,
    VALUE_MONEY, /* integer hundredths; becomes NUMERIC(14,2) or the nearest double */
    VALUE_REAL,
    VALUE_TEXT,
};

struct value {
    union {
        int64_t integer; /* INTEGER and MONEY */
        double real;
        const char *text;
    };
    uint32_t size; /* of text */
    enum value_kind kind;
};

static inline struct value value_null(void) {
    return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_integer(int64_t integer) {
    return (struct value){.integer = integer, .kind = VALUE_INTEGER};
}

static inline struct value value_money(int64_t hundredths) {
    return (struct value){.integer = hundredths, .kind = VALUE_MONEY};
}

static inline struct value value_real(double real) {
    return (struct value){.real = real, .kind = VALUE_REAL};
}

/* A text of more than 4 GiB keeps the largest size there is: every database refuses that, too. */
static inline struct value value_text(struct span text) {
    uint32_t size = text.size < UINT32_MAX ? (uint32_t)text.size : UINT32_MAX;
    return (struct value){.text = text.data, .size = size, .kind = VALUE_TEXT};
}

static inline struct value value_string(const char *text) {
    return text ? value_text(span_from(text)) : value_null();
}

/* The text of a TEXT value; empty for any other kind. */
static inline struct span value_span(struct value value) {
    return value.kind == VALUE_TEXT ? (struct span){value.text, value.size} : SPAN("");
}

static inline bool value_equal(struct value a, struct value b) {
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
    case VALUE_MONEY:
        return a.integer == b.integer;
    case VALUE_REAL:
        return memcmp(&a.real, &b.real, sizeof a.real) == 0;
    case VALUE_TEXT:
        return span_equal(value_span(a), value_span(b));
    }
    return false;
}

#endif
