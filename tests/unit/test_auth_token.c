#include "test_auth_fixture.h"

#include "auth/token.h"
#include "auth/token_command.h"

#include <signal.h>
#include <unistd.h>

#define TOKEN "ya29.canaryCanary-Token_0123456789-and_as_long_as_a_real_one"
#define GOOD "{\"access_token\":\"" TOKEN "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
#define NOW_S 1700000000

/* What the server answers next; the last one is given again and again. */
struct answer {
    int status;            /* 0: no connection */
    const char *body;      /* NULL: what was sent, as a description */
    int64_t clock_ahead_s; /* ours against the server's */
    bool is_dated;
};

/* A server, the time and the retries of one test. */
struct world {
    struct http_client client; /* first: the driver gets back from it to the world */
    const struct answer *answers;
    size_t answer_count, asked;
    struct buf forms; /* all that was sent, a line each */
    struct buf last_form;
    const char *url;
    size_t max_bytes;
    int64_t now_s; /* wall clock; waiting makes it pass */
    double waited_s;
    bool is_stopped;
    struct waiting waiting;
    struct retry retry;
    struct token_source *source;
    struct credential *credential;
};

static bool world_send(struct http_client *client, const struct http_request *request,
                       struct http_response *response, struct err *err) {
    struct world *world = (struct world *)client;
    size_t last = world->answer_count - 1;
    const struct answer *answer = &world->answers[world->asked < last ? world->asked : last];
    world->asked++;
    assert_null(request->authorization);
    assert_non_null(request->form);
    buf_printf(&world->forms, "%s\n", request->form);
    buf_clear(&world->last_form);
    buf_add_text(&world->last_form, request->form);
    world->url = request->url;
    world->max_bytes = request->max_bytes;
    if (!answer->status)
        return err_set(err, ERR_TEMPORARY, "oauth2.googleapis.com: no connection");
    response->status = answer->status;
    response->date_s = answer->is_dated ? world->now_s - answer->clock_ahead_s : -1;
    if (answer->body)
        buf_add_text(&response->body, answer->body);
    else
        buf_printf(&response->body, "{\"error\":\"%.300s\",\"error_description\":\"%s\"}",
                   request->form, request->form);
    return true;
}

static bool world_wait(void *context, double seconds, const char *reason, struct err *err) {
    struct world *world = context;
    assert_non_null(reason);
    world->waited_s += seconds;
    world->now_s += seconds < 0.1 ? 0 : (int64_t)seconds + 1;
    return !world->is_stopped || err_set(err, ERR_INTERRUPTED, "interrupted");
}

static double world_monotonic_s(void *context) {
    struct world *world = context;
    return world->waited_s;
}

static int64_t world_now_s(void *context) {
    struct world *world = context;
    return world->now_s;
}

static void world_open(struct world *world, struct credential *credential,
                       const struct answer *answers, size_t count) {
    *world = (struct world){.client = {.send = world_send},
                            .answers = answers,
                            .answer_count = count,
                            .now_s = NOW_S,
                            .credential = credential};
    world->waiting = (struct waiting){world_wait, world_monotonic_s, world};
    world->retry = (struct retry){.patience_s = 1000, .tries = 4, .waiting = &world->waiting};
    const struct token_settings settings = {.credential = credential,
                                            .client = &world->client,
                                            .retry = &world->retry,
                                            .now_s = world_now_s,
                                            .clock_context = world};
    token_source_open(&world->source, &settings);
}

static void world_close(struct world *world) {
    token_source_close(world->source);
    credential_close(world->credential);
    buf_free(&world->forms);
    buf_free(&world->last_form);
}

/* A PEM, and the credentials around it. */
struct bench {
    struct arena arena;
    EVP_PKEY *key;
    const char *pem, *json;
};

static struct credential *service_account(const struct bench *bench) {
    return open_text(bench->json);
}

