/* What the cell*.c files share and nobody else includes: a reader over the text of one cell, and
 * the steps of cell_clean() that are not parsers.
 *
 * A scan never reads past its end, and moves only over what it accepts. */
#ifndef GOLDLEAF_MODEL_CELL_SCAN_H
#define GOLDLEAF_MODEL_CELL_SCAN_H

#include "model/cell.h"

struct scan {
    const char *at, *end;
};

static inline struct scan scan_from(struct span text) {
    return (struct scan){text.data, text.data + text.size};
}

static inline bool scan_at_end(const struct scan *scan) {
    return scan->at == scan->end;
}

/* The next byte, or NUL at the end. */
static inline char scan_peek(const struct scan *scan) {
    return scan->at < scan->end ? *scan->at : '\0';
}

static inline bool scan_char(struct scan *scan, char c) {
    if (scan_at_end(scan) || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

/* ASCII case is ignored; `lower` is in lower case. */
static inline bool scan_letter(struct scan *scan, char lower) {
    if (scan_at_end(scan) || ascii_lower(*scan->at) != lower)
        return false;
    scan->at++;
    return true;
}

static inline bool scan_bytes(struct scan *scan, struct span bytes) {
    if ((size_t)(scan->end - scan->at) < bytes.size ||
        memcmp(scan->at, bytes.data, bytes.size) != 0)
        return false;
    scan->at += bytes.size;
    return true;
}

/* One blank as people and spreadsheets put it between figures and words: space, no-break space,
 * thin space, narrow no-break space. No tab and no line break: those separate cells. */
static inline bool scan_blank(struct scan *scan) {
    if (scan_at_end(scan) || ascii_is_digit(*scan->at))
        return false;
    return scan_char(scan, ' ') || scan_bytes(scan, SPAN("\xC2\xA0")) ||
           scan_bytes(scan, SPAN("\xE2\x80\x89")) || scan_bytes(scan, SPAN("\xE2\x80\xAF"));
}

/* How many were there. */
static inline size_t scan_blanks(struct scan *scan) {
    size_t count = 0;
    while (scan_blank(scan))
        count++;
    return count;
}

/* A run of at least `least` and at most `most` digits; a longer run is refused whole. */
static inline bool scan_digits(struct scan *scan, int least, int most, int *number) {
    const char *at = scan->at;
    int count = 0, sum = 0;
    for (; at < scan->end && ascii_is_digit(*at); at++) {
        if (++count > most)
            return false;
        sum = sum * 10 + (*at - '0');
    }
    if (count < least)
        return false;
    scan->at = at;
    *number = sum;
    return true;
}

/* Step 3. Text is trimmed. */
bool cell_is_formula_error(struct span text);

/* True when the text is a date or datetime just as it is stored, in a form that the field takes.
 * Most cells are, and then there is nothing to parse and nothing to copy. */
bool cell_is_stored_date(const struct field *field, struct span text);
bool cell_is_stored_datetime(const struct field *field, struct span text);

/* TRUE, FALSE, yes, no, 1, 0 in any ASCII case. */
bool cell_parse_boolean(struct span text, int64_t *boolean);

/* The stored value of the word that the text, or its first item, is. */
bool cell_parse_enum(const struct field *field, struct span text, struct span *stored);

/* The text, or its first item, in the field's ASCII case, where it matches the field's pattern; or
 * what it is an alias of. */
bool cell_parse_string(const struct field *field, struct span text, struct arena *arena,
                       struct span *stored);

#endif
