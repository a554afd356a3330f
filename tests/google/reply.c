#include "reply.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

void reply_free(struct reply *reply) {
    buf_free(&reply->headers);
    buf_free(&reply->body);
}

static const struct {
    int status;
    const char *reason, *text;
} reasons[] = {
    {200, "OK", ""},
    {302, "Found", ""},
    {400, "Bad Request", "Your client has issued a malformed or illegal request."},
    {401, "Unauthorized", "Your client does not have permission to the requested URL."},
    {403, "Forbidden", "Your client does not have permission to get URL from this server."},
    {404, "Not Found", "The requested URL was not found on this server."},
    {408, "Request Timeout", "Your client has taken too long to issue its request."},
    {411, "Length Required", "POST requests require a Content-length header."},
    {413, "Request Entity Too Large", "Your client issued a request that was too large."},
    {414, "Request-URI Too Large", "The requested URL is too large to process."},
    {429, "Too Many Requests", "We're sorry, but you have sent too many requests to us recently."},
    {500, "Internal Server Error",
     "The server encountered an error and could not complete your request."},
    {502, "Bad Gateway",
     "The server encountered a temporary error and could not complete your request. "
     "Please try again in 30 seconds."},
    {503, "Service Unavailable", "The service is temporarily unavailable. Please try again."},
    {504, "Gateway Timeout", "The server did not answer in time. Please try again in 30 seconds."},
};

static const char *find_reason(int status, const char **text) {
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if (reasons[i].status == status) {
            *text = reasons[i].text;
            return reasons[i].reason;
        }
    }
    *text = "";
    return "Unknown";
}

void reply_set_html(struct reply *reply, int status) {
    const char *text, *reason = find_reason(status, &text);
    reply->status = status;
    reply->content_type = "text/html; charset=UTF-8";
    buf_clear(&reply->body);
    buf_printf(&reply->body,
               "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
               "  <title>Error %d (%s)!!1</title>\n"
               "  <a href=//www.google.com/><span id=logo aria-label=Google></span></a>\n"
               "  <p><b>%d.</b> <ins>That\xE2\x80\x99s an error.</ins>\n"
               "  <p>%s  <ins>That\xE2\x80\x99s all we know.</ins>\n",
               status, reason, status, text);
}

void reply_add_header(struct reply *reply, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    buf_add_text(&reply->headers, line);
    buf_add_text(&reply->headers, "\r\n");
}

void reply_format_date(char out[static REPLY_DATE_SIZE], double offset_s) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL) + (time_t)offset_s;
    struct tm utc;
    gmtime_r(&now, &utc);
    snprintf(out, REPLY_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
             utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
             utc.tm_sec);
}

void reply_sleep(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (seconds > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static bool send_all(int socket, const char *data, size_t size) {
    while (size) {
        ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* In pieces with pauses when it is to drip. */
static bool send_body(const struct delivery *delivery, int socket, const char *data, size_t size) {
    size_t piece = delivery->drip_bytes ? delivery->drip_bytes : size;
    while (size) {
        size_t next = piece < size ? piece : size;
        if (!send_all(socket, data, next))
            return false;
        data += next;
        size -= next;
        if (delivery->drip_bytes)
            reply_sleep(delivery->drip_s);
    }
    return true;
}

static void chunk_body(struct buf *body) {
    struct buf chunked = {0};
    const size_t piece = 32768;
    for (size_t at = 0; at < body->size; at += piece) {
        size_t size = body->size - at < piece ? body->size - at : piece;
        buf_printf(&chunked, "%zx\r\n", size);
        buf_add(&chunked, (struct span){body->data + at, size});
        buf_add_text(&chunked, "\r\n");
    }
    buf_add_text(&chunked, "0\r\n\r\n");
    buf_free(body);
    *body = chunked;
}

static void add_head(struct buf *head, const struct reply *reply, bool is_keep_alive) {
    const char *text;
    char date[REPLY_DATE_SIZE];
    reply_format_date(date, reply->clock_s);
    buf_printf(head, "HTTP/1.1 %d %s\r\n", reply->status, find_reason(reply->status, &text));
    if (reply->content_type)
        buf_printf(head, "Content-Type: %s\r\n", reply->content_type);
    buf_printf(head, "Vary: Origin, X-Origin, Referer\r\nDate: %s\r\n", date);
    buf_printf(head, "Server: %s\r\nCache-Control: private\r\n",
               reply->server ? reply->server : "ESF");
    buf_add_text(head, "X-XSS-Protection: 0\r\nX-Content-Type-Options: nosniff\r\n");
    buf_add(head, buf_span(&reply->headers));
    if (reply->is_gzip)
        buf_add_text(head, "Content-Encoding: gzip\r\n");
    if (reply->delivery.is_chunked)
        buf_add_text(head, "Transfer-Encoding: chunked\r\n");
    else
        buf_printf(head, "Content-Length: %zu\r\n", reply->body.size + reply->delivery.overstated);
    buf_printf(head, "Connection: %s\r\n\r\n", is_keep_alive ? "keep-alive" : "close");
}

static bool send_content(struct reply *reply, int socket, bool is_keep_alive, uint64_t *sent) {
    struct buf head = {0};
    if (reply->delivery.is_chunked)
        chunk_body(&reply->body);
    size_t size = reply->body.size;
    if (reply->delivery.is_limited && reply->delivery.limit < size)
        size = reply->delivery.limit;
    /* a broken delivery must look like a sound one until it breaks */
    add_head(&head, reply, is_keep_alive || reply->delivery.end != DELIVERY_KEEP);
    if (size < 65536 && !reply->delivery.drip_bytes) /* a small answer is one packet */
        buf_add(&head, (struct span){buf_text(&reply->body), size});
    bool is_sent = send_all(socket, head.data, head.size);
    if (is_sent && (size >= 65536 || reply->delivery.drip_bytes))
        is_sent = send_body(&reply->delivery, socket, buf_text(&reply->body), size);
    buf_free(&head);
    *sent += size;
    return is_sent;
}

bool reply_send(struct reply *reply, int socket, bool is_keep_alive, uint64_t *sent) {
    const struct delivery *delivery = &reply->delivery;
    bool is_sent = delivery->is_mute || send_content(reply, socket, is_keep_alive, sent);
    if (delivery->end == DELIVERY_RESET) {
        struct linger linger = {1, 0};
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    } else if (delivery->end == DELIVERY_SILENCE) {
        reply_sleep(delivery->silence_s);
    }
    return is_sent && is_keep_alive && delivery->end == DELIVERY_KEEP;
}
