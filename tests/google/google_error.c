#include "google_error.h"
#include "json/json.h"

const char *const endpoint_names[ENDPOINT_COUNT] = {"token", "metadata", "values", "other"};

void google_reply_start(struct reply *reply, enum endpoint endpoint, int status) {
    bool is_token = endpoint == ENDPOINT_TOKEN;
    reply->status = status;
    reply->content_type =
        is_token ? "application/json; charset=utf-8" : "application/json; charset=UTF-8";
    reply->server = is_token ? "scaffolding on HTTPServer2" : "ESF";
    buf_clear(&reply->body);
}

/* Google sends this header with every 401 of an API. */
static void add_challenge(struct reply *reply) {
    if (reply->status == 401)
        reply_add_header(reply, "WWW-Authenticate: Bearer realm=\"https://accounts.google.com/\", "
                                "error=\"invalid_token\"");
}

static struct json_writer open_api(struct reply *reply, int status, const char *canonical,
                                   const char *message) {
    google_reply_start(reply, ENDPOINT_VALUES, status);
    add_challenge(reply);
    struct json_writer writer = json_writer_start(&reply->body, JSON_PRETTY);
    json_open_object(&writer, NULL);
    json_open_object(&writer, "error");
    json_add_integer(&writer, "code", status);
    json_add_string(&writer, "message", message);
    json_add_string(&writer, "status", canonical);
    return writer;
}

static void close_api(struct json_writer *writer) {
    json_close_object(writer);
    json_close_object(writer);
    buf_add_char(writer->out, '\n');
}

void google_error_set_api(struct reply *reply, int status, const char *canonical,
                          const char *message) {
    struct json_writer writer = open_api(reply, status, canonical, message);
    close_api(&writer);
}

void google_error_set_bad_field(struct reply *reply, const char *field, const char *message) {
    struct json_writer writer = open_api(reply, 400, "INVALID_ARGUMENT", message);
    json_open_array(&writer, "details");
    json_open_object(&writer, NULL);
    json_add_string(&writer, "@type", "type.googleapis.com/google.rpc.BadRequest");
    json_open_array(&writer, "fieldViolations");
    json_open_object(&writer, NULL);
    if (field)
        json_add_string(&writer, "field", field);
    json_add_string(&writer, "description", message);
    json_close_object(&writer);
    json_close_array(&writer);
    json_close_object(&writer);
    json_close_array(&writer);
    close_api(&writer);
}

void google_error_set_token(struct reply *reply, int status, const char *error,
                            const char *description) {
    google_reply_start(reply, ENDPOINT_TOKEN, status);
    struct json_writer writer = json_writer_start(&reply->body, JSON_PRETTY);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "error", error);
    if (description)
        json_add_string(&writer, "error_description", description);
    json_close_object(&writer);
}

/* Bodies that are sent as they stand. The number is the project's. */
struct api_error {
    const char *name;
    int status;
    const char *canonical, *message;
    const char *details; /* JSON, or NULL */
};

#define ERROR_INFO "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
#define QUOTA_INFO(limit)                                                                          \
    "[" ERROR_INFO "\"reason\":\"RATE_LIMIT_EXCEEDED\",\"domain\":\"googleapis.com\","             \
    "\"metadata\":{\"service\":\"sheets.googleapis.com\",\"quota_limit\":\"" limit "\","           \
    "\"quota_metric\":\"sheets.googleapis.com/read_requests\","                                    \
    "\"consumer\":\"projects/123456789012\"}}]"
#define QUOTA_MESSAGE(limit)                                                                       \
    "Quota exceeded for quota metric 'Read requests' and limit '" limit                            \
    "' of service 'sheets.googleapis.com' for consumer 'project_number:123456789012'."
#define ACTIVATION_URL                                                                             \
    "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?"               \
    "project=123456789012"

