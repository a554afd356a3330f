/* The head and the foot of a page, and what may run between them. */
#include "base/asset.h"
#include "page/page.h"

#include <stdlib.h>

#define LOOK "page/look.css"

void page_add_element(struct buf *out, const char *element, const char *text) {
    if (!text || !*text)
        return;
    buf_printf(out, "<%s>", element);
    page_add_text(out, text);
    buf_printf(out, "</%.*s>\n", (int)strcspn(element, " "), element);
}

static const struct asset *find(const char *name) {
    const struct asset *asset = asset_next(name, NULL);
    if (!asset || strcmp(asset->name, name) != 0 || !asset->sha256)
        abort(); /* a name of ours, and a test writes every page */
    return asset;
}

static void add_hash(struct buf *out, const char *name) {
    buf_printf(out, " 'sha256-%s'", find(name)->sha256);
}

static void add_policy(struct buf *out, const struct page *page) {
    buf_add_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src");
    add_hash(out, LOOK);
    for (const char *const *name = page->styles; *name; name++)
        add_hash(out, *name);
    if (page->scripts)
        buf_add_text(out, "; script-src");
    for (const char *const *name = page->scripts; name && *name; name++)
        add_hash(out, *name);
    buf_add_text(out, "; base-uri 'none'; form-action 'none'\"/>\n");
}

/* The bytes of the file and nothing else, or the hash would be another one. */
static void add_file(struct buf *out, const char *element, const char *name) {
    const struct asset *asset = find(name);
    buf_printf(out, "<%s>", element);
    buf_add(out, (struct span){(const char *)asset->data, asset->size});
    buf_printf(out, "</%s>\n", element);
}

void page_begin(struct buf *out, const struct page *page) {
    buf_add_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    add_policy(out, page);
    buf_add_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                      "<meta name=\"referrer\" content=\"no-referrer\"/>\n");
    page_add_element(out, "title", page->title);
    add_file(out, "style", LOOK);
    for (const char *const *name = page->styles; *name; name++)
        add_file(out, "style", *name);
    buf_add_text(out, "</head>\n<body>\n");
}

void page_end(struct buf *out, const struct page *page) {
    for (const char *const *name = page->scripts; name && *name; name++)
        add_file(out, "script", *name);
    buf_add_text(out, "</body>\n</html>\n");
}
