/* Text on its way into HTML. */
#include "base/visible.h"
#include "page/page.h"

/* U+FFFE and U+FFFF, which are no characters and may not stand in a document. */
static bool is_no_character(struct span text, size_t at) {
    const unsigned char *c = (const unsigned char *)text.data + at;
    return text.size - at >= 3 && c[0] == 0xEF && c[1] == 0xBF && c[2] >= 0xBE;
}

static void add_escaped(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        if (is_no_character(text, i)) {
            buf_add_text(out, "\uFFFD");
            i += 2;
            continue;
        }
        switch (text.data[i]) {
        case '&':
            buf_add_text(out, "&amp;");
            break;
        case '<':
            buf_add_text(out, "&lt;");
            break;
        case '>':
            buf_add_text(out, "&gt;");
            break;
        case '"':
            buf_add_text(out, "&quot;");
            break;
        case '\'':
            buf_add_text(out, "&#39;");
            break;
        default:
            buf_add_char(out, text.data[i]);
        }
    }
}

/* Line breaks stay; tabs become blanks; all else that is no visible text is spelt out. */
void page_add_text(struct buf *out, const char *text) {
    struct buf line = {0};
    while (*text) {
        size_t size = strcspn(text, "\n\t");
        buf_clear(&line);
        visible_add(&line, (struct span){text, size});
        add_escaped(out, buf_span(&line));
        text += size;
        if (*text)
            buf_add_text(out, *text++ == '\t' ? "    " : "\n");
    }
    buf_free(&line);
}
