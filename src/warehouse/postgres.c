#include "warehouse/postgres_parts.h"

#include "base/arena.h"
#include "base/clock.h"

#include <time.h>
#include <unistd.h>

static bool postgres_exec(struct warehouse *warehouse, const char *sql, struct err *err) {
    return postgres_query(postgres_of(warehouse), sql, 0, NULL, NULL, err);
}

static void postgres_rollback(struct warehouse *warehouse) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    struct err ignored;
    if (self->reading)
        postgres_drop_rows(self->reading);
    postgres_settle(self, &ignored);
    self->is_cancelled = false;
    if (self->pq.transactionStatus(self->connection) != PQTRANS_IDLE)
        postgres_exec(warehouse, "ROLLBACK", &ignored);
}

static void postgres_close(struct warehouse *warehouse) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    if (self->connection)
        self->pq.finish(self->connection); /* the server rolls back what is open */
    if (self->secret)
        explicit_bzero(self->secret, strlen(self->secret));
    free(self->secret);
    free((char *)warehouse->schema);
    free((char *)warehouse->location);
    free(self);
}

/* ---- one run at a time ----
 *
 * The lock belongs to the transaction: it goes when that ends, however that ends, and it holds
 * through a pooler that lends out its sessions by the transaction. One warehouse is one schema. */

#define LOCK_TRIES 10
#define LOCK_KEY "hashtextextended('goldleaf ' || current_schema(), 0)"

/* Who we are goes where others may read it: the name of the session. */
static void add_holder(struct buf *sql) {
    char host[24] = "", now[CLOCK_TEXT_SIZE];
    gethostname(host, sizeof host - 1);
    clock_now_utc(now);
    for (char *c = host; *c; c++)
        *c = ascii_is_alpha(*c) || ascii_is_digit(*c) || *c == '-' || *c == '.' ? *c : '_';
    buf_printf(sql, "; SET LOCAL application_name TO 'goldleaf pid %ld on %s since %s'",
               (long)getpid(), host, now);
}

/* `*is_known` is false when the one who held the lock has gone meanwhile. */
static bool fail_locked(struct postgres_warehouse *self, bool *is_known, struct err *err) {
    PGresult *rows = NULL;
    static const char sql[] =
        "SELECT application_name FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks"
        " WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid::bigint << 32 |"
        " objid::bigint = " LOCK_KEY ") AND datname = current_database()";
    if (!postgres_query(self, sql, 0, NULL, &rows, err))
        return false;
    const char *holder = rows && self->pq.ntuples(rows) ? self->pq.getvalue(rows, 0, 0) : "";
    bool is_ours = strncmp(holder, "goldleaf ", 9) == 0;
    *is_known = is_ours;
    err_set(err, ERR_LOCKED, "another run holds %s%s%s", self->base.location, is_ours ? ": " : "",
            is_ours ? holder + 9 : "");
    self->pq.clear(rows);
    return err_hint(err, "wait until it is done, or end it; the lock goes away with its holder");
}

static bool try_lock(struct postgres_warehouse *self, bool *is_known, struct err *err) {
    PGresult *rows = NULL;
    *is_known = true;
    if (!postgres_query(self, "SELECT pg_try_advisory_xact_lock(" LOCK_KEY ")", 0, NULL, &rows,
                        err))
        return false;
    bool is_taken = rows && self->pq.ntuples(rows) == 1 && *self->pq.getvalue(rows, 0, 0) == 't';
    self->pq.clear(rows);
    return is_taken || fail_locked(self, is_known, err);
}

/* Where nobody is found who would hold the lock, it is free by now. A transaction sees the list of
 * sessions as it was when it first looked, unless it is told to look anew. */
static bool take_lock(struct postgres_warehouse *self, struct err *err) {
    bool is_known, ok = try_lock(self, &is_known, err);
    for (int tries = 0; !ok && !is_known && tries < LOCK_TRIES; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        if (!postgres_query(self, "SELECT pg_stat_clear_snapshot()", 0, NULL, NULL, err))
            return false;
        ok = try_lock(self, &is_known, err);
    }
    return ok;
}

