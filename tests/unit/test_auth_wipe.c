/* No key, assertion or token is left behind in memory that was given back.
 *
 * The address sanitizer says when a block is freed; each is searched for the secrets of the test.
 * Without the sanitizer there is nothing to see, and nothing is tested. */
#include "test_auth_fixture.h"

#include "auth/secret.h"
#include "auth/token.h"

#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_HOOKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_HOOKS 1
#endif
#endif

#ifdef HAS_HOOKS

/* Of the sanitizers' runtime; gcc does not ship the header that has the first two. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *block);
void __sanitizer_print_stack_trace(void);

#define TOKEN "ya29.canaryCanary-Token_0123456789-and_as_long_as_a_real_one"
#define CUT 20 /* so many characters in a row are a part of a secret */

/* A hook has no context of its own. */
static struct {
    bool is_on, is_loud;
    const char *needles[200];
    size_t needle_count;
    unsigned found;
} watch;

static void on_malloc(const volatile void *block, size_t size) {
    (void)block, (void)size;
}

static void on_free(const volatile void *block) {
    if (!watch.is_on || !block)
        return;
    size_t size = __sanitizer_get_allocated_size(block);
    for (size_t i = 0; i < watch.needle_count; i++) {
        if (memmem((const void *)block, size, watch.needles[i], CUT)) {
            watch.is_on = false;
            watch.found++;
            if (watch.is_loud) {
                fprintf(stderr, "%zu bytes are freed with %.*s in them\n", size, CUT,
                        watch.needles[i]);
                __sanitizer_print_stack_trace();
            }
            watch.is_on = true;
            return;
        }
    }
}

static void add_needle(const char *text) {
    assert_true(strlen(text) >= CUT && watch.needle_count < COUNT_OF(watch.needles));
    watch.needles[watch.needle_count++] = text;
}

/* The server and the clock of these tests. */
struct server {
    struct http_client client;
    int status;
    const char *body;
};

static bool server_send(struct http_client *client, const struct http_request *request,
                        struct http_response *response, struct err *err) {
    const struct server *server = (const struct server *)client;
    (void)request, (void)err;
    response->status = server->status;
    buf_reserve(&response->body, 1024); /* growing would leave a copy */
    buf_add_text(&response->body, server->body);
    return true;
}

static bool no_wait(void *context, double seconds, const char *reason, struct err *err) {
    (void)context, (void)seconds, (void)reason, (void)err;
    return true;
}

static double no_time(void *context) {
    (void)context;
    return 0;
}

/* Opens the credential and asks for a token twice, watching all the while. */
static void use(const struct credential_settings *settings, int status, const char *body) {
    struct server server = {{.send = server_send}, status, body};
    const struct waiting waiting = {no_wait, no_time, NULL};
    struct retry retry = {.patience_s = 100, .tries = 3, .waiting = &waiting};
    struct credential *credential = NULL;
    struct token_source *source = NULL;
    struct err err;
    const char *warning, *authorization;
    watch.is_on = true;
    if (credential_open(&credential, settings, &warning, &err)) {
        const struct token_settings token_settings = {
            .credential = credential, .client = &server.client, .retry = &retry};
        token_source_open(&source, &token_settings);
        token_authorization(source, &authorization, &err);
        token_drop(source);
        token_authorization(source, &authorization, &err);
    }
    token_source_close(source);
    credential_close(credential);
    watch.is_on = false;
    assert_int_equal(watch.found, 0);
}

#define GOOD "{\"access_token\":\"" TOKEN "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
#define REFUSAL(text) "{\"error\":\"invalid_grant\",\"error_description\":\"" text "\"}"

static void use_all(const struct credential_settings *settings, const char *refusal) {
    use(settings, 200, GOOD);
    use(settings, 200, "{\"token_type\":\"mac\",\"access_token\":\"" TOKEN "\"}");
    use(settings, 200, "{\"access_token\":\"" TOKEN "\",\"exp");
    use(settings, 400, refusal);
    use(settings, 503, refusal);
}

