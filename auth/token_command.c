#include "auth/token_command.h"

#include "base/clock.h"
#include "net/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "GOLDLEAF_TOKEN_COMMAND"

/* Between two looks at the command, for `waiting` to say whether to stop. */
#define PAUSE_S 0.01

/* A command on its way. */
struct child {
    pid_t pid;
    int output; /* -1: it has closed its side */
    bool is_running;
    int status; /* as waitpid() says it */
};

/* A process group of its own can be killed whole; signals and their mask are as a new program
 * expects them, whatever the threads of this one do. */
static int spawn_shell(pid_t *pid, const char *command, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, ignored;
    char *const arguments[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    sigemptyset(&none);
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    sigaddset(&ignored, SIGXFSZ);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &ignored);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static bool child_start(struct child *child, const char *command, struct err *err) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_FAILED, "no pipe for the command: %s", strerror(errno));
    int error = spawn_shell(&child->pid, command, ends[1]);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return err_set(err, ERR_FAILED, "/bin/sh does not start: %s", strerror(error));
    }
    child->output = ends[0];
    child->is_running = true;
    return true;
}

static void child_stop(struct child *child) {
    if (child->output >= 0)
        close(child->output);
    if (!child->is_running)
        return;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Waits a moment for more output and takes what there is. */
static bool child_read(struct child *child, struct secret *output, struct err *err) {
    struct pollfd ready = {.fd = child->output, .events = POLLIN};
    if (poll(&ready, 1, 100) <= 0)
        return true; /* nothing yet, or a signal */
    secret_reserve(output, 4096);
    ssize_t size = read(child->output, output->data + output->size, 4096);
    if (size < 0)
        return errno == EINTR ||
               err_set(err, ERR_FAILED, "its output cannot be read: %s", strerror(errno));
    output->size += (size_t)size;
    output->data[output->size] = '\0';
    if (size == 0) {
        close(child->output);
        child->output = -1;
    }
    return output->size <= TOKEN_COMMAND_MAX_BYTES ||
           err_set(err, ERR_ACCESS, "the command printed more than 64 KiB, which is no token");
}

/* Where this process was started with SIGCHLD ignored nobody learns the status; then the output
 * alone has to do. */
static void child_wait(struct child *child) {
    pid_t ended = waitpid(child->pid, &child->status, WNOHANG);
    if (ended < 0 && errno == ECHILD)
        child->status = 0;
    child->is_running = ended == 0;
    if (child->is_running)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static bool child_finish(struct child *child, struct secret *output, double limit_s,
                         const struct waiting *waiting, struct err *err) {
    double deadline_s = clock_monotonic_s() + limit_s;
    while (child->is_running) {
        if (clock_monotonic_s() > deadline_s) {
            err_set(err, ERR_TEMPORARY, "the command was not done within %.0f s", limit_s);
            return err_hint(err,
                            "it must print a token and end; it cannot ask anything, because it "
                            "has no standard input");
        }
        if (child->output < 0)
            child_wait(child);
        else if (!child_read(child, output, err))
            return false;
        if (child->is_running &&
            !waiting->wait(waiting->context, PAUSE_S, "the token command runs", err))
            return false;
    }
    return true;
}

static bool check_status(int status, struct err *err) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        err_set(err, ERR_ACCESS, "the command was ended by signal %d", WTERMSIG(status));
    else
        err_set(err, ERR_ACCESS, "the command ended with status %d", WEXITSTATUS(status));
    return err_hint(err, "run it by hand as the user who runs Goldleaf; what it said is above, on "
                         "standard error");
}

static bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Only visible ASCII can stand in a header, and only one word can be a token. */
static bool take_token(struct secret *token, struct span output, struct err *err) {
    while (output.size && is_white(output.data[output.size - 1]))
        output.size--;
    while (output.size && is_white(*output.data))
        output = (struct span){output.data + 1, output.size - 1};
    bool is_word = output.size > 0;
    for (size_t i = 0; i < output.size; i++)
        is_word = is_word && output.data[i] > ' ' && output.data[i] < 0x7F;
    if (is_word) {
        secret_add(token, output);
        return true;
    }
    err_set(err, ERR_ACCESS, "%s",
            output.size ? "the command printed more than one word" : "the command printed nothing");
    return err_hint(err, "it must print an access token and nothing else, as `gcloud auth "
                         "print-access-token` does");
}

bool token_command_run(struct secret *token, const char *command, double limit_s,
                       const struct waiting *waiting, struct err *err) {
    struct child child;
    struct secret output = {0};
    if (!child_start(&child, command, err))
        return err_wrap(err, NAME);
    bool is_good = child_finish(&child, &output, limit_s, waiting, err);
    child_stop(&child);
    is_good =
        is_good && check_status(child.status, err) && take_token(token, secret_span(&output), err);
    secret_free(&output);
    if (is_good)
        return true;
    bool is_stop = err->class == ERR_INTERRUPTED || err->class == ERR_TERMINATED;
    return is_stop ? false : err_wrap(err, NAME);
}
