#include "auth/credential_parts.h"
#include "auth/redact.h"
#include "auth/rsa_key.h"
#include "json/json.h"

#define NEW_KEY_HINT                                                                               \
    "create a JSON key for a service account (Google Cloud console: IAM & Admin, Service "         \
    "Accounts, Keys) and use that file as it is"

static bool fault(struct err *err, const char *message, const char *hint) {
    err_set(err, ERR_ACCESS, "%s", message);
    return err_hint(err, "%s", hint);
}

/* Somebody may have turned the \n of a key into line breaks, which JSON does not allow inside a
 * string; they become \n again. JSON that is right stays as it is. */
static void add_mended(struct secret *out, struct span json) {
    bool is_string = false, is_escape = false;
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (is_string && (c == '\n' || c == '\r')) {
            secret_add_text(out, c == '\n' ? "\\n" : "\\r");
            continue;
        }
        secret_add_char(out, c);
        if (c == '"' && !is_escape)
            is_string = !is_string;
        is_escape = is_string && c == '\\' && !is_escape;
    }
}

/* A member that has to be there and say something. */
static bool get_text(const struct json *document, const char *name, struct span *text,
                     struct err *err) {
    const char *value;
    if (!json_get_string(document, name, &value, err)) {
        err->class = ERR_ACCESS;
        return err_hint(err, NEW_KEY_HINT);
    }
    *text = span_from(value);
    if (text->size)
        return true;
    err_set(err, ERR_ACCESS, "%s: is empty", name);
    return err_hint(err, NEW_KEY_HINT);
}

/* A copy of a member that need not be there; NULL when it is not, or no string. */
static const char *find_text(struct credential *credential, const struct json *document,
                             const char *name) {
    const struct json *member = json_find(document, name);
    bool is_text = member && member->kind == JSON_STRING && member->text.size;
    return is_text ? arena_string(&credential->arena, member->text) : NULL;
}

/* Where to send the assertion is never taken from the file: a file from somebody else could have it
 * sent to them. One that names another place than Google's is refused rather than ignored. */
static bool check_places(const struct json *document, struct err *err) {
    static const char *const endpoints[] = {"https://oauth2.googleapis.com/token",
                                            "https://accounts.google.com/o/oauth2/token",
                                            "https://www.googleapis.com/oauth2/v4/token"};
    const char *endpoint = endpoints[0], *universe = "googleapis.com";
    if (!json_find_string(document, "token_uri", &endpoint, err) ||
        !json_find_string(document, "universe_domain", &universe, err)) {
        err->class = ERR_ACCESS;
        return err_hint(err, NEW_KEY_HINT);
    }
    if (strcmp(universe, "googleapis.com") != 0)
        return fault(err, "universe_domain: is not googleapis.com, and no other cloud is supported",
                     NEW_KEY_HINT);
    for (size_t i = 0; i < COUNT_OF(endpoints); i++)
        if (strcmp(endpoint, endpoints[i]) == 0)
            return true;
    return fault(err,
                 "token_uri: is not an address of Google's; the file could hand access over "
                 "to somebody else",
                 "do not use this file; download the key from Google again");
}

/* A key that went through an environment variable often holds a backslash and an n for each line
 * break; PEM has no backslash of its own. */
static void add_pem(struct secret *out, struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        bool is_break = text.data[i] == '\\' && i + 1 < text.size && text.data[i + 1] == 'n';
        secret_add_char(out, is_break ? '\n' : text.data[i]);
        i += is_break;
    }
}

static bool parse_key(struct credential *credential, struct span text, struct err *err) {
    struct secret pem = {0};
    add_pem(&pem, text);
    bool is_good = rsa_key_read(&credential->key, secret_span(&pem), err);
    secret_free(&pem);
    if (is_good)
        return true;
    err_wrap(err, "private_key");
    return err_hint(err, NEW_KEY_HINT);
}

static bool parse_service_account(struct credential *credential, const struct json *document,
                                  struct err *err) {
    struct span email, key;
    credential->type = CREDENTIAL_SERVICE_ACCOUNT;
    if (!get_text(document, "client_email", &email, err) ||
        !get_text(document, "private_key", &key, err))
        return false;
    if (!memchr(email.data, '@', email.size))
        return fault(err, "client_email: is not an email address", NEW_KEY_HINT);
    credential->email = arena_string(&credential->arena, email);
    credential->key_id = find_text(credential, document, "private_key_id");
    credential->client_id = find_text(credential, document, "client_id");
    return parse_key(credential, key, err);
}

