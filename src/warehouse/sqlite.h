/* The SQLite driver's inside: shared by its files and by nobody else. */
#ifndef GOLDLEAF_WAREHOUSE_SQLITE_H
#define GOLDLEAF_WAREHOUSE_SQLITE_H

#include "warehouse/warehouse.h"

#include <sqlite3.h>

/* The rows of the load that runs now. */
struct sqlite_rows {
    struct row_source source;
    struct value *row;
    size_t column_count;
};

/* Registers the module "goldleaf_rows"; a virtual table of it shows the rows that `*current`
 * points to when it is made. */
int sqlite_rows_register(sqlite3 *database, struct sqlite_rows **current);

/* The rows of integers that are read now. */
struct sqlite_integers {
    struct integer_sink sink;
    bool is_enough; /* the sink wanted no more; the statement then fails */
};

/* Registers the aggregate "goldleaf_collect", which hands its arguments to the sink. */
int sqlite_integers_register(sqlite3 *database, struct sqlite_integers *integers);

#endif