/* A pooler may lend us a session that was ours before, or another agent's, with what it prepared.
 */
static bool postgres_begin(struct warehouse *warehouse, bool is_read, struct err *err) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    struct buf sql = {0};
    is_read = is_read || self->mode == WAREHOUSE_READ;
    /* A reader sees one version, however long it reads. */
    buf_add_text(&sql, is_read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " : "BEGIN; ");
    postgres_add_settings(self, &sql);
    buf_add_text(&sql, "; DEALLOCATE ALL");
    if (!is_read)
        add_holder(&sql);
    bool ok = postgres_exec(warehouse, buf_text(&sql), err) && (is_read || take_lock(self, err));
    buf_free(&sql);
    if (!ok)
        postgres_rollback(warehouse);
    return ok;
}

/* A transaction that has failed answers COMMIT with ROLLBACK, and calls that success. */
static bool postgres_commit(struct warehouse *warehouse, struct err *err) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    if (!postgres_settle(self, err))
        return false;
    if (self->pq.transactionStatus(self->connection) != PQTRANS_INTRANS)
        return err_set(err, ERR_DATABASE, "%s: the transaction is over", warehouse->location);
    return postgres_exec(warehouse, "COMMIT", err);
}

static int64_t postgres_changed(struct warehouse *warehouse) {
    return postgres_of(warehouse)->changed;
}

static bool postgres_can_write(struct warehouse *warehouse, bool *can_write, struct err *err) {
    static const char sql[] = "SELECT has_schema_privilege(current_schema(), 'CREATE') AND"
                              " has_database_privilege(current_database(), 'TEMPORARY') AND NOT"
                              " pg_is_in_recovery() AND NOT"
                              " current_setting('default_transaction_read_only')::boolean";
    struct postgres_warehouse *self = postgres_of(warehouse);
    PGresult *rows = NULL;
    bool ok = postgres_query(self, sql, 0, NULL, &rows, err);
    *can_write = ok && rows && self->pq.ntuples(rows) && *self->pq.getvalue(rows, 0, 0) == 't';
    self->pq.clear(rows);
    return ok;
}

/* ---- the catalogue ---- */

static bool postgres_has_column(struct warehouse *warehouse, const char *table, const char *column,
                                bool *exists, struct err *err) {
    /* to_regclass() looks along the search path, as the table's users will. */
    static const char sql[] =
        "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0"
        " AND NOT attisdropped AND ($2::text IS NULL OR attname = $2) LIMIT 1";
    const char *parameters[] = {table, column};
    struct postgres_warehouse *self = postgres_of(warehouse);
    PGresult *rows = NULL;
    bool ok = postgres_query(self, sql, 2, parameters, &rows, err);
    *exists = ok && rows && self->pq.ntuples(rows) > 0;
    self->pq.clear(rows);
    return ok;
}

/* Through the type of its rows, too, which functions and columns of others may have. A view is
 * its rule; of a table there hangs no more on it than one of its columns. */