static const struct api_error api_errors[] = {
    {"not-shared", 403, "PERMISSION_DENIED", "The caller does not have permission", NULL},
    {"api-disabled", 403, "PERMISSION_DENIED",
     "Google Sheets API has not been used in project 123456789012 before or it is disabled. "
     "Enable it by visiting " ACTIVATION_URL " then retry. If you enabled this API recently, "
     "wait a few minutes for the action to propagate to our systems and retry.",
     "[{\"@type\":\"type.googleapis.com/google.rpc.Help\",\"links\":[{\"description\":"
     "\"Google developers console API activation\",\"url\":\"" ACTIVATION_URL "\"}]}," ERROR_INFO
     "\"reason\":\"SERVICE_DISABLED\",\"domain\":\"googleapis.com\",\"metadata\":{"
     "\"service\":\"sheets.googleapis.com\",\"consumer\":\"projects/123456789012\","
     "\"serviceTitle\":\"Google Sheets API\",\"containerInfo\":\"123456789012\","
     "\"activationUrl\":\"" ACTIVATION_URL "\"}}]"},
    {"scope-insufficient", 403, "PERMISSION_DENIED",
     "Request had insufficient authentication scopes.",
     "[" ERROR_INFO "\"reason\":\"ACCESS_TOKEN_SCOPE_INSUFFICIENT\",\"domain\":\"googleapis.com\","
     "\"metadata\":{\"service\":\"sheets.googleapis.com\","
     "\"method\":\"google.apps.sheets.v4.SpreadsheetsService.GetSpreadsheet\"}}]"},
    {"unregistered", 403, "PERMISSION_DENIED",
     "Method doesn't allow unregistered callers (callers without established identity). Please use "
     "API Key or other form of API consumer identity to call this API.",
     NULL},
    {"wrong-id", 404, "NOT_FOUND", "Requested entity was not found.", NULL},
    {"office-file", 400, "FAILED_PRECONDITION",
     "This operation is not supported for this document. The document must not be an Office file.",
     NULL},
    {"not-a-sheet", 400, "INVALID_ARGUMENT", "Request contains an invalid argument.", NULL},
    {"quota-user", 429, "RESOURCE_EXHAUSTED", QUOTA_MESSAGE("Read requests per minute per user"),
     QUOTA_INFO("ReadRequestsPerMinutePerUser")},
    {"quota-project", 429, "RESOURCE_EXHAUSTED", QUOTA_MESSAGE("Read requests per minute"),
     QUOTA_INFO("ReadRequestsPerMinutePerProject")},
    {"quota-legacy", 429, "RESOURCE_EXHAUSTED",
     "Quota exceeded for quota group 'ReadGroup' and limit 'Read requests per user per 100 "
     "seconds' of service 'sheets.googleapis.com' for consumer 'project_number:123456789012'.",
     "[{\"@type\":\"type.googleapis.com/google.rpc.Help\",\"links\":[{\"description\":"
     "\"Google developer console API key\",\"url\":"
     "\"https://console.developers.google.com/project/123456789012/apiui/credential\"}]}]"},
    {"unauthenticated", 401, "UNAUTHENTICATED",
     "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
     "or other valid authentication credential. See "
     "https://developers.google.com/identity/sign-in/web/devconsole-project.",
     NULL},
    {"internal", 500, "INTERNAL", "Internal error encountered.", NULL},
    {"unavailable", 503, "UNAVAILABLE", "The service is currently unavailable.", NULL},
    {"unavailable-object", 503, "UNAVAILABLE", "The service is currently unavailable.", NULL},
    {"deadline", 504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.",
     NULL},
};

struct token_error {
    const char *name;
    int status;
    const char *error, *description;
};

