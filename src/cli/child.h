/* Processes of a daemon: each does one piece of work, and is ended with all that it started. */
#ifndef GOLDLEAF_CLI_CHILD_H
#define GOLDLEAF_CLI_CHILD_H

#include "cli/daemon_clock.h"

#include <sys/types.h>

/* From now on what a child leaves behind when it dies becomes ours, so that it can be ended. */
void child_adopt_orphans(void);

/* Runs `work` in a child that leads a process group of its own: Ctrl-C on a terminal reaches only
 * us, who pass it on once. The child is told to stop when we die. Less than 0: errno says why. */
pid_t child_start(struct daemon_clock *clock, int (*work)(void *context), void *context);

/* Waits for it. A wish to stop is passed on to it; `patience_s` after that wish, or when it is
 * repeated, the child and what it started is killed. Returns its status as waitpid() tells it. */
int child_wait(struct daemon_clock *clock, pid_t child, double patience_s);

#endif
