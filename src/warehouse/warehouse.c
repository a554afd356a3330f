#include "warehouse/warehouse.h"

#include "base/asset.h"
#include "warehouse/driver.h"

void warehouse_close(struct warehouse *warehouse) {
    if (warehouse)
        warehouse->driver->close(warehouse);
}

const char *warehouse_location(const struct warehouse *warehouse) {
    return warehouse->location;
}

void warehouse_stop_when(struct warehouse *warehouse, bool (*is_stopped)(void *), void *context) {
    warehouse->is_stopped = is_stopped;
    warehouse->stop_context = context;
}

bool warehouse_can_write(struct warehouse *warehouse, bool *can_write, struct err *err) {
    return warehouse->driver->can_write(warehouse, can_write, err);
}

bool warehouse_begin(struct warehouse *warehouse, struct err *err) {
    return warehouse->driver->begin(warehouse, false, err);
}

bool warehouse_begin_read(struct warehouse *warehouse, struct err *err) {
    return warehouse->driver->begin(warehouse, true, err);
}

bool warehouse_commit(struct warehouse *warehouse, struct err *err) {
    return warehouse->driver->commit(warehouse, err);
}

void warehouse_rollback(struct warehouse *warehouse) {
    warehouse->driver->rollback(warehouse);
}

bool warehouse_exec(struct warehouse *warehouse, const char *sql, struct err *err) {
    return warehouse->driver->exec(warehouse, sql, err);
}

bool warehouse_run(struct warehouse *warehouse, const char *sql, const struct value *parameters,
                   size_t count, int64_t *changed, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, parameters, count, err);
    while (ok && has_row)
        ok = statement_next(statement, &has_row, err);
    if (ok && changed)
        *changed = warehouse->driver->changed(warehouse);
    statement_close(statement);
    return ok;
}

bool statement_prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                       struct err *err) {
    return warehouse->driver->prepare(warehouse, statement, sql, err);
}

bool statement_start(struct statement *statement, const struct value *parameters, size_t count,
                     struct err *err) {
    return statement->warehouse->driver->start(statement, parameters, count, err);
}

bool statement_next(struct statement *statement, bool *has_row, struct err *err) {
    return statement->warehouse->driver->next(statement, has_row, err);
}

bool statement_run(struct statement *statement, const struct value *parameters, size_t count,
                   struct err *err) {
    const struct warehouse_driver *driver = statement->warehouse->driver;
    if (driver->run)
        return driver->run(statement, parameters, count, err);
    if (!statement_start(statement, parameters, count, err))
        return false;
    bool has_row = true;
    while (has_row)
        if (!statement_next(statement, &has_row, err))
            return false;
    return true;
}

bool statement_describe(struct statement *statement, struct err *err) {
    const struct warehouse_driver *driver = statement->warehouse->driver;
    return !driver->describe || driver->describe(statement, err);
}

size_t statement_column_count(const struct statement *statement) {
    return statement->warehouse->driver->column_count(statement);
}

const char *statement_column_name(const struct statement *statement, size_t column) {
    return statement->warehouse->driver->column_name(statement, column);
}

struct value statement_value(const struct statement *statement, size_t column) {
    return statement->warehouse->driver->value(statement, column);
}

void statement_close(struct statement *statement) {
    if (statement)
        statement->warehouse->driver->close_statement(statement);
}

bool warehouse_value(struct warehouse *warehouse, struct arena *arena, const char *sql,
                     const struct value *parameters, size_t count, struct value *value,
                     struct err *err) {
    *value = value_null();
    struct statement *statement = NULL;
    bool has_row = false;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, parameters, count, err) &&
              statement_next(statement, &has_row, err);
    if (ok && has_row) {
        *value = statement_value(statement, 0);
        if (value->kind == VALUE_TEXT)
            value->text = arena_string(arena, value_span(*value));
    }
    statement_close(statement);
    return ok;
}

bool warehouse_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                    size_t column_count, struct row_source source, struct err *err) {
    return warehouse->driver->load(warehouse, table, columns, NULL, column_count, source, err);
}

bool warehouse_load_list(struct warehouse *warehouse, const char *name, const char *const *types,
                         size_t column_count, struct row_source source, struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    const char **columns = arena_array(&scratch, column_count, sizeof *columns);
    buf_printf(&sql, "DROP TABLE IF EXISTS %s; CREATE TEMP TABLE %s (", name, name);
    for (size_t i = 0; i < column_count; i++) {
        columns[i] = arena_printf(&scratch, "p%zu", i);
        buf_printf(&sql, "%sp%zu %s", i ? ", " : "", i, types[i]);
    }
    buf_add_char(&sql, ')');
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err) &&
              warehouse->driver->load(warehouse, name, columns, types, column_count, source, err);
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

static bool is_in_key(struct field_list fields, size_t field) {
    for (size_t i = 0; i < fields.key_count; i++)
        if (fields.key[i] == field)
            return true;
    return false;
}

/* The table is there before its rows: its types and its key are what these have to keep to. */
static bool create_and_insert(struct warehouse *warehouse, const char *table,
                              struct field_list fields, const char *select, struct err *err) {
    struct buf create = {0}, insert = {0};
    buf_printf(&create, "CREATE TEMP TABLE %s (", table);
    for (size_t i = 0; i < fields.count; i++) {
        sql_add_name(&create, fields.fields[i].name);
        buf_printf(&create, " %s%s, ", warehouse_type(warehouse, fields.fields[i].type),
                   is_in_key(fields, i) ? " NOT NULL" : "");
    }
    buf_add_text(&create, "PRIMARY KEY (");
    sql_add_key(&create, fields);
    buf_add_text(&create, "))");
    buf_printf(&insert, "INSERT INTO %s (", table);
    sql_add_columns(&insert, fields);
    buf_printf(&insert, ") %s", select);
    bool ok = warehouse_exec(warehouse, buf_text(&create), err) &&
              warehouse_run(warehouse, buf_text(&insert), NULL, 0, NULL, err);
    buf_free(&create);
    buf_free(&insert);
    return ok;
}