static const struct token_error token_errors[] = {
    {"invalid-signature", 400, "invalid_grant", "Invalid JWT Signature."},
    {"clock", 400, "invalid_grant",
     "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
     "Check your iat and exp values in the JWT claim."},
    {"account-not-found", 400, "invalid_grant", "Invalid grant: account not found"},
    {"invalid-email", 400, "invalid_grant", "Not a valid email."},
    {"deleted", 400, "invalid_grant", "The account has been deleted"},
    {"audience", 400, "invalid_grant", "Invalid JWT: Failed audience check."},
    {"invalid-scope", 400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."},
    {"empty-scope", 400, "invalid_scope", "Empty or missing scope not allowed."},
    {"unauthorized-client", 401, "unauthorized_client",
     "Client is unauthorized to retrieve access tokens using this method, or client not authorized "
     "for any of the scopes requested."},
    {"access-denied", 403, "access_denied", "Account restricted"},
    {"admin-policy", 400, "admin_policy_enforced", NULL},
    {"invalid-client", 401, "invalid_client", "The OAuth client was not found."},
    {"internal-failure", 400, "internal_failure", NULL},
    {"backend-error", 500, "internal_failure", "Backend Error"},
    {"refresh-revoked", 400, "invalid_grant", "Token has been expired or revoked."},
    {"bad-request", 400, "invalid_grant", "Bad Request"},
};

static const struct api_error *find_api(const char *name) {
    for (size_t i = 0; i < COUNT_OF(api_errors); i++)
        if (strcmp(api_errors[i].name, name) == 0)
            return &api_errors[i];
    return NULL;
}

static const struct token_error *find_token(const char *name) {
    for (size_t i = 0; i < COUNT_OF(token_errors); i++)
        if (strcmp(token_errors[i].name, name) == 0)
            return &token_errors[i];
    return NULL;
}

bool google_error_exists(const char *name) {
    return find_api(name) || find_token(name) || strcmp(name, "no-access-token") == 0;
}

static void add_details(struct json_writer *writer, const char *details) {
    struct arena arena = {0};
    const struct json *json;
    struct err err;
    if (!json_read(&arena, span_from(details), &json, &err)) {
        fprintf(stderr, "loopback_google: details of an error: %s\n", err.message);
        abort();
    }
    json_add_json(writer, "details", json);
    arena_free(&arena);
}

/* What Google answers when the scope looks like the audience of an identity token. */
static void set_identity_token(struct reply *reply) {
    google_reply_start(reply, ENDPOINT_TOKEN, 200);
    buf_add_text(&reply->body, "{\"id_token\":\"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl\"}");
}

void google_error_set(struct reply *reply, const char *name) {
    const struct api_error *api = find_api(name);
    const struct token_error *token = find_token(name);
    if (api) {
        struct json_writer writer = open_api(reply, api->status, api->canonical, api->message);
        if (api->details)
            add_details(&writer, api->details);
        close_api(&writer);
    } else if (token) {
        google_error_set_token(reply, token->status, token->error, token->description);
    } else {
        set_identity_token(reply);
    }
}

struct status_error {
    int status;
    const char *api, *token; /* named errors; NULL: the front end's page */
};

static const struct status_error status_errors[] = {
    {400, "not-a-sheet", "bad-request"},  {401, "unauthenticated", "unauthorized-client"},
    {403, "not-shared", "access-denied"}, {404, "wrong-id", NULL},
    {429, "quota-user", "token-quota"},   {500, "internal", "backend-error"},
    {503, "unavailable", "unavailable"},  {504, "deadline", NULL},
};

void google_error_set_status(struct reply *reply, enum endpoint endpoint, int status) {
    const char *name = NULL;
    for (size_t i = 0; i < COUNT_OF(status_errors); i++)
        if (status_errors[i].status == status)
            name = endpoint == ENDPOINT_TOKEN ? status_errors[i].token : status_errors[i].api;
    if (!name)
        reply_set_html(reply, status);
    else if (strcmp(name, "token-quota") == 0)
        google_error_set_api(reply, status, "RESOURCE_EXHAUSTED",
                             "Resource has been exhausted (e.g. check quota).");
    else
        google_error_set(reply, name);
}
