/* One HTTP answer, and how it goes over the wire: as it should, or broken off on purpose. */
#ifndef LOOPBACK_REPLY_H
#define LOOPBACK_REPLY_H

#include "base/buf.h"

#include <stdint.h>

enum delivery_end {
    DELIVERY_KEEP,    /* the connection stays open */
    DELIVERY_CLOSE,   /* FIN */
    DELIVERY_RESET,   /* RST */
    DELIVERY_SILENCE, /* nothing for a while, then FIN */
};

struct delivery {
    bool is_mute;      /* not even the status line is sent */
    bool is_chunked;   /* no Content-Length */
    bool is_limited;   /* only `limit` bytes of the body are sent */
    size_t limit;      /* bytes */
    size_t overstated; /* by how much Content-Length is too large */
    size_t drip_bytes; /* pieces of this size with pauses; 0: all at once */
    double drip_s;
    enum delivery_end end;
    double silence_s;
};

struct reply {
    int status;
    const char *content_type;
    const char *server;
    struct buf headers; /* further lines, each with its CRLF */
    struct buf body;
    bool is_gzip;   /* the body is, or claims to be */
    double clock_s; /* how far the Date header is off */
    struct delivery delivery;
};

void reply_free(struct reply *reply);

/* An error page as Google's front end sends it. */
void reply_set_html(struct reply *reply, int status);

void reply_add_header(struct reply *reply, const char *format, ...) PRINTF_LIKE(2, 3);

/* "Tue, 24 Nov 2026 06:00:00 GMT" of now and some seconds. */
#define REPLY_DATE_SIZE 64
void reply_format_date(char out[static REPLY_DATE_SIZE], double offset_s);

/* Compresses the body (gzip, level 1). */
void reply_compress(struct reply *reply);

/* Makes the body a gzip of `{` and so many megabytes of blanks. */
void reply_set_bomb(struct reply *reply, size_t megabytes);

/* Sends. False when the connection is not to be used again. `*sent` grows by the body's bytes. */
bool reply_send(struct reply *reply, int socket, bool is_keep_alive, uint64_t *sent);

void reply_sleep(double seconds);

#endif
