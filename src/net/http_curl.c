/* The client over libcurl. One transfer at a time, on a handle that keeps its connections. */
#include "net/curl_library.h"
#include "net/http.h"

#include "base/arena.h"

#define POLL_MS 50             /* how soon a signal is noticed */
#define CONNECT_TIMEOUT_S 15.0 /* where the patience for silence is longer than that */
#define LEAST_BYTES_PER_S 100L /* slower than that is silence */
#define TOTAL_TIMEOUT_S 900L

struct curl_client {
    struct http_client base;
    struct http_settings settings;
    struct curl_library curl;
    CURL *easy;
    CURLM *multi;
    char detail[CURL_ERROR_SIZE];
};

/* Where an answer goes while it comes in. */
struct curl_sink {
    struct http_response *response;
    size_t max_bytes;
};

static size_t curl_take(char *data, size_t size, size_t count, void *context) {
    struct curl_sink *sink = context;
    struct buf *body = &sink->response->body;
    size *= count;
    if (size > sink->max_bytes - body->size) {
        sink->response->is_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buf_add(body, (struct span){data, size});
    return size;
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static struct span host_of(const char *url) {
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    return (struct span){host, strcspn(host, "/?#")};
}

/* A name cannot end here and go on as another host: ':' or '/' must follow, and no '@', which would
 * make a user's name and password of what stands before it. */
static bool is_on_this_machine(const char *url) {
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    struct span host = host_of(url);
    if (host.size && memchr(host.data, '@', host.size))
        return false;
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (starts_with(url, hosts[i]) && strchr(":/", url[strlen(hosts[i])]))
            return true;
    return false;
}

/* For messages: a user's name and password may stand before it. */
static struct span shown_host_of(const char *url) {
    struct span host = host_of(url);
    const char *at = host.size ? memrchr(host.data, '@', host.size) : NULL;
    return at ? (struct span){at + 1, (size_t)(host.data + host.size - at - 1)} : host;
}

static struct curl_slist *make_headers(const struct curl_library *curl,
                                       const struct http_request *request) {
    struct curl_slist *headers = curl->slist_append(NULL, "Accept: application/json");
    struct buf line = {0};
    /* libcurl would ask before it sends a body of more than a megabyte. */
    headers = curl->slist_append(headers, "Expect:");
    if (request->authorization) {
        buf_printf(&line, "Authorization: %s", request->authorization);
        headers = curl->slist_append(headers, line.data);
        explicit_bzero(line.data, line.size);
    }
    buf_free(&line);
    return headers;
}

static void configure_transfer(struct curl_client *self, const struct http_request *request,
                               struct curl_slist *headers, struct curl_sink *sink) {
    const struct curl_library *curl = &self->curl;
    CURL *easy = self->easy;
    bool is_local = is_on_this_machine(request->url);
    double connect_s =
        self->settings.timeout_s < CONNECT_TIMEOUT_S ? self->settings.timeout_s : CONNECT_TIMEOUT_S;
    long silence_s = (long)(self->settings.timeout_s + 0.999);
    curl->easy_reset(easy); /* keeps connections and what is known of hosts */
    self->detail[0] = '\0';
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, self->detail);
    curl->easy_setopt(easy, CURLOPT_URL, request->url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, is_local ? "http" : "https");
    if (is_local)
        curl->easy_setopt(easy, CURLOPT_PROXY, "");
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Looking up a name is a thread that cannot be stopped; it is left behind, not waited for. */
    curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_s * 1000));
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, LEAST_BYTES_PER_S);
    curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, silence_s);
    curl->easy_setopt(easy, CURLOPT_TIMEOUT, TOTAL_TIMEOUT_S);
    curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    /* Google compresses for programs that have the word in their name. */
    curl->easy_setopt(easy, CURLOPT_USERAGENT, "goldleaf/" GOLDLEAF_VERSION " (gzip)");
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, curl_take);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, sink);
    if (request->form)
        curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->form);
}

static bool is_stopped(const struct curl_client *self) {
    return self->settings.is_stopped && self->settings.is_stopped(self->settings.stop_context);
}

/* CURLE_ABORTED_BY_CALLBACK when it was told to stop. */
static CURLcode perform(struct curl_client *self) {
    const struct curl_library *curl = &self->curl;
    CURLcode result = CURLE_ABORTED_BY_CALLBACK;
    int running = 1, left;
    CURLMcode status = curl->multi_add_handle(self->multi, self->easy);
    while (status == CURLM_OK && running && !is_stopped(self)) {
        status = curl->multi_perform(self->multi, &running);
        if (status == CURLM_OK && running)
            status = curl->multi_poll(self->multi, NULL, 0, POLL_MS, NULL);
    }
    if (status != CURLM_OK)
        result = CURLE_OUT_OF_MEMORY;
    for (CURLMsg *message; (message = curl->multi_info_read(self->multi, &left));)
        if (message->msg == CURLMSG_DONE)
            result = message->data.result;
    curl->multi_remove_handle(self->multi, self->easy);
    return result;
}

static void read_answer(const struct curl_library *curl, CURL *easy,
                        struct http_response *response) {
    struct curl_header *date;
    const char *type = NULL;
    long status = 0;
    curl_off_t retry_after_s = 0, wire_bytes = 0;
    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl->easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    curl->easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &wire_bytes);
    curl->easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    response->status = (int)status;
    response->is_json = type && starts_with(type, "application/json");
    response->wire_bytes = (size_t)wire_bytes;
    if (retry_after_s > 0)
        response->retry_after_s = retry_after_s;
    if (curl->easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
        response->date_s = curl->getdate(date->value, NULL); /* -1 when it is none */
}