static struct credential *with_command(const char *command) {
    struct credential *credential = NULL;
    const struct credential_settings settings = {.token_command = command};
    struct err err;
    const char *warning;
    assert_true(credential_open(&credential, &settings, &warning, &err));
    return credential;
}

static void take_good_token(struct world *world) {
    const char *authorization = NULL;
    struct err err = {0};
    if (!token_authorization(world->source, &authorization, &err))
        fail_msg("%s", err.message);
    assert_string_equal(authorization, "Bearer " TOKEN);
}

static void refuse_token(struct world *world, struct err *err) {
    const char *authorization = NULL;
    *err = (struct err){0};
    assert_false(token_authorization(world->source, &authorization, err));
    assert_null(authorization);
}

static void test_assertion_is_sent(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{200, GOOD, 0, false}};
    struct world world;
    world_open(&world, service_account(bench), answers, 1);
    take_good_token(&world);
    assert_int_equal(world.asked, 1);
    assert_string_equal(world.url, "https://oauth2.googleapis.com/token");
    assert_int_equal(world.max_bytes, 1024 * 1024);
    static const char start[] = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
                                "&assertion=";
    assert_memory_equal(world.last_form.data, start, strlen(start));
    const char *assertion = world.last_form.data + strlen(start);
    const char *first = strchr(assertion, '.'), *last = strrchr(assertion, '.');
    struct secret header = {0}, payload = {0};
    decode_url(&header, (struct span){assertion, (size_t)(first - assertion)});
    decode_url(&payload, (struct span){first + 1, (size_t)(last - first - 1)});
    assert_string_equal(header.data, "{\"alg\":\"RS256\",\"kid\":\"" KEY_ID "\",\"typ\":\"JWT\"}");
    assert_string_equal(payload.data,
                        "{\"iss\":\"" EMAIL "\",\"scope\":\"https://www.googleapis.com/auth/"
                        "spreadsheets.readonly\",\"aud\":\"https://oauth2.googleapis.com/token\","
                        "\"iat\":1699999990,\"exp\":1700003590}");
    secret_free(&header);
    secret_free(&payload);
    world_close(&world);
}

static void test_refresh_token_is_sent(void **state) {
    (void)state;
    static const struct answer answers[] = {{200, GOOD, 0, false}};
    struct world world;
    world_open(&world, open_text(USER_JSON), answers, 1);
    take_good_token(&world);
    assert_string_equal(world.last_form.data,
                        "grant_type=refresh_token&client_id=77-abc.apps.googleusercontent.com&"
                        "client_secret=GOCSPX-canaryCanaryCanary0123456789&refresh_token="
                        "1%2F%2F0gCanaryCanary-refresh%2Btoken%2Fof_a_user0123456789");
    world_close(&world);
}

static void test_endpoint_can_be_another(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{200, GOOD, 0, false}};
    struct world world;
    world_open(&world, service_account(bench), answers, 1);
    token_source_close(world.source);
    const struct token_settings settings = {.credential = world.credential,
                                            .endpoint = "http://127.0.0.1:8080/token",
                                            .client = &world.client,
                                            .retry = &world.retry};
    token_source_open(&world.source, &settings); /* and with the system's clock */
    take_good_token(&world);
    assert_string_equal(world.url, "http://127.0.0.1:8080/token");
    world_close(&world);
    token_source_close(NULL);
}

/* How long a token is used: NULL stands for an answer without expires_in. */
static void check_life(const struct bench *bench, const char *life, int64_t used_s) {
    char body[256];
    snprintf(body, sizeof body, "{\"access_token\":\"" TOKEN "\"%s%s}",
             life ? ",\"expires_in\":" : "", life ? life : "");
    const struct answer answers[] = {{200, body, 0, false}};
    struct world world;
    world_open(&world, service_account(bench), answers, 1);
    take_good_token(&world);
    world.now_s += used_s - 1;
    take_good_token(&world);
    assert_int_equal(world.asked, 1);
    world.now_s += 1;
    take_good_token(&world);
    assert_int_equal(world.asked, 2);
    take_good_token(&world);
    assert_int_equal(world.asked, 2);
    world_close(&world);
}

