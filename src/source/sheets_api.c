#include "source/sheets_api.h"

#define MAX_ANSWER_BYTES ((size_t)64 << 20)

struct get {
    struct sheets_api *api;
    struct sheets_request *request;
    struct buf url;
    bool has_renewed; /* the token, for this request */
};

/* The sixty requests of the last minute are used up: that is no fault and costs no patience. */
static bool await_quota(struct sheets_api *api, struct err *err) {
    const struct waiting *waiting = api->settings->waiting;
    double wait_s = quota_wait_s(&api->quota, waiting->now_s(waiting->context));
    if (wait_s > 0 &&
        !waiting->wait(waiting->context, wait_s, "60 requests a minute are all used", err))
        return false;
    quota_count(&api->quota, waiting->now_s(waiting->context));
    return true;
}

static bool prepare(void *context, struct http_request *request, struct err *err) {
    struct get *get = context;
    get->request->fault = GOOGLE_OTHER;
    if (!token_authorization(get->api->settings->tokens, &request->authorization, err))
        return false;
    request->url = buf_text(&get->url);
    request->max_bytes = MAX_ANSWER_BYTES;
    return await_quota(get->api, err);
}

/* A token can lose its power before its time: once a request, another one is worth a try. */
static bool refuse(struct get *get, struct http_response *response, struct err *err) {
    struct sheets_request *request = get->request;
    request->fault =
        google_error_read(response, request->spreadsheet, get->api->settings->email, err);
    if (request->fault == GOOGLE_TOKEN_REFUSED && !get->has_renewed) {
        get->has_renewed = true;
        token_drop(get->api->settings->tokens);
        err->class = ERR_TEMPORARY;
    }
    return false;
}

static bool read_answer(void *context, struct http_response *response, struct err *err) {
    struct get *get = context;
    if (response->status != 200)
        return refuse(get, response, err);
    return get->request->read(get->request->context, buf_span(&response->body), err) ||
           google_error_of_body(response, err->message, err);
}

bool sheets_api_get(struct sheets_api *api, struct sheets_request *request, struct err *err) {
    const struct sheets_settings *settings = api->settings;
    struct get get = {.api = api, .request = request};
    struct http_call call = {prepare, read_answer, &get, false};
    buf_printf(&get.url, "%s/v4/spreadsheets/%s%s",
               settings->endpoint ? settings->endpoint : SHEETS_ENDPOINT, request->spreadsheet,
               request->query);
    bool ok = retry_send(settings->retry, settings->client, &call, err);
    request->is_too_large = call.is_too_large;
    /* That there was no time for another try does not make an outage of it. */
    if (!ok && request->fault == GOOGLE_TOKEN_REFUSED && err->class == ERR_TEMPORARY)
        err->class = ERR_ACCESS;
    buf_free(&get.url);
    return ok;
}
