/* Asking again: the one place where a failed request is repeated.
 *
 * Only ERR_TEMPORARY is tried again, after a wait that grows with decorrelated jitter and is never
 * shorter than what the server asks for (Retry-After). All requests of a run share one budget of
 * waiting time; each has a number of tries. Quotas are refilled by the minute, so the default
 * patience is well above that. */
#ifndef GOLDLEAF_NET_RETRY_H
#define GOLDLEAF_NET_RETRY_H

#include "net/http.h"

/* Time passing, and how it is shown: the run's, or a test's that only pretends. */
struct waiting {
    /* Waits; `reason` is for people ("the server is busy"). False with ERR_INTERRUPTED or
     * ERR_TERMINATED when it was told to stop. */
    bool (*wait)(void *context, double seconds, const char *reason, struct err *err);
    double (*now_s)(void *context); /* monotonic */
    void *context;
};

struct retry {
    double patience_s; /* waiting in all that is left */
    unsigned tries;    /* of one request, the first one included */
    const struct waiting *waiting;
    size_t sent, repeated; /* so far */
};

#define RETRY_PATIENCE_S 180.0
#define RETRY_TRIES                                                                                \
    30 /* an end; what counts is the patience, which ten short waits do not use up */

/* What to ask, and what to make of the answer. */
struct http_call {
    /* Fills in the request before each try: a token may have been renewed. Its failure is final. */
    bool (*prepare)(void *context, struct http_request *request, struct err *err);
    /* Takes an answer of any status. False with ERR_TEMPORARY asks again, with any other class
     * gives up. It may take the body over, and may set retry_after_s where it knows better than
     * the server said. */
    bool (*read)(void *context, struct http_response *response, struct err *err);
    void *context;
    bool is_too_large; /* set: why it failed is that the answer went over the ceiling */
};

/* Sends until `read` is content, the error is none that time heals, or the budget is used up; then
 * the last error, with how often and how long it was tried. */
bool retry_send(struct retry *retry, struct http_client *client, struct http_call *call,
                struct err *err);

#endif
