/* The service accounts that the token endpoint knows: address, key id and public key. */
#ifndef LOOPBACK_KEYS_H
#define LOOPBACK_KEYS_H

#include "base/arena.h"
#include "base/err.h"

struct evp_pkey_st;

struct key {
    const char *email;
    const char *id;
    struct evp_pkey_st *public_key; /* may hold the private half too; only verified with */
    struct key *next;
};

struct key_ring {
    struct arena arena;
    struct key *first;
};

/* Makes a key, writes it as a service-account file that only its owner can read, and trusts it. */
bool keys_make(struct key_ring *ring, const char *path, const char *email, struct err *err);

/* Trusts the key of an existing service-account file. */
bool keys_read(struct key_ring *ring, const char *path, struct err *err);

void keys_free(struct key_ring *ring);

/* Random letters from base64url's alphabet, NUL-terminated. */
void keys_random_text(char *out, size_t length);

#endif
