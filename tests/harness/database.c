#include "harness/database.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <libpq-fe.h>
#include <sqlite3.h>

/* ---- two kinds ---- */

struct database {
    sqlite3 *file;
    PGconn *server;
};

struct rows {
    sqlite3_stmt *statement;
    PGresult *result;
    int row;
    char **numbers; /* per column: the text of a number */
};

bool database_is_server(const char *url) {
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

static sqlite3 *open_file(const char *path, int flags) {
    sqlite3 *file;
    if (sqlite3_open_v2(path, &file, flags, NULL) != SQLITE_OK)
        fail_msg("%s: %s", path, sqlite3_errmsg(file));
    return file;
}

static void drop_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

static PGconn *open_server(const char *url) {
    PGconn *server = PQconnectdb(url);
    if (PQstatus(server) != CONNECTION_OK)
        fail_msg("%s: %s", url, PQerrorMessage(server));
    PQsetNoticeProcessor(server, drop_notice, NULL);
    return server;
}

static PGresult *ask(PGconn *server, const char *sql) {
    PGresult *result = PQexec(server, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s\n%s", PQerrorMessage(server), sql);
    return result;
}

static void tell(PGconn *server, const char *sql) {
    PQclear(ask(server, sql));
}

struct database *database_open(const char *url) {
    struct database *database = memory_alloc(sizeof *database);
    *database = (struct database){0};
    if (database_is_server(url))
        database->server = open_server(url);
    else
        database->file = open_file(url, SQLITE_OPEN_READONLY);
    return database;
}

void database_close(struct database *database) {
    if (!database)
        return;
    PQfinish(database->server);
    int status = sqlite3_close(database->file);
    free(database);
    assert_int_equal(status, SQLITE_OK);
}

void database_write(const char *url, const char *sql) {
    if (database_is_server(url)) {
        PGconn *server = open_server(url);
        tell(server, sql);
        PQfinish(server);
        return;
    }
    sqlite3 *file = open_file(url, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (sqlite3_exec(file, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s\n%s", sqlite3_errmsg(file), sql);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
}

/* ---- rows ---- */

static sqlite3_stmt *prepare(sqlite3 *file, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(file, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s\n%s", sqlite3_errmsg(file), sql);
    return statement;
}

struct rows *rows_open(struct database *database, const char *sql) {
    struct rows *rows = memory_alloc(sizeof *rows);
    *rows = (struct rows){.row = -1};
    if (database->server)
        rows->result = ask(database->server, sql);
    else
        rows->statement = prepare(database->file, sql);
    rows->numbers = memory_resize(NULL, rows_width(rows) + 1, sizeof *rows->numbers);
    memset(rows->numbers, 0, (rows_width(rows) + 1) * sizeof *rows->numbers);
    return rows;
}

bool rows_next(struct rows *rows) {
    if (rows->result)
        return ++rows->row < PQntuples(rows->result);
    int status = sqlite3_step(rows->statement);
    if (status != SQLITE_ROW && status != SQLITE_DONE)
        fail_msg("%s\n%s", sqlite3_errmsg(sqlite3_db_handle(rows->statement)),
                 sqlite3_sql(rows->statement));
    return status == SQLITE_ROW;
}

size_t rows_width(const struct rows *rows) {
    return (size_t)(rows->result ? PQnfields(rows->result) : sqlite3_column_count(rows->statement));
}

const char *rows_name(const struct rows *rows, size_t column) {
    return rows->result ? PQfname(rows->result, (int)column)
                        : sqlite3_column_name(rows->statement, (int)column);
}

/* From the server's catalogue, where they never change. */
static enum datum_type type_of(Oid type, const char *text) {
    switch (type) {
    case 16: /* boolean */
    case 20: /* integers */
    case 21:
    case 23:
        return DATUM_INTEGER;
    case 700: /* reals */
    case 701:
        return DATUM_REAL;
    case 1700: /* numeric: a sum of integers is one, too */
        return strpbrk(text, ".eEN") ? DATUM_REAL : DATUM_INTEGER;
    default:
        return DATUM_TEXT;
    }
}

static struct datum datum_of_server(const struct rows *rows, int column) {
    if (PQgetisnull(rows->result, rows->row, column))
        return (struct datum){.type = DATUM_NULL, .text = ""};
    const char *text = PQgetvalue(rows->result, rows->row, column);
    struct datum datum = {.type = type_of(PQftype(rows->result, column), text), .text = text};
    if (PQftype(rows->result, column) == 16)
        datum.text = *text == 't' ? "1" : "0";
    return datum;
}

static struct datum datum_of_file(const struct rows *rows, int column) {
    struct datum datum = {.type = DATUM_TEXT, .text = ""};
    int type = sqlite3_column_type(rows->statement, column);
    if (type == SQLITE_NULL)
        datum.type = DATUM_NULL;
    else if (type == SQLITE_INTEGER)
        datum.type = DATUM_INTEGER;
    else if (type == SQLITE_FLOAT)
        datum.number = sqlite3_column_double(rows->statement, column), datum.type = DATUM_REAL;
    if (type != SQLITE_NULL)
        datum.text = (const char *)sqlite3_column_text(rows->statement, column);
    return datum;
}

/* The fewest digits that read back as the same double. */
static void print_real(char text[static 32], double value) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

struct datum rows_datum(struct rows *rows, size_t column) {
    struct datum datum =
        rows->result ? datum_of_server(rows, (int)column) : datum_of_file(rows, (int)column);
    if (rows->result || datum.type != DATUM_REAL)
        datum.number = strtod(datum.text, NULL);
    if (datum.type == DATUM_REAL) {
        if (!rows->numbers[column])
            rows->numbers[column] = memory_alloc(32);
        print_real(rows->numbers[column], datum.number);
        datum.text = rows->numbers[column];
    }
    datum.size = strlen(datum.text);
    return datum;
}

void rows_close(struct rows *rows) {
    for (size_t i = 0; i < rows_width(rows); i++)
        free(rows->numbers[i]);
    free(rows->numbers);
    PQclear(rows->result);
    sqlite3_finalize(rows->statement);
    free(rows);
}

/* PostgreSQL has no such question. */
void database_check_integrity(struct database *database) {
    if (database->server)
        return;
    struct rows *rows = rows_open(database, "PRAGMA integrity_check");
    assert_true(rows_next(rows));
    assert_string_equal(rows_datum(rows, 0).text, "ok");
    rows_close(rows);
}

/* ---- schemas ---- */

const char *schema_url(struct arena *arena, const char *url, const char *schema) {
    return arena_printf(arena, "%s%coptions=-csearch_path%%3D%s", url, strchr(url, '?') ? '&' : '?',
                        schema);
}

void schema_make(const char *url, const char *schema) {
    char sql[256];
    snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s", schema, schema);
    database_write(url, sql);
}

void schema_drop(const char *url, const char *schema) {
    char sql[128];
    snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", schema);
    database_write(url, sql);
}

/* Tables first. A view's text names what it reads without the schema that is the search path while
 * the text is made, so it can be made again in another one. */
void schema_copy(const char *url, const char *from, const char *to) {
    static const char script[] =
        "DROP SCHEMA IF EXISTS %2$s CASCADE; CREATE SCHEMA %2$s; SET search_path TO %1$s;"
        "DO $body$ DECLARE r record; views text; BEGIN"
        " FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = '%1$s' LOOP"
        "  EXECUTE format('CREATE TABLE %2$s.%%1$I (LIKE %1$s.%%1$I INCLUDING ALL)', r.tablename);"
        "  EXECUTE format('INSERT INTO %2$s.%%1$I SELECT * FROM %1$s.%%1$I', r.tablename);"
        " END LOOP;"
        " SELECT string_agg(format('CREATE VIEW %%I AS %%s', viewname, definition), '') INTO views"
        "  FROM pg_views WHERE schemaname = '%1$s';"
        " SET LOCAL search_path TO %2$s;"
        " EXECUTE coalesce(views, '');"
        "END $body$";
    char sql[4096];
    snprintf(sql, sizeof sql, script, from, to);
    database_write(url, sql);
}