bool warehouse_create_from(struct warehouse *warehouse, const char *table, struct field_list fields,
                           const char *select, struct err *err) {
    if (!warehouse->driver->create_from)
        return create_and_insert(warehouse, table, fields, select, err);
    return warehouse->driver->create_from(warehouse, table, fields, select, err);
}

bool warehouse_analyze(struct warehouse *warehouse, const char *table, size_t grown_by,
                       struct err *err) {
    return !warehouse->driver->analyze ||
           warehouse->driver->analyze(warehouse, table, grown_by, err);
}

static bool read_integers_by_statement(struct warehouse *warehouse, const char *columns,
                                       size_t count, const char *from, struct integer_sink sink,
                                       struct err *err) {
    struct statement *statement = NULL;
    struct buf sql = {0};
    int64_t row[INTEGER_COLUMNS];
    bool has_row = true;
    buf_printf(&sql, "SELECT %s FROM %s", columns, from);
    bool ok = statement_prepare(warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, NULL, 0, err);
    bool goes_on = true;
    while (ok && goes_on && (ok = statement_next(statement, &has_row, err)) && has_row) {
        for (size_t i = 0; i < count; i++)
            row[i] = statement_value(statement, i).integer;
        goes_on = sink.add(sink.context, row);
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

bool warehouse_read_integers(struct warehouse *warehouse, const char *columns, size_t count,
                             const char *from, struct integer_sink sink, struct err *err) {
    if (!warehouse->driver->read_integers)
        return read_integers_by_statement(warehouse, columns, count, from, sink, err);
    return warehouse->driver->read_integers(warehouse, columns, count, from, sink, err);
}

bool warehouse_give_back(struct warehouse *warehouse, const char *const *tables, size_t count,
                         struct err *err) {
    return warehouse->driver->give_back(warehouse, tables, count, err);
}

bool warehouse_has_table(struct warehouse *warehouse, const char *name, bool *exists,
                         struct err *err) {
    return warehouse->driver->has_column(warehouse, name, NULL, exists, err);
}

bool warehouse_has_column(struct warehouse *warehouse, const char *table, const char *column,
                          bool *exists, struct err *err) {
    return warehouse->driver->has_column(warehouse, table, column, exists, err);
}

bool warehouse_find_dependents(struct warehouse *warehouse, const char *table, struct arena *arena,
                               struct dependent **found, size_t *count, struct err *err) {
    *count = 0;
    return !warehouse->driver->find_dependents ||
           warehouse->driver->find_dependents(warehouse, table, arena, found, count, err);
}

bool warehouse_drop_table(struct warehouse *warehouse, const char *table, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "DROP TABLE IF EXISTS ");
    sql_add_name(&sql, table);
    buf_add_text(&sql, warehouse->driver->drop_ending);
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

const char *warehouse_type(const struct warehouse *warehouse, enum field_type type) {
    return warehouse->driver->type(type);
}

bool warehouse_is_fork(const struct warehouse *warehouse) {
    return warehouse->is_fork;
}

bool warehouse_is_distributed(const struct warehouse *warehouse) {
    return warehouse->is_distributed;
}

bool warehouse_distribute(struct warehouse *warehouse, const char *table, const char *column,
                          struct err *err) {
    return !warehouse->is_distributed ||
           warehouse->driver->distribute(warehouse, table, column, err);
}

const char *warehouse_row_id_type(const struct warehouse *warehouse) {
    return warehouse->driver->row_id_type;
}

const char *warehouse_create_view(const struct warehouse *warehouse) {
    return warehouse->driver->create_view;
}

bool warehouse_is_clustered(const struct warehouse *warehouse) {
    return *warehouse->driver->clustered || warehouse->is_distributed;
}

bool warehouse_read_key(struct warehouse *warehouse, const char *table, struct arena *arena,
                        const char **columns, struct err *err) {
    *columns = NULL;
    return !warehouse->driver->read_key ||
           warehouse->driver->read_key(warehouse, table, arena, columns, err);
}

const char *warehouse_distinct(const struct warehouse *warehouse) {
    return warehouse->driver->distinct;
}

const char *warehouse_clustered(const struct warehouse *warehouse) {
    return warehouse->driver->clustered;
}

const char *warehouse_schema(const struct warehouse *warehouse) {
    return warehouse->schema;
}

void sql_add_name(struct buf *sql, const char *name) {
    buf_add_char(sql, '"');
    for (; *name; name++) {
        if (*name == '"')
            buf_add_char(sql, '"');
        buf_add_char(sql, *name);
    }
    buf_add_char(sql, '"');
}

void sql_add_table(struct buf *sql, const char *layer, const char *name) {
    struct buf full = {0};
    buf_printf(&full, "%s_%s", layer, name);
    sql_add_name(sql, buf_text(&full));
    buf_free(&full);
}

void sql_add_columns(struct buf *sql, struct field_list fields) {
    for (size_t i = 0; i < fields.count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, fields.fields[i].name);
    }
}

void sql_add_key(struct buf *sql, struct field_list fields) {
    for (size_t i = 0; i < fields.key_count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, fields.fields[fields.key[i]].name);
    }
}

const char *sql_file(const char *name) {
    char path[128];
    struct span content;
    snprintf(path, sizeof path, "warehouse/sql/%s.sql", name);
    if (!asset_find(path, &content)) {
        fprintf(stderr, "goldleaf: the program lacks its own file %s\n", path);
        abort();
    }
    return content.data;
}
