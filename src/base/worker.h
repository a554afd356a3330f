/* A thread beside the one that starts it. */
#ifndef GOLDLEAF_BASE_WORKER_H
#define GOLDLEAF_BASE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

/* Signals are not delivered to it: they belong to the main thread, which looks at the flag. False
 * when there is no room for a thread; then the work is the caller's. */
bool worker_start(pthread_t *thread, void *(*work)(void *context), void *context);

#endif