static void test_renewed_early(void **state) {
    check_life(*state, "3599", 3599 - 225);
    check_life(*state, "\"3599\"", 3599 - 225);
    check_life(*state, "450", 225);
    check_life(*state, "100", 50);
    check_life(*state, NULL, 150);
    static const char *const odd[] = {"null", "0", "-5", "\"\"", "\"soon\"", "{}", "3599.5"};
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        check_life(*state, odd[i], 150);
    check_life(*state, "99999999999999999999", 86400 - 225);
}

static void test_dropped(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{200, GOOD, 0, false}};
    struct world world;
    world_open(&world, service_account(bench), answers, 1);
    take_good_token(&world);
    token_drop(world.source);
    token_drop(world.source);
    take_good_token(&world);
    assert_int_equal(world.asked, 2);
    world_close(&world);
}

static void test_tried_again(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{0, NULL, 0, false},
                                            {503, "<html>busy</html>", 0, false},
                                            {400, "{\"error\":\"internal_failure\"}", 0, false},
                                            {200, GOOD, 0, false}};
    struct world world;
    world_open(&world, service_account(bench), answers, 4);
    take_good_token(&world);
    assert_int_equal(world.asked, 4);
    assert_true(world.waited_s > 0);
    world_close(&world);
}

static void test_assertion_is_fresh_for_each_try(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{503, "", 0, false}};
    struct world world;
    struct err err;
    world_open(&world, service_account(bench), answers, 1);
    world.retry.tries = 2;
    refuse_token(&world, &err);
    assert_int_equal(world.asked, 2);
    const char *second = strchr(world.forms.data, '\n') + 1;
    assert_memory_not_equal(world.forms.data, second, (size_t)(second - world.forms.data));
    world_close(&world);
}

static void test_tries_end(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {
        {503,
         "{\"error\":{\"code\":503,\"message\":\"The service is currently unavailable.\","
         "\"status\":\"UNAVAILABLE\"}}",
         0, false}};
    struct world world;
    struct err err;
    world_open(&world, service_account(bench), answers, 1);
    refuse_token(&world, &err);
    assert_int_equal(err.class, ERR_TEMPORARY);
    assert_int_equal(world.asked, 4);
    assert_says(err.message, "HTTP 503, UNAVAILABLE: The service is currently unavailable.");
    assert_says(err.message, "tried 4 times");
    world_close(&world);
}

static void test_stopped_while_waiting(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{503, "", 0, false}};
    struct world world;
    struct err err;
    world_open(&world, service_account(bench), answers, 1);
    world.is_stopped = true;
    refuse_token(&world, &err);
    assert_int_equal(err.class, ERR_INTERRUPTED);
    assert_int_equal(world.asked, 1);
    world_close(&world);
}

struct refusal_case {
    int status;
    const char *body, *message, *hint;
};

#define SAYS(code, text) "{\"error\":\"" code "\",\"error_description\":\"" text "\"}"

