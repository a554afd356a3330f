#include "cli/hook.h"

#include "base/clock.h"
#include "net/http.h"
#include "run/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOOK_LIMIT_S 60.0
#define STOP_LIMIT_S 2.0 /* once we are to stop */
#define STEP_S 0.02
#define PING_TIMEOUT_S 10.0
#define PING_TRIES 3
#define PING_MAX_BYTES ((size_t)64 * 1024)

static _Noreturn void become(const char *command, int input) {
    static const int ignored[] = {SIGPIPE, SIGXFSZ, SIGHUP, SIGUSR1}; /* by us, not by it */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        signal(ignored[i], SIG_DFL);
    dup2(input, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    setpgid(0, 0); /* so that what it started ends with it */
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void pause_s(double seconds) {
    nanosleep(&(struct timespec){.tv_nsec = (long)(seconds * 1e9)}, NULL);
}

/* A command that does not read its input is no fault. */
static void feed(int pipe_end, struct span *input) {
    ssize_t size = input->size ? write(pipe_end, input->data, input->size) : 0;
    if (size > 0)
        *input = (struct span){input->data + size, input->size - (size_t)size};
    else if (size < 0 && errno != EAGAIN && errno != EINTR)
        input->size = 0;
}

static bool wait_for_end(pid_t child, int pipe_end, struct span input, int *status) {
    double until_s = clock_monotonic_s() + HOOK_LIMIT_S;
    bool is_fed = false, is_told = false;
    while (clock_monotonic_s() < until_s) {
        if (!is_told && signals_have_come(NULL)) {
            kill(-child, SIGTERM);
            until_s = clock_monotonic_s() + STOP_LIMIT_S;
            is_told = true;
        }
        feed(pipe_end, &input);
        if (!is_fed && input.size == 0) {
            close(pipe_end);
            is_fed = true;
        }
        if (waitpid(child, status, WNOHANG) == child) {
            if (!is_fed)
                close(pipe_end);
            return true;
        }
        pause_s(STEP_S);
    }
    if (!is_fed)
        close(pipe_end);
    kill(-child, SIGKILL);
    waitpid(child, status, 0);
    return false;
}

bool hook_run(const char *command, struct span input, struct err *err) {
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_FAILED, "the hook could not start: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        become(command, ends[0]);
    if (child > 0)
        setpgid(child, child); /* whoever of us comes first */
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return err_set(err, ERR_FAILED, "the hook could not start: %s", strerror(errno));
    }
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    if (!wait_for_end(child, ends[1], input, &status))
        return err_set(err, ERR_FAILED, "the hook took longer than %.0f s and was ended",
                       signals_have_come(NULL) ? STOP_LIMIT_S : HOOK_LIMIT_S);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return WIFEXITED(status)
               ? err_set(err, ERR_FAILED, "the hook failed with %d", WEXITSTATUS(status))
               : err_set(err, ERR_FAILED, "the hook was ended by signal %d", WTERMSIG(status));
}

static bool ping_once(struct http_client *client, const char *url, struct err *err) {
    struct http_request request = {.url = url, .max_bytes = PING_MAX_BYTES};
    struct http_response response = {0};
    bool ok = http_send(client, &request, &response, err);
    if (ok && response.status >= 400)
        ok = err_set(err, ERR_TEMPORARY, "the answer was %d", response.status);
    http_response_free(&response);
    return ok;
}

bool hook_ping(const char *url, struct err *err) {
    struct http_settings settings = {.timeout_s = PING_TIMEOUT_S, .is_stopped = signals_have_come};
    struct http_client *client = NULL;
    bool ok = http_open(&client, &settings, err);
    for (int tries = 1; ok && !ping_once(client, url, err); tries++) {
        ok = tries < PING_TRIES && !signals_have_come(NULL);
        if (ok)
            pause_s(0.5);
    }
    http_close(client);
    return ok || err_wrap(err, "ping");
}
