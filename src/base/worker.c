#include "base/worker.h"

#include <signal.h>

bool worker_start(pthread_t *thread, void *(*work)(void *context), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(thread, NULL, work, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

void worker_do_both(void *(*work)(void *piece), void *first, void *second) {
    pthread_t thread;
    bool is_shared = worker_start(&thread, work, second);
    work(first);
    if (is_shared)
        pthread_join(thread, NULL);
    else
        work(second);
}
