/* The client over libcurl against a server that says good and bad things byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/http.h"
#include "raw_server.h"
#include "json/json_scan.h"

#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n"

/* What the gzipped answer says, and its bytes. */
#define TICKETS                                                                                    \
    "{\"range\":\"Tickets!A1:B4\",\"values\":[[\"ticket_id\",\"event_id\"],[\"T1\",\"E1\"],"       \
    "[\"T2\",\"E1\"],[\"T3\",\"E1\"]]}"

static const unsigned char tickets_gzip[] = {
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0x2A, 0x4A, 0xCC,
    0x4B, 0x4F, 0x55, 0xB2, 0x52, 0x0A, 0xC9, 0x4C, 0xCE, 0x4E, 0x2D, 0x29, 0x56, 0x74, 0x34,
    0xB4, 0x72, 0x32, 0x51, 0xD2, 0x51, 0x2A, 0x4B, 0xCC, 0x29, 0x4D, 0x2D, 0x56, 0xB2, 0x8A,
    0x8E, 0x56, 0x2A, 0x01, 0x4B, 0xC5, 0x67, 0xA6, 0x00, 0x85, 0x53, 0xCB, 0x52, 0xF3, 0xC0,
    0xCC, 0x58, 0x9D, 0x68, 0xA5, 0x10, 0x43, 0xA0, 0x88, 0xAB, 0x21, 0x84, 0x6D, 0x84, 0xC4,
    0x36, 0x86, 0xB2, 0x63, 0x6B, 0x01, 0xF4, 0x7E, 0xC3, 0x44, 0x61, 0x00, 0x00, 0x00,
};

/* A server, a client, and what came of the last request. */
struct world {
    struct server server;
    struct http_client *client;
    struct http_request request;
    struct http_response response;
    struct err err;
    char url[100];
    size_t polls, stop_at; /* the client is told to stop at this question; 0: never */
};

static bool is_stopped(void *context) {
    struct world *world = context;
    return ++world->polls == world->stop_at;
}

static void world_start(struct world *world, const struct reply *replies, size_t count) {
    *world = (struct world){.response = {.status = 0}};
    server_start(&world->server, replies, count);
    snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/v4/x?fields=a",
             world->server.port);
    world->request = (struct http_request){.url = world->url, .max_bytes = 1000};
    const struct http_settings settings = {10, is_stopped, world};
    assert_true(http_open(&world->client, &settings, &world->err));
}

#define START(world, ...)                                                                          \
    static const struct reply replies[] = {__VA_ARGS__};                                           \
    world_start(&world, replies, COUNT_OF(replies))

static bool send_request(struct world *world) {
    http_response_free(&world->response);
    return http_send(world->client, &world->request, &world->response, &world->err);
}

static void expect_good(struct world *world, int status, const char *body) {
    if (!send_request(world))
        fail_msg("%s", world->err.message);
    assert_int_equal(world->response.status, status);
    assert_string_equal(buf_text(&world->response.body), body);
    assert_false(world->response.is_too_large);
}

static void expect_fault(struct world *world, enum err_class class, const char *part) {
    assert_false(send_request(world));
    assert_int_equal(world->err.class, class);
    if (!strstr(world->err.message, part))
        fail_msg("\"%s\" does not say \"%s\"", world->err.message, part);
}

/* Stops the server, so that what it saw can be looked at. */
static void world_stop(struct world *world) {
    http_response_free(&world->response);
    http_close(world->client);
    server_stop(&world->server);
}

static void world_end(struct world *world) {
    world_stop(world);
    buf_free(&world->server.requests);
}

static void expect_asked(const struct world *world, const char *part) {
    if (!strstr(buf_text(&world->server.requests), part))
        fail_msg("\"%s\" is not in: %s", part, buf_text(&world->server.requests));
}

static void expect_not_asked(const struct world *world, const char *part) {
    if (strstr(buf_text(&world->server.requests), part))
        fail_msg("\"%s\" is in: %s", part, buf_text(&world->server.requests));
}

/* ---- good answers ---- */