static const struct refusal_case REFUSALS[] = {
    {400, SAYS("invalid_grant", "Invalid JWT Signature."),
     "the signature of its key is not accepted (HTTP 400, invalid_grant: Invalid JWT Signature.)",
     "create a new key"},
    {400, SAYS("invalid_grant", "Invalid grant: account not found"), "there is no such account",
     "deleted or disabled"},
    {400, SAYS("invalid_grant", "Not a valid email."), "an address is not one of an account",
     "client_email"},
    {400, SAYS("invalid_grant", "Not a valid email or user ID."),
     "an address is not one of an account", "GOLDLEAF_SUBJECT"},
    {400, SAYS("invalid_grant", "Invalid email or User ID"), "an address is not one of an account",
     "GOLDLEAF_SUBJECT"},
    {400, SAYS("invalid_grant", "The account has been deleted"), "the account was deleted",
     "another"},
    {400, SAYS("invalid_grant", "Invalid JWT: Failed audience check."), "not meant for this",
     "token endpoint?"},
    {400, SAYS("invalid_grant", "Something new"), "no reason that is known here", "console"},
    {400, SAYS("invalid_request", "Invalid impersonation &quot;sub&quot; field."),
     "the user to act for does not exist (HTTP 400, invalid_request: Invalid impersonation "
     "\"sub\" field.)",
     "GOLDLEAF_SUBJECT"},
    {400, SAYS("invalid_scope", "Empty or missing scope not allowed."), "reading spreadsheets",
     "spreadsheets.readonly"},
    {400,
     SAYS("invalid_scope", "https://www.googleapis.com/auth/spreadsheets.readonly is not a "
                           "valid audience string."),
     "https://www.googleapis.com/auth/spreadsheets.readonly is not a valid", "administrator"},
    {401,
     SAYS("unauthorized_client", "Client is unauthorized to retrieve access tokens using "
                                 "this method, or client not authorized for any of the "
                                 "scopes requested."),
     "it may not act for this user",
     "client id " CLIENT_ID " the scope https://www.googleapis.com"
     "/auth/spreadsheets.readonly"},
    {401, SAYS("unauthorized_client", "Unauthorized client or scope in request."),
     "it may not act for this user", "24 hours"},
    {400, SAYS("access_denied", "x"), "access was denied", "administrator"},
    {400, SAYS("admin_policy_enforced", "x"), "a policy of its organisation", "administrator"},
    {401, SAYS("invalid_client", "The OAuth client was not found."), "is not known", "log in"},
    {401, SAYS("deleted_client", "The OAuth client was deleted."), "was deleted", "new key"},
    {401, SAYS("disabled_client", "The OAuth client was disabled."), "was disabled", "enable it"},
    {403, SAYS("org_internal", "x"), "members of one organisation", "log in"},
    {400, SAYS("unsupported_grant_type", "Invalid grant_type: "), "does not know this way",
     "token endpoint?"},
    {400, "{\"error\":\"unsupported_grant_type\"}", "(HTTP 400, unsupported_grant_type)", "Google"},
    {403, "{\"error\":{\"code\":403,\"message\":\"Forbidden.\",\"status\":\"PERMISSION_DENIED\"}}",
     "(HTTP 403, PERMISSION_DENIED: Forbidden.)", "console"},
    {400, "", "refuses without saying why (HTTP 400)", "a proxy"},
    {403, "<html>no</html>", "refuses without saying why (HTTP 403)", "a proxy"},
    {404, "[]", "refuses without saying why (HTTP 404)", "a proxy"},
    {400, "{\"error\":7,\"error_description\":[]}", "without saying why (HTTP 400)", "a proxy"},
    {400, "{\"error\":{\"status\":7}}", "without saying why (HTTP 400)", "a proxy"},
    {400, "{\"error_description\":\"odd\"}", "without saying why (HTTP 400, odd)", "a proxy"},
    {301, "", "redirects, which is never followed (HTTP 301)", "a login page"},
    {302, "<html>login</html>", "redirects, which is never followed (HTTP 302)", "a login page"},
    {200, "{}", "holds no access token", "proxy"},
    {200, "{\"id_token\":\"x\"}", "holds no access token", "proxy"},
    {200, "{\"access_token\":\"\"}", "holds no access token", "proxy"},
    {200, "{\"access_token\":7}", "holds no access token", "proxy"},
    {200, "{\"access_token\":\"a b\"}", "holds no access token", "proxy"},
    {200, "{\"access_token\":\"a\\r\\nX: y\"}", "holds no access token", "proxy"},
    {200, "{\"access_token\":\"\xC3\xA9\"}", "holds no access token", "proxy"},
    {200, "{\"access_token\":\"" TOKEN "\",\"token_type\":\"mac\"}", "of the type Bearer", "proxy"},
    {200, "{\"access_token\":\"" TOKEN "\",\"token_type\":1}", "of the type Bearer", "proxy"},
};

