#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 512
#define PATIENCE_S 240 /* how long a connection may rest between requests */

/* What a thread is started with; it frees it. */
struct connection {
    struct google *google;
    int socket;
};

/* Closing with bytes unread would send a reset, which may overtake the page: they are read first.
 */
static void refuse(int socket, int status) {
    struct timeval patience = {1, 0};
    struct reply reply = {0};
    uint64_t sent = 0;
    char unread[4096];
    reply_set_html(&reply, status);
    reply_send(&reply, socket, false, &sent);
    reply_free(&reply);
    shutdown(socket, SHUT_WR);
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(socket, unread, sizeof unread, 0) > 0)
        ;
}

/* False when the connection is over. */
static bool serve_one(struct google *google, struct request_source *source) {
    struct request request;
    bool is_alive = false;
    switch (request_read(source, &request)) {
    case REQUEST_COMPLETE:
        is_alive = exchange_run(google, &request, source->socket);
        break;
    case REQUEST_BAD:
        refuse(source->socket, 400);
        break;
    case REQUEST_TOO_LONG:
        refuse(source->socket, 414);
        break;
    case REQUEST_END:
        break;
    }
    request_free(&request);
    return is_alive;
}

static void *run_connection(void *argument) {
    struct connection connection = *(struct connection *)argument;
    struct request_source source = {.socket = connection.socket};
    struct timeval patience = {PATIENCE_S, 0};
    int on = 1;
    free(argument);
    setsockopt(source.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(source.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (serve_one(connection.google, &source))
        ;
    buf_free(&source.buffer);
    close(source.socket);
    return NULL;
}

static bool start_detached(void *(*run)(void *), void *argument) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool is_started = pthread_create(&thread, &attributes, run, argument) == 0;
    pthread_attr_destroy(&attributes);
    return is_started;
}

static void *run_accept(void *argument) {
    struct connection *listener = argument;
    for (;;) {
        int accepted = accept4(listener->socket, NULL, NULL, SOCK_CLOEXEC);
        if (accepted < 0) {
            reply_sleep(0.01); /* out of descriptors, or the other side is gone again */
            continue;
        }
        struct connection *connection = memory_alloc(sizeof *connection);
        *connection = (struct connection){listener->google, accepted};
        if (!start_detached(run_connection, connection)) {
            free(connection);
            close(accepted);
        }
    }
    return NULL;
}

bool server_listen(unsigned *port, int *listener, struct err *err) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int on = 1;
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (*listener < 0 || bind(*listener, (struct sockaddr *)&address, size) != 0 ||
        listen(*listener, BACKLOG) != 0 ||
        getsockname(*listener, (struct sockaddr *)&address, &size) != 0)
        return err_set(err, ERR_FAILED, "127.0.0.1:%u: %s", *port, strerror(errno));
    *port = ntohs(address.sin_port);
    return true;
}

bool server_start(struct google *google, int listener, struct err *err) {
    static struct connection accepting;
    accepting = (struct connection){google, listener};
    return start_detached(run_accept, &accepting) ||
           err_set(err, ERR_FAILED, "no thread could be started");
}
