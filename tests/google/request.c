#include "request.h"

#include <errno.h>
#include <sys/socket.h>

#define MAX_TARGET 16384 /* Google's front end refuses somewhat longer URLs with a page */
#define MAX_HEAD (2 * MAX_TARGET)
#define MAX_BODY ((size_t)1024 * 1024)

static struct span skip(struct span text, size_t size) {
    return (struct span){text.data + size, text.size - size};
}

/* Takes what stands before `c` off the text; all of it when there is none. */
static struct span take_until(struct span *text, char c) {
    const char *found = text->size ? memchr(text->data, c, text->size) : NULL;
    size_t size = found ? (size_t)(found - text->data) : text->size;
    struct span taken = {text->data, size};
    *text = skip(*text, found ? size + 1 : size);
    return taken;
}

static int hex_value(char c) {
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct span request_decode(struct arena *arena, struct span text, bool is_form) {
    char *out = arena_alloc(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        int high = c == '%' && i + 2 < text.size ? hex_value(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.data[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && is_form) {
            c = ' ';
        }
        out[size++] = c;
    }
    return (struct span){out, size};
}

struct parameters request_split_form(struct arena *arena, struct span text) {
    size_t count = 1;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '&';
    struct parameters parameters = {arena_array(arena, count, sizeof(struct parameter)), 0};
    while (text.size) {
        struct span value = take_until(&text, '&');
        if (value.size == 0)
            continue;
        struct span name = take_until(&value, '=');
        parameters.items[parameters.count++] = (struct parameter){
            request_decode(arena, name, true), request_decode(arena, value, true)};
    }
    return parameters;
}

const struct span *request_find(const struct parameters *parameters, const char *name) {
    for (size_t i = 0; i < parameters->count; i++)
        if (span_is(parameters->items[i].name, name))
            return &parameters->items[i].value;
    return NULL;
}

static bool receive_more(struct request_source *source) {
    ssize_t got;
    buf_reserve(&source->buffer, 16384);
    do
        got = recv(source->socket, source->buffer.data + source->buffer.size, 16384, 0);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    source->buffer.size += (size_t)got;
    return true;
}

/* The size of the head with its blank line, or 0 when that has not come yet. */
static size_t head_size(const struct buf *buffer) {
    const char *end = buffer->size ? memmem(buffer->data, buffer->size, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end - buffer->data) + 4 : 0;
}

static struct span trim(struct span text) {
    while (text.size && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = skip(text, 1);
    while (text.size && strchr(" \t\r", text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool has_word(struct span list, const char *word) {
    while (list.size) {
        struct span item = take_until(&list, ',');
        if (span_equal_nocase(trim(take_until(&item, ';')), span_from(word)))
            return true;
    }
    return false;
}

static void take_header(struct request *request, struct span line, size_t *body_size) {
    struct span name = take_until(&line, ':');
    struct span value = trim(line);
    if (span_equal_nocase(name, SPAN("authorization")))
        request->authorization = value;
    else if (span_equal_nocase(name, SPAN("content-type")))
        request->content_type = value;
    else if (span_equal_nocase(name, SPAN("accept-encoding")))
        request->accepts_gzip = has_word(value, "gzip");
    else if (span_equal_nocase(name, SPAN("connection")))
        request->is_keep_alive = !has_word(value, "close");
    else if (span_equal_nocase(name, SPAN("content-length")))
        for (size_t i = 0; i < value.size && ascii_is_digit(value.data[i]); i++)
            *body_size = *body_size * 10 + (size_t)(value.data[i] - '0') % 10;
}

static enum request_result parse_head(struct request *request, struct span head,
                                      size_t *body_size) {
    struct span line = take_until(&head, '\r');
    request->method = take_until(&line, ' ');
    request->target = take_until(&line, ' ');
    if (line.size != 8 || memcmp(line.data, "HTTP/1.", 7) != 0 || request->target.size == 0)
        return REQUEST_BAD;
    request->is_keep_alive = line.data[7] == '1';
    if (request->target.size > MAX_TARGET)
        return REQUEST_TOO_LONG;
    struct span query = request->target;
    request->path = take_until(&query, '?');
    request->query = request_split_form(&request->arena, query);
    take_until(&head, '\n');
    while (head.size) {
        struct span header = take_until(&head, '\n');
        take_header(request, header, body_size);
    }
    return *body_size > MAX_BODY ? REQUEST_BAD : REQUEST_COMPLETE;
}

static void consume(struct buf *buffer, size_t size) {
    memmove(buffer->data, buffer->data + size, buffer->size - size);
    buffer->size -= size;
}

enum request_result request_read(struct request_source *source, struct request *request) {
    size_t size, body_size = 0;
    *request = (struct request){0};
    while (!(size = head_size(&source->buffer))) {
        if (source->buffer.size > MAX_HEAD)
            return REQUEST_TOO_LONG;
        if (!receive_more(source))
            return REQUEST_END;
    }
    struct span head = arena_copy(&request->arena, (struct span){source->buffer.data, size});
    enum request_result result = parse_head(request, head, &body_size);
    if (result != REQUEST_COMPLETE)
        return result;
    while (source->buffer.size < size + body_size)
        if (!receive_more(source))
            return REQUEST_END;
    request->body =
        arena_copy(&request->arena, (struct span){source->buffer.data + size, body_size});
    consume(&source->buffer, size + body_size);
    return REQUEST_COMPLETE;
}

void request_free(struct request *request) {
    arena_free(&request->arena);
}