/* Asked once: none of these becomes better by asking again. */
static void test_refusals(void **state) {
    struct bench *bench = *state;
    for (size_t i = 0; i < COUNT_OF(REFUSALS); i++) {
        const struct answer answers[] = {{REFUSALS[i].status, REFUSALS[i].body, 0, false}};
        struct world world;
        struct err err;
        world_open(&world, service_account(bench), answers, 1);
        refuse_token(&world, &err);
        assert_says(err.message, REFUSALS[i].message);
        assert_says(err.hint, REFUSALS[i].hint);
        assert_int_equal(err.class, ERR_ACCESS);
        assert_int_equal(world.asked, 1);
        assert_no_part(&err, TOKEN);
        world_close(&world);
    }
}

static void test_names_who_is_refused(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{401, SAYS("unauthorized_client", "x"), 0, false}};
    struct credential *credential;
    const struct credential_settings settings = {.text = bench->json, .subject = "ann@example.com"};
    const char *warning;
    struct err err = {0};
    struct world world;
    assert_true(credential_open(&credential, &settings, &warning, &err));
    world_open(&world, credential, answers, 1);
    refuse_token(&world, &err);
    assert_says(err.message, "Google refuses the service account " EMAIL
                             " acting for ann@example.com: it may not act for this user");
    assert_says(err.hint, "share the spreadsheets with " EMAIL);
    world_close(&world);
}

static void test_users_are_refused(void **state) {
    (void)state;
    static const struct refusal_case cases[] = {
        {400, SAYS("invalid_grant", "Token has been expired or revoked."),
         "Google refuses the user: the login has expired or was revoked (HTTP 400, invalid_grant: "
         "Token has been expired or revoked.)",
         "gcloud auth application-default login"},
        {400, SAYS("invalid_grant", "Bad Request"), "the login has expired", "log in again"},
        {401, SAYS("unauthorized_client", "Unauthorized"), "it may not", "another one"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct answer answers[] = {{cases[i].status, cases[i].body, 0, false}};
        struct world world;
        struct err err;
        world_open(&world, open_text(USER_JSON), answers, 1);
        refuse_token(&world, &err);
        assert_says(err.message, cases[i].message);
        assert_says(err.hint, cases[i].hint);
        assert_int_equal(err.class, ERR_ACCESS);
        world_close(&world);
    }
}

static void test_temporary(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {
        {408, "", 0, false},
        {429, "{\"error\":\"rate_limited\"}", 0, false},
        {500, "{\"error\":\"internal_failure\",\"error_description\":\"Backend Error\"}", 0, false},
        {502, "<html>", 0, false},
        {504, SAYS("invalid_grant", "Invalid JWT Signature."), 0, false},
        {599, "", 0, false},
        {400, "{\"error\":\"server_error\"}", 0, false},
        {403, "{\"error\":\"temporarily_unavailable\"}", 0, false},
        {400, SAYS("invalid_request", "internal_failure"), 0, false},
        {200, "", 0, false},
        {200, "<html>please log in</html>", 0, false},
        {200, "[\"access_token\"]", 0, false},
        {200, "{\"access_token\":\"" TOKEN "\",\"expi", 0, false},
        {0, NULL, 0, false},
    };
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct world world;
        struct err err;
        world_open(&world, service_account(bench), &answers[i], 1);
        world.retry.tries = 2;
        refuse_token(&world, &err);
        if (err.class != ERR_TEMPORARY)
            fail_msg("case %zu is of class %d: %s", i, (int)err.class, err.message);
        assert_int_equal(world.asked, 2);
        assert_no_part(&err, TOKEN);
        world_close(&world);
    }
}

