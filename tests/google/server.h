/* The listening socket: one thread accepts, and each connection has a thread of its own. */
#ifndef LOOPBACK_SERVER_H
#define LOOPBACK_SERVER_H

#include "google.h"

/* Binds 127.0.0.1; `*port` is the one that was asked for, or the one that was free. */
bool server_listen(unsigned *port, int *listener, struct err *err);

/* Begins to accept, in the background and until the process ends. */
bool server_start(struct google *google, int listener, struct err *err);

#endif
