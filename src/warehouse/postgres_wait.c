/* Sending and waiting: the only place where the program waits for a PostgreSQL server. */
#include "warehouse/postgres_parts.h"

#include <errno.h>
#include <poll.h>

/* How long passes between two looks at the stop flag. */
#define STOP_CHECK_MS 200

static bool is_stopped(const struct postgres_warehouse *self) {
    const struct warehouse *base = &self->base;
    return base->is_stopped && base->is_stopped(base->stop_context);
}

bool postgres_check_stop(struct postgres_warehouse *self, struct err *err) {
    self->is_cancelled |= is_stopped(self);
    return !self->is_cancelled || err_set(err, ERR_INTERRUPTED, "interrupted");
}

/* Tells the server, once, to give up what it does; it answers with an error. */
static void pass_on_stop(struct postgres_warehouse *self) {
    char ignored[256];
    if (self->is_cancelled || !is_stopped(self))
        return;
    self->is_cancelled = true;
    PGcancel *cancel = self->pq.getCancel(self->connection);
    if (cancel)
        self->pq.cancel(cancel, ignored, sizeof ignored);
    self->pq.freeCancel(cancel);
}

/* Waits for the socket a moment; false when the connection is gone. Only what takes long is broken
 * off: what a run that was stopped still has to say goes through. */
static bool wait_for_socket(struct postgres_warehouse *self, short events) {
    struct pollfd socket = {.fd = self->pq.socket(self->connection), .events = events};
    int ready = socket.fd < 0 ? -1 : poll(&socket, 1, STOP_CHECK_MS);
    if (ready == 0)
        pass_on_stop(self);
    if (ready < 0)
        return socket.fd >= 0 && errno == EINTR;
    return ready == 0 || !(socket.revents & ~POLLOUT) || self->pq.consumeInput(self->connection);
}

bool postgres_wait_for_input(struct postgres_warehouse *self) {
    return wait_for_socket(self, POLLIN);
}

bool postgres_flush(struct postgres_warehouse *self, struct err *err) {
    int left;
    while ((left = self->pq.flush(self->connection)) == 1)
        if (!wait_for_socket(self, POLLIN | POLLOUT))
            return postgres_fail(self, NULL, err);
    return left == 0 || postgres_fail(self, NULL, err);
}

PGresult *postgres_result(struct postgres_warehouse *self) {
    int left = 0;
    while (self->pq.isBusy(self->connection)) {
        left = self->pq.flush(self->connection);
        if (!wait_for_socket(self, left == 1 ? POLLIN | POLLOUT : POLLIN))
            break; /* PQgetResult() tells what happened */
    }
    return self->pq.getResult(self->connection);
}

static bool is_failure(const struct postgres_warehouse *self, const PGresult *result) {
    ExecStatusType status = self->pq.resultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ||
           status == PGRES_PIPELINE_ABORTED;
}

/* All results of what was sent; the last one of this status is the caller's. */
static bool take_results(struct postgres_warehouse *self, ExecStatusType wanted, PGresult **kept,
                         struct err *err) {
    PGresult *result;
    bool ok = true, is_lost = false;
    if (!postgres_flush(self, err))
        return false;
    while (!is_lost && (result = postgres_result(self))) {
        if (is_failure(self, result)) {
            ok = ok && postgres_fail(self, result, err);
            is_lost = self->pq.status(self->connection) != CONNECTION_OK;
        }
        if (kept && self->pq.resultStatus(result) == wanted) {
            self->pq.clear(*kept);
            *kept = result;
        } else {
            self->pq.clear(result);
        }
    }
    return ok;
}

bool postgres_take_results(struct postgres_warehouse *self, PGresult **rows, struct err *err) {
    return take_results(self, PGRES_TUPLES_OK, rows, err);
}

bool postgres_take_shape(struct postgres_warehouse *self, PGresult **shape, struct err *err) {
    return take_results(self, PGRES_COMMAND_OK, shape, err);
}

/* The outcomes of the queued statements, up to the mark behind them. */
static bool end_pipeline(struct postgres_warehouse *self, struct err *err) {
    bool ok = self->pq.pipelineSync(self->connection) == 1 || postgres_fail(self, NULL, err);
    bool is_over = false, is_lost = !ok;
    while (!is_over && !is_lost) {
        PGresult *result = postgres_result(self);
        is_over = self->pq.resultStatus(result) == PGRES_PIPELINE_SYNC;
        is_lost = self->pq.status(self->connection) != CONNECTION_OK;
        if (ok && ((result && is_failure(self, result)) || is_lost))
            ok = postgres_fail(self, result, err);
        self->pq.clear(result);
    }
    self->queued = 0;
    self->pq.exitPipelineMode(self->connection);
    return ok;
}

bool postgres_settle(struct postgres_warehouse *self, struct err *err) {
    struct postgres_statement *reading = self->reading;
    self->reading = NULL;
    if (reading && !self->keep_rows(reading, err))
        return false;
    if (self->pq.pipelineStatus(self->connection) != PQ_PIPELINE_OFF)
        return end_pipeline(self, err);
    return true;
}

bool postgres_query(struct postgres_warehouse *self, const char *sql, int count,
                    const char *const *parameters, PGresult **rows, struct err *err) {
    if (!postgres_settle(self, err))
        return false;
    /* Without parameters several statements may be sent at once. */
    int sent = count ? self->pq.sendQueryParams(self->connection, sql, count, NULL, parameters,
                                                NULL, NULL, 0)
                     : self->pq.sendQuery(self->connection, sql);
    return sent ? postgres_take_results(self, rows, err) : postgres_fail(self, NULL, err);
}
