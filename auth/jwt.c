#include "auth/jwt.h"

#include "auth/base64.h"
#include "json/json.h"

#include <openssl/err.h>
#include <openssl/evp.h>

/* The signature is made in `bytes`, a secret because its encoding becomes part of one. */
static bool sign_text(struct secret *bytes, EVP_PKEY *key, struct span text) {
    size_t size = (size_t)EVP_PKEY_get_size(key);
    secret_reserve(bytes, size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                   EVP_DigestSign(context, (unsigned char *)bytes->data, &size,
                                  (const unsigned char *)text.data, text.size) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    bytes->size = is_good ? size : 0;
    return is_good;
}

bool jwt_sign(struct secret *token, struct evp_pkey_st *key, struct span header,
              struct span payload, struct err *err) {
    struct secret signature = {0};
    size_t start = token->size;
    base64url_add(token, header);
    secret_add_char(token, '.');
    base64url_add(token, payload);
    struct span input = {token->data + start, token->size - start};
    bool is_good = sign_text(&signature, key, input);
    if (is_good) {
        secret_add_char(token, '.');
        base64url_add(token, secret_span(&signature));
    } else {
        err_set(err, ERR_FAILED, "the private key cannot sign");
    }
    secret_free(&signature);
    return is_good;
}

static void add_header(struct buf *out, const struct jwt_claims *claims) {
    struct json_writer writer = json_writer_start(out, JSON_COMPACT);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "alg", "RS256");
    if (claims->key_id)
        json_add_string(&writer, "kid", claims->key_id);
    json_add_string(&writer, "typ", "JWT");
    json_close_object(&writer);
}

static void add_payload(struct buf *out, const struct jwt_claims *claims) {
    int64_t issued_s = claims->now_s - JWT_BACKDATE_S;
    struct json_writer writer = json_writer_start(out, JSON_COMPACT);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "iss", claims->issuer);
    if (claims->subject)
        json_add_string(&writer, "sub", claims->subject);
    json_add_string(&writer, "scope", claims->scope);
    json_add_string(&writer, "aud", claims->audience);
    json_add_integer(&writer, "iat", issued_s);
    json_add_integer(&writer, "exp", issued_s + JWT_LIFE_S);
    json_close_object(&writer);
}

bool jwt_add_assertion(struct secret *token, struct evp_pkey_st *key,
                       const struct jwt_claims *claims, struct err *err) {
    struct buf header = {0}, payload = {0};
    add_header(&header, claims);
    add_payload(&payload, claims);
    bool is_good = jwt_sign(token, key, buf_span(&header), buf_span(&payload), err);
    buf_free(&header);
    buf_free(&payload);
    return is_good;
}