/* What is said where libcurl's own words would not help. */
static const struct {
    CURLcode code;
    enum err_class class;
    const char *message; /* NULL: libcurl's */
    const char *hint;
} FAULTS[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_TEMPORARY, "the name is not found",
     "is this machine connected to the internet?"},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_TEMPORARY, "the proxy's name is not found",
     "the proxy is named by https_proxy, HTTPS_PROXY or ALL_PROXY"},
    {CURLE_COULDNT_CONNECT, ERR_TEMPORARY, NULL,
     "is this machine connected to the internet, and may it go there (firewall, proxy)?"},
    {CURLE_OPERATION_TIMEDOUT, ERR_TEMPORARY, NULL, NULL},
    {CURLE_PARTIAL_FILE, ERR_TEMPORARY, "the answer was cut short", NULL},
    {CURLE_GOT_NOTHING, ERR_TEMPORARY, "the connection was closed without an answer", NULL},
    {CURLE_SEND_ERROR, ERR_TEMPORARY, "the connection was lost", NULL},
    {CURLE_RECV_ERROR, ERR_TEMPORARY, "the connection was lost", NULL},
    {CURLE_HTTP2, ERR_TEMPORARY, NULL, NULL},
    {CURLE_HTTP2_STREAM, ERR_TEMPORARY, NULL, NULL},
    {CURLE_BAD_CONTENT_ENCODING, ERR_TEMPORARY, "the answer cannot be decompressed", NULL},
    {CURLE_WEIRD_SERVER_REPLY, ERR_TEMPORARY, "this is no HTTP answer", NULL},
    {CURLE_SSL_CONNECT_ERROR, ERR_TEMPORARY, NULL,
     "something between here and there may break into the connection (proxy, firewall)"},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_FAILED, NULL,
     "the certificate is not trusted: check this machine's clock and its ca-certificates; a proxy "
     "that looks into connections needs its certificate installed"},
    {CURLE_SSL_CACERT_BADFILE, ERR_FAILED, NULL, "install the package ca-certificates"},
};

/* libcurl calls it a lost connection; a proxy that says no will say so again. */
static bool fail_at_proxy(struct span host, long status, struct err *err) {
    err_set(err, status < 500 ? ERR_FAILED : ERR_TEMPORARY,
            "%.*s: the proxy refuses to connect (HTTP %ld)", SPAN_ARG(host), status);
    return err_hint(err, "the proxy is named by https_proxy, HTTPS_PROXY or ALL_PROXY");
}

static bool fail(struct curl_client *self, const struct http_request *request, CURLcode code,
                 const struct http_response *response, struct err *err) {
    const struct curl_library *curl = &self->curl;
    struct span host = shown_host_of(request->url);
    const char *message = NULL, *hint = NULL;
    enum err_class class = ERR_FAILED;
    long proxy_status = 0; /* of its answer to CONNECT */
    if (response->is_too_large)
        return err_set(err, ERR_FAILED, "%.*s: the answer is larger than %zu MB", SPAN_ARG(host),
                       request->max_bytes / 1000000);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    curl->easy_getinfo(self->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300)
        return fail_at_proxy(host, proxy_status, err);
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++)
        if (FAULTS[i].code == code) {
            class = FAULTS[i].class;
            message = FAULTS[i].message;
            hint = FAULTS[i].hint;
        }
    if (!message)
        message = self->detail[0] ? self->detail : curl->easy_strerror(code);
    err_set(err, class, "%.*s: %s", SPAN_ARG(host), message);
    return hint && err_hint(err, "%s", hint);
}

static bool curl_send(struct http_client *client, const struct http_request *request,
                      struct http_response *response, struct err *err) {
    struct curl_client *self = (struct curl_client *)client;
    const struct curl_library *curl = &self->curl;
    struct curl_sink sink = {response, request->max_bytes};
    struct curl_slist *headers = make_headers(curl, request);
    configure_transfer(self, request, headers, &sink);
    CURLcode code = perform(self);
    if (code == CURLE_OK)
        read_answer(curl, self->easy, response);
    curl->easy_setopt(self->easy, CURLOPT_HTTPHEADER, NULL);
    curl->slist_free_all(headers);
    return code == CURLE_OK || fail(self, request, code, response, err);
}

static void curl_close(struct http_client *client) {
    struct curl_client *self = (struct curl_client *)client;
    const struct curl_library *curl = &self->curl;
    curl->easy_cleanup(self->easy);
    curl->multi_cleanup(self->multi);
    free(self);
}

static bool start(struct curl_client *self, struct err *err) {
    const struct curl_library *curl = &self->curl;
    if (!curl_library_load(&self->curl, err))
        return false;
    if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_FAILED, "libcurl does not start");
    self->easy = curl->easy_init();
    self->multi = curl->multi_init();
    if (self->easy && self->multi)
        return true;
    curl->easy_cleanup(self->easy);
    curl->multi_cleanup(self->multi);
    return err_set(err, ERR_FAILED, "libcurl does not start");
}

bool http_open(struct http_client **client, const struct http_settings *settings, struct err *err) {
    struct curl_client *self = memory_alloc(sizeof *self);
    *client = NULL;
    *self = (struct curl_client){.base = {curl_send, curl_close}, .settings = *settings};
    if (!start(self, err)) {
        free(self);
        return false;
    }
    *client = &self->base;
    return true;
}