static void test_json_answer(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY(JSON_HEAD "Date: Tue, 24 Nov 2026 06:00:00 GMT\r\n"
                                 "Content-Length: 12\r\n\r\n{\"rows\": 12}"));
    expect_good(&world, 200, "{\"rows\": 12}");
    assert_true(world.response.is_json);
    assert_int_equal(world.response.date_s, 1795500000);
    assert_int_equal(world.response.retry_after_s, -1);
    assert_int_equal(world.response.wire_bytes, 12);
    world_stop(&world);
    expect_asked(&world, "GET /v4/x?fields=a HTTP/1.1\r\n");
    expect_asked(&world, "Accept-Encoding: gzip\r\n");
    expect_asked(&world, "Accept: application/json\r\n");
    expect_asked(&world, "User-Agent: goldleaf/" GOLDLEAF_VERSION " (gzip)\r\n");
    expect_not_asked(&world, "Authorization");
    buf_free(&world.server.requests);
}

static void test_bare_answer(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n"
                       "Date: some day\r\nContent-Length: 6\r\n\r\n<html>"));
    expect_good(&world, 503, "<html>");
    assert_false(world.response.is_json);
    assert_int_equal(world.response.date_s, -1);
    world_end(&world);
}

static void test_empty_answers(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 204 No Content\r\n\r\n"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          LAST_REPLY("HTTP/1.0 200 OK\r\n\r\n"));
    expect_good(&world, 204, "");
    expect_good(&world, 200, "");
    expect_good(&world, 200, "");
    assert_int_equal(world.response.wire_bytes, 0);
    world_end(&world);
}

static void test_chunked_answer(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY(JSON_HEAD "Transfer-Encoding: chunked\r\n\r\n"
                                 "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"));
    expect_good(&world, 200, "[1,2]");
    world_end(&world);
}

static void test_connection_is_kept(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY(JSON_HEAD "Content-Length: 1\r\n\r\n1"),
          REPLY("HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2"),
          REPLY(JSON_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n"));
    expect_good(&world, 200, "1");
    expect_good(&world, 404, "2");
    expect_good(&world, 200, "3");
    world_stop(&world);
    assert_int_equal(world.server.accepted, 1);
    buf_free(&world.server.requests);
}

/* A server may close what it kept; that is no fault of the next request. */
static void test_closed_connection_is_opened_again(void **state) {
    (void)state;
    struct world world;
    START(world, LAST_REPLY(JSON_HEAD "Content-Length: 1\r\n\r\n1"),
          REPLY(JSON_HEAD "Content-Length: 1\r\n\r\n2"));
    expect_good(&world, 200, "1");
    expect_good(&world, 200, "2");
    world_stop(&world);
    assert_int_equal(world.server.accepted, 2);
    buf_free(&world.server.requests);
}

static int64_t retry_after(const char *value) {
    struct world world;
    struct buf text = {0};
    buf_printf(&text, "HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", value);
    const struct reply replies[] = {{buf_span(&text), false}};
    world_start(&world, replies, 1);
    expect_good(&world, 429, "");
    int64_t seconds = world.response.retry_after_s;
    world_end(&world);
    buf_free(&text);
    return seconds;
}

static void test_retry_after(void **state) {
    (void)state;
    char date[64];
    time_t then = time(NULL) + 100;
    struct tm tm;
    assert_non_null(gmtime_r(&then, &tm));
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    int64_t seconds = retry_after(date);
    assert_true(seconds > 0 && seconds <= 100);
    assert_int_equal(retry_after("7"), 7);
    assert_int_equal(retry_after("120"), 120);
    assert_int_equal(retry_after("0"), -1);
    assert_int_equal(retry_after("-5"), -1);
    assert_int_equal(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), -1);
    assert_int_equal(retry_after("soon"), -1);
}

static void test_redirect_is_not_followed(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
          REPLY(JSON_HEAD "Content-Length: 1\r\n\r\n1"));
    world.request.authorization = "Bearer abc";
    expect_good(&world, 302, "");
    world_stop(&world);
    expect_not_asked(&world, "elsewhere");
    assert_int_equal(world.server.answered, 1);
    buf_free(&world.server.requests);
}

/* ---- what is sent ---- */

static void test_authorization(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    world.request.authorization = "Bearer abc.def";
    expect_good(&world, 200, "");
    world.request.authorization = NULL;
    world.request.form = "";
    expect_good(&world, 200, "");
    world_stop(&world);
    expect_asked(&world, "\r\nAuthorization: Bearer abc.def\r\n");
    const char *second = strstr(buf_text(&world.server.requests), "POST ");
    assert_non_null(second);
    assert_null(strstr(second, "Authorization"));
    buf_free(&world.server.requests);
}

