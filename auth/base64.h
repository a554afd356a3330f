/* Base64 (RFC 4648): the URL form that JWTs are made of, and the standard form that people use to
 * carry a file in an environment variable. Both sides may be secret. */
#ifndef GOLDLEAF_AUTH_BASE64_H
#define GOLDLEAF_AUTH_BASE64_H

#include "auth/secret.h"

#include <stdbool.h>

/* Appends the URL form, without padding. */
void base64url_add(struct secret *out, struct span bytes);

/* Appends what the standard form says. White space is passed over wherever it stands; anything
 * else that an encoder would not have written (other characters, missing padding, stray bits at the
 * end) is an error. */
bool base64_decode(struct secret *out, struct span text);

#endif