static void test_service_account(void **state) {
    const char *json = *state;
    unsigned char *base64 = memory_alloc(strlen(json) * 2);
    EVP_EncodeBlock(base64, (const unsigned char *)json, (int)strlen(json));
    char path[] = "/tmp/goldleaf-auth-XXXXXX";
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, json, strlen(json)), (ssize_t)strlen(json));
    use_all(&(struct credential_settings){.text = json}, REFUSAL(TOKEN));
    use_all(&(struct credential_settings){.text = (const char *)base64}, REFUSAL(TOKEN));
    use_all(&(struct credential_settings){.file = path}, REFUSAL(TOKEN));
    close(descriptor);
    unlink(path);
    free(base64);
}

static void test_user(void **state) {
    (void)state;
    use_all(&(struct credential_settings){.text = USER_JSON}, REFUSAL(TOKEN " " CLIENT_SECRET));
}

/* The watch itself: it sees what a buf leaves behind. */
static void test_watch(void **state) {
    (void)state;
    struct buf buf = {0};
    watch.is_on = true;
    buf_add_text(&buf, TOKEN);
    buf_free(&buf);
    watch.is_on = false;
    assert_int_equal(watch.found, 1);
    watch.found = 0;
    watch.is_loud = true; /* from now on each is a fault */
}

static void test_growth(void **state) {
    (void)state;
    struct secret secret = {0};
    watch.is_on = true;
    for (int i = 0; i < 1000; i++)
        secret_add_text(&secret, TOKEN);
    secret_free(&secret);
    watch.is_on = false;
    assert_int_equal(watch.found, 0);
}

static void test_command(void **state) {
    (void)state;
    use(&(struct credential_settings){.token_command = "echo " TOKEN}, 0, "");
    use(&(struct credential_settings){.token_command = "echo " TOKEN "; exit 1"}, 0, "");
    use(&(struct credential_settings){.token_command = "echo " TOKEN " x"}, 0, "");
}

static void test_refused_credentials(void **state) {
    const char *json = *state;
    struct arena arena = {0};
    const char *const texts[] = {
        arena_printf(&arena, "%.*s", (int)strlen(json) / 2, json),
        arena_printf(&arena, "%.*s,\"x\":1,\"x\":2}", (int)strlen(json) - 2, json),
        arena_printf(&arena, "%.*s,\"universe_domain\":\"x\"}", (int)strlen(json) - 2, json),
        arena_printf(&arena, "%.*s,\"web\":1}", (int)strlen(json) - 2, json),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        use(&(struct credential_settings){.text = texts[i]}, 0, "");
    arena_free(&arena);
}

/* Needles: the lines of the key, what every assertion begins with, and the rest of what is secret.
 */
static int start_watching(void **state) {
    struct arena arena = {0};
    EVP_PKEY *key = EVP_RSA_gen(2048);
    const char *pem = pem_text(&arena, key, PEM_PKCS8, NULL);
    char *kept = strdup(key_json(&arena, pem, NULL, 0)), *lines = strdup(pem);
    for (char *line = lines; (line = strchr(line, '\n')) && line[1] != '-';)
        if (strlen(++line) > 100)
            add_needle(line);
    add_needle("eyJhbGciOiJSUzI1NiIsImtpZCI6");
    add_needle(TOKEN);
    add_needle(CLIENT_SECRET);
    add_needle(REFRESH_TOKEN);
    add_needle("gCanaryCanary-refresh%2B");
    EVP_PKEY_free(key);
    arena_free(&arena);
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
    *state = kept;
    return 0;
}

static int stop_watching(void **state) {
    free(*state);
    return 0;
}

#endif

int main(void) {
#ifdef HAS_HOOKS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watch),           cmocka_unit_test(test_growth),
        cmocka_unit_test(test_service_account), cmocka_unit_test(test_user),
        cmocka_unit_test(test_command),         cmocka_unit_test(test_refused_credentials),
    };
    return cmocka_run_group_tests(tests, start_watching, stop_watching);
#else
    return 0;
#endif
}