/* Also a form of megabytes goes without asking first, and the next request is a GET again. */
static void test_form(void **state) {
    (void)state;
    struct world world;
    struct buf form = {0};
    START(world, REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    world.request.form = "grant_type=x%3Ay&assertion=a.b.c";
    expect_good(&world, 200, "");
    buf_add_text(&form, "long=");
    while (form.size < 1200000)
        buf_add_text(&form, "0123456789");
    world.request.form = buf_text(&form);
    expect_good(&world, 200, "");
    world.request.form = NULL;
    expect_good(&world, 200, "");
    world_stop(&world);
    expect_asked(&world, "POST /v4/x?fields=a HTTP/1.1\r\n");
    expect_asked(&world, "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    expect_asked(&world, "\r\n\r\ngrant_type=x%3Ay&assertion=a.b.cPOST ");
    expect_asked(&world, buf_text(&form));
    expect_asked(&world, "0123456789GET /v4/x");
    expect_not_asked(&world, "Expect");
    buf_free(&form);
    buf_free(&world.server.requests);
}

/* Nobody listens at port 1: a request that goes there fails. */
static void test_no_proxy_for_this_machine(void **state) {
    (void)state;
    static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    struct world world;
    START(world, REPLY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        setenv(variables[i], "http://127.0.0.1:1", 1);
    expect_good(&world, 200, "");
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        unsetenv(variables[i]);
    world_end(&world);
}

/* Where the environment names a proxy, Google is asked through it. */
static void test_proxy_for_others(void **state) {
    (void)state;
    struct world world;
    char proxy[64];
    START(world, LAST_REPLY("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"),
          LAST_REPLY("HTTP/1.1 503 Not now\r\nContent-Length: 0\r\n\r\n"));
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", world.server.port);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    setenv("https_proxy", proxy, 1);
    world.request.url = "https://sheets.googleapis.com/v4/x";
    world.request.authorization = "Bearer abc";
    expect_fault(&world, ERR_FAILED,
                 "sheets.googleapis.com: the proxy refuses to connect (HTTP 407)");
    assert_non_null(strstr(world.err.hint, "https_proxy"));
    expect_fault(&world, ERR_TEMPORARY,
                 "sheets.googleapis.com: the proxy refuses to connect (HTTP 503)");
    unsetenv("https_proxy");
    world_stop(&world);
    expect_asked(&world, "CONNECT sheets.googleapis.com:443 HTTP/1.1\r\n");
    expect_not_asked(&world, "Bearer");
    buf_free(&world.server.requests);
}

static void test_netrc_is_not_read(void **state) {
    (void)state;
    struct world world;
    char folder[] = "/tmp/goldleaf-http-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/.netrc", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("machine 127.0.0.1 login somebody password secret\n", file);
    fclose(file);
    const char *home = getenv("HOME");
    char *before = home ? strdup(home) : NULL;
    setenv("HOME", folder, 1);
    START(world, REPLY("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"));
    expect_good(&world, 401, "");
    if (before)
        setenv("HOME", before, 1);
    free(before);
    unlink(path);
    rmdir(folder);
    world_stop(&world);
    expect_not_asked(&world, "Authorization");
    buf_free(&world.server.requests);
}

/* ---- faults ---- */

static void test_ceiling(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"),
          REPLY("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n12"));
    world.request.max_bytes = 8;
    expect_good(&world, 200, "12345678");
    expect_fault(&world, ERR_FAILED, ": the answer is larger than ");
    assert_true(world.response.is_too_large);
    expect_good(&world, 200, "12");
    world_end(&world);
}

static void test_answer_is_cut_short(void **state) {
    (void)state;
    struct world world;
    START(world, LAST_REPLY(JSON_HEAD "Content-Length: 100\r\n\r\n{\"a\": 1}"),
          LAST_REPLY(JSON_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n"),
          LAST_REPLY(JSON_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n[1,"));
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        expect_fault(&world, ERR_TEMPORARY, "127.0.0.1:");
        assert_non_null(strstr(world.err.message, ": the answer was cut short"));
        assert_false(world.response.is_too_large);
    }
    world_end(&world);
}

static void test_no_answer(void **state) {
    (void)state;
    struct world world;
    START(world, LAST_REPLY(""));
    expect_fault(&world, ERR_TEMPORARY, ": the connection was closed without an answer");
    world_end(&world);
}

/* Neither is what HTTP servers say; what it says is no JSON, so nobody takes it for an answer. */
static void test_no_http(void **state) {
    (void)state;
    struct world world;
    START(world, LAST_REPLY("SSH-2.0-OpenSSH_9.2\r\n"), LAST_REPLY("{\"values\": []}"));
    assert_false(send_request(&world));
    assert_false(send_request(&world));
    world_end(&world);
}

static void test_connection_is_refused(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY(""));
    int port, listener = server_listen(&port);
    close(listener);
    snprintf(world.url, sizeof world.url, "http://127.0.0.1:%d/", port);
    expect_fault(&world, ERR_TEMPORARY, "127.0.0.1");
    assert_non_null(strstr(world.err.hint, "internet"));
    world_end(&world);
}

/* The server takes the request and is silent. */
static void test_silence(void **state) {
    (void)state;
    struct world world;
    world_start(&world, NULL, 0);
    const struct http_settings settings = {.timeout_s = 1};
    http_close(world.client);
    assert_true(http_open(&world.client, &settings, &world.err));
    expect_fault(&world, ERR_TEMPORARY, "127.0.0.1");
    world_end(&world);
}

/* And in the middle of an answer. */
static void test_silence_in_mid_answer(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY(JSON_HEAD "Content-Length: 100\r\n\r\n[1,"));
    const struct http_settings settings = {.timeout_s = 1};
    http_close(world.client);
    assert_true(http_open(&world.client, &settings, &world.err));
    expect_fault(&world, ERR_TEMPORARY, "127.0.0.1");
    world_end(&world);
}

static void test_stop(void **state) {
    (void)state;
    struct world world;
    world_start(&world, NULL, 0);
    world.stop_at = 3;
    double began_s = clock_monotonic_s();
    expect_fault(&world, ERR_INTERRUPTED, "interrupted");
    assert_true(clock_monotonic_s() - began_s < 2);
    world_end(&world);
}

static void test_stopped_before(void **state) {
    (void)state;
    struct world world;
    world_start(&world, NULL, 0);
    world.stop_at = 1;
    expect_fault(&world, ERR_INTERRUPTED, "interrupted");
    world_stop(&world);
    assert_int_equal(world.server.requests.size, 0);
    buf_free(&world.server.requests);
}

/* None of these gets as far as a connection: secrets go over TLS or stay on this machine. */
static void test_refused_urls(void **state) {
    (void)state;
    static const char *const urls[] = {
        "http://192.0.2.1/",
        "http://sheets.googleapis.com/v4/x",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@192.0.2.1/",
        "http://127.0.0.1:80@192.0.2.1/",
        "http://localhost:x@192.0.2.1/v4",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
    };
    struct world world;
    world_start(&world, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        world.request.url = urls[i];
        expect_fault(&world, ERR_FAILED, "");
        assert_int_equal(world.response.body.size, 0);
    }
    world_end(&world);
}

static void test_this_machine_by_name(void **state) {
    (void)state;
    struct world world;
    START(world, REPLY("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    snprintf(world.url, sizeof world.url, "http://localhost:%d/", world.server.port);
    expect_good(&world, 200, "ok");
    world_end(&world);
}

/* ---- gzip ---- */

static struct span gzip_answer(struct buf *text, size_t said_size, size_t size) {
    buf_printf(text, JSON_HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", said_size);
    buf_add(text, (struct span){(const char *)tickets_gzip, size});
    return buf_span(text);
}

static void gzip_start(struct world *world, struct buf *text, struct reply *reply, size_t said_size,
                       size_t size) {
    *text = (struct buf){0};
    *reply = (struct reply){gzip_answer(text, said_size, size), true};
    world_start(world, reply, 1);
}

static void test_gzip(void **state) {
    (void)state;
    struct world world;
    struct buf text;
    struct reply reply;
    gzip_start(&world, &text, &reply, sizeof tickets_gzip, sizeof tickets_gzip);
    expect_good(&world, 200, TICKETS);
    assert_int_equal(world.response.wire_bytes, sizeof tickets_gzip);
    world_end(&world);
    buf_free(&text);
}

/* 89 bytes came, but 97 are meant. */
static void test_ceiling_is_of_the_decoded_answer(void **state) {
    (void)state;
    struct world world;
    struct buf text;
    struct reply reply;
    gzip_start(&world, &text, &reply, sizeof tickets_gzip, sizeof tickets_gzip);
    world.request.max_bytes = strlen(TICKETS) - 1;
    assert_true(sizeof tickets_gzip < strlen(TICKETS) - 1);
    expect_fault(&world, ERR_FAILED, "larger than");
    assert_true(world.response.is_too_large);
    world_end(&world);
    buf_free(&text);
}

static void test_cut_gzip(void **state) {
    (void)state;
    for (size_t size = 1; size < sizeof tickets_gzip; size++) {
        struct world world;
        struct buf text;
        struct reply reply;
        gzip_start(&world, &text, &reply, sizeof tickets_gzip, size);
        expect_fault(&world, ERR_TEMPORARY, "");
        world_end(&world);
        buf_free(&text);
    }
}

/* A proxy that cuts and counts again: the length fits, so HTTP is content, and libcurl does not
 * look for the end of the compressed text. The reader of the JSON does: only when nothing but the
 * checksum behind the text is lost, the document is whole. */
static void test_cut_gzip_of_fitting_length(void **state) {
    (void)state;
    const size_t trailer = 8, deflated = sizeof tickets_gzip - trailer;
    for (size_t size = 1; size < sizeof tickets_gzip; size++) {
        struct world world;
        struct buf text;
        struct reply reply;
        struct json_marks marks = {0};
        struct err ignored;
        gzip_start(&world, &text, &reply, size, size);
        bool is_sent = send_request(&world);
        bool is_read = is_sent && json_scan(buf_span(&world.response.body), &marks, &ignored);
        if (is_read) {
            assert_string_equal(buf_text(&world.response.body), TICKETS);
            assert_true(size + 2 >= deflated);
        } else if (!is_sent) {
            assert_int_equal(world.err.class, ERR_TEMPORARY);
        }
        free(marks.items);
        world_end(&world);
        buf_free(&text);
    }
}

static void test_spoilt_gzip(void **state) {
    (void)state;
    struct world world;
    START(world, LAST_REPLY(JSON_HEAD "Content-Encoding: gzip\r\nContent-Length: 13\r\n\r\n"
                                      "{\"plain\": 12}"));
    expect_fault(&world, ERR_TEMPORARY, "");
    world_end(&world);
}

/* ---- escaping ---- */

static void test_escaping(void **state) {
    (void)state;
    struct buf out = {0};
    http_add_escaped(&out, SPAN("azAZ09-._~"));
    assert_string_equal(buf_text(&out), "azAZ09-._~");
    buf_clear(&out);
    http_add_escaped(&out, SPAN("'My Tab'!A1:B2 /?#%+&="));
    assert_string_equal(buf_text(&out), "%27My%20Tab%27%21A1%3AB2%20%2F%3F%23%25%2B%26%3D");
    buf_clear(&out);
    http_add_escaped(&out, SPAN("\xF0\x9F\x8C\xB5\xC3\xA9\n\0*"));
    assert_string_equal(buf_text(&out), "%F0%9F%8C%B5%C3%A9%0A%00%2A");
    buf_clear(&out);
    http_add_escaped(&out, SPAN(""));
    assert_int_equal(out.size, 0);
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_answer),
        cmocka_unit_test(test_bare_answer),
        cmocka_unit_test(test_empty_answers),
        cmocka_unit_test(test_chunked_answer),
        cmocka_unit_test(test_connection_is_kept),
        cmocka_unit_test(test_closed_connection_is_opened_again),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_redirect_is_not_followed),
        cmocka_unit_test(test_authorization),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_no_proxy_for_this_machine),
        cmocka_unit_test(test_proxy_for_others),
        cmocka_unit_test(test_netrc_is_not_read),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_answer_is_cut_short),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_no_http),
        cmocka_unit_test(test_connection_is_refused),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_silence_in_mid_answer),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stopped_before),
        cmocka_unit_test(test_refused_urls),
        cmocka_unit_test(test_this_machine_by_name),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_ceiling_is_of_the_decoded_answer),
        cmocka_unit_test(test_cut_gzip),
        cmocka_unit_test(test_cut_gzip_of_fitting_length),
        cmocka_unit_test(test_spoilt_gzip),
        cmocka_unit_test(test_escaping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
