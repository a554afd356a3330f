/* The private key of a service account: PEM (PKCS#8 or PKCS#1) -> a key that can sign.
 *
 * Never asks for a passphrase: a run has no terminal to ask on. */
#ifndef GOLDLEAF_AUTH_RSA_KEY_H
#define GOLDLEAF_AUTH_RSA_KEY_H

#include "base/err.h"
#include "base/span.h"

#define RSA_KEY_MIN_BITS 2048

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

/* ERR_ACCESS when the text holds no RSA key of 2048 bits or more that opens without a passphrase;
 * the message speaks about "the private key" and repeats nothing of it. */
bool rsa_key_read(struct evp_pkey_st **key, struct span pem, struct err *err);
void rsa_key_free(struct evp_pkey_st *key); /* wipes; NULL is fine */

#endif
