#include "cli/child.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_S 1.0         /* between two looks at a child; its end is heard of at once */
#define HURRIED_STEP_S 0.1 /* the same while stopping */
#define LET_GO_S 0.5       /* a killed child that hangs in the kernel is waited for no longer */

void child_adopt_orphans(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Where memory runs out the run goes, and not the one who would start the next. */
static void offer_to_oom_killer(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)!write(file, "500", 3);
    close(file);
}

static void begin_child(struct daemon_clock *clock, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    unsetenv("NOTIFY_SOCKET"); /* the manager listens to the daemon alone */
    offer_to_oom_killer();
    daemon_clock_leave(clock);
    if (getppid() != parent)
        raise(SIGTERM); /* it died before it could have told us */
}

pid_t child_start(struct daemon_clock *clock, int (*work)(void *context), void *context) {
    pid_t parent = getpid(), child = fork();
    if (child > 0)
        setpgid(child, child); /* whoever of us comes first */
    if (child != 0)
        return child;
    begin_child(clock, parent);
    _exit(work(context));
}

static void kill_group(pid_t child) {
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
}

/* The children that we have just now, killed. */
static size_t kill_orphans(void) {
    char path[64];
    long pid;
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", syscall(SYS_gettid));
    FILE *list = fopen(path, "re");
    for (; list && fscanf(list, "%ld", &pid) == 1; count++)
        kill_group((pid_t)pid);
    if (list)
        fclose(list);
    return count;
}

/* A run that was killed could not end its hook or its token command, which lead groups of their
 * own. All that is left of them is ours by now. */
static void end_orphans(void) {
    for (int tries = 0; tries < 50 && kill_orphans(); tries++) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
}

int child_wait(struct daemon_clock *clock, pid_t child, double patience_s) {
    bool is_told = false;
    double killed_at_s = 0;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (clock->is_stopping && !is_told)
            kill(child, SIGTERM);
        is_told = clock->is_stopping;
        if (killed_at_s <= 0 && daemon_clock_is_late(clock, patience_s)) {
            kill_group(child);
            killed_at_s = clock_monotonic_s();
        }
        if (killed_at_s > 0 && clock_monotonic_s() > killed_at_s + LET_GO_S)
            return SIGKILL;
        daemon_clock_wait(clock, is_told ? HURRIED_STEP_S : STEP_S);
    }
    if (WIFSIGNALED(status))
        end_orphans();
    while (waitpid(-1, NULL, WNOHANG) > 0) /* what a hook left in the background has ended */
        continue;
    return status;
}
