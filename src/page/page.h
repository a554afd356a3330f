/* HTML pages that need nothing else: text on its way in, the head, styles and scripts inside.
 *
 * A page may load nothing and run nothing but what stands in it: its policy (CSP) allows exactly
 * its own styles and scripts, by their hashes, which are made when the program is built. */
#ifndef GOLDLEAF_PAGE_PAGE_H
#define GOLDLEAF_PAGE_PAGE_H

#include "base/buf.h"

/* Files of the program by their names in base/asset.h; each list ends with NULL. The look that all
 * pages share comes in front of the styles. */
struct page {
    const char *title;
    const char *const *styles;
    const char *const *scripts; /* NULL: none, and none may run */
};

/* Appends a text with all that HTML would act on escaped, and all that nobody sees made visible. */
void page_add_text(struct buf *out, const char *text);

/* <element>text</element>; nothing for a text that is empty or NULL. `element` may have attributes:
 * "p class=\"soft\"". */
void page_add_element(struct buf *out, const char *element, const char *text);

/* Everything up to <body>, well-formed as XML, too. */
void page_begin(struct buf *out, const struct page *page);

/* The scripts, and the end. */
void page_end(struct buf *out, const struct page *page);

#endif
