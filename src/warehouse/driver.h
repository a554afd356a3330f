/* What a database has to do to be a warehouse. Private to this folder.
 *
 * A driver embeds `struct warehouse` and `struct statement` as the first member of its own
 * structs. The contracts are those of the functions of the same name in warehouse.h. */
#ifndef GOLDLEAF_WAREHOUSE_DRIVER_H
#define GOLDLEAF_WAREHOUSE_DRIVER_H

#include "warehouse/warehouse.h"

struct warehouse_driver {
    void (*close)(struct warehouse *warehouse);
    bool (*begin)(struct warehouse *warehouse, bool is_read, struct err *err);
    bool (*commit)(struct warehouse *warehouse, struct err *err);
    void (*rollback)(struct warehouse *warehouse);
    bool (*can_write)(struct warehouse *warehouse, bool *can_write, struct err *err);
    bool (*exec)(struct warehouse *warehouse, const char *sql, struct err *err);
    int64_t (*changed)(struct warehouse *warehouse); /* rows of the last statement */
    bool (*prepare)(struct warehouse *warehouse, struct statement **statement, const char *sql,
                    struct err *err);
    bool (*start)(struct statement *statement, const struct value *parameters, size_t count,
                  struct err *err);
    /* NULL, or a faster way for statements whose rows nobody wants: it may send them ahead, and
     * tell of a failure with any later call. */
    bool (*run)(struct statement *statement, const struct value *parameters, size_t count,
                struct err *err);
    bool (*next)(struct statement *statement, bool *has_row, struct err *err);
    /* NULL: the columns are known from the beginning */
    bool (*describe)(struct statement *statement, struct err *err);
    size_t (*column_count)(const struct statement *statement);
    const char *(*column_name)(const struct statement *statement, size_t column);
    struct value (*value)(const struct statement *statement, size_t column);
    void (*close_statement)(struct statement *statement);
    /* types: the columns' SQL types; NULL: not known */
    bool (*load)(struct warehouse *warehouse, const char *table, const char *const *columns,
                 const char *const *types, size_t column_count, struct row_source source,
                 struct err *err);
    /* NULL: INSERT ... SELECT does as well */
    bool (*create_from)(struct warehouse *warehouse, const char *table, struct field_list fields,
                        const char *select, struct err *err);
    /* NULL where the planner does not count rows */
    bool (*analyze)(struct warehouse *warehouse, const char *table, size_t grown_by,
                    struct err *err);
    /* NULL: nothing is faster than a statement */
    bool (*read_integers)(struct warehouse *warehouse, const char *columns, size_t count,
                          const char *from, struct integer_sink sink, struct err *err);
    bool (*give_back)(struct warehouse *warehouse, const char *const *tables, size_t count,
                      struct err *err);
    bool (*has_column)(struct warehouse *warehouse, const char *table, const char *column,
                       bool *exists, struct err *err); /* column NULL: has the table */
    /* NULL: every table is clustered by its primary key */
    bool (*read_key)(struct warehouse *warehouse, const char *table, struct arena *arena,
                     const char **columns, struct err *err);
    /* NULL where there is one machine only */
    bool (*distribute)(struct warehouse *warehouse, const char *table, const char *column,
                       struct err *err);
    /* NULL where a view is only looked at when it is used */
    bool (*find_dependents)(struct warehouse *warehouse, const char *table, struct arena *arena,
                            struct dependent **found, size_t *count, struct err *err);
    const char *(*type)(enum field_type type);
    const char *row_id_type;
    const char *clustered;   /* after CREATE TABLE (...) */
    const char *distinct;    /* after CREATE INDEX ...: next to no rows of it are the same */
    const char *drop_ending; /* after DROP TABLE ...: takes what hangs on it along */
    const char *create_view; /* what makes a view, or brings it up to date where there is one */
};

struct warehouse {
    const struct warehouse_driver *driver;
    const char *location;
    bool is_fork;        /* what is written goes with this process */
    bool is_distributed; /* tables may lie on several machines */
    const char *schema;  /* where the permanent tables are, for names that must not be shadowed */
    bool (*is_stopped)(void *context);
    void *stop_context;
};

struct statement {
    struct warehouse *warehouse;
};

bool sqlite_open(struct warehouse **warehouse, const char *path, enum warehouse_mode mode,
                 struct err *err);
bool postgres_open(struct warehouse **warehouse, const char *url, enum warehouse_mode mode,
                   struct err *err);

#endif