static void test_every_status(void **state) {
    (void)state;
    for (int status = 100; status <= 599; status++) {
        bool is_success = status >= 200 && status <= 299;
        bool is_temporary = status == 408 || status == 429 || status >= 500;
        const struct answer answers[] = {{status, GOOD, 0, false}};
        struct world world;
        struct err err = {0};
        const char *authorization;
        world_open(&world, open_text(USER_JSON), answers, 1);
        world.retry.tries = 1;
        assert_int_equal(token_authorization(world.source, &authorization, &err), is_success);
        assert_int_equal(err.class, is_success     ? ERR_NONE
                                    : is_temporary ? ERR_TEMPORARY
                                                   : ERR_ACCESS);
        assert_no_part(&err, TOKEN);
        world_close(&world);
    }
}

/* A failure leaves no token behind, and the next call asks again. */
static void test_after_a_refusal(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {
        {200, GOOD, 0, false}, {400, SAYS("invalid_grant", "x"), 0, false}, {200, GOOD, 0, false}};
    struct world world;
    struct err err;
    world_open(&world, service_account(bench), answers, 3);
    take_good_token(&world);
    token_drop(world.source);
    refuse_token(&world, &err);
    take_good_token(&world);
    assert_int_equal(world.asked, 3);
    world_close(&world);
}

#define CLOCK                                                                                      \
    SAYS("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "  \
                          "reasonable timeframe. Check your iat and exp values in the JWT claim.")

static void test_clock(void **state) {
    struct bench *bench = *state;
    static const struct {
        struct answer answer;
        const char *message;
    } cases[] = {
        {{400, CLOCK, 600, true}, "this machine's clock is 10 min ahead (HTTP 400"},
        {{400, CLOCK, -90, true}, "this machine's clock is 90 s behind"},
        {{400, CLOCK, -7200, true}, "this machine's clock is 2 h behind"},
        {{400, CLOCK, 2000000, true}, "this machine's clock is 23 days ahead"},
        {{400, CLOCK, 3, true}, "is not accepted, although its clock and the server's agree"},
        {{400, CLOCK, 0, false}, "the time that this machine says it is is not accepted (HTTP"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world;
        struct err err;
        int64_t ahead_s = 77;
        world_open(&world, service_account(bench), &cases[i].answer, 1);
        assert_false(token_clock_skew(world.source, &ahead_s));
        refuse_token(&world, &err);
        assert_says(err.message, cases[i].message);
        assert_says(err.hint, "set this machine's clock");
        assert_int_equal(err.class, ERR_ACCESS);
        assert_int_equal(token_clock_skew(world.source, &ahead_s), cases[i].answer.is_dated);
        assert_int_equal(ahead_s, cases[i].answer.is_dated ? cases[i].answer.clock_ahead_s : 77);
        world_close(&world);
    }
}

static void test_skew_after_success(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{200, GOOD, -120, true}};
    struct world world;
    int64_t ahead_s = 0;
    world_open(&world, service_account(bench), answers, 1);
    take_good_token(&world);
    assert_true(token_clock_skew(world.source, &ahead_s));
    assert_int_equal(ahead_s, -120);
    world_close(&world);
}

/* A server that echoes all it was sent. */
static void test_echo(void **state) {
    struct bench *bench = *state;
    static const struct answer answers[] = {{400, NULL, 0, false}, {503, NULL, 0, false}};
    for (size_t i = 0; i < 2 * COUNT_OF(answers); i++) {
        struct world world;
        struct err err;
        struct credential *credential = i % 2 ? open_text(USER_JSON) : service_account(bench);
        world_open(&world, credential, &answers[i / 2], 1);
        world.retry.tries = 1;
        refuse_token(&world, &err);
        const char *assertion = strstr(world.last_form.data, "assertion=");
        assert_no_part(&err, assertion ? assertion + strlen("assertion=") : "");
        assert_no_part(&err, CLIENT_SECRET);
        assert_no_part(&err, "Canary-refresh");
        assert_no_part(&err, bench->pem);
        assert_says(err.message, "[...]");
        world_close(&world);
    }
}

