/* What a credential is made of. Private to this library: the files that read one fill it in, the
 * token source uses it.
 *
 * The functions here set errors without saying where the credential came from; credential_open()
 * puts that in front, once. */
#ifndef GOLDLEAF_AUTH_CREDENTIAL_PARTS_H
#define GOLDLEAF_AUTH_CREDENTIAL_PARTS_H

#include "auth/credential.h"
#include "auth/secret.h"
#include "base/arena.h"

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

enum credential_type { CREDENTIAL_SERVICE_ACCOUNT, CREDENTIAL_USER, CREDENTIAL_COMMAND };

struct credential {
    struct arena arena; /* of all that is no secret */
    enum credential_type type;
    const char *origin;
    const char *subject;   /* NULL: none */
    const char *email;     /* of a service account */
    const char *key_id;    /* of a service account; NULL: not said */
    const char *client_id; /* NULL: not said (a user has one) */
    struct evp_pkey_st *key;
    struct secret client_secret, refresh_token; /* of a user */
    struct secret command;                      /* may hold a password of its own */
};

/* A file larger than that is no key. */
#define CREDENTIAL_MAX_BYTES ((size_t)1024 * 1024)

/* True when the value of a path is the key itself, put into the wrong variable. */
bool credential_is_content(struct span path);

/* Appends the file's content. `*warning` as in credential_open(). */
bool credential_read_file(struct credential *credential, const char *path, struct secret *content,
                          const char **warning, struct err *err);

/* Appends the JSON that the text is, or that it is the base64 of. */
bool credential_read_text(struct span text, struct secret *content, struct err *err);

/* Takes type, addresses, identifiers and secrets from the JSON of a key or a user's file. */
bool credential_parse(struct credential *credential, struct span json, struct err *err);

#endif
