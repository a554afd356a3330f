/* loopback_google: Google's token endpoint and the Sheets API, as far as Goldleaf knows them, on
 * 127.0.0.1 and faulty on demand. */
#include "faults.h"
#include "files.h"
#include "server.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>

static bool load_keys(struct google *google, struct err *err) {
    const struct options *options = &google->options;
    for (size_t i = 0; i < options->key_count; i++)
        if (!keys_read(&google->keys, options->keys[i], err))
            return false;
    return !options->make_key || keys_make(&google->keys, options->make_key, options->email, err);
}

/* A typing error in the script is to be seen at once. */
static bool check_script(const struct options *options, struct err *err) {
    struct arena arena = {0};
    struct fault *faults;
    bool is_good = faults_read(&arena, options->script, ENDPOINT_OTHER, 0, 0, &faults, err);
    arena_free(&arena);
    return is_good;
}

static bool open_log(const char *path, FILE **log, struct err *err) {
    *log = path ? fopen(path, "we") : NULL;
    return !path || *log || err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
}

/* Tells people and scripts where we are. */
static bool announce(const struct options *options, unsigned port, struct err *err) {
    char text[16];
    int size = snprintf(text, sizeof text, "%u\n", port);
    printf("listening on http://127.0.0.1:%u\n", port);
    fflush(stdout);
    return !options->port_file ||
           files_replace(options->port_file, (struct span){text, (size_t)size}, 0644, err);
}

static bool start(struct google *google, struct err *err) {
    FILE *log;
    int listener;
    unsigned port = google->options.port;
    google->library.root = google->options.root;
    google->library.is_text = google->options.is_text;
    if (!load_keys(google, err) || !check_script(&google->options, err) ||
        !open_log(google->options.log, &log, err) ||
        !open_log(google->options.token_log, &google->tokens.log, err) ||
        !server_listen(&port, &listener, err))
        return false;
    stats_start(&google->stats, google->options.threads, log);
    return server_start(google, listener, err) && announce(&google->options, port, err);
}

/* Waits for a signal, or for nothing to have happened for a while. */
static void wait_for_end(struct google *google, const sigset_t *signals) {
    const struct timespec pause = {0, 200000000};
    for (;;) {
        if (sigtimedwait(signals, NULL, &pause) > 0)
            return;
        unsigned limit_s = google->options.idle_s;
        if (limit_s && stats_idle_s(&google->stats) >= limit_s)
            return;
    }
}

static struct google google = {.library.mutex = PTHREAD_MUTEX_INITIALIZER,
                               .tokens.mutex = PTHREAD_MUTEX_INITIALIZER};

int main(int count, char **words) {
    sigset_t signals;
    struct err err;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* the threads inherit it */
    signal(SIGPIPE, SIG_IGN);
    /* connections may still be using it when the process ends */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    if (!options_read(&google.options, count, words, &err)) {
        fprintf(stderr, "loopback_google: %s\n%s", err.message, options_usage);
        return 2;
    }
    if (!start(&google, &err)) {
        fprintf(stderr, "loopback_google: %s\n", err.message);
        return err.class == ERR_USAGE ? 2 : 1;
    }
    wait_for_end(&google, &signals);
    return 0;
}
