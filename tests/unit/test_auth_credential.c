#include "test_auth_fixture.h"

#include "auth/base64.h"
#include "auth/credential_parts.h"

#include <sys/stat.h>
#include <unistd.h>

/* A PEM, and a folder for key files. */
struct bench {
    struct arena arena;
    const char *pem, *folder, *path;
};

static void write_file(const char *path, struct span text, mode_t mode) {
    unlink(path);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(text.data, 1, text.size, stream), text.size);
    fclose(stream);
    assert_int_equal(chmod(path, mode), 0);
}

static bool try_open(const struct credential_settings *settings, const char **warning,
                     struct err *err) {
    struct credential *credential = NULL;
    *err = (struct err){0};
    bool is_good = credential_open(&credential, settings, warning, err);
    assert_int_equal(is_good, credential != NULL);
    credential_close(credential);
    return is_good;
}

/* A refusal, and its words. */
static void refuse(const struct credential_settings *settings, const char *message,
                   const char *hint) {
    const char *warning;
    struct err err;
    assert_false(try_open(settings, &warning, &err));
    assert_null(warning);
    assert_says(err.message, message);
    assert_says(err.hint, hint);
    assert_int_equal(err.class, ERR_ACCESS);
}

static void refuse_text(const char *text, const char *message, const char *hint) {
    const struct credential_settings settings = {.text = text};
    refuse(&settings, message, hint);
}

static void refuse_file(const char *path, const char *message, const char *hint) {
    const struct credential_settings settings = {.file = path};
    refuse(&settings, message, hint);
}

static void test_nothing_set(void **state) {
    (void)state;
    const struct credential_settings none = {0}, empty = {"", "", "", ""};
    const char *warning;
    struct err err;
    assert_false(credential_is_set(&none));
    assert_false(credential_is_set(&empty));
    assert_false(try_open(&empty, &warning, &err));
    assert_int_equal(err.class, ERR_USAGE);
    assert_says(err.hint, "GOOGLE_APPLICATION_CREDENTIALS");
    assert_says(err.hint, "GOLDLEAF_CREDENTIALS");
    assert_says(err.hint, "GOLDLEAF_TOKEN_COMMAND");
    credential_close(NULL);
}

static void test_service_account_file(void **state) {
    struct bench *bench = *state;
    write_file(bench->path, span_from(key_json(&bench->arena, bench->pem, NULL, 0)), 0600);
    const struct credential_settings settings = {.file = bench->path, .subject = "ann@example.com"};
    struct credential *credential;
    const char *warning = "";
    struct err err = {0};
    assert_true(credential_is_set(&settings));
    assert_true(credential_open(&credential, &settings, &warning, &err));
    assert_null(warning);
    assert_string_equal(credential_email(credential), EMAIL);
    assert_string_equal(credential_kind(credential), "service account");
    assert_string_equal(
        credential_origin(credential),
        arena_printf(&bench->arena, "GOOGLE_APPLICATION_CREDENTIALS (%s)", bench->path));
    assert_string_equal(credential->key_id, KEY_ID);
    assert_string_equal(credential->client_id, CLIENT_ID);
    assert_string_equal(credential->subject, "ann@example.com");
    assert_non_null(credential->key);
    credential_close(credential);
}

static void test_user(void **state) {
    (void)state;
    struct credential *credential = open_text(USER_JSON);
    assert_null(credential_email(credential));
    assert_string_equal(credential_kind(credential), "user");
    assert_string_equal(credential_origin(credential), "GOLDLEAF_CREDENTIALS");
    assert_string_equal(credential->client_id, "77-abc.apps.googleusercontent.com");
    assert_string_equal(credential->client_secret.data, CLIENT_SECRET);
    assert_string_equal(credential->refresh_token.data, REFRESH_TOKEN);
    credential_close(credential);
}

static void test_command(void **state) {
    (void)state;
    const struct credential_settings settings = {.token_command = "print-token"};
    struct credential *credential;
    const char *warning;
    struct err err = {0};
    assert_true(credential_open(&credential, &settings, &warning, &err));
    assert_null(credential_email(credential));
    assert_string_equal(credential_kind(credential), "token command");
    assert_string_equal(credential_origin(credential), "GOLDLEAF_TOKEN_COMMAND");
    credential_close(credential);
}

