/* A warehouse as anybody can look into it: plain sqlite3 or plain libpq, nothing of the program.
 *
 * Values look the same from both: a NUMERIC is the double it stands for, a BOOLEAN is 0 or 1, a
 * date is text. A failure ends the test with the database's message. */
#ifndef GOLDLEAF_TESTS_DATABASE_H
#define GOLDLEAF_TESTS_DATABASE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

struct database;
struct rows;

/* Opens a file to read it, or a schema on a server by its URL. */
struct database *database_open(const char *url);
void database_close(struct database *database); /* NULL is fine */
bool database_is_server(const char *url);

/* One or more statements without results; on a file with a connection of its own. */
void database_write(const char *url, const char *sql);

enum datum_type { DATUM_NULL, DATUM_INTEGER, DATUM_REAL, DATUM_TEXT };

struct datum {
    enum datum_type type;
    double number;
    const char *text; /* "" for NULL; a copy of an integer or a real as text */
    size_t size;
};

/* The result of a query, row by row: rows_open; while (rows_next) rows_datum; rows_close. */
struct rows *rows_open(struct database *database, const char *sql);
bool rows_next(struct rows *rows);
size_t rows_width(const struct rows *rows);
const char *rows_name(const struct rows *rows, size_t column);
/* Its text lives until the next row. */
struct datum rows_datum(struct rows *rows, size_t column);
void rows_close(struct rows *rows);

/* Fails where the database finds something wrong with itself. */
void database_check_integrity(struct database *database);

/* ---- schemas on a server ---- */

/* The URL of a schema of that name in the database that a URL names. */
const char *schema_url(struct arena *arena, const char *url, const char *schema);
/* Makes it anew, empty. */
void schema_make(const char *url, const char *schema);
void schema_drop(const char *url, const char *schema);
/* Makes it anew with the tables and views of another one. */
void schema_copy(const char *url, const char *from, const char *to);

#endif
