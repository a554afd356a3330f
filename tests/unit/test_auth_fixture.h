/* What the tests of auth/ share: keys made on the spot (none lives in the repository), key files
 * around them, and a look for secrets in messages. */
#ifndef GOLDLEAF_TEST_AUTH_FIXTURE_H
#define GOLDLEAF_TEST_AUTH_FIXTURE_H

#include "auth/base64.h"
#include "auth/credential.h"
#include "base/arena.h"
#include "base/buf.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define EMAIL "reader@project-1.iam.gserviceaccount.com"
#define KEY_ID "0123456789abcdef0123456789abcdef01234567"
#define CLIENT_ID "101112131415161718192"

enum pem_form { PEM_PKCS8, PEM_PKCS1 };

static inline const char *pem_text(struct arena *arena, EVP_PKEY *key, enum pem_form form,
                                   const char *passphrase) {
    BIO *bio = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;
    const unsigned char *secret = (const unsigned char *)passphrase;
    int size = passphrase ? (int)strlen(passphrase) : 0;
    int is_done =
        form == PEM_PKCS8
            ? PEM_write_bio_PrivateKey(bio, key, cipher, secret, size, NULL, NULL)
            : PEM_write_bio_PrivateKey_traditional(bio, key, cipher, secret, size, NULL, NULL);
    assert_int_equal(is_done, 1);
    char *data;
    long length = BIO_get_mem_data(bio, &data);
    const char *text = arena_string(arena, (struct span){data, (size_t)length});
    BIO_free(bio);
    return text;
}

/* A member of a key file: a value of NULL leaves it out. */
struct member {
    const char *name, *value;
};

/* A service account's key file around a PEM, with members changed, added or left out. */
static inline const char *key_json(struct arena *arena, const char *pem,
                                   const struct member *changes, size_t count) {
    const struct member members[] = {{"type", "service_account"},
                                     {"project_id", "project-1"},
                                     {"private_key_id", KEY_ID},
                                     {"private_key", pem},
                                     {"client_email", EMAIL},
                                     {"client_id", CLIENT_ID},
                                     {"token_uri", "https://oauth2.googleapis.com/token"},
                                     {"universe_domain", "googleapis.com"}};
    struct buf text = {0};
    struct json_writer writer = json_writer_start(&text, JSON_PRETTY);
    json_open_object(&writer, NULL);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        bool is_changed = false;
        for (size_t j = 0; j < count; j++)
            is_changed = is_changed || !strcmp(changes[j].name, members[i].name);
        if (!is_changed)
            json_add_string(&writer, members[i].name, members[i].value);
    }
    for (size_t j = 0; j < count; j++)
        if (changes[j].value)
            json_add_string(&writer, changes[j].name, changes[j].value);
    json_close_object(&writer);
    const char *json = arena_string(arena, buf_span(&text));
    buf_free(&text);
    return json;
}

#define USER_JSON                                                                                  \
    "{\"type\":\"authorized_user\",\"client_id\":\"77-abc.apps.googleusercontent.com\","           \
    "\"client_secret\":\"GOCSPX-canaryCanaryCanary0123456789\","                                   \
    "\"refresh_token\":\"1//0gCanaryCanary-refresh+token/of_a_user0123456789\"}"
#define CLIENT_SECRET "GOCSPX-canaryCanaryCanary0123456789"
#define REFRESH_TOKEN "1//0gCanaryCanary-refresh+token/of_a_user0123456789"

static inline struct credential *open_text(const char *json) {
    struct credential *credential = NULL;
    struct err err = {0};
    const char *warning;
    const struct credential_settings settings = {.text = json};
    if (!credential_open(&credential, &settings, &warning, &err))
        fail_msg("%s", err.message);
    return credential;
}

/* Base64url is read by tests alone: back to the standard form, with padding. */
static inline void decode_url(struct secret *out, struct span text) {
    struct buf standard = {0};
    for (size_t i = 0; i < text.size; i++)
        buf_add_char(&standard, text.data[i] == '-'   ? '+'
                                : text.data[i] == '_' ? '/'
                                                      : text.data[i]);
    while (standard.size % 4)
        buf_add_char(&standard, '=');
    assert_true(base64_decode(out, buf_span(&standard)));
    buf_free(&standard);
}

/* No twelve characters in a row of the secret stand in the message or the hint. */
static inline void assert_no_part(const struct err *err, const char *secret) {
    for (size_t i = 0; strlen(secret + i) >= 12; i++) {
        char part[13];
        snprintf(part, sizeof part, "%.12s", secret + i);
        if (strstr(err->message, part) || strstr(err->hint, part))
            fail_msg("\"%s\" stands in: %s (%s)", part, err->message, err->hint);
    }
}

static inline void assert_says(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" is missing in: %s", part, text);
}

#endif