/* The first that is set counts, even if it is of no use. */
static void test_order(void **state) {
    (void)state;
    struct credential_settings settings = {"/nowhere/key.json", USER_JSON, "print-token", NULL};
    refuse(&settings, "GOOGLE_APPLICATION_CREDENTIALS (/nowhere/key.json): No such file", "path");
    settings.file = NULL;
    settings.text = "{}";
    refuse(&settings, "GOLDLEAF_CREDENTIALS: there is no \"type\"", "create a JSON key");
    settings.text = "";
    const char *warning;
    struct err err;
    assert_true(try_open(&settings, &warning, &err));
}

static void test_bad_files(void **state) {
    struct bench *bench = *state;
    struct arena *arena = &bench->arena;
    refuse_file("/nowhere/key.json", "No such file", "whole path");
    refuse_file(arena_printf(arena, "%s/x", bench->path), "(", "path");
    refuse_file(bench->folder, "is not a regular file", "GOLDLEAF_CREDENTIALS");
    refuse_file("/dev/null", "is not a regular file", "GOLDLEAF_CREDENTIALS");
    const char *pipe = arena_printf(arena, "%s/pipe", bench->folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    refuse_file(pipe, "is not a regular file", "GOLDLEAF_CREDENTIALS");
    unlink(pipe);
    write_file(bench->path, SPAN(""), 0600);
    refuse_file(bench->path, "the file is empty", "download");
    write_file(bench->path, span_from(bench->pem), 0600);
    refuse_file(bench->path, "this is a bare key", "create a JSON key");
    write_file(bench->path, SPAN("{}"), 0600);
    assert_int_equal(truncate(bench->path, 1024 * 1024 + 1), 0);
    refuse_file(bench->path, "larger than 1 MiB", "download");
    assert_int_equal(truncate(bench->path, 1024 * 1024), 0);
    refuse_file(bench->path, "this is not JSON", "create a JSON key");
    if (geteuid() != 0) { /* root reads everything */
        write_file(bench->path, SPAN("{}"), 0);
        refuse_file(bench->path, "Permission denied", "chmod 600");
    }
}

/* A key in the variable for the path is not shown as a path. */
static void test_content_for_a_path(void **state) {
    struct bench *bench = *state;
    const char *json = key_json(&bench->arena, bench->pem, NULL, 0);
    struct secret base64 = {0};
    base64url_add(&base64, span_from(json));
    const char *const paths[] = {json, arena_printf(&bench->arena, "\n %s", json), bench->pem,
                                 secret_text(&base64)};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        const struct credential_settings settings = {.file = paths[i]};
        const char *warning;
        struct err err;
        assert_false(try_open(&settings, &warning, &err));
        assert_string_equal(err.message, "GOOGLE_APPLICATION_CREDENTIALS: this variable takes the "
                                         "path of a file, not its content");
        assert_says(err.hint, "GOLDLEAF_CREDENTIALS");
        assert_no_part(&err, bench->pem);
    }
    secret_free(&base64);
}

static void test_permissions(void **state) {
    struct bench *bench = *state;
    const struct credential_settings settings = {.file = bench->path};
    static const mode_t open_modes[] = {0604, 0640, 0644, 0666}, closed_modes[] = {0600, 0400};
    struct credential *credential;
    struct err err = {0};
    const char *warning;
    for (size_t i = 0; i < COUNT_OF(open_modes); i++) {
        write_file(bench->path, SPAN(USER_JSON), open_modes[i]);
        assert_true(credential_open(&credential, &settings, &warning, &err));
        assert_says(warning, "can be read by other users of this machine; chmod 600 ");
        assert_says(warning, bench->path);
        credential_close(credential);
    }
    for (size_t i = 0; i < COUNT_OF(closed_modes); i++) {
        write_file(bench->path, SPAN(USER_JSON), closed_modes[i]);
        assert_true(try_open(&settings, &warning, &err));
        assert_null(warning);
    }
    write_file(bench->path, SPAN("{}"), 0644);
    assert_false(try_open(&settings, &warning, &err));
    assert_null(warning);
}

