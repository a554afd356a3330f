#include "auth/secret.h"

#include "base/arena.h"
#include "base/buf.h"

#include <openssl/crypto.h>

static void wipe(struct secret *secret) {
    if (secret->data)
        OPENSSL_cleanse(secret->data, secret->capacity);
}

void secret_reserve(struct secret *secret, size_t extra) {
    size_t needed = secret->size + extra + 1;
    if (needed <= secret->capacity)
        return;
    size_t capacity = secret->capacity ? secret->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    /* not realloc(): it would leave the old bytes behind */
    char *grown = memory_alloc(capacity);
    if (secret->size)
        memcpy(grown, secret->data, secret->size);
    grown[secret->size] = '\0';
    wipe(secret);
    free(secret->data);
    secret->data = grown;
    secret->capacity = capacity;
}

void secret_add(struct secret *secret, struct span text) {
    secret_reserve(secret, text.size);
    if (text.size)
        memcpy(secret->data + secret->size, text.data, text.size);
    secret->size += text.size;
    secret->data[secret->size] = '\0';
}

void secret_add_text(struct secret *secret, const char *text) {
    secret_add(secret, span_from(text));
}

void secret_add_char(struct secret *secret, char c) {
    secret_add(secret, (struct span){&c, 1});
}

void secret_clear(struct secret *secret) {
    wipe(secret);
    secret->size = 0;
}

void secret_free(struct secret *secret) {
    wipe(secret);
    free(secret->data);
    *secret = (struct secret){0};
}

const char *secret_text(const struct secret *secret) {
    return secret->data ? secret->data : "";
}

struct span secret_span(const struct secret *secret) {
    return (struct span){secret_text(secret), secret->size};
}

void secret_wipe_buf(struct buf *buf) {
    if (buf->data)
        OPENSSL_cleanse(buf->data, buf->capacity);
    buf_clear(buf);
}
