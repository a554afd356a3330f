#include "run/signals.h"

#include <signal.h>

/* The number of the first signal that came in. */
static volatile sig_atomic_t received;

static void on_signal(int number) {
    if (received) {
        /* Asked twice: end as if nothing had been caught. What was written is rolled back by the
         * next one who opens the database. */
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    received = number;
}

void signals_install(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* whoever started us may ignore it: then children end unheard */
}

bool signals_check(struct err *err) {
    switch (received) {
    case 0:
        return true;
    case SIGTERM:
        return err_set(err, ERR_TERMINATED, "terminated");
    default:
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    }
}

bool signals_have_come(void *unused) {
    (void)unused;
    return received != 0;
}
