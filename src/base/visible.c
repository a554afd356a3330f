#include "base/visible.h"

#include "base/utf8.h"
#include "base/visible_table.h"

#include <stdint.h>

/* One character, or one byte that is none, as it is shown. */
struct glyph {
    size_t size;     /* bytes of the text that it stands for */
    size_t columns;  /* that it takes */
    char escape[12]; /* what is written instead; empty: the bytes themselves */
};

static bool is_in(const struct code_range *ranges, size_t count, uint32_t code) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else if (code < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

static size_t decode(struct span text, uint32_t *code) {
    const unsigned char *at = (const unsigned char *)text.data;
    size_t size = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (size > text.size || !utf8_is_valid((struct span){text.data, size}, NULL))
        return 0;
    *code = at[0] & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++)
        *code = *code << 6 | (at[i] & 0x3Fu);
    return size;
}

static void escape_control(struct glyph *glyph, unsigned char c) {
    static const char letters[] = "abtnvfr"; /* U+0007 to U+000D */
    if (c >= 7 && c <= 13)
        snprintf(glyph->escape, sizeof glyph->escape, "\\%c", letters[c - 7]);
    else
        snprintf(glyph->escape, sizeof glyph->escape, "\\x%02x", c);
    glyph->columns = strlen(glyph->escape);
}

/* The first character of a text that is not empty. */
static struct glyph glyph_of(struct span text) {
    struct glyph glyph = {.size = 1, .columns = 1};
    unsigned char first = (unsigned char)text.data[0];
    if (first >= 0x20 && first < 0x7F)
        return glyph;
    uint32_t code;
    size_t size = first < 0x80 ? 0 : decode(text, &code);
    if (size == 0) {
        escape_control(&glyph, first);
        return glyph;
    }
    glyph.size = size;
    if (is_in(HIDDEN, COUNT_OF(HIDDEN), code)) {
        snprintf(glyph.escape, sizeof glyph.escape, code > 0xFFFF ? "\\U%08x" : "\\u%04x", code);
        glyph.columns = strlen(glyph.escape);
    } else if (is_in(COMBINING, COUNT_OF(COMBINING), code)) {
        glyph.columns = 0;
    } else if (is_in(WIDE, COUNT_OF(WIDE), code)) {
        glyph.columns = 2;
    }
    return glyph;
}

static void add_glyph(struct buf *out, const struct glyph *glyph, const char *bytes) {
    if (glyph->escape[0])
        buf_add_text(out, glyph->escape);
    else
        buf_add(out, (struct span){bytes, glyph->size});
}

size_t visible_add(struct buf *out, struct span text) {
    return visible_add_cut(out, text, SIZE_MAX);
}

size_t visible_add_cut(struct buf *out, struct span text, size_t columns) {
    size_t filled = 0;
    size_t room_from = out->size; /* where the ellipsis goes if the text turns out too long */
    size_t room_filled = 0;
    for (size_t at = 0; at < text.size;) {
        struct glyph glyph = glyph_of((struct span){text.data + at, text.size - at});
        if (filled + glyph.columns > columns) {
            if (columns == 0)
                return 0;
            out->size = room_from;
            buf_add_text(out, "…");
            return room_filled + 1;
        }
        add_glyph(out, &glyph, text.data + at);
        filled += glyph.columns;
        at += glyph.size;
        if (filled < columns) {
            room_from = out->size;
            room_filled = filled;
        }
    }
    return filled;
}

size_t visible_width(struct span text) {
    size_t columns = 0;
    for (size_t at = 0; at < text.size;) {
        struct glyph glyph = glyph_of((struct span){text.data + at, text.size - at});
        columns += glyph.columns;
        at += glyph.size;
    }
    return columns;
}