/* Control characters and length of what the server says are kept within bounds. */
static void test_odd_descriptions(void **state) {
    struct bench *bench = *state;
    struct buf body = {0};
    buf_add_text(&body,
                 "{\"error\":\"odd\",\"error_description\":\"\\u001b[31m\\n\\u202e &lt;b&gt; ");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&body, "word ");
    buf_add_text(&body, "\"}");
    const struct answer answers[] = {{400, buf_text(&body), 0, false}};
    struct world world;
    struct err err;
    world_open(&world, service_account(bench), answers, 1);
    refuse_token(&world, &err);
    assert_says(err.message, " [31m \\u202e <b> word word");
    assert_null(strchr(err.message, '\033'));
    assert_true(strlen(err.message) < 400);
    assert_string_not_equal(err.hint, "");
    buf_free(&body);
    world_close(&world);
}

/* ---- the token command ---- */

static const struct waiting *real_waiting(struct world *world) {
    world_open(world, NULL, NULL, 0);
    return &world->waiting;
}

static void test_command(void **state) {
    (void)state;
    static const char *const good[] = {
        "echo " TOKEN,
        "printf '\\n\\t " TOKEN " \\r\\n\\n'",
        "cat; echo " TOKEN, /* there is nothing to read */
        "exec 3>&1; (sleep 0.1; echo " TOKEN " >&3) & wait",
        "echo " TOKEN "; exec >&-; sleep 0.1", /* its output ends before it does */
        "trap '' PIPE; echo " TOKEN,
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct world world;
        struct secret token = {0};
        struct err err = {0};
        if (!token_command_run(&token, good[i], 20, real_waiting(&world), &err))
            fail_msg("%s: %s", good[i], err.message);
        assert_string_equal(secret_text(&token), TOKEN);
        secret_free(&token);
        world_close(&world);
    }
}

static void test_command_fails(void **state) {
    (void)state;
    static const struct {
        const char *command, *message, *hint;
    } cases[] = {
        {"echo " TOKEN "; exit 3", "the command ended with status 3", "run it by hand"},
        {"no-such-command-canary 2>/dev/null", "the command ended with status 127", "by hand"},
        {"echo " TOKEN "; kill -TERM $$", "the command was ended by signal 15", "by hand"},
        {"kill -PIPE $$; echo " TOKEN, "the command was ended by signal 13", "by hand"},
        {":", "the command printed nothing", "print-access-token"},
        {"echo; echo", "the command printed nothing", "print-access-token"},
        {"echo " TOKEN " " TOKEN, "more than one word", "print-access-token"},
        {"echo " TOKEN "; echo " TOKEN, "more than one word", "print-access-token"},
        {"printf 'a\\001b'", "more than one word", "print-access-token"},
        {"printf 'a\\303\\251'", "more than one word", "print-access-token"},
        {"head -c 65537 /dev/zero | tr '\\0' x", "more than 64 KiB", ""},
        {"yes " TOKEN, "more than 64 KiB", ""},
    };
    /* what this program makes of signals is not passed on */
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
    void (*on_pipe)(int) = signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world world;
        struct secret token = {0};
        struct err err = {0};
        assert_false(token_command_run(&token, cases[i].command, 20, real_waiting(&world), &err));
        assert_says(err.message, "GOLDLEAF_TOKEN_COMMAND: ");
        assert_says(err.message, cases[i].message);
        assert_says(err.hint, cases[i].hint);
        assert_int_equal(err.class, ERR_ACCESS);
        assert_no_part(&err, TOKEN);
        assert_null(strstr(err.message, "canary"));
        assert_int_equal(token.size, 0);
        secret_free(&token);
        world_close(&world);
    }
    signal(SIGPIPE, on_pipe);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Gone, or waiting for its parent to take notice. */
static bool is_dead(pid_t pid) {
    char path[64], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *stream = fopen(path, "r");
    if (!stream)
        return true;
    int read = fscanf(stream, "%*d %*s %c", &state);
    fclose(stream);
    return read != 1 || state == 'Z' || state == 'X';
}

