/* The warehouse: one interface, one driver per database (sqlite.c, postgres.c).
 *
 * A driver has no policy: no retry, no log, no knowledge of sheets. SQL outside the drivers is
 * the subset that SQLite and PostgreSQL share; parameters are $1..$n and are bound by number.
 * Errors are ERR_DATABASE with the database's location and the database's own message; a full
 * disk, a read-only file and a locked database each get their hint. */
#ifndef GOLDLEAF_WAREHOUSE_WAREHOUSE_H
#define GOLDLEAF_WAREHOUSE_WAREHOUSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/value.h"
#include "model/model.h"

/* READ never writes a byte, not even to create the file; a missing one is ERR_DATABASE with the
 * hint to run `goldleaf all` first. FORK is a copy that only this process sees: it can be written,
 * and nothing of that reaches the database; a missing one is as good as an empty one. */
enum warehouse_mode { WAREHOUSE_READ, WAREHOUSE_WRITE, WAREHOUSE_FORK };

struct warehouse;
struct statement;

/* Opens by DATABASE_URL: a path, sqlite:PATH, sqlite:///relative, sqlite:////absolute; or
 * postgresql://... or postgres://..., which goes to libpq as it is. A server's
 * database has no fork; stages/copy.h makes one. */
bool warehouse_open(struct warehouse **warehouse, const char *url, enum warehouse_mode mode,
                    struct err *err);
/* An empty database of this process alone, on disk where it is large, gone when it is closed.
 * `location` is what messages call it. */
bool warehouse_open_scratch(struct warehouse **warehouse, const char *location, struct err *err);
void warehouse_close(struct warehouse *warehouse); /* rolls back what is open; NULL is fine */

/* The SQLite file that a DATABASE_URL names, or NULL when it names a server. */
const char *warehouse_file(const char *url);

/* Statements end with ERR_INTERRUPTED soon after `is_stopped` has become true. */
void warehouse_stop_when(struct warehouse *warehouse, bool (*is_stopped)(void *), void *context);

/* Where the data is, without secrets: "warehouse.sqlite". */
const char *warehouse_location(const struct warehouse *warehouse);

/* Whether a run could write there, as far as can be told without writing. */
bool warehouse_can_write(struct warehouse *warehouse, bool *can_write, struct err *err);

/* A transaction that writes is taken at once, so that a conflict shows here and not in the middle;
 * on a server it holds the lock of the run, too, and ERR_LOCKED names who has it. One that reads
 * sees one version until it ends. */
bool warehouse_begin(struct warehouse *warehouse, struct err *err);
/* One that reads, whatever the warehouse was opened for. Statements outlive no transaction: through
 * a pooler the next one may be another session's. */
bool warehouse_begin_read(struct warehouse *warehouse, struct err *err);
bool warehouse_commit(struct warehouse *warehouse, struct err *err);
void warehouse_rollback(struct warehouse *warehouse);

/* Runs one or more statements without parameters and without results. */
bool warehouse_exec(struct warehouse *warehouse, const char *sql, struct err *err);

/* Runs one statement with parameters; its results, if any, are ignored. `changed` (may be NULL)
 * receives the number of rows it inserted, updated or deleted. */
bool warehouse_run(struct warehouse *warehouse, const char *sql, const struct value *parameters,
                   size_t count, int64_t *changed, struct err *err);

/* A statement for many executions, or to read rows:
 *   statement_prepare; { statement_start; while (statement_next && has_row) statement_row; }...;
 *   statement_close
 * A server is not asked before statement_start() or statement_describe(), so what is wrong with the
 * SQL may show only there. */
bool statement_prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                       struct err *err);
bool statement_start(struct statement *statement, const struct value *parameters, size_t count,
                     struct err *err);
bool statement_next(struct statement *statement, bool *has_row, struct err *err);
/* Start and run to the end, ignoring rows. A server may be told ahead of what came of earlier ones:
 * then a failure shows with a later call, at the latest when the transaction is committed. */
bool statement_run(struct statement *statement, const struct value *parameters, size_t count,
                   struct err *err);
/* Finds out the columns, for who wants to know them before the start. */
bool statement_describe(struct statement *statement, struct err *err);
size_t statement_column_count(const struct statement *statement);
const char *statement_column_name(const struct statement *statement, size_t column);
/* The current row; text lives until the next call on this statement. */
struct value statement_value(const struct statement *statement, size_t column);
void statement_close(struct statement *statement); /* NULL is fine */

/* One value of the first row of a query without parameters that are NULL-able; NULL value when
 * there is no row. Text is copied into the arena. */
bool warehouse_value(struct warehouse *warehouse, struct arena *arena, const char *sql,
                     const struct value *parameters, size_t count, struct value *value,
                     struct err *err);

/* Rows for a bulk load, handed over one by one without copying. */
struct row_source {
    /* Fills `row` (one value a column) and returns true, or returns false at the end. Text must
     * stay as it is until the next call. */
    bool (*next)(void *context, struct value *row);
    void *context;
};

/* Appends all rows to a table; the fastest way in that the database has. Rows should come in the
 * order in which they are to lie: where tables are clustered, that of the primary key. */
