/* One request to a web server, and its answer. The only room that knows libcurl.
 *
 * A client keeps its connections between requests and is used by one thread at a time. It has no
 * policy: no retry, no log. TLS is always verified, redirects are never followed, .netrc is never
 * read, a proxy is used only when the environment names one (and never for this machine), and a
 * decoded answer has a ceiling. Headers and bodies may hold secrets: no message repeats them. */
#ifndef GOLDLEAF_NET_HTTP_H
#define GOLDLEAF_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct http_request {
    const char *url;
    const char *authorization; /* value of the header, or NULL */
    const char *form;          /* application/x-www-form-urlencoded, sent as POST; NULL: a GET */
    size_t max_bytes;          /* ceiling of the decoded body */
};

struct http_response {
    int status;            /* 200, 404, ... */
    struct buf body;       /* decoded; owned, see http_response_free() */
    bool is_too_large;     /* with an error: the body went over max_bytes */
    int64_t date_s;        /* the server's clock, seconds since 1970; -1: not said */
    int64_t retry_after_s; /* seconds to wait; -1: not said */
    bool is_json;          /* by its Content-Type */
    size_t wire_bytes;     /* of the body, as it came */
};

/* A driver: libcurl's is http_open(); tests bring their own. */
struct http_client {
    bool (*send)(struct http_client *client, const struct http_request *request,
                 struct http_response *response, struct err *err);
    void (*close)(struct http_client *client);
};

struct http_settings {
    double timeout_s;                  /* for connecting, and for silence in mid-answer */
    bool (*is_stopped)(void *context); /* asked several times a second; NULL: never */
    void *stop_context;
};

/* A client over libcurl. ERR_FAILED when the library does not start. */
bool http_open(struct http_client **client, const struct http_settings *settings, struct err *err);

/* Sends and waits for the whole answer, whatever its status. `*response` is the caller's to free,
 * also after an error. ERR_TEMPORARY: name not found, no connection, timeout, connection lost,
 * body cut short or not to be decoded; ERR_INTERRUPTED: is_stopped; ERR_FAILED: the rest (the
 * server's certificate, the ceiling, a bad URL). Messages begin with the host. */
bool http_send(struct http_client *client, const struct http_request *request,
               struct http_response *response, struct err *err);

void http_response_free(struct http_response *response);

/* NULL is fine. */
void http_close(struct http_client *client);

/* Appends text as one path segment or query value: all but unreserved characters as %XX. */
void http_add_escaped(struct buf *out, struct span text);

#endif