/* Killed, and all that it started with it. */
static void test_command_hangs(void **state) {
    (void)state;
    char path[] = "/tmp/goldleaf-auth-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    static const char *const forms[] = {"", "exec >&-; "};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char command[200], text[32] = "";
        snprintf(command, sizeof command, "%ssleep 60 & echo $! >%s; wait", forms[i], path);
        struct world world;
        struct secret token = {0};
        struct err err = {0};
        assert_false(token_command_run(&token, command, 0.5, real_waiting(&world), &err));
        assert_int_equal(err.class, ERR_TEMPORARY);
        assert_says(err.message, "was not done within");
        assert_true(pread(descriptor, text, sizeof text - 1, 0) > 0);
        pid_t started = (pid_t)strtol(text, NULL, 10);
        assert_true(started > 1);
        bool is_gone = is_dead(started);
        for (int tries = 0; !is_gone && tries < 200; tries++) {
            usleep(5000);
            is_gone = is_dead(started);
        }
        assert_true(is_gone);
        secret_free(&token);
        world_close(&world);
    }
    close(descriptor);
    unlink(path);
}

static void test_command_is_stopped(void **state) {
    (void)state;
    struct world world;
    struct secret token = {0};
    struct err err = {0};
    const struct waiting *waiting = real_waiting(&world);
    world.is_stopped = true;
    assert_false(token_command_run(&token, "sleep 60", 20, waiting, &err));
    assert_int_equal(err.class, ERR_INTERRUPTED);
    assert_string_equal(err.message, "interrupted");
    secret_free(&token);
    world_close(&world);
}

/* Asked again after five minutes, or when its token was not taken. */
static void test_command_is_asked_again(void **state) {
    (void)state;
    char path[] = "/tmp/goldleaf-auth-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    char command[100];
    snprintf(command, sizeof command, "echo >>%s; wc -l <%s", path, path);
    struct world world;
    world_open(&world, with_command(command), NULL, 0);
    const int64_t later_s[] = {0, 299, 1, 299};
    static const char *const expected[] = {"Bearer 1", "Bearer 1", "Bearer 2", "Bearer 2"};
    const char *authorization;
    struct err err = {0};
    for (size_t i = 0; i < COUNT_OF(later_s); i++) {
        world.now_s += later_s[i];
        assert_true(token_authorization(world.source, &authorization, &err));
        assert_string_equal(authorization, expected[i]);
    }
    token_drop(world.source);
    assert_true(token_authorization(world.source, &authorization, &err));
    assert_string_equal(authorization, "Bearer 3");
    assert_int_equal(world.asked, 0);
    world_close(&world);
    close(descriptor);
    unlink(path);
}

static int open_bench(void **state) {
    struct bench *bench = memory_alloc(sizeof *bench);
    *bench = (struct bench){.key = EVP_RSA_gen(2048)};
    bench->pem = pem_text(&bench->arena, bench->key, PEM_PKCS8, NULL);
    bench->json = key_json(&bench->arena, bench->pem, NULL, 0);
    *state = bench;
    return 0;
}

static int close_bench(void **state) {
    struct bench *bench = *state;
    EVP_PKEY_free(bench->key);
    arena_free(&bench->arena);
    free(bench);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assertion_is_sent),
        cmocka_unit_test(test_refresh_token_is_sent),
        cmocka_unit_test(test_endpoint_can_be_another),
        cmocka_unit_test(test_renewed_early),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_tried_again),
        cmocka_unit_test(test_assertion_is_fresh_for_each_try),
        cmocka_unit_test(test_tries_end),
        cmocka_unit_test(test_stopped_while_waiting),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_names_who_is_refused),
        cmocka_unit_test(test_users_are_refused),
        cmocka_unit_test(test_temporary),
        cmocka_unit_test(test_every_status),
        cmocka_unit_test(test_after_a_refusal),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_skew_after_success),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_odd_descriptions),
        cmocka_unit_test(test_command),
        cmocka_unit_test(test_command_fails),
        cmocka_unit_test(test_command_hangs),
        cmocka_unit_test(test_command_is_stopped),
        cmocka_unit_test(test_command_is_asked_again),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