bool warehouse_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                    size_t column_count, struct row_source source, struct err *err);

/* Makes a TEMP table, in place of an older one of its name, and loads it. Its columns are p0, p1,
 * ...; `types` are their SQL types. */
bool warehouse_load_list(struct warehouse *warehouse, const char *name, const char *const *types,
                         size_t column_count, struct row_source source, struct err *err);

/* The columns of a table, and which of them are its key. */
struct field_list {
    const struct field *fields;
    size_t count;
    const size_t *key;
    size_t key_count;
};

/* Makes a TEMP table of what a SELECT gives; its columns come in the order of the fields. The key
 * is checked. */
bool warehouse_create_from(struct warehouse *warehouse, const char *table, struct field_list fields,
                           const char *select, struct err *err);

/* Has the planner look at a table that was loaded, before queries read it. */
bool warehouse_analyze(struct warehouse *warehouse, const char *table, size_t grown_by,
                       struct err *err);

/* Rows of integers, handed over one by one until `add` returns false: it wants no more. */
struct integer_sink {
    bool (*add)(void *context, const int64_t *row);
    void *context;
};

/* The most columns that a row of integers has. */
#define INTEGER_COLUMNS 8

/* SELECT `columns` FROM `from`, none of them NULL, in any order: the fastest way out that the
 * database has, for rows by the hundred thousand. `count` is the number of columns. */
bool warehouse_read_integers(struct warehouse *warehouse, const char *columns, size_t count,
                             const char *from, struct integer_sink sink, struct err *err);

/* Gives back the room that rows of these tables took up which are gone; outside of a transaction.
 * It may take as long as writing what is left, and as much room for the time being. Where it fails
 * the data is as it was. */
bool warehouse_give_back(struct warehouse *warehouse, const char *const *tables, size_t count,
                         struct err *err);

bool warehouse_has_table(struct warehouse *warehouse, const char *name, bool *exists,
                         struct err *err);
bool warehouse_has_column(struct warehouse *warehouse, const char *table, const char *column,
                          bool *exists, struct err *err);

/* What somebody made that hangs on a table. */
struct dependent {
    const char *name, *kind; /* "totals", "view" */
};

/* What goes with a table when it is dropped, as far as it is not of the table itself: views on it,
 * functions that take its rows, what hangs on these in turn. Nothing where a view is only looked at
 * when it is used. Memory is the arena's. */
bool warehouse_find_dependents(struct warehouse *warehouse, const char *table, struct arena *arena,
                               struct dependent **found, size_t *count, struct err *err);
/* Drops a table and all that; one that is not there is no error. */
bool warehouse_drop_table(struct warehouse *warehouse, const char *table, struct err *err);

/* The SQL type of a field: "TEXT", "INTEGER", ... */
const char *warehouse_type(const struct warehouse *warehouse, enum field_type type);

/* The type of a table's own key that counts up. */
const char *warehouse_row_id_type(const struct warehouse *warehouse);

/* "CREATE VIEW ..." up to the name: makes the view, or gives it the columns that were added. */
const char *warehouse_create_view(const struct warehouse *warehouse);

/* Whether all that is written goes with this process: then it needs nothing for the next run. */
bool warehouse_is_fork(const struct warehouse *warehouse);

/* Whether tables may lie on several machines (Citus). There a new table is placed: its rows by a
 * column, or with NULL a copy of it everywhere; elsewhere that does nothing. */
bool warehouse_is_distributed(const struct warehouse *warehouse);
bool warehouse_distribute(struct warehouse *warehouse, const char *table, const char *column,
                          struct err *err);

/* Whether rows lie in the order of their table's primary key, or on the machine that it names. And
 * what follows the closing bracket of CREATE TABLE for that. */
bool warehouse_is_clustered(const struct warehouse *warehouse);
const char *warehouse_clustered(const struct warehouse *warehouse);

/* What follows the closing bracket of CREATE INDEX for one that is not unique, though next to no
 * rows of it are the same. */
const char *warehouse_distinct(const struct warehouse *warehouse);

/* The columns of a table's primary key, quoted as sql_add_name() does, with commas between them;
 * NULL where it is always what the table is clustered by. Memory is the arena's. */
bool warehouse_read_key(struct warehouse *warehouse, const char *table, struct arena *arena,
                        const char **columns, struct err *err);

/* The schema of the permanent tables, for the few names that must not be shadowed by TEMP ones. */
const char *warehouse_schema(const struct warehouse *warehouse);

/* Appends "name", quoted as an identifier; "layer_name"; and the names of a list's columns or of
 * its key, with commas between them. */
void sql_add_name(struct buf *sql, const char *name);
void sql_add_table(struct buf *sql, const char *layer, const char *name);
void sql_add_columns(struct buf *sql, struct field_list fields);
void sql_add_key(struct buf *sql, struct field_list fields);

/* The text of an embedded SQL file below src/warehouse/sql, e.g. "audit/rejects" for
 * audit/rejects.sql; it must exist (checked by a test), so a missing one aborts. */
const char *sql_file(const char *name);

#endif
