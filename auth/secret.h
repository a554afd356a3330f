/* Memory for keys, assertions and tokens: growable text like a buf, but wiped before any of it is
 * given back, also when it grows. Owned by whoever declares it: `struct secret key = {0}; ...
 * secret_free(&key);`
 *
 * It has no printable form on purpose: secret_text() is for the one who has to send or parse it,
 * never for a message. Rests on OpenSSL's wiping, which no optimizer takes away. */
#ifndef GOLDLEAF_AUTH_SECRET_H
#define GOLDLEAF_AUTH_SECRET_H

#include "base/span.h"

struct buf;

struct secret {
    char *data; /* NUL-terminated when not NULL */
    size_t size, capacity;
};

void secret_reserve(struct secret *secret, size_t extra); /* room for more bytes and the NUL */
void secret_add(struct secret *secret, struct span text);
void secret_add_text(struct secret *secret, const char *text);
void secret_add_char(struct secret *secret, char c);
void secret_clear(struct secret *secret); /* wipes, keeps the memory */
void secret_free(struct secret *secret);  /* wipes, gives it back */

/* "" for an empty secret, never NULL. */
const char *secret_text(const struct secret *secret);
struct span secret_span(const struct secret *secret);

/* Secrets come in through memory of others; this wipes a buf, which is empty afterwards. */
void secret_wipe_buf(struct buf *buf);

#endif
