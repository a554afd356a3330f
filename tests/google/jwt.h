/* The assertion of a service account: taken apart, and its signature checked for real. */
#ifndef LOOPBACK_JWT_H
#define LOOPBACK_JWT_H

#include "keys.h"
#include "json/json.h"

struct jwt {
    const struct json *header, *claims; /* objects */
    struct span signed_text;            /* header.payload as sent */
    struct span signature;              /* decoded */
};

/* Three segments of base64url without padding, the first two of them JSON objects. */
bool jwt_parse(struct arena *arena, struct span text, struct jwt *jwt);

/* True when a key of that account signed it; with a `kid`, the one it names. */
bool jwt_is_signed(const struct jwt *jwt, const struct key_ring *ring, const char *email);

#endif
