#include "auth/token_exchange.h"

#include "auth/credential_parts.h"
#include "auth/jwt.h"
#include "json/json.h"

/* No answer of the endpoint is nearly that large. */
#define MAX_ANSWER_BYTES ((size_t)1024 * 1024)
#define MAX_LIFE_S 86400

/* http_add_escaped() would leave copies behind. */
static void add_field(struct secret *form, const char *name, struct span value) {
    static const char digits[] = "0123456789ABCDEF";
    if (form->size)
        secret_add_char(form, '&');
    secret_add_text(form, name);
    secret_add_char(form, '=');
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        unsigned char byte = (unsigned char)c;
        if (ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("-._~", c)))
            secret_add_char(form, c);
        else
            secret_add(form, (struct span){(char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3});
    }
}

static bool add_assertion(struct token_exchange *exchange, struct err *err) {
    const struct credential *credential = exchange->settings->credential;
    const struct jwt_claims claims = {.key_id = credential->key_id,
                                      .issuer = credential->email,
                                      .subject = credential->subject,
                                      .scope = TOKEN_SCOPE,
                                      .audience = TOKEN_AUDIENCE,
                                      .now_s = exchange->asked_s};
    struct secret assertion = {0};
    bool is_good = jwt_add_assertion(&assertion, credential->key, &claims, err);
    add_field(&exchange->form, "grant_type", SPAN("urn:ietf:params:oauth:grant-type:jwt-bearer"));
    add_field(&exchange->form, "assertion", secret_span(&assertion));
    secret_free(&assertion);
    return is_good;
}

static void add_refresh_token(struct token_exchange *exchange) {
    const struct credential *credential = exchange->settings->credential;
    add_field(&exchange->form, "grant_type", SPAN("refresh_token"));
    add_field(&exchange->form, "client_id", span_from(credential->client_id));
    add_field(&exchange->form, "client_secret", secret_span(&credential->client_secret));
    add_field(&exchange->form, "refresh_token", secret_span(&credential->refresh_token));
}

/* Anew for each try: an assertion tells the time, and waiting may have taken long. */
static bool prepare(void *context, struct http_request *request, struct err *err) {
    struct token_exchange *exchange = context;
    const struct token_settings *settings = exchange->settings;
    exchange->asked_s = settings->now_s(settings->clock_context);
    secret_clear(&exchange->form);
    if (settings->credential->type == CREDENTIAL_USER)
        add_refresh_token(exchange);
    else if (!add_assertion(exchange, err))
        return false;
    request->url = settings->endpoint ? settings->endpoint : TOKEN_AUDIENCE;
    request->form = secret_text(&exchange->form);
    request->max_bytes = MAX_ANSWER_BYTES;
    return true;
}

/* Only visible ASCII can stand in a header. */
static bool is_token(const struct json *value) {
    if (!value || value->kind != JSON_STRING || value->text.size == 0)
        return false;
    for (size_t i = 0; i < value->text.size; i++)
        if (value->text.data[i] <= ' ' || value->text.data[i] >= 0x7F)
            return false;
    return true;
}

/* The life of a token in seconds; some servers write it as a string, some not at all. */
static int64_t read_life(const struct json *value) {
    if (!value || (value->kind != JSON_NUMBER && value->kind != JSON_STRING))
        return TOKEN_ASSUMED_LIFE_S;
    char *end;
    long long life_s = strtoll(value->text.data, &end, 10);
    if (*end || life_s <= 0)
        return TOKEN_ASSUMED_LIFE_S;
    return life_s < MAX_LIFE_S ? life_s : MAX_LIFE_S;
}

static bool read_token(struct token_exchange *exchange, const struct json *document,
                       struct err *err) {
    const struct json *token = json_find(document, "access_token");
    const struct json *type = json_find(document, "token_type");
    bool is_bearer =
        !type || (type->kind == JSON_STRING && span_equal_nocase(type->text, SPAN("Bearer")));
    if (!is_token(token) || !is_bearer) {
        err_set(err, ERR_ACCESS, "the token endpoint's answer holds no %s",
                is_bearer ? "access token" : "token of the type Bearer");
        return err_hint(err, "is what answers there Google? check the proxy, if there is one");
    }
    secret_clear(&exchange->token);
    secret_add(&exchange->token, token->text);
    exchange->life_s = read_life(json_find(document, "expires_in"));
    return true;
}

static bool fail_strange(struct err *err) {
    err_set(err, ERR_TEMPORARY, "the token endpoint's answer is not what Google says");
    return err_hint(err, "something between here and Google may have answered in its place: a "
                         "proxy or a login page");
}

static bool read_success(struct token_exchange *exchange, struct span body, struct err *err) {
    struct arena arena = {0};
    const struct json *document = NULL;
    bool is_json = json_read(&arena, body, &document, err) && document->kind == JSON_OBJECT;
    bool is_good = is_json && read_token(exchange, document, err);
    arena_free_wiped(&arena);
    if (is_json)
        return is_good;
    return fail_strange(err);
}

static bool read_answer(void *context, struct http_response *response, struct err *err) {
    struct token_exchange *exchange = context;
    const struct token_settings *settings = exchange->settings;
    exchange->is_dated = response->date_s >= 0;
    if (exchange->is_dated)
        exchange->ahead_s = settings->now_s(settings->clock_context) - response->date_s;
    struct span body = buf_span(&response->body);
    bool is_success = response->status >= 200 && response->status <= 299;
    bool is_good = is_success ? read_success(exchange, body, err)
                              : token_refusal_explain(exchange, response->status, body, err);
    secret_wipe_buf(&response->body);
    return is_good;
}

bool token_exchange_run(struct token_exchange *exchange, struct err *err) {
    const struct token_settings *settings = exchange->settings;
    struct http_call call = {.prepare = prepare, .read = read_answer, .context = exchange};
    return retry_send(settings->retry, settings->client, &call, err) ||
           (call.is_too_large && fail_strange(err));
}

void token_exchange_free(struct token_exchange *exchange) {
    secret_free(&exchange->form);
    secret_free(&exchange->token);
}
