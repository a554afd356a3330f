#include "net/http.h"

bool http_send(struct http_client *client, const struct http_request *request,
               struct http_response *response, struct err *err) {
    *response = (struct http_response){.date_s = -1, .retry_after_s = -1};
    return client->send(client, request, response, err);
}

void http_response_free(struct http_response *response) {
    /* It may hold a token. */
    if (response->body.data)
        explicit_bzero(response->body.data, response->body.capacity);
    buf_free(&response->body);
}

void http_close(struct http_client *client) {
    if (client)
        client->close(client);
}

void http_add_escaped(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_unreserved =
            ascii_is_alpha((char)c) || ascii_is_digit((char)c) || (c && strchr("-._~", c));
        buf_printf(out, is_unreserved ? "%c" : "%%%02X", c);
    }
}