/* The ways in which a key arrives in an environment variable. */
static void test_forms_of_text(void **state) {
    struct bench *bench = *state;
    struct arena *arena = &bench->arena;
    const char *json = key_json(arena, bench->pem, NULL, 0);
    struct buf unescaped = {0}, twice = {0};
    for (const char *c = json; *c; c++) {
        bool is_break = c[0] == '\\' && c[1] == 'n';
        buf_add_text(&unescaped, is_break ? "\n" : (char[]){*c, '\0'});
        buf_add_text(&twice, is_break ? "\\\\n" : (char[]){*c, '\0'});
        c += is_break;
    }
    unsigned char *base64 = memory_alloc(strlen(json) * 2);
    EVP_EncodeBlock(base64, (const unsigned char *)json, (int)strlen(json));
    struct buf folded = {0};
    for (const char *c = (const char *)base64; *c; c++)
        buf_printf(&folded, (c - (const char *)base64) % 76 == 75 ? "%c\r\n" : "%c", *c);
    const char *const texts[] = {
        json,
        arena_printf(arena, "\xEF\xBB\xBF\r\n %s", json),
        buf_text(&unescaped), /* line breaks inside the string */
        buf_text(&twice),     /* a backslash and an n inside the string */
        (const char *)base64,
        buf_text(&folded),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        credential_close(open_text(texts[i]));
    const struct member windows[] = {{"private_key", arena_printf(arena, "%s\r\n", bench->pem)}};
    credential_close(open_text(key_json(arena, bench->pem, windows, 1)));
    buf_free(&unescaped);
    buf_free(&twice);
    buf_free(&folded);
    free(base64);
}

static void test_bad_text(void **state) {
    (void)state;
    refuse_text(" ", "neither JSON nor base64", "base64 -w0");
    refuse_text("hello!", "neither JSON nor base64", "base64 -w0");
    refuse_text("/home/ann/key.json", "looks like a path", "GOOGLE_APPLICATION_CREDENTIALS");
    refuse_text("aGVsbG8h", "base64, but of something that is not JSON", "base64 -w0");
    refuse_text("{\"type\": }", "this is not JSON as Google writes it: line 1, column 10",
                "create a JSON key");
    refuse_text("{\"type\":\"service_account\"", "this is not JSON", "create a JSON key");
    refuse_text("{\"a\":1,\"a\":2}", "stands twice", "create a JSON key");
    refuse_text("{\"a\":1} x", "this is not JSON", "create a JSON key");
}

static void test_types(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"{\"installed\":{\"client_id\":\"x\"}}", "this is an OAuth client, not a key",
         "create a JSON key for a service account"},
        {"{\"web\":{\"client_id\":\"x\"}}", "this is an OAuth client, not a key",
         "create a JSON key for a service account"},
        {"{\"client_email\":\"a@b\"}", "there is no \"type\"", "create a JSON key"},
        {"{\"type\":7}", "there is no \"type\"", "create a JSON key"},
        {"{\"type\":null}", "there is no \"type\"", "create a JSON key"},
        {"{\"type\":\"external_account\"}", "workload identity", "GOLDLEAF_TOKEN_COMMAND"},
        {"{\"type\":\"external_account_authorized_user\"}", "workforce identity",
         "GOLDLEAF_TOKEN_COMMAND"},
        {"{\"type\":\"impersonated_service_account\"}", "impersonated_service_account",
         "--impersonate-service-account"},
        {"{\"type\":\"gdch_service_account\"}", "another cloud", "create a JSON key"},
        {"{\"type\":\"x\\u001b[31my\"}", "type: \"x [31my\" is not known", "create a JSON key"},
        {"{\"type\":\"\"}", "type: \"\" is not known", "create a JSON key"},
        {"{\"type\":\"canaryCanaryCanaryCanaryCanaryCanaryCanary\"}", "type: \"[...]\"",
         "create a JSON key"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        refuse_text(cases[i][0], cases[i][1], cases[i][2]);
}

static void test_members(void **state) {
    struct bench *bench = *state;
    struct arena *arena = &bench->arena;
    EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256"), *key = EVP_RSA_gen(2048);
    const struct {
        struct member change;
        const char *message;
    } cases[] = {
        {{"client_email", NULL}, "client_email: is missing"},
        {{"client_email", ""}, "client_email: is empty"},
        {{"client_email", "reader"}, "client_email: is not an email address"},
        {{"private_key", NULL}, "private_key: is missing"},
        {{"private_key", ""}, "private_key: is empty"},
        {{"private_key", "x"}, "private_key: the private key cannot be read as PEM"},
        {{"private_key", pem_text(arena, key, PEM_PKCS8, "x")}, "is protected with a passphrase"},
        {{"private_key", pem_text(arena, small, PEM_PKCS1, NULL)}, "has 1024 bits"},
        {{"private_key", pem_text(arena, curve, PEM_PKCS8, NULL)}, "is not an RSA key"},
        {{"universe_domain", "example.cloud"}, "universe_domain: is not googleapis.com"},
        {{"token_uri", "https://oauth2.example.com/token"}, "token_uri: is not an address of"},
        {{"token_uri", "http://oauth2.googleapis.com/token"}, "token_uri: is not an address of"},
        {{"token_uri", "https://oauth2.googleapis.com/token/"}, "token_uri: is not an address of"},
        {{"token_uri", ""}, "token_uri: is not an address of"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct credential_settings settings = {
            .text = key_json(arena, bench->pem, &cases[i].change, 1)};
        const char *warning;
        struct err err;
        assert_false(try_open(&settings, &warning, &err));
        assert_says(err.message, cases[i].message);
        assert_string_not_equal(err.hint, "");
        assert_int_equal(err.class, ERR_ACCESS);
        assert_no_part(&err, bench->pem);
        assert_no_part(&err, cases[i].change.value ? cases[i].change.value : "");
    }
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
    EVP_PKEY_free(key);
}

static void test_members_that_may_differ(void **state) {
    struct bench *bench = *state;
    static const struct member changes[] = {
        {"private_key_id", NULL},
        {"project_id", NULL},
        {"client_id", NULL},
        {"token_uri", NULL},
        {"universe_domain", NULL},
        {"token_uri", "https://accounts.google.com/o/oauth2/token"},
        {"token_uri", "https://www.googleapis.com/oauth2/v4/token"},
        {"more", "x"},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        credential_close(open_text(key_json(&bench->arena, bench->pem, &changes[i], 1)));
}

static void test_members_of_another_kind(void **state) {
    (void)state;
    refuse_text("{\"type\":\"service_account\",\"client_email\":7}",
                "client_email: expected a string, not a number", "create a JSON key");
    refuse_text("{\"type\":\"service_account\",\"token_uri\":[]}",
                "token_uri: expected a string, not an array", "create a JSON key");
    refuse_text("{\"type\":\"authorized_user\",\"client_id\":\"x\",\"client_secret\":\"y\"}",
                "refresh_token: is missing", "gcloud auth application-default login");
    refuse_text("{\"type\":\"authorized_user\",\"token_uri\":\"https://example.com\"}",
                "token_uri: is not an address of Google's", "download the key");
}

static void test_subject(void **state) {
    struct bench *bench = *state;
    struct credential_settings settings = {.token_command = "print-token", .subject = "ann@x"};
    refuse(&settings,
           "GOLDLEAF_SUBJECT works with a service account only, not with "
           "a token command",
           "unset GOLDLEAF_SUBJECT");
    settings.text = USER_JSON;
    refuse(&settings, "service account only, not with a user", "unset GOLDLEAF_SUBJECT");
    settings.text = key_json(&bench->arena, bench->pem, NULL, 0);
    settings.subject = "ann";
    refuse(&settings, "GOLDLEAF_SUBJECT is not an email address", "names the user");
}

/* A file cut, doubled or littered at every place: refused or taken, but never shown. */
static void test_no_secret_in_messages(void **state) {
    struct bench *bench = *state;
    const char *json = key_json(&bench->arena, bench->pem, NULL, 0);
    size_t size = strlen(json);
    for (size_t at = 1; at < size; at += 7) {
        struct buf text = {0};
        buf_add(&text, (struct span){json, at});
        const struct credential_settings settings = {.text = buf_text(&text)};
        const char *warning;
        struct err err;
        assert_false(try_open(&settings, &warning, &err));
        assert_no_part(&err, bench->pem);
        buf_add_char(&text, '"');
        buf_add_text(&text, json + at);
        struct credential_settings littered = {.text = buf_text(&text)};
        try_open(&littered, &warning, &err);
        assert_no_part(&err, bench->pem);
        buf_free(&text);
    }
}

static int open_bench(void **state) {
    struct bench *bench = memory_alloc(sizeof *bench);
    *bench = (struct bench){0};
    EVP_PKEY *key = EVP_RSA_gen(2048);
    bench->pem = pem_text(&bench->arena, key, PEM_PKCS8, NULL);
    EVP_PKEY_free(key);
    char *folder = arena_alloc(&bench->arena, 64);
    snprintf(folder, 64, "/tmp/goldleaf-auth-XXXXXX");
    assert_non_null(mkdtemp(folder));
    bench->folder = folder;
    bench->path = arena_printf(&bench->arena, "%s/key.json", folder);
    *state = bench;
    return 0;
}

static int close_bench(void **state) {
    struct bench *bench = *state;
    unlink(bench->path);
    rmdir(bench->folder);
    arena_free(&bench->arena);
    free(bench);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_set),
        cmocka_unit_test(test_service_account_file),
        cmocka_unit_test(test_user),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_content_for_a_path),
        cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_forms_of_text),
        cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_members_that_may_differ),
        cmocka_unit_test(test_members_of_another_kind),
        cmocka_unit_test(test_subject),
        cmocka_unit_test(test_no_secret_in_messages),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
