/* The PostgreSQL driver's inside: shared by its files and by nobody else.
 *
 * libpq is used without blocking, so that a stop flag ends any wait: what is sent is flushed here,
 * what is awaited is polled for. */
#ifndef GOLDLEAF_WAREHOUSE_POSTGRES_PARTS_H
#define GOLDLEAF_WAREHOUSE_POSTGRES_PARTS_H

#include "warehouse/driver.h"
#include "warehouse/postgres_library.h"

/* Types, from the server's catalogue, where they never change. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_DATE = 1082,
    OID_TIMESTAMP = 1114,
    OID_NUMERIC = 1700,
};

struct postgres_statement;

struct postgres_warehouse {
    struct warehouse base; /* must be first */
    enum warehouse_mode mode;
    struct postgres_library pq;
    PGconn *connection;
    char *secret;                       /* the password, to be kept out of messages; or NULL */
    struct postgres_statement *reading; /* the statement whose rows are coming in, or NULL */
    bool (*keep_rows)(struct postgres_statement *reading, struct err *err); /* takes them in */
    size_t queued;     /* statements sent whose outcome is not known yet */
    size_t prepared;   /* names given so far */
    bool has_lz4;      /* the server compresses with it when told to */
    bool is_cancelled; /* the stop flag was seen and passed on */
    int64_t changed;   /* rows of the last statement */
};

static inline struct postgres_warehouse *postgres_of(struct warehouse *warehouse) {
    return (struct postgres_warehouse *)warehouse;
}

/* ---- postgres_connect.c ---- */

/* Connects by a URL to a server that will do, and finds the schema to work in. On failure
 * the caller closes what there is. */
bool postgres_connect(struct postgres_warehouse *self, const char *url, struct err *err);

/* What every transaction begins with. It ends with the transaction: through a pooler the session
 * may be somebody else's next. */
void postgres_add_settings(const struct postgres_warehouse *self, struct buf *sql);

/* ---- postgres_error.c ---- */

/* The error that a result carries, or with NULL the connection's. Always returns false. */
bool postgres_fail(struct postgres_warehouse *self, const PGresult *result, struct err *err);

/* ---- postgres_wait.c ---- */

/* Hands everything to the server. */
bool postgres_flush(struct postgres_warehouse *self, struct err *err);

/* False with ERR_INTERRUPTED when the stop flag is up; for loops that wait for nothing. */
bool postgres_check_stop(struct postgres_warehouse *self, struct err *err);

/* Waits a moment for the server to send something; false when the connection is gone. */
bool postgres_wait_for_input(struct postgres_warehouse *self);

/* The next result, as PQgetResult() gives it; waits for it. */
PGresult *postgres_result(struct postgres_warehouse *self);

/* Brings the connection to rest: rows that are still coming in are kept for their reader, and
 * queued statements are waited for. False with the first error among them. */
bool postgres_settle(struct postgres_warehouse *self, struct err *err);

/* Sends nothing, but takes in all results of what was sent; false with the first error. The last
 * result with rows, if `rows` is not NULL, is the caller's to clear. */
bool postgres_take_results(struct postgres_warehouse *self, PGresult **rows, struct err *err);

/* The same for the description of a statement, which is the caller's. */
bool postgres_take_shape(struct postgres_warehouse *self, PGresult **shape, struct err *err);

/* One statement with text parameters; `rows` as above. */
bool postgres_query(struct postgres_warehouse *self, const char *sql, int count,
                    const char *const *parameters, PGresult **rows, struct err *err);

/* ---- postgres_value.c ---- */

/* Appends a value as PostgreSQL reads it; NULL is the caller's. */
void postgres_add_value(struct buf *text, const struct value *value);

/* A text of a type, NUL-terminated; and one field of a result, whose text is the result's. */
struct value postgres_read_text(Oid type, const char *text, size_t size);
struct value postgres_read_value(const struct postgres_library *pq, const PGresult *result, int row,
                                 int column);

/* ---- postgres_binary.c ---- */

/* Appends a value, which is not NULL, to a row; false when it has to go as text, for the server to
 * take or refuse. */
typedef bool postgres_adder(struct buf *row, const struct value *value);

/* What does that for a column as a result describes it, of the types that Goldleaf gives; or NULL.
 */
postgres_adder *postgres_find_adder(Oid type, int modifier);
postgres_adder *postgres_find_adder_by_name(const char *type); /* as CREATE TABLE has it */

/* What COPY reads before the first row, a row, and what it reads behind the last one. Where a value
 * has to go as text nothing of the row is appended. */
void postgres_add_binary_head(struct buf *out);
bool postgres_add_binary_row(struct buf *out, postgres_adder *const *adders,
                             const struct value *row, size_t count);
void postgres_add_binary_tail(struct buf *out);

/* ---- postgres_statement.c ---- */

bool postgres_prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                      struct err *err);
bool postgres_start(struct statement *statement, const struct value *parameters, size_t count,
                    struct err *err);
bool postgres_run(struct statement *statement, const struct value *parameters, size_t count,
                  struct err *err);
bool postgres_next(struct statement *statement, bool *has_row, struct err *err);
bool postgres_describe(struct statement *statement, struct err *err);
size_t postgres_column_count(const struct statement *statement);
const char *postgres_column_name(const struct statement *statement, size_t column);
struct value postgres_value(const struct statement *statement, size_t column);
void postgres_close_statement(struct statement *statement);

/* Takes in the rows that are still to come, for nobody. */
void postgres_drop_rows(struct postgres_statement *statement);

/* ---- postgres_load.c ---- */

bool postgres_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                   const char *const *types, size_t column_count, struct row_source source,
                   struct err *err);

#endif
