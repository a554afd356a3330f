/* Bulk load: a table-valued view of rows in memory, so that one INSERT ... SELECT moves them all.
 *
 * Binding and stepping a prepared INSERT costs a statement reset and a bind call per cell; reading
 * from a virtual table inside one statement costs neither. */
#include "warehouse/sqlite.h"

struct rows_table {
    sqlite3_vtab base; /* must be first */
    struct sqlite_rows *rows;
};

struct rows_cursor {
    sqlite3_vtab_cursor base; /* must be first */
    struct sqlite_rows *rows;
    bool is_at_end;
    sqlite3_int64 rowid;
};

static int rows_connect(sqlite3 *database, void *auxiliary, int argument_count,
                        const char *const *arguments, sqlite3_vtab **out, char **message) {
    struct sqlite_rows *rows = *(struct sqlite_rows **)auxiliary;
    (void)argument_count, (void)arguments, (void)message;
    struct buf declaration = {0};
    buf_add_text(&declaration, "CREATE TABLE x(");
    for (size_t i = 0; i < rows->column_count; i++)
        buf_printf(&declaration, "%sc%zu", i ? "," : "", i);
    buf_add_char(&declaration, ')');
    int status = sqlite3_declare_vtab(database, buf_text(&declaration));
    buf_free(&declaration);
    if (status != SQLITE_OK)
        return status;
    struct rows_table *table = sqlite3_malloc(sizeof *table);
    if (!table)
        return SQLITE_NOMEM;
    *table = (struct rows_table){.rows = rows};
    *out = &table->base;
    return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *table) {
    sqlite3_free(table);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
    (void)table;
    info->estimatedCost = 1e6;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
    struct rows_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct rows_cursor){.rows = ((struct rows_table *)table)->rows};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor) {
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *base) {
    struct rows_cursor *cursor = (struct rows_cursor *)base;
    struct row_source *source = &cursor->rows->source;
    cursor->is_at_end = !source->next(source->context, cursor->rows->row);
    cursor->rowid++;
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *cursor, int index, const char *index_text, int count,
                       sqlite3_value **values) {
    (void)index, (void)index_text, (void)count, (void)values;
    return rows_next(cursor);
}

static int rows_eof(sqlite3_vtab_cursor *cursor) {
    return ((struct rows_cursor *)cursor)->is_at_end;
}

static int rows_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column) {
    const struct value *value = &((struct rows_cursor *)cursor)->rows->row[column];
    switch (value->kind) {
    case VALUE_NULL:
        break;
    case VALUE_INTEGER:
        sqlite3_result_int64(context, value->integer);
        break;
    case VALUE_MONEY:
        sqlite3_result_double(context, (double)value->integer / 100.0);
        break;
    case VALUE_REAL:
        sqlite3_result_double(context, value->real);
        break;
    case VALUE_TEXT:
        sqlite3_result_text64(context, value->text, value->size, SQLITE_STATIC, SQLITE_UTF8);
        break;
    }
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid) {
    *rowid = ((struct rows_cursor *)cursor)->rowid;
    return SQLITE_OK;
}

static const sqlite3_module rows_module = {
    .iVersion = 0,
    .xCreate = rows_connect,
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = rows_disconnect,
    .xDestroy = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

int sqlite_rows_register(sqlite3 *database, struct sqlite_rows **current) {
    return sqlite3_create_module(database, "goldleaf_rows", &rows_module, current);
}