static bool postgres_find_dependents(struct warehouse *warehouse, const char *table,
                                     struct arena *arena, struct dependent **found, size_t *count,
                                     struct err *err) {
    static const char sql[] =
        "WITH RECURSIVE hanging AS (SELECT 'pg_class'::regclass::oid AS class,"
        " to_regclass(quote_ident($1))::oid AS object, 0 AS part"
        " UNION SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END,"
        " COALESCE(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END"
        " FROM hanging h JOIN pg_depend d ON d.refclassid = h.class AND d.refobjid = h.object"
        " AND (h.part = 0 OR h.part = d.refobjsubid)"
        " AND (d.deptype = 'n' OR d.classid = 'pg_type'::regclass)"
        " LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid"
        " AND r.rulename = '_RETURN')"
        " SELECT CASE WHEN i.type = 'view' THEN object::regclass::text ELSE i.identity END"
        " COLLATE \"C\", i.type FROM hanging, pg_identify_object(class, object, part) i"
        " WHERE class <> 'pg_type'::regclass AND (class <> 'pg_class'::regclass OR part <> 0"
        " OR object <> to_regclass(quote_ident($1))) ORDER BY 1";
    struct postgres_warehouse *self = postgres_of(warehouse);
    PGresult *rows = NULL;
    bool ok = postgres_query(self, sql, 1, &table, &rows, err);
    *count = ok && rows ? (size_t)self->pq.ntuples(rows) : 0;
    *found = arena_array(arena, *count, sizeof **found);
    for (size_t i = 0; i < *count; i++)
        (*found)[i] =
            (struct dependent){arena_string(arena, span_from(self->pq.getvalue(rows, (int)i, 0))),
                               arena_string(arena, span_from(self->pq.getvalue(rows, (int)i, 1)))};
    self->pq.clear(rows);
    return ok;
}

/* Keys compare and sort by bytes, as they do in SQLite, whatever the database's language is. */
static const char *postgres_type(enum field_type type) {
    switch (type) {
    case FIELD_INTEGER:
        return "BIGINT";
    case FIELD_BOOLEAN:
        return "BOOLEAN";
    case FIELD_MONEY:
    case FIELD_NUMBER:
        return "NUMERIC(14,2)";
    case FIELD_RATE:
        return "DOUBLE PRECISION";
    case FIELD_DATE:
        return "DATE";
    case FIELD_DATETIME:
        return "TIMESTAMP";
    default:
        return "TEXT COLLATE \"C\"";
    }
}

static bool check_width(struct warehouse *warehouse, const char *select, size_t width,
                        struct err *err) {
    struct statement *statement = NULL;
    bool ok =
        statement_prepare(warehouse, &statement, select, err) && statement_describe(statement, err);
    size_t count = ok ? statement_column_count(statement) : 0;
    statement_close(statement);
    return ok &&
           (count == width || err_set(err, ERR_DATABASE, "%s: %zu columns where %zu are wanted",
                                      warehouse->location, count, width));
}

/* A SELECT whose rows go into a table that is there runs on one core; one that makes the table runs
 * on several. */
static bool postgres_create_from(struct warehouse *warehouse, const char *table,
                                 struct field_list fields, const char *select, struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TEMP TABLE %s AS SELECT ", table);
    for (size_t i = 0; i < fields.count; i++) {
        buf_add_text(&sql, i ? ", " : "");
        sql_add_name(&sql, fields.fields[i].name);
        buf_printf(&sql, "::%s AS ", postgres_type(fields.fields[i].type));
        sql_add_name(&sql, fields.fields[i].name);
    }
    buf_printf(&sql, " FROM (%s\n) AS given (", select);
    sql_add_columns(&sql, fields);
    buf_printf(&sql, "); ALTER TABLE %s ADD PRIMARY KEY (", table);
    sql_add_key(&sql, fields);
    buf_add_char(&sql, ')');
    bool ok = check_width(warehouse, select, fields.count, err) &&
              postgres_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

/* Once it has grown by a tenth; the server's own daemon does not see what a transaction has not
 * committed yet. Its columns are named for the daemon to come all the same, afterwards, and take a
 * larger sample than ours: a table that was analyzed as a whole it would leave alone. */
static bool postgres_analyze(struct warehouse *warehouse, const char *table, size_t grown_by,
                             struct err *err) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    static const char sql[] =
        "SELECT c.reltuples, format('ANALYZE %s (%s)', c.oid::regclass,"
        " string_agg(quote_ident(a.attname), ', '))"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " AND NOT a.attisdropped WHERE c.oid = to_regclass(quote_ident($1))"
        " GROUP BY c.oid, c.reltuples";
    const char *parameters[] = {table};
    PGresult *rows = NULL;
    if (!postgres_query(self, sql, 1, parameters, &rows, err))
        return false;
    bool exists = rows && self->pq.ntuples(rows);
    bool is_due = exists && (double)grown_by * 10 >= strtod(self->pq.getvalue(rows, 0, 0), NULL);
    bool ok = !is_due || postgres_exec(warehouse, self->pq.getvalue(rows, 0, 1), err);
    self->pq.clear(rows);
    return ok;
}

