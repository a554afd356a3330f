#include "net/retry.h"

#include <sys/random.h>

#define LEAST_WAIT_S 0.5
#define MOST_WAIT_S 64.0

/* From 0 up to 1. */
static double chance(void) {
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        bits = UINT32_MAX / 2;
    return (double)bits / ((double)UINT32_MAX + 1);
}

/* Decorrelated jitter: between the least and three times the wait before, so that many clients that
 * failed together do not come back together. */
static double next_wait_s(double last_s) {
    double wait_s = LEAST_WAIT_S + chance() * (3 * last_s - LEAST_WAIT_S);
    return wait_s < MOST_WAIT_S ? wait_s : MOST_WAIT_S;
}

static bool try_once(struct http_client *client, struct http_call *call,
                     const struct http_request *request, int64_t *retry_after_s, struct err *err) {
    struct http_response response = {0};
    bool ok = http_send(client, request, &response, err);
    call->is_too_large = response.is_too_large;
    ok = ok && call->read(call->context, &response, err);
    *retry_after_s = response.retry_after_s;
    http_response_free(&response);
    return ok;
}

/* Says how often and for how long it was tried, which is what tells an outage from a hiccup. */
static bool give_up(const struct retry *retry, unsigned tries, double began_s, struct err *err) {
    if (tries > 1) {
        struct err last = *err;
        double spent_s = retry->waiting->now_s(retry->waiting->context) - began_s;
        err_set(err, last.class, "%.900s (tried %u times in %.0f s)", last.message, tries, spent_s);
        memcpy(err->hint, last.hint, sizeof err->hint);
    }
    return false;
}

bool retry_send(struct retry *retry, struct http_client *client, struct http_call *call,
                struct err *err) {
    const struct waiting *waiting = retry->waiting;
    double began_s = waiting->now_s(waiting->context);
    double wait_s = LEAST_WAIT_S;
    for (unsigned tries = 1;; tries++) {
        struct http_request request = {0};
        int64_t retry_after_s;
        if (!call->prepare(call->context, &request, err))
            return false;
        retry->sent++;
        retry->repeated += tries > 1;
        if (try_once(client, call, &request, &retry_after_s, err))
            return true;
        if (err->class != ERR_TEMPORARY)
            return false;
        wait_s = next_wait_s(wait_s);
        if (wait_s < (double)retry_after_s)
            wait_s = (double)retry_after_s;
        if (tries >= retry->tries || wait_s > retry->patience_s)
            return give_up(retry, tries, began_s, err);
        retry->patience_s -= wait_s;
        if (!waiting->wait(waiting->context, wait_s, err->message, err))
            return false;
    }
}
