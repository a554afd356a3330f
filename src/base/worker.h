/* A thread beside the one that starts it. */
#ifndef GOLDLEAF_BASE_WORKER_H
#define GOLDLEAF_BASE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

/* Signals are not delivered to it: they belong to the main thread, which looks at the flag. False
 * when there is no room for a thread; then the work is the caller's. */
bool worker_start(pthread_t *thread, void *(*work)(void *context), void *context);

/* Does two pieces of the same work at a time, or one after the other where there is no room for a
 * thread. */
void worker_do_both(void *(*work)(void *piece), void *first, void *second);

#endif
