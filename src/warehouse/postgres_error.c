/* What PostgreSQL says, for people: one line, without the password, and what to do. */
#include "warehouse/postgres_parts.h"

#include "base/arena.h"

/* By the first characters of SQLSTATE, the longest match first. */
static const struct {
    const char *state;
    enum err_class class;
    const char *hint;
} STATES[] = {
    {"08", ERR_DATABASE_RETRY, "the connection to the server was lost; run again when it is back"},
    {"22003", ERR_DATABASE, "a number is too large for its column"},
    {"23503", ERR_DATABASE,
     "a foreign key that Goldleaf did not make holds on to rows that go; drop it, or have it ON "
     "DELETE CASCADE or SET NULL"},
    {"25006", ERR_DATABASE,
     "the server is a standby, or this role or database is set to read only; name the primary, or "
     "a role that may write"},
    {"28", ERR_DATABASE, "check user and password in DATABASE_URL, and the server's pg_hba.conf"},
    {"2BP01", ERR_DATABASE,
     "something that Goldleaf did not make hangs on this table; drop it, run, and make it again"},
    {"3D000", ERR_DATABASE, "make the database with `createdb`, or correct DATABASE_URL"},
    {"40001", ERR_DATABASE_RETRY, "others wrote to the same rows; run again"},
    {"40P01", ERR_DATABASE_RETRY, "others waited for the same rows; run again"},
    {"42501", ERR_DATABASE,
     "the role lacks a right; the README lists the GRANTs that each use needs"},
    {"42P01", ERR_DATABASE, "a table is missing: `goldleaf all` makes them"},
    {"53100", ERR_DATABASE,
     "the server's disk is full; make room and run again: the last good version is unharmed"},
    {"53300", ERR_DATABASE, "the server has no connection left; try again later"},
    {"54000", ERR_DATABASE,
     "PostgreSQL takes no key of more than some 2,700 bytes: look in the columns of ids for a cell "
     "with a whole text"},
    {"55P03", ERR_DATABASE,
     "another session holds a lock on a table (VACUUM FULL, ALTER TABLE?); wait for it to end"},
    {"57014", ERR_DATABASE, "the statement took longer than the server allows"},
    {"57P", ERR_DATABASE_RETRY, "the server was stopped or is starting; run again when it is up"},
};

/* A copy on one line, without the password. */
static const char *clean_text(struct arena *arena, const char *text, const char *secret) {
    size_t secret_size = secret ? strlen(secret) : 0;
    struct buf out = {0};
    while (*text) {
        bool is_secret = secret_size && strncmp(text, secret, secret_size) == 0;
        if (is_secret)
            buf_add_text(&out, "***");
        else
            buf_add_char(&out, *text == '\n' || *text == '\t' ? ' ' : *text);
        text += is_secret ? secret_size : 1;
    }
    while (out.size && out.data[out.size - 1] == ' ')
        out.size--;
    const char *copy = arena_string(arena, buf_span(&out));
    buf_free(&out);
    return copy;
}

static size_t find_state(const char *state) {
    for (size_t i = 0; state && i < COUNT_OF(STATES); i++)
        if (strncmp(state, STATES[i].state, strlen(STATES[i].state)) == 0)
            return i;
    return COUNT_OF(STATES);
}

/* The server's own words, or libpq's where the server is gone. */
static const char *describe(const struct postgres_warehouse *self, const PGresult *result,
                            struct arena *arena) {
    const char *primary =
        result ? self->pq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail = result ? self->pq.resultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    const char *text = primary ? primary : self->pq.errorMessage(self->connection);
    if (detail)
        text = arena_printf(arena, "%s (%s)", text, detail);
    return clean_text(arena, text, self->secret);
}

bool postgres_fail(struct postgres_warehouse *self, const PGresult *result, struct err *err) {
    struct arena scratch = {0};
    const char *state = result ? self->pq.resultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = describe(self, result, &scratch);
    size_t found = find_state(state);
    bool is_lost = self->pq.status(self->connection) != CONNECTION_OK;
    if (self->is_cancelled) {
        err_set(err, ERR_INTERRUPTED, "interrupted");
    } else {
        bool is_known = found < COUNT_OF(STATES);
        bool is_retry = is_lost || (is_known && STATES[found].class == ERR_DATABASE_RETRY);
        err_set(err, is_retry ? ERR_DATABASE_RETRY : ERR_DATABASE, "%s: %s", self->base.location,
                *text ? text : "the connection was lost");
        err_hint(err, "%s", is_known ? STATES[found].hint : is_lost ? STATES[0].hint : "");
    }
    arena_free(&scratch);
    return false;
}
