/* A server on this machine that says the bytes it was told to say, right or wrong. */
#ifndef GOLDLEAF_TESTS_RAW_SERVER_H
#define GOLDLEAF_TESTS_RAW_SERVER_H

#include "base/buf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is said to one request. */
struct reply {
    struct span bytes;
    bool closes; /* the connection, behind the bytes; else it is kept for the next request */
};

#define REPLY(text)                                                                                \
    { SPAN(text), false }
#define LAST_REPLY(text)                                                                           \
    { SPAN(text), true }

/* One request after the other, one connection after the other. Where the replies have run out,
 * silence. The counts and texts are to be looked at after server_stop(). */
struct server {
    int listener;
    int port;
    pthread_t thread;
    const struct reply *replies;
    size_t reply_count, answered;
    size_t accepted;     /* connections */
    struct buf requests; /* all that came, heads and bodies */
};

/* False at the end of the connection. */
static inline bool server_read_more(struct server *server, int connection) {
    char bytes[4096];
    ssize_t size = recv(connection, bytes, sizeof bytes, 0);
    if (size > 0)
        buf_add(&server->requests, (struct span){bytes, (size_t)size});
    return size > 0;
}

/* Reads one request, whose text begins at `start` of all that came. */
static inline bool server_read_request(struct server *server, int connection, size_t start) {
    const char *head, *end, *length;
    do {
        if (!server_read_more(server, connection))
            return false;
        head = server->requests.data + start;
        end = strstr(head, "\r\n\r\n");
    } while (!end);
    length = strstr(head, "Content-Length: ");
    size_t body = length ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0;
    size_t whole = (size_t)(end + 4 - server->requests.data) + body;
    while (server->requests.size < whole)
        if (!server_read_more(server, connection))
            return false;
    return true;
}

static inline void server_serve(struct server *server, int connection) {
    bool is_open = true;
    while (is_open && server_read_request(server, connection, server->requests.size)) {
        if (server->answered == server->reply_count)
            continue;
        const struct reply *reply = &server->replies[server->answered++];
        ssize_t sent = send(connection, reply->bytes.data, reply->bytes.size, MSG_NOSIGNAL);
        is_open = sent == (ssize_t)reply->bytes.size && !reply->closes;
    }
}

static inline void *server_run(void *context) {
    struct server *server = context;
    int connection;
    while ((connection = accept(server->listener, NULL, NULL)) >= 0) {
        server->accepted++;
        server_serve(server, connection);
        close(connection);
    }
    return NULL;
}

static inline int server_listen(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static inline void server_start(struct server *server, const struct reply *replies, size_t count) {
    *server = (struct server){.replies = replies, .reply_count = count};
    server->listener = server_listen(&server->port);
    assert_int_equal(pthread_create(&server->thread, NULL, server_run, server), 0);
}

/* To be called when the client has closed its connections. */
static inline void server_stop(struct server *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

#endif