static bool parse_user(struct credential *credential, const struct json *document,
                       struct err *err) {
    struct span client_id, client_secret, refresh_token;
    credential->type = CREDENTIAL_USER;
    if (!get_text(document, "client_id", &client_id, err) ||
        !get_text(document, "client_secret", &client_secret, err) ||
        !get_text(document, "refresh_token", &refresh_token, err))
        return err_hint(err, "log in again: gcloud auth application-default login");
    credential->client_id = arena_string(&credential->arena, client_id);
    secret_add(&credential->client_secret, client_secret);
    secret_add(&credential->refresh_token, refresh_token);
    return true;
}

/* Types that Google's own libraries know, each with what to do instead. They name addresses, files
 * or programs to be used on the way to a token, so whoever wrote such a file would decide what this
 * program asks, reads or runs. */
static const struct {
    const char *type, *message, *hint;
} OTHER_TYPES[] = {
    {"external_account", "a key of type external_account (workload identity) is not supported",
     "use a service account's key, or GOLDLEAF_TOKEN_COMMAND='gcloud auth print-access-token'"},
    {"external_account_authorized_user",
     "a key of type external_account_authorized_user (workforce identity) is not supported",
     "use a service account's key, or GOLDLEAF_TOKEN_COMMAND='gcloud auth print-access-token'"},
    {"impersonated_service_account", "a key of type impersonated_service_account is not supported",
     "use that account's own key, or GOLDLEAF_TOKEN_COMMAND='gcloud auth print-access-token "
     "--impersonate-service-account=...'"},
    {"gdch_service_account", "a key of type gdch_service_account belongs to another cloud",
     NEW_KEY_HINT},
};

static bool refuse_type(const struct json *type, struct err *err) {
    for (size_t i = 0; i < COUNT_OF(OTHER_TYPES); i++)
        if (span_is(type->text, OTHER_TYPES[i].type))
            return fault(err, OTHER_TYPES[i].message, OTHER_TYPES[i].hint);
    struct buf shown = {0};
    redact_add(&shown, type->text, SPAN(""), 40);
    err_set(err, ERR_ACCESS, "type: \"%s\" is not known", buf_text(&shown));
    buf_free(&shown);
    return err_hint(err, NEW_KEY_HINT);
}

static bool parse_document(struct credential *credential, const struct json *document,
                           struct err *err) {
    const struct json *type = json_find(document, "type");
    if (json_find(document, "installed") || json_find(document, "web"))
        return fault(err, "this is an OAuth client, not a key", NEW_KEY_HINT);
    if (!type || type->kind != JSON_STRING)
        return fault(err, "there is no \"type\" that says what kind of key this is", NEW_KEY_HINT);
    bool is_service_account = span_is(type->text, "service_account");
    if (!is_service_account && !span_is(type->text, "authorized_user"))
        return refuse_type(type, err);
    if (!check_places(document, err))
        return false;
    return is_service_account ? parse_service_account(credential, document, err)
                              : parse_user(credential, document, err);
}

/* The reader names what stands twice in an object, and that could be anything. */
static bool json_fault(struct err *err) {
    struct buf shown = {0};
    redact_add(&shown, span_from(err->message), SPAN(""), 200);
    err_set(err, ERR_ACCESS, "this is not JSON as Google writes it: %s", buf_text(&shown));
    buf_free(&shown);
    return err_hint(err, NEW_KEY_HINT);
}

bool credential_parse(struct credential *credential, struct span json, struct err *err) {
    struct arena arena = {0};
    struct secret mended = {0};
    const struct json *document = NULL;
    if (json.size >= 10 && memcmp(json.data, "-----BEGIN", 10) == 0)
        return fault(err, "this is a bare key without its account", NEW_KEY_HINT);
    add_mended(&mended, json);
    bool is_good = json_read(&arena, secret_span(&mended), &document, err)
                       ? parse_document(credential, document, err)
                       : json_fault(err);
    secret_free(&mended);
    arena_free_wiped(&arena);
    return is_good;
}
