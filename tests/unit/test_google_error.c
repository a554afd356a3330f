/* What the Sheets API answers instead of cells, and what is made of it: class, words, remedy. The
 * bodies are Google's in form and wording, the numbers in them are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "source/google_error.h"

#define ID "1AbC"
#define EMAIL "reader@project-1.iam.gserviceaccount.com"

#define BODY(code, status, message)                                                                \
    "{\n  \"error\": {\n    \"code\": " #code ",\n    \"message\": \"" message "\",\n"             \
    "    \"status\": \"" status "\"\n  }\n}\n"
#define BODY_WITH(code, status, message, details)                                                  \
    "{\"error\": {\"code\": " #code ", \"message\": \"" message "\", \"status\": \"" status        \
    "\", \"details\": [" details "]}}"

#define UNUSED_API                                                                                 \
    "Google Sheets API has not been used in project 12 before or it is disabled. Enable it by "    \
    "visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/"               \
    "overview?project=12 then retry."

struct fault_case {
    int status;
    const char *body;
    enum google_fault fault;
    enum err_class class;
    const char *message; /* the whole of it */
    const char *hint;    /* a part of it; "": there is none */
};

static const struct fault_case CASES[] = {
    /* the request */
    {400, BODY(400, "INVALID_ARGUMENT", "Unable to parse range: 'Tickets'!A1:H5001"),
     GOOGLE_BAD_RANGE, ERR_FAILED, "spreadsheet " ID ": Unable to parse range: 'Tickets'!A1:H5001",
     ""},
    {400,
     BODY(400, "INVALID_ARGUMENT",
          "Range (Tickets!5001:5101) exceeds grid limits. Max rows: 5000, max columns: 8"),
     GOOGLE_BAD_RANGE, ERR_FAILED,
     "spreadsheet " ID ": Range (Tickets!5001:5101) exceeds grid limits. Max rows: 5000, max "
     "columns: 8",
     ""},
    {400,
     BODY_WITH(400, "INVALID_ARGUMENT", "Invalid value at 'value_render_option'",
               "{\"@type\": \"type.googleapis.com/google.rpc.BadRequest\", \"fieldViolations\": "
               "[{\"field\": \"value_render_option\"}]}"),
     GOOGLE_OTHER, ERR_FAILED,
     "spreadsheet " ID ": Google refuses the request: Invalid value at 'value_render_option'", ""},
    {400, BODY(400, "INVALID_ARGUMENT", "Request contains an invalid argument."), GOOGLE_OTHER,
     ERR_ACCESS, ID " is not a spreadsheet", "between /d/ and /edit"},
    {400,
     BODY(400, "FAILED_PRECONDITION",
          "This operation is not supported for this document. The document must not be an Office "
          "file."),
     GOOGLE_OTHER, ERR_ACCESS, ID " is an Office file, not a Google spreadsheet",
     "File > Save as Google Sheets"},
    {400, BODY(400, "FAILED_PRECONDITION", "This operation is not supported for this document"),
     GOOGLE_OTHER, ERR_ACCESS, ID " is an Office file, not a Google spreadsheet",
     "File > Save as Google Sheets"},
    /* the credential */
    {401,
     BODY(401, "UNAUTHENTICATED",
          "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
          "cookie or other valid authentication credential."),
     GOOGLE_TOKEN_REFUSED, ERR_ACCESS, "Google does not take the access token", "goldleaf doctor"},
    {401, "", GOOGLE_TOKEN_REFUSED, ERR_ACCESS, "Google does not take the access token",
     "goldleaf doctor"},
    {403,
     BODY(403, "PERMISSION_DENIED",
          "Method doesn't allow unregistered callers (callers without established identity). "
          "Please use API Key or other form of API consumer identity to call this API."),
     GOOGLE_OTHER, ERR_ACCESS, "Google saw no credential in the request", "proxy"},
    {403, BODY(403, "PERMISSION_DENIED", "The caller does not have permission"), GOOGLE_OTHER,
     ERR_ACCESS, "spreadsheet " ID ": no permission to read it",
     "share it with " EMAIL " (Viewer is enough)"},
    {403,
     BODY_WITH(403, "PERMISSION_DENIED", UNUSED_API,
               "{\"@type\": \"type.googleapis.com/google.rpc.Help\", \"links\": "
               "[{\"description\": \"Google developers console API activation\", \"url\": "
               "\"https://console.developers.google.com/apis/api/sheets.googleapis.com/"
               "overview?project=12\"}]}, {\"@type\": "
               "\"type.googleapis.com/google.rpc.ErrorInfo\", \"reason\": \"SERVICE_DISABLED\", "
               "\"domain\": \"googleapis.com\", \"metadata\": {\"service\": "
               "\"sheets.googleapis.com\", \"consumer\": \"projects/12\", \"activationUrl\": "
               "\"https://console.developers.google.com/enable?project=12\"}}"),
     GOOGLE_OTHER, ERR_ACCESS, "the Google Sheets API is not enabled in the key's project",
     "wait a few minutes: https://console.developers.google.com/enable?project=12"},
    {403, BODY(403, "PERMISSION_DENIED", UNUSED_API), GOOGLE_OTHER, ERR_ACCESS,
     "the Google Sheets API is not enabled in the key's project",
     "https://console.cloud.google.com/apis/library/sheets.googleapis.com"},
    {403,
     BODY_WITH(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
               "{\"@type\": \"type.googleapis.com/google.rpc.ErrorInfo\", \"reason\": "
               "\"ACCESS_TOKEN_SCOPE_INSUFFICIENT\", \"domain\": \"googleapis.com\", "
               "\"metadata\": {\"method\": \"google.apps.sheets.v4.SpreadsheetsService."
               "GetSpreadsheet\", \"service\": \"sheets.googleapis.com\"}}"),
     GOOGLE_OTHER, ERR_ACCESS, "the access token is not meant for spreadsheets",
     "https://www.googleapis.com/auth/spreadsheets.readonly"},
    {403, BODY(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes."),
     GOOGLE_OTHER, ERR_ACCESS, "the access token is not meant for spreadsheets", "scope"},
    {404, BODY(404, "NOT_FOUND", "Requested entity was not found."), GOOGLE_OTHER, ERR_ACCESS,
     "spreadsheet " ID ": Google knows no spreadsheet of this id", "between /d/ and /edit"},
    /* the quota */
    {429,
     BODY_WITH(429, "RESOURCE_EXHAUSTED",
               "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per "
               "minute per user' of service 'sheets.googleapis.com' for consumer "
               "'project_number:12'.",
               "{\"@type\": \"type.googleapis.com/google.rpc.ErrorInfo\", \"reason\": "
               "\"RATE_LIMIT_EXCEEDED\", \"domain\": \"googleapis.com\", \"metadata\": "
               "{\"quota_limit\": \"ReadRequestsPerMinutePerUser\", \"service\": "
               "\"sheets.googleapis.com\"}}"),
     GOOGLE_OTHER, ERR_TEMPORARY,
     "the quota of read requests is used up: ReadRequestsPerMinutePerUser",
     "others may use the same key"},
    {429,
     BODY_WITH(429, "RESOURCE_EXHAUSTED", "Quota exceeded",
               "{\"metadata\": {\"quota_limit\": \"ReadRequestsPerMinutePerProject\"}}"),
     GOOGLE_OTHER, ERR_TEMPORARY,
     "the quota of read requests is used up: ReadRequestsPerMinutePerProject",
     "others may use the same project"},
    {429,
     BODY_WITH(429, "RESOURCE_EXHAUSTED",
               "Quota exceeded for quota group 'ReadGroup' and limit 'Read requests per user per "
               "100 seconds' of service 'sheets.googleapis.com' for consumer "
               "'project_number:12'.",
               "{\"@type\": \"type.googleapis.com/google.rpc.Help\", \"links\": "
               "[{\"description\": \"Google developer console API key\", \"url\": "
               "\"https://console.developers.google.com/project/12/apiui/credential\"}]}"),
     GOOGLE_OTHER, ERR_TEMPORARY, "the quota of read requests is used up",
     "others may use the same key"},
    {429, "<html>Sorry...</html>", GOOGLE_OTHER, ERR_TEMPORARY,
     "the quota of read requests is used up", "minute"},
    /* bad days */
    {408, "", GOOGLE_OTHER, ERR_TEMPORARY, "Google cannot answer just now (HTTP 408)", ""},
    {500, BODY(500, "INTERNAL", "Internal error encountered."), GOOGLE_OTHER, ERR_TEMPORARY,
     "Google cannot answer just now (HTTP 500)", ""},
    {502, "<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>", GOOGLE_OTHER, ERR_TEMPORARY,
     "Google cannot answer just now (HTTP 502)", ""},
    {503, BODY(503, "UNAVAILABLE", "The service is currently unavailable."), GOOGLE_OTHER,
     ERR_TEMPORARY, "Google cannot answer just now (HTTP 503)", ""},
    {504, "", GOOGLE_OTHER, ERR_TEMPORARY, "Google cannot answer just now (HTTP 504)", ""},
    /* somebody else */
    {302, "", GOOGLE_OTHER, ERR_TEMPORARY,
     "a redirect instead of an answer (HTTP 302), never followed", "login page"},
    {204, "", GOOGLE_OTHER, ERR_FAILED, "an unexpected answer (HTTP 204)", "proxy"},
    {414, "<html><title>Error 414 (Request-URI Too Large)!!1</title>", GOOGLE_OTHER, ERR_FAILED,
     "an unexpected answer (HTTP 414)", "proxy"},
    {400, "<html><title>Error 400 (Bad Request)!!1</title>", GOOGLE_OTHER, ERR_FAILED,
     "an unexpected answer (HTTP 400)", "proxy"},
    {403, "<html>Blocked by policy</html>", GOOGLE_OTHER, ERR_FAILED,
     "an unexpected answer (HTTP 403)", "proxy"},
    {403, "", GOOGLE_OTHER, ERR_FAILED, "an unexpected answer (HTTP 403)", "proxy"},
    {404, "<html>Error 404 (Not Found)!!1</html>", GOOGLE_OTHER, ERR_FAILED,
     "an unexpected answer (HTTP 404)", "proxy"},
    {404, "{\"error\": \"not_found\"}", GOOGLE_OTHER, ERR_FAILED, "an unexpected answer (HTTP 404)",
     "proxy"},
};

static void read_case(const struct fault_case *wanted, const char *email) {
    struct http_response response = {.status = wanted->status, .retry_after_s = -1};
    struct err err = {0};
    buf_add_text(&response.body, wanted->body);
    enum google_fault fault = google_error_read(&response, ID, email, &err);
    if (strcmp(err.message, wanted->message) != 0)
        fail_msg("%d %s: %s", wanted->status, wanted->body, err.message);
    assert_int_equal(fault, wanted->fault);
    assert_int_equal(err.class, wanted->class);
    if (*wanted->hint ? !strstr(err.hint, wanted->hint) : *err.hint)
        fail_msg("%s: the hint is: %s", wanted->message, err.hint);
    assert_int_equal(response.retry_after_s, wanted->status == 429 ? 20 : -1);
    http_response_free(&response);
}

static void test_faults(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        read_case(&CASES[i], EMAIL);
}

/* A user's token has no address to share with. */
static void test_nobody_to_share_with(void **state) {
    (void)state;
    const struct fault_case wanted = {
        403,
        BODY(403, "PERMISSION_DENIED", "The caller does not have permission"),
        GOOGLE_OTHER,
        ERR_ACCESS,
        "spreadsheet " ID ": no permission to read it",
        "share it with the account whose credential this is"};
    read_case(&wanted, NULL);
}

static void test_what_the_server_asks_for_stands(void **state) {
    (void)state;
    struct http_response response = {.status = 429, .retry_after_s = 3};
    struct err err;
    google_error_read(&response, ID, EMAIL, &err);
    assert_int_equal(response.retry_after_s, 3);
    response.status = 503;
    response.retry_after_s = 4;
    google_error_read(&response, ID, EMAIL, &err);
    assert_int_equal(response.retry_after_s, 4);
}

/* Any shape of JSON may come, and none may be more than not understood. */
static void test_odd_bodies(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "null",
        "[]",
        "[{\"error\": {}}]",
        "{}",
        "{\"error\": null}",
        "{\"error\": []}",
        "{\"error\": {\"status\": 403, \"message\": [], \"details\": {}}}",
        "{\"error\": {\"details\": \"x\"}}",
        "{\"error\": {\"details\": [null, 1, \"x\", [], {}, {\"metadata\": 1}, {\"reason\": {}}]}}",
        "{\"error\": {\"status\": \"A\", \"status\": \"B\"}}",
        "{\"error\": {\"message\": \"\\ud800\"}}",
        "\xFF\xFE",
    };
    static const int statuses[] = {400, 401, 403, 404, 429, 500, 418, 999, 0, -1};
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        for (size_t j = 0; j < COUNT_OF(statuses); j++) {
            struct http_response response = {.status = statuses[j], .retry_after_s = -1};
            struct err err = {0};
            buf_add_text(&response.body, bodies[i]);
            google_error_read(&response, ID, EMAIL, &err);
            assert_true(err.class != ERR_NONE);
            assert_true(err.message[0] != '\0');
            http_response_free(&response);
        }
}

