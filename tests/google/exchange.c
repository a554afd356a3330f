/* One request and its answer, with whatever the script makes of it. */
#include "base/clock.h"
#include "faults.h"
#include "google.h"

static bool is_path(const struct request *request, const char *path) {
    return span_is(request->path, path);
}

/* Our own pages, for tests. */
static bool answer_control(struct google *google, struct request *request, struct reply *reply) {
    reply->status = 200;
    reply->content_type = "application/json; charset=UTF-8";
    if (is_path(request, "/__stats")) {
        stats_write(&google->stats, &reply->body);
    } else if (is_path(request, "/__log")) {
        reply->content_type = "text/plain; charset=UTF-8";
        stats_write_log(&google->stats, &reply->body);
    } else if (is_path(request, "/__reset")) {
        stats_reset(&google->stats);
        buf_add_text(&reply->body, "{}\n");
    } else {
        return false;
    }
    return true;
}

static enum endpoint find_endpoint(const struct request *request) {
    if (span_is(request->method, "POST"))
        return is_path(request, "/token") ? ENDPOINT_TOKEN : ENDPOINT_OTHER;
    return span_is(request->method, "GET") ? sheets_endpoint(request->path) : ENDPOINT_OTHER;
}

/* What happens before the answer is made. */
static void prepare(struct google *google, struct request *request, const struct fault *faults,
                    struct reply *reply) {
    struct err err;
    for (const struct fault *fault = faults; fault; fault = fault->next) {
        if (fault->kind == FAULT_DELAY)
            reply_sleep(fault_number(fault, 0, 0) / 1000);
        else if (fault->kind == FAULT_EXPIRE)
            tokens_drop(&google->tokens);
        else if (fault->kind == FAULT_CLOCK)
            reply->clock_s = fault_number(fault, 0, 0);
        else if (fault->kind == FAULT_EDIT &&
                 !library_edit(&google->library, &request->arena, fault->arguments[0],
                               fault->arguments[1], &err))
            fprintf(stderr, "loopback_google: %s\n", err.message);
    }
    if (google->options.delay_ms)
        reply_sleep(google->options.delay_ms / 1000.0);
}

static void make_answer(struct google *google, struct request *request, enum endpoint endpoint,
                        const struct fault *faults, struct reply *reply) {
    struct quirks quirks = {0};
    faults_set_quirks(faults, &quirks);
    double begun_s = stats_begin_work(&google->stats);
    if (!faults_replace(faults, endpoint, google->options.root, reply)) {
        if (endpoint == ENDPOINT_TOKEN)
            token_answer(google, request, reply);
        else if (endpoint == ENDPOINT_OTHER)
            reply_set_html(reply, 404);
        else
            sheets_answer(google, request, &quirks, reply);
    }
    faults_spoil_text(faults, reply);
    if (request->accepts_gzip && reply->body.size && !faults_have(faults, FAULT_GZIP_NOT_GZIP))
        reply_compress(reply);
    faults_spoil_wire(faults, reply);
    stats_end_work(&google->stats, begun_s);
}

static bool run_counted(struct google *google, struct request *request, int socket) {
    double came_s = clock_monotonic_s();
    enum endpoint endpoint = find_endpoint(request);
    struct reply reply = {0};
    struct fault *faults;
    struct err err;
    uint64_t nth, total, sent = 0;
    stats_enter(&google->stats, endpoint, &nth, &total);
    if (!faults_read(&request->arena, google->options.script, endpoint, nth, total, &faults,
                     &err)) {
        fprintf(stderr, "loopback_google: %s\n", err.message);
        faults = NULL;
    }
    prepare(google, request, faults, &reply);
    make_answer(google, request, endpoint, faults, &reply);
    stats_log(&google->stats, came_s, endpoint, reply.delivery.is_mute ? 0 : reply.status,
              request->target);
    bool is_alive = reply_send(&reply, socket, request->is_keep_alive, &sent);
    stats_leave(&google->stats, sent);
    reply_free(&reply);
    return is_alive;
}

bool exchange_run(struct google *google, struct request *request, int socket) {
    struct reply reply = {0};
    uint64_t sent = 0;
    if (!answer_control(google, request, &reply))
        return run_counted(google, request, socket);
    bool is_alive = reply_send(&reply, socket, request->is_keep_alive, &sent);
    reply_free(&reply);
    return is_alive;
}
