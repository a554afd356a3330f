#include "auth/redact.h"

#include "auth/secret.h"
#include "base/visible.h"

enum { RUN_ALWAYS = 40, RUN_SENT = 16 };

/* The characters of base64url: of keys, assertions, tokens and client secrets. */
static bool is_token_char(char c) {
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '_';
}

static void add_unescaped(struct secret *out, struct span text) {
    static const struct {
        const char *entity;
        char c;
    } entities[] = {{"&quot;", '"'}, {"&#39;", '\''}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}};
    for (size_t i = 0; i < text.size;) {
        char c = text.data[i];
        size_t size = 1;
        for (size_t j = 0; c == '&' && j < COUNT_OF(entities); j++) {
            size_t length = strlen(entities[j].entity);
            if (text.size - i >= length && !memcmp(text.data + i, entities[j].entity, length)) {
                c = entities[j].c;
                size = length;
            }
        }
        secret_add_char(out, (unsigned char)c < 0x20 ? ' ' : c);
        i += size;
    }
}

static bool is_secret(struct span run, struct span sent) {
    return run.size >= RUN_ALWAYS ||
           (run.size >= RUN_SENT && memmem(sent.data, sent.size, run.data, run.size));
}

void redact_add(struct buf *out, struct span text, struct span sent, size_t columns) {
    struct secret plain = {0}, kept = {0};
    add_unescaped(&plain, text);
    for (size_t i = 0; i < plain.size;) {
        size_t end = i;
        while (end < plain.size && is_token_char(plain.data[end]))
            end++;
        struct span run = {plain.data + i, end - i};
        if (is_secret(run, sent))
            secret_add_text(&kept, "[...]");
        else
            secret_add(&kept, run.size ? run : (struct span){plain.data + i, 1});
        i = end > i ? end : i + 1;
    }
    visible_add_cut(out, secret_span(&kept), columns);
    secret_free(&plain);
    secret_free(&kept);
}
