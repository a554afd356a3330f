/* An export that was found and can be printed. Private to cmd_export.c and export.c. */
#ifndef GOLDLEAF_CLI_EXPORT_H
#define GOLDLEAF_CLI_EXPORT_H

#include "cli/commands.h"

struct export_column {
    const char *name;          /* of the column in the database, unique: the key in JSON */
    const char *title;         /* in the header of CSV; NULL behind the end of a sheet's header */
    const struct field *field; /* of a silver or gold table, else NULL */
};

struct export {
    struct session *session;
    struct warehouse *warehouse;
    const char *table;
    bool is_bronze;
    int64_t snapshot; /* of a bronze table: $1 of the query */
    struct buf sql;   /* selects the columns, in their order, and perhaps more behind them */
    struct export_column *columns;
    size_t column_count;
    size_t header_count; /* columns that the header line has */
};

/* Runs the query and prints it in the format of the session's output, which is open. */
bool export_print(struct export *export, struct err *err);

#endif