static void check_body(const char *body, bool is_json, const char *message, const char *hint) {
    struct http_response response = {.status = 200, .is_json = is_json};
    struct err err = {0};
    buf_add_text(&response.body, body);
    err_set(&err, ERR_FAILED, "line 1, column 1: a value was expected");
    assert_false(google_error_of_body(&response, err.message, &err));
    assert_int_equal(err.class, ERR_TEMPORARY);
    assert_string_equal(err.message, message);
    assert_true(*hint ? strstr(err.hint, hint) != NULL : !*err.hint);
    http_response_free(&response);
}

static void test_good_status_with_bad_body(void **state) {
    (void)state;
    static const char unreadable[] =
        "the answer cannot be read: line 1, column 1: a value was expected";
    check_body("{\"values\": [[1,", true, unreadable, "");
    check_body("", true, unreadable, "");
    check_body("", false, unreadable, "");
    check_body("<html>", true, unreadable, "");
    check_body("<html>Please log in", false, "a web page instead of an answer", "login page");
    check_body("\r\n  <!DOCTYPE html>", false, "a web page instead of an answer", "login page");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_nobody_to_share_with),
        cmocka_unit_test(test_what_the_server_asks_for_stands),
        cmocka_unit_test(test_odd_bodies),
        cmocka_unit_test(test_good_status_with_bad_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
