/* JSON Web Tokens signed with RS256 (RFC 7515, RFC 7518: RSASSA-PKCS1-v1_5 with SHA-256), and the
 * assertion that Google's token endpoint takes (RFC 7523).
 *
 * A finished token is as good as a password for an hour, so it is a secret; header and claims
 * alone are not. */
#ifndef GOLDLEAF_AUTH_JWT_H
#define GOLDLEAF_AUTH_JWT_H

#include "auth/secret.h"
#include "base/err.h"

#include <stdint.h>

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

/* Google refuses a longer life. */
#define JWT_LIFE_S 3600
/* The issue time is set back a little, for a clock that is fast. */
#define JWT_BACKDATE_S 10

struct jwt_claims {
    const char *key_id;  /* of the header; NULL: left out */
    const char *issuer;  /* the service account's address */
    const char *subject; /* the user it acts for; NULL: itself */
    const char *scope;
    const char *audience;
    int64_t now_s; /* seconds since 1970 */
};

/* Appends base64url(header).base64url(payload).base64url(signature). ERR_FAILED when OpenSSL cannot
 * sign with the key. */
bool jwt_sign(struct secret *token, struct evp_pkey_st *key, struct span header,
              struct span payload, struct err *err);

/* Appends the assertion: good from ten seconds ago for an hour. */
bool jwt_add_assertion(struct secret *token, struct evp_pkey_st *key,
                       const struct jwt_claims *claims, struct err *err);

#endif
