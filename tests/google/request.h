/* One HTTP request, as it came over a connection. */
#ifndef LOOPBACK_REQUEST_H
#define LOOPBACK_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"

struct parameter {
    struct span name, value; /* decoded */
};

struct parameters {
    struct parameter *items;
    size_t count;
};

struct request {
    struct arena arena; /* all of it lives here */
    struct span method;
    struct span target;        /* path?query as sent */
    struct span path;          /* as sent, still escaped */
    struct parameters query;   /* in the order of the URL */
    struct span authorization; /* data is NULL without the header */
    struct span content_type;
    struct span body;
    bool accepts_gzip;
    bool is_keep_alive;
};

/* A connection being read: bytes that came with the last request but belong to the next. */
struct request_source {
    int socket;
    struct buf buffer;
};

enum request_result {
    REQUEST_COMPLETE,
    REQUEST_END,      /* the other side is gone or silent */
    REQUEST_BAD,      /* not HTTP */
    REQUEST_TOO_LONG, /* a URL that Google's front end would not take */
};

/* `*request` is to be freed in any case. */
enum request_result request_read(struct request_source *source, struct request *request);
void request_free(struct request *request);

/* %XX decoded; '+' becomes a blank in a query or form, but not in a path. */
struct span request_decode(struct arena *arena, struct span text, bool is_form);

/* a=b&c=d */
struct parameters request_split_form(struct arena *arena, struct span text);

/* The first value of that name, or NULL. */
const struct span *request_find(const struct parameters *parameters, const char *name);

#endif
