#include "jwt.h"

#include <openssl/evp.h>

static int letter_value(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static bool decode(struct arena *arena, struct span text, struct span *out) {
    unsigned char *bytes = arena_alloc(arena, text.size * 3 / 4 + 3);
    size_t size = 0;
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < text.size; i++) {
        int value = letter_value(text.data[i]);
        if (value < 0)
            return false; /* '=' as well: a JWT has no padding */
        bits = bits << 6 | (unsigned)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[size++] = (unsigned char)(bits >> count);
            bits &= (1u << count) - 1;
        }
    }
    *out = (struct span){(const char *)bytes, size};
    return text.size % 4 != 1;
}

static bool decode_object(struct arena *arena, struct span text, const struct json **json) {
    struct span decoded;
    struct err err;
    return decode(arena, text, &decoded) && json_read(arena, decoded, json, &err) &&
           (*json)->kind == JSON_OBJECT;
}

bool jwt_parse(struct arena *arena, struct span text, struct jwt *jwt) {
    const char *dot = text.size ? memchr(text.data, '.', text.size) : NULL;
    const char *last = text.size ? memrchr(text.data, '.', text.size) : NULL;
    if (!dot || dot == last)
        return false;
    struct span header = {text.data, (size_t)(dot - text.data)};
    struct span claims = {dot + 1, (size_t)(last - dot) - 1};
    struct span signature = {last + 1, (size_t)(text.data + text.size - last) - 1};
    jwt->signed_text = (struct span){text.data, (size_t)(last - text.data)};
    return decode_object(arena, header, &jwt->header) &&
           decode_object(arena, claims, &jwt->claims) && decode(arena, signature, &jwt->signature);
}

static bool verify(const struct jwt *jwt, EVP_PKEY *key) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_signed =
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(context, (const unsigned char *)jwt->signature.data, jwt->signature.size,
                         (const unsigned char *)jwt->signed_text.data, jwt->signed_text.size) == 1;
    EVP_MD_CTX_free(context);
    return is_signed;
}

bool jwt_is_signed(const struct jwt *jwt, const struct key_ring *ring, const char *email) {
    const struct json *id = json_find(jwt->header, "kid");
    const struct json *algorithm = json_find(jwt->header, "alg");
    if (!algorithm || algorithm->kind != JSON_STRING || !span_is(algorithm->text, "RS256"))
        return false;
    for (const struct key *key = ring->first; key; key = key->next) {
        bool is_meant = !id || (id->kind == JSON_STRING && span_is(id->text, key->id));
        if (is_meant && strcmp(key->email, email) == 0 && verify(jwt, key->public_key))
            return true;
    }
    return false;
}
