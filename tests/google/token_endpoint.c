/* Credentials in, access token out; refuses in Google's words and order. */
#include "google.h"
#include "jwt.h"

#define AUDIENCE "https://oauth2.googleapis.com/token"
#define SCOPE_PREFIX "https://www.googleapis.com/auth/"
#define MAX_LIFE_S 3600
#define MAX_SKEW_S 300 /* how far a caller's clock may be ahead */

static void grant(struct google *google, const char *scope, bool can_read, struct reply *reply) {
    char token[TOKEN_SIZE];
    tokens_issue(&google->tokens, google->options.token_life_s, can_read, token);
    google_reply_start(reply, ENDPOINT_TOKEN, 200);
    struct json_writer writer = json_writer_start(&reply->body, JSON_COMPACT);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "access_token", token);
    json_add_integer(&writer, "expires_in", google->options.token_life_s);
    if (scope)
        json_add_string(&writer, "scope", scope);
    json_add_string(&writer, "token_type", "Bearer");
    json_close_object(&writer);
}

static const char *find_string(const struct json *object, const char *name) {
    const struct json *json = json_find(object, name);
    return json && json->kind == JSON_STRING ? json->text.data : NULL;
}

static bool is_account(const struct key_ring *ring, const char *email) {
    for (const struct key *key = ring->first; key; key = key->next)
        if (strcmp(key->email, email) == 0)
            return true;
    return false;
}

static bool is_timely(const struct json *claims) {
    int64_t issued, expires, now = (int64_t)time(NULL);
    struct err err;
    return json_get_integer(claims, "iat", &issued, &err) &&
           json_get_integer(claims, "exp", &expires, &err) && issued <= now + MAX_SKEW_S &&
           expires > now && expires > issued && expires - issued <= MAX_LIFE_S;
}

static bool is_scope(struct span word) {
    static const char *const known[] = {
        "spreadsheets", "spreadsheets.readonly",   "drive",          "drive.readonly",
        "drive.file",   "drive.metadata.readonly", "cloud-platform", "userinfo.email",
    };
    struct span prefix = SPAN(SCOPE_PREFIX);
    if (word.size < prefix.size || memcmp(word.data, prefix.data, prefix.size) != 0)
        return false;
    struct span name = {word.data + prefix.size, word.size - prefix.size};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (span_is(name, known[i]))
            return true;
    return false;
}

/* All of them may read spreadsheets. */
static bool is_reading_scope(struct span word) {
    return is_scope(word) && !span_is(word, SCOPE_PREFIX "drive.metadata.readonly") &&
           !span_is(word, SCOPE_PREFIX "cloud-platform") &&
           !span_is(word, SCOPE_PREFIX "userinfo.email");
}

/* False with the refusal. */
static bool check_scope(const char *scope, bool *can_read, struct reply *reply) {
    struct span bad = {0};
    size_t good = 0;
    for (const char *at = scope ? scope : ""; *at; at += *at == ' ') {
        struct span word = {at, strcspn(at, " ")};
        at += word.size;
        if (word.size && !is_scope(word))
            bad = word;
        good += is_scope(word);
        *can_read = *can_read || is_reading_scope(word);
    }
    if (bad.size == 0 && good == 0)
        google_error_set(reply, "empty-scope");
    else if (bad.size && good == 0)
        google_error_set(reply, "invalid-scope");
    else if (bad.size) {
        char text[256];
        snprintf(text, sizeof text, "%.*s is not a valid audience string.", SPAN_ARG(bad));
        google_error_set_token(reply, 400, "invalid_scope", text);
    }
    return bad.size == 0 && good > 0;
}

/* The name of the error, or NULL. */
static const char *find_fault(const struct google *google, const struct jwt *jwt) {
    const char *issuer = find_string(jwt->claims, "iss");
    const char *audience = find_string(jwt->claims, "aud");
    const char *subject = find_string(jwt->claims, "sub");
    if (!issuer || !strchr(issuer, '@'))
        return "invalid-email";
    if (!is_account(&google->keys, issuer))
        return "account-not-found";
    if (!jwt_is_signed(jwt, &google->keys, issuer))
        return "invalid-signature";
    if (!audience || strcmp(audience, AUDIENCE) != 0)
        return "audience";
    if (!is_timely(jwt->claims))
        return "clock";
    if (subject && !strchr(subject, '@'))
        return "invalid-email";
    if (subject && (!google->options.delegate || strcmp(subject, google->options.delegate) != 0))
        return "unauthorized-client";
    return NULL;
}

static void answer_assertion(struct google *google, struct request *request,
                             const struct parameters *form, struct reply *reply) {
    const struct span *assertion = request_find(form, "assertion");
    struct jwt jwt;
    bool can_read = false;
    if (!assertion || assertion->size == 0) {
        google_error_set_token(reply, 400, "invalid_request",
                               "Missing required parameter: assertion");
        return;
    }
    if (!jwt_parse(&request->arena, *assertion, &jwt)) {
        google_error_set_token(reply, 400, "invalid_grant", "Invalid JWT: Failed to parse.");
        return;
    }
    const char *fault = find_fault(google, &jwt);
    if (fault)
        google_error_set(reply, fault);
    else if (check_scope(find_string(jwt.claims, "scope"), &can_read, reply))
        grant(google, NULL, can_read, reply);
}

static bool form_has(const struct parameters *form, const char *name, const char *expected) {
    const struct span *value = request_find(form, name);
    return value && span_is(*value, expected);
}

static void answer_refresh(struct google *google, const struct parameters *form,
                           struct reply *reply) {
    if (form_has(form, "client_id", "demo-client") &&
        form_has(form, "client_secret", "demo-secret") &&
        form_has(form, "refresh_token", "demo-refresh"))
        grant(google, SCOPE_PREFIX "spreadsheets.readonly", true, reply);
    else
        google_error_set(reply, "refresh-revoked");
}

void token_answer(struct google *google, struct request *request, struct reply *reply) {
    struct span form_type = SPAN("application/x-www-form-urlencoded");
    struct span type = request->content_type;
    if (type.size > form_type.size)
        type.size = form_type.size;
    struct parameters form = {0};
    if (span_equal_nocase(type, form_type))
        form = request_split_form(&request->arena, request->body);
    const struct span *grant_type = request_find(&form, "grant_type");
    if (form_has(&form, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")) {
        answer_assertion(google, request, &form, reply);
    } else if (form_has(&form, "grant_type", "refresh_token")) {
        answer_refresh(google, &form, reply);
    } else {
        struct span sent = grant_type ? *grant_type : SPAN("");
        google_error_set_token(
            reply, 400, "unsupported_grant_type",
            arena_printf(&request->arena, "Invalid grant_type: %.*s", SPAN_ARG(sent)));
    }
}
