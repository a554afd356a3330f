#include "source/google_error.h"

#include "json/json.h"

#define QUOTA_WAIT_S 20 /* a third of the minute in which a quota is refilled */

struct answer {
    const char *spreadsheet;
    const char *email;
    const char *code;    /* "PERMISSION_DENIED"; "" when there is none */
    const char *message; /* for people; "" when there is none */
    const char *reason;  /* of the ErrorInfo detail; "" when there is none */
    const char *limit;   /* the exhausted quota's name */
    const char *link;    /* where the API is switched on */
};

static const char *text_of(const struct json *object, const char *name) {
    const struct json *member = json_find(object, name);
    return member && member->kind == JSON_STRING ? member->text.data : "";
}

static void read_details(const struct json *details, struct answer *answer) {
    for (const struct json *detail = details ? details->first : NULL; detail;
         detail = detail->next) {
        const struct json *metadata = json_find(detail, "metadata");
        if (*text_of(detail, "reason"))
            answer->reason = text_of(detail, "reason");
        if (*text_of(metadata, "quota_limit"))
            answer->limit = text_of(metadata, "quota_limit");
        if (*text_of(metadata, "activationUrl"))
            answer->link = text_of(metadata, "activationUrl");
    }
}

static void read_body(struct arena *arena, struct span body, struct answer *answer) {
    const struct json *document = NULL;
    struct err ignored;
    answer->code = answer->message = answer->reason = answer->limit = answer->link = "";
    if (!json_read(arena, body, &document, &ignored))
        return;
    const struct json *error = json_find(document, "error");
    answer->code = text_of(error, "status");
    answer->message = text_of(error, "message");
    read_details(json_find(error, "details"), answer);
}

/* A proxy, or Google's front end before the API: what a status means there is another matter. */
static void fail_unexpected(const struct http_response *response, struct err *err) {
    err_set(err, ERR_FAILED, "an unexpected answer (HTTP %d)", response->status);
    err_hint(err, "a proxy or firewall may have sent it");
}

static bool has(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

static void fail_forbidden(const struct answer *answer, struct err *err) {
    if (strcmp(answer->reason, "SERVICE_DISABLED") == 0 || has(answer->message, "is disabled")) {
        err_set(err, ERR_ACCESS, "the Google Sheets API is not enabled in the key's project");
        err_hint(err, "enable it, then wait a few minutes: %s",
                 *answer->link ? answer->link
                               : "https://console.cloud.google.com/apis/library/"
                                 "sheets.googleapis.com");
    } else if (strcmp(answer->reason, "ACCESS_TOKEN_SCOPE_INSUFFICIENT") == 0 ||
               has(answer->message, "insufficient authentication scopes")) {
        err_set(err, ERR_ACCESS, "the access token is not meant for spreadsheets");
        err_hint(err, "it needs the scope https://www.googleapis.com/auth/spreadsheets.readonly");
    } else if (has(answer->message, "unregistered callers")) {
        err_set(err, ERR_ACCESS, "Google saw no credential in the request");
        err_hint(err, "a proxy may have taken the Authorization header away");
    } else {
        err_set(err, ERR_ACCESS, "spreadsheet %s: no permission to read it", answer->spreadsheet);
        if (answer->email)
            err_hint(err, "share it with %s (Viewer is enough)", answer->email);
        else
            err_hint(err, "share it with the account whose credential this is");
    }
}

static enum google_fault fail_bad_request(const struct answer *answer, struct err *err) {
    if (has(answer->message, "Unable to parse range") ||
        has(answer->message, "exceeds grid limits")) {
        err_set(err, ERR_FAILED, "spreadsheet %s: %.200s", answer->spreadsheet, answer->message);
        return GOOGLE_BAD_RANGE;
    }
    if (strcmp(answer->code, "FAILED_PRECONDITION") == 0) {
        err_set(err, ERR_ACCESS, "%s is an Office file, not a Google spreadsheet",
                answer->spreadsheet);
        err_hint(err, "open it and choose File > Save as Google Sheets, then use the new id");
    } else if (has(answer->message, "Request contains an invalid argument")) {
        err_set(err, ERR_ACCESS, "%s is not a spreadsheet", answer->spreadsheet);
        err_hint(err, "use the id of a Google spreadsheet: the part of its URL between /d/ and "
                      "/edit");
    } else {
        err_set(err, ERR_FAILED, "spreadsheet %s: Google refuses the request: %.200s",
                answer->spreadsheet, answer->message);
    }
    return GOOGLE_OTHER;
}

static void fail_quota(struct http_response *response, const struct answer *answer,
                       struct err *err) {
    if (response->retry_after_s < 0)
        response->retry_after_s = QUOTA_WAIT_S;
    err_set(err, ERR_TEMPORARY, "the quota of read requests is used up%s%s",
            *answer->limit ? ": " : "", answer->limit);
    err_hint(err, "others may use the same %s; try again in a minute",
             has(answer->limit, "PerProject") ? "project" : "key");
}

static void fail_by_status(const struct http_response *response, struct err *err) {
    int status = response->status;
    if (status == 408 || status >= 500) {
        err_set(err, ERR_TEMPORARY, "Google cannot answer just now (HTTP %d)", status);
    } else if (status >= 300 && status < 400) {
        err_set(err, ERR_TEMPORARY, "a redirect instead of an answer (HTTP %d), never followed",
                status);
        err_hint(err, "a proxy or the login page of a network may be in the way");
    } else {
        fail_unexpected(response, err);
    }
}

static enum google_fault explain(struct http_response *response, const struct answer *answer,
                                 struct err *err) {
    switch (response->status) {
    case 400:
        return fail_bad_request(answer, err);
    case 401:
        err_set(err, ERR_ACCESS, "Google does not take the access token");
        err_hint(err, "`goldleaf doctor` checks the key and this machine's clock");
        return GOOGLE_TOKEN_REFUSED;
    case 403:
        fail_forbidden(answer, err);
        break;
    case 404:
        err_set(err, ERR_ACCESS, "spreadsheet %s: Google knows no spreadsheet of this id",
                answer->spreadsheet);
        err_hint(err, "use the part of its URL between /d/ and /edit; a Google Doc has an id of "
                      "the same form");
        break;
    case 429:
        fail_quota(response, answer, err);
        break;
    default:
        fail_by_status(response, err);
    }
    return GOOGLE_OTHER;
}

enum google_fault google_error_read(struct http_response *response, const char *spreadsheet,
                                    const char *email, struct err *err) {
    struct arena arena = {0};
    struct answer answer = {.spreadsheet = spreadsheet, .email = email};
    enum google_fault fault = GOOGLE_OTHER;
    read_body(&arena, buf_span(&response->body), &answer);
    int status = response->status;
    bool says_why = *answer.code || *answer.message;
    if ((status == 400 || status == 403 || status == 404) && !says_why)
        fail_unexpected(response, err);
    else
        fault = explain(response, &answer, err);
    arena_free(&arena);
    return fault;
}

bool google_error_of_body(const struct http_response *response, const char *why, struct err *err) {
    const char *body = buf_text(&response->body);
    bool is_page = !response->is_json && body[strspn(body, " \t\r\n")] == '<';
    if (is_page) {
        err_set(err, ERR_TEMPORARY, "a web page instead of an answer");
        err_hint(err, "a proxy or the login page of a network may be in the way");
    } else {
        char reason[sizeof err->message]; /* `why` may be the message itself */
        snprintf(reason, sizeof reason, "%s", why);
        err_set(err, ERR_TEMPORARY, "the answer cannot be read: %.900s", reason);
    }
    return false;
}