/* Makes the room free for other rows, and for other tables where it is at a table's end. VACUUM
 * FULL would give back all of it, but keep readers out meanwhile. */
static bool postgres_give_back(struct warehouse *warehouse, const char *const *tables, size_t count,
                               struct err *err) {
    for (size_t i = 0; i < count; i++) {
        struct buf sql = {0};
        buf_add_text(&sql, "VACUUM (ANALYZE) ");
        sql_add_name(&sql, warehouse->schema);
        buf_add_char(&sql, '.');
        sql_add_name(&sql, tables[i]);
        bool ok = postgres_exec(warehouse, buf_text(&sql), err);
        buf_free(&sql);
        if (!ok)
            return false;
    }
    return true;
}

static bool postgres_read_key(struct warehouse *warehouse, const char *table, struct arena *arena,
                              const char **columns, struct err *err) {
    static const char sql[] =
        "SELECT string_agg('\"' || replace(a.attname, '\"', '\"\"') || '\"', ', ' ORDER BY k.place)"
        " FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place), pg_attribute a"
        " WHERE i.indisprimary AND i.indrelid = to_regclass(quote_ident($1))"
        " AND a.attrelid = i.indrelid AND a.attnum = k.attnum";
    struct postgres_warehouse *self = postgres_of(warehouse);
    PGresult *rows = NULL;
    if (!postgres_query(self, sql, 1, &table, &rows, err))
        return false;
    *columns = arena_string(arena, span_from(rows ? self->pq.getvalue(rows, 0, 0) : ""));
    self->pq.clear(rows);
    return true;
}

/* Citus' own functions: of a table with a column rows go by its value, the same value of all tables
 * to the same machine; of one without a copy goes everywhere. */
static bool postgres_distribute(struct warehouse *warehouse, const char *table, const char *column,
                                struct err *err) {
    const char *parameters[] = {table, column};
    return postgres_query(postgres_of(warehouse),
                          column ? "SELECT create_distributed_table(quote_ident($1)::regclass, $2)"
                                 : "SELECT create_reference_table(quote_ident($1)::regclass)",
                          column ? 2 : 1, parameters, NULL, err);
}

static const struct warehouse_driver postgres_driver = {
    .close = postgres_close,
    .can_write = postgres_can_write,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .exec = postgres_exec,
    .changed = postgres_changed,
    .prepare = postgres_prepare,
    .start = postgres_start,
    .run = postgres_run,
    .next = postgres_next,
    .describe = postgres_describe,
    .column_count = postgres_column_count,
    .column_name = postgres_column_name,
    .value = postgres_value,
    .close_statement = postgres_close_statement,
    .load = postgres_load,
    .create_from = postgres_create_from,
    .analyze = postgres_analyze,
    .give_back = postgres_give_back,
    .has_column = postgres_has_column,
    .read_key = postgres_read_key,
    .distribute = postgres_distribute,
    .type = postgres_type,
    .row_id_type = "BIGINT",
    .find_dependents = postgres_find_dependents,
    .clustered = "",
    .distinct = "WITH (deduplicate_items = off)",
    .drop_ending = " CASCADE",
    .create_view = "CREATE OR REPLACE VIEW",
};

bool postgres_open(struct warehouse **warehouse, const char *url, enum warehouse_mode mode,
                   struct err *err) {
    struct postgres_warehouse *self = memory_alloc(sizeof *self);
    *self = (struct postgres_warehouse){.base = {.driver = &postgres_driver}, .mode = mode};
    *warehouse = &self->base;
    if (postgres_library_load(&self->pq, err) && postgres_connect(self, url, err))
        return true;
    warehouse_close(*warehouse);
    *warehouse = NULL;
    return false;
}
