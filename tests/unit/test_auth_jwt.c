#include "test_auth_fixture.h"

#include "auth/base64.h"
#include "auth/jwt.h"
#include "auth/rsa_key.h"
#include "auth/secret.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

/* The example of RFC 7515, appendix A.2. */
static const struct {
    const char *parameter, *value;
} RFC_KEY[] = {
    {OSSL_PKEY_PARAM_RSA_N,
     "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d"
     "4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM"
     "dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvU"
     "K-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
    {OSSL_PKEY_PARAM_RSA_E, "AQAB"},
    {OSSL_PKEY_PARAM_RSA_D,
     "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOo"
     "AJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gf"
     "pRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPD"
     "VZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"},
    {OSSL_PKEY_PARAM_RSA_FACTOR1,
     "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJ"
     "dTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc"},
    {OSSL_PKEY_PARAM_RSA_FACTOR2,
     "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD"
     "_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc"},
    {OSSL_PKEY_PARAM_RSA_EXPONENT1,
     "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6"
     "HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0"},
    {OSSL_PKEY_PARAM_RSA_EXPONENT2,
     "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaH"
     "F-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU"},
    {OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
     "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YI"
     "Bi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"},
};
#define RFC_HEADER "eyJhbGciOiJSUzI1NiJ9"
#define RFC_PAYLOAD                                                                                \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl" \
    "fQ"
#define RFC_SIGNATURE                                                                              \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5" \
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb" \
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO" \
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"

static EVP_PKEY *rfc_key(void) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[COUNT_OF(RFC_KEY)];
    for (size_t i = 0; i < COUNT_OF(RFC_KEY); i++) {
        struct secret bytes = {0};
        decode_url(&bytes, span_from(RFC_KEY[i].value));
        numbers[i] = BN_bin2bn((const unsigned char *)bytes.data, (int)bytes.size, NULL);
        assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, RFC_KEY[i].parameter, numbers[i]), 1);
        secret_free(&bytes);
    }
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters), 1);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        BN_clear_free(numbers[i]);
    return key;
}

static void test_rfc_example(void **state) {
    (void)state;
    const struct span header = SPAN("{\"alg\":\"RS256\"}");
    const struct span payload = SPAN("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
                                     "\"http://example.com/is_root\":true}");
    struct secret text = {0};
    struct err err = {0};
    base64url_add(&text, header);
    assert_string_equal(secret_text(&text), RFC_HEADER);
    secret_clear(&text);
    base64url_add(&text, payload);
    assert_string_equal(secret_text(&text), RFC_PAYLOAD);
    secret_clear(&text);
    EVP_PKEY *key = rfc_key();
    assert_true(jwt_sign(&text, key, header, payload, &err));
    assert_string_equal(secret_text(&text), RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE);
    EVP_PKEY_free(key);
    secret_free(&text);
}

/* A token is appended: what stands in front is not signed. */
static void test_sign_appends(void **state) {
    EVP_PKEY *key = *state;
    struct secret alone = {0}, behind = {0};
    struct err err = {0};
    assert_true(jwt_sign(&alone, key, SPAN("{}"), SPAN("{}"), &err));
    secret_add_text(&behind, "assertion=");
    assert_true(jwt_sign(&behind, key, SPAN("{}"), SPAN("{}"), &err));
    assert_string_equal(secret_text(&behind) + strlen("assertion="), secret_text(&alone));
    secret_free(&alone);
    secret_free(&behind);
}

static void test_sign_needs_a_private_key(void **state) {
    EVP_PKEY *key = *state;
    struct secret token = {0};
    struct err err = {0};
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    const unsigned char *at = der;
    EVP_PKEY *public_key = d2i_PUBKEY(NULL, &at, size);
    assert_false(jwt_sign(&token, public_key, SPAN("{}"), SPAN("{}"), &err));
    assert_string_equal(err.message, "the private key cannot sign");
    assert_int_equal(err.class, ERR_FAILED);
    OPENSSL_free(der);
    EVP_PKEY_free(public_key);
    secret_free(&token);
}

/* The three parts, and whether the signature is the key's. */
static void split_token(const struct secret *token, EVP_PKEY *key, struct secret parts[3]) {
    const char *first = strchr(secret_text(token), '.'), *last = strrchr(secret_text(token), '.');
    assert_ptr_not_equal(first, last);
    assert_null(strchr(secret_text(token), '='));
    decode_url(&parts[0], (struct span){token->data, (size_t)(first - token->data)});
    decode_url(&parts[1], (struct span){first + 1, (size_t)(last - first - 1)});
    decode_url(&parts[2], span_from(last + 1));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestVerify(context, (const unsigned char *)parts[2].data, parts[2].size,
                                      (const unsigned char *)token->data,
                                      (size_t)(last - token->data)),
                     1);
    EVP_MD_CTX_free(context);
}

static void check_assertion(EVP_PKEY *key, const struct jwt_claims *claims, const char *header,
                            const char *payload) {
    struct secret token = {0}, parts[3] = {{0}};
    struct err err = {0};
    assert_true(jwt_add_assertion(&token, key, claims, &err));
    split_token(&token, key, parts);
    assert_string_equal(secret_text(&parts[0]), header);
    assert_string_equal(secret_text(&parts[1]), payload);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        secret_free(&parts[i]);
    secret_free(&token);
}

static void test_assertion(void **state) {
    struct jwt_claims claims = {.key_id = "k1",
                                .issuer = "a@b",
                                .scope = "s",
                                .audience = "https://x/",
                                .now_s = 1700000010};
    check_assertion(*state, &claims, "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
                    "{\"iss\":\"a@b\",\"scope\":\"s\",\"aud\":\"https://x/\",\"iat\":1700000000,"
                    "\"exp\":1700003600}");
    claims.key_id = NULL;
    claims.subject = "u\"@b";
    check_assertion(*state, &claims, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                    "{\"iss\":\"a@b\",\"sub\":\"u\\\"@b\",\"scope\":\"s\",\"aud\":\"https://x/\","
                    "\"iat\":1700000000,\"exp\":1700003600}");
}

static void test_base64url(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg"},
                                           {"fo", "Zm8"},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg"},
                                           {"fooba", "Zm9vYmE"},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xFB\xEF\xBE\xFF\xFF\xFF", "----____"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret out = {0};
        base64url_add(&out, span_from(cases[i][0]));
        assert_string_equal(secret_text(&out), cases[i][1]);
        secret_free(&out);
    }
}

static void test_base64_decode(void **state) {
    (void)state;
    static const char *const good[][2] = {
        {"", ""},        {" \r\n\t", ""},          {"Zg==", "f"},
        {"Zm8=", "fo"},  {"Zm9v", "foo"},          {" Zm9v\r\nYm\tFy \n", "foobar"},
        {"Zg=\n=", "f"}, {"++//", "\xFB\xEF\xFF"},
    };
    static const char *const bad[] = {
        "Z",        "Zg",   "Zg=",  "Zm8",  "Zm9vY", "Z===",     "====",     "=",    "Zg===",
        "Zg==Zg==", "Zh==", "Zm9=", "--__", "Zm.v",  "Zm9v\xC3", "Zg==Zm9v", "{\"}",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct secret out = {0};
        assert_true(base64_decode(&out, span_from(good[i][0])));
        assert_string_equal(secret_text(&out), good[i][1]);
        secret_free(&out);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct secret out = {0};
        if (base64_decode(&out, span_from(bad[i])))
            fail_msg("%s was taken for base64", bad[i]);
        secret_free(&out);
    }
    struct secret out = {0};
    assert_false(base64_decode(&out, SPAN("Zm9\0")));
    secret_free(&out);
}

static void test_base64_of_every_byte(void **state) {
    (void)state;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct secret text = {0}, back = {0};
        base64url_add(&text, (struct span){bytes, size});
        decode_url(&back, secret_span(&text));
        assert_true(span_equal(secret_span(&back), (struct span){bytes, size}));
        secret_free(&text);
        secret_free(&back);
    }
}

static void check_key(const char *pem, const char *expected) {
    EVP_PKEY *key = NULL;
    struct err err = {0};
    bool is_good = rsa_key_read(&key, span_from(pem), &err);
    rsa_key_free(key);
    assert_int_equal(is_good, !expected);
    if (!expected)
        return;
    assert_string_equal(err.message, expected);
    assert_int_equal(err.class, ERR_ACCESS);
    assert_no_part(&err, pem);
}

static void test_keys(void **state) {
    struct arena arena = {0};
    EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");
    const char *pem = pem_text(&arena, *state, PEM_PKCS8, NULL);
    check_key(pem, NULL);
    check_key(pem_text(&arena, *state, PEM_PKCS1, NULL), NULL);
    check_key(arena_printf(&arena, "a note in front\n%s", pem), NULL);
    check_key(pem_text(&arena, *state, PEM_PKCS8, "x"),
              "the private key is protected with a passphrase");
    check_key(pem_text(&arena, *state, PEM_PKCS1, "x"),
              "the private key is protected with a passphrase");
    check_key(pem_text(&arena, small, PEM_PKCS8, NULL),
              "the private key has 1024 bits; at least 2048 are needed");
    check_key(pem_text(&arena, curve, PEM_PKCS8, NULL), "the private key is not an RSA key");
    check_key("", "the private key cannot be read as PEM");
    check_key("nothing of the kind", "the private key cannot be read as PEM");
    check_key(arena_string(&arena, (struct span){pem, strlen(pem) / 2}),
              "the private key cannot be read as PEM");
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
    arena_free(&arena);
}

static void test_secret_grows(void **state) {
    (void)state;
    struct secret secret = {0};
    assert_string_equal(secret_text(&secret), "");
    for (int i = 0; i < 10000; i++)
        secret_add_char(&secret, (char)('a' + i % 26));
    assert_int_equal(secret.size, 10000);
    assert_int_equal(strlen(secret_text(&secret)), 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(secret.data[i], 'a' + i % 26);
    secret_free(&secret);
    assert_null(secret.data);
}

static void test_secret_clear_wipes(void **state) {
    (void)state;
    struct secret secret = {0};
    secret_add_text(&secret, "hunter2");
    char *data = secret.data;
    size_t capacity = secret.capacity;
    secret_clear(&secret);
    assert_ptr_equal(secret.data, data);
    for (size_t i = 0; i < capacity; i++)
        assert_int_equal(data[i], 0);
    secret_add_text(&secret, "*");
    assert_string_equal(secret_text(&secret), "*");
    secret_free(&secret);
}

static int make_key(void **state) {
    *state = EVP_RSA_gen(2048);
    return *state == NULL;
}

static int free_key(void **state) {
    EVP_PKEY_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_example),
        cmocka_unit_test(test_sign_appends),
        cmocka_unit_test(test_sign_needs_a_private_key),
        cmocka_unit_test(test_assertion),
        cmocka_unit_test(test_base64url),
        cmocka_unit_test(test_base64_decode),
        cmocka_unit_test(test_base64_of_every_byte),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_secret_grows),
        cmocka_unit_test(test_secret_clear_wipes),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
