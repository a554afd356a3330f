/* Statements on PostgreSQL: prepared by name, rows one by one as they come in, and statements
 * without rows sent ahead of their outcomes.
 *
 * A connection does one thing at a time. When another statement begins while rows of this one are
 * still coming in, they are taken in and kept. */
#include "warehouse/postgres.h"

#include "base/arena.h"

/* How many statements are sent before their outcomes are looked at. */
#define QUEUE_LENGTH 1000

struct postgres_statement {
    struct statement base; /* must be first */
    char name[24];
    PGresult *row;      /* the current row, when it came just now */
    PGresult *shape;    /* the columns, once somebody asked */
    struct value *kept; /* rows taken in ahead of time */
    size_t kept_width, kept_count, kept_capacity, kept_at;
    struct arena arena; /* of their texts */
    struct buf text;    /* of the parameters */
    const char **parameters;
    size_t *offsets;
    size_t parameter_capacity;
};

static struct postgres_statement *statement_of(struct statement *statement) {
    return (struct postgres_statement *)statement;
}

static const struct postgres_statement *statement_of_const(const struct statement *statement) {
    return (const struct postgres_statement *)statement;
}

static struct postgres_warehouse *warehouse_of(const struct postgres_statement *statement) {
    return postgres_of(statement->base.warehouse);
}

bool postgres_prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                      struct err *err) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    *statement = NULL;
    if (!postgres_settle(self, err))
        return false;
    struct postgres_statement *made = memory_alloc(sizeof *made);
    *made = (struct postgres_statement){.base = {warehouse}};
    snprintf(made->name, sizeof made->name, "goldleaf_%zu", ++self->prepared);
    bool ok = PQsendPrepare(self->connection, made->name, sql, 0, NULL)
                  ? postgres_take_results(self, NULL, err)
                  : postgres_fail(self, NULL, err);
    if (ok)
        *statement = &made->base;
    else
        free(made);
    return ok;
}

static void forget_rows(struct postgres_statement *self) {
    PQclear(self->row);
    self->row = NULL;
    self->kept_count = self->kept_at = 0;
    arena_free(&self->arena);
}

/* Texts with a NUL behind each, as libpq takes them. */
static void write_parameters(struct postgres_statement *self, const struct value *parameters,
                             size_t count) {
    if (count > self->parameter_capacity) {
        self->parameters = memory_resize(self->parameters, count, sizeof *self->parameters);
        self->offsets = memory_resize(self->offsets, count, sizeof *self->offsets);
        self->parameter_capacity = count;
    }
    buf_clear(&self->text);
    for (size_t i = 0; i < count; i++) {
        self->offsets[i] = self->text.size;
        postgres_add_value(&self->text, &parameters[i]);
        buf_add_char(&self->text, '\0');
    }
    for (size_t i = 0; i < count; i++)
        self->parameters[i] =
            parameters[i].kind == VALUE_NULL ? NULL : self->text.data + self->offsets[i];
}

static bool send(struct postgres_statement *self, const struct value *parameters, size_t count,
                 struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    write_parameters(self, parameters, count);
    return PQsendQueryPrepared(warehouse->connection, self->name, (int)count, self->parameters,
                               NULL, NULL, 0) ||
           postgres_fail(warehouse, NULL, err);
}

bool postgres_start(struct statement *statement, const struct value *parameters, size_t count,
                    struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    postgres_reset(statement);
    if (!postgres_settle(warehouse, err) || !send(self, parameters, count, err))
        return false;
    PQsetSingleRowMode(warehouse->connection);
    warehouse->reading = self;
    return postgres_flush(warehouse, err);
}

bool postgres_run(struct statement *statement, const struct value *parameters, size_t count,
                  struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    bool is_piped = PQpipelineStatus(warehouse->connection) == PQ_PIPELINE_ON;
    if ((!is_piped || warehouse->queued >= QUEUE_LENGTH) && !postgres_settle(warehouse, err))
        return false;
    if (PQpipelineStatus(warehouse->connection) == PQ_PIPELINE_OFF &&
        !PQenterPipelineMode(warehouse->connection))
        return postgres_fail(warehouse, NULL, err);
    warehouse->queued++;
    return send(self, parameters, count, err);
}

/* Takes one result of the statement that is being read; `*row` is NULL at the end. */
static bool read_result(struct postgres_statement *self, PGresult **row, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    PGresult *result = postgres_result(warehouse);
    *row = NULL;
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        *row = result;
        return true;
    }
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK ||
              PQresultStatus(result) == PGRES_COMMAND_OK || postgres_fail(warehouse, result, err);
    if (ok)
        warehouse->changed = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    warehouse->reading = NULL;
    struct err ignored;
    postgres_take_results(warehouse, NULL, &ignored);
    return ok;
}

static void keep_row(struct postgres_statement *self, const PGresult *row) {
    size_t width = (size_t)PQnfields(row);
    self->kept_width = width;
    if (self->kept_count == self->kept_capacity) {
        self->kept_capacity = self->kept_capacity ? self->kept_capacity * 2 : 64;
        self->kept = memory_resize(self->kept, self->kept_capacity * width, sizeof *self->kept);
    }
    struct value *values = self->kept + self->kept_count++ * width;
    for (size_t i = 0; i < width; i++) {
        values[i] = postgres_read_value(row, 0, (int)i);
        if (values[i].kind == VALUE_TEXT)
            values[i].text = arena_copy(&self->arena, value_span(values[i])).data;
    }
}

bool postgres_keep_rows(struct postgres_statement *self, struct err *err) {
    PGresult *row = NULL;
    bool ok;
    while ((ok = read_result(self, &row, err)) && row) {
        keep_row(self, row);
        PQclear(row);
    }
    return ok;
}

bool postgres_next(struct statement *statement, bool *has_row, struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    PQclear(self->row);
    self->row = NULL;
    *has_row = false;
    if (warehouse_of(self)->reading == self) {
        bool ok = read_result(self, &self->row, err);
        *has_row = self->row != NULL;
        return ok;
    }
    if (self->kept_at < self->kept_count) {
        self->kept_at++;
        *has_row = true;
    }
    return true;
}

/* What is still coming in is of no use to anybody. */
void postgres_reset(struct statement *statement) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    if (warehouse->reading == self) {
        struct err ignored;
        PGresult *row = NULL;
        while (read_result(self, &row, &ignored) && row)
            PQclear(row);
    }
    forget_rows(self);
}

/* The columns are asked for before the first row is there, so the server has to be. */
static const PGresult *shape_of(const struct postgres_statement *statement) {
    struct postgres_statement *self = (struct postgres_statement *)statement;
    struct postgres_warehouse *warehouse = warehouse_of(self);
    struct err ignored;
    if (self->row)
        return self->row;
    if (!self->shape && postgres_settle(warehouse, &ignored) &&
        PQsendDescribePrepared(warehouse->connection, self->name)) {
        PGresult *result;
        postgres_flush(warehouse, &ignored);
        while ((result = postgres_result(warehouse))) {
            PQclear(self->shape);
            self->shape = result;
        }
    }
    return self->shape;
}

size_t postgres_column_count(const struct statement *statement) {
    return (size_t)PQnfields(shape_of(statement_of_const(statement)));
}

const char *postgres_column_name(const struct statement *statement, size_t column) {
    return PQfname(shape_of(statement_of_const(statement)), (int)column);
}

struct value postgres_value(const struct statement *statement, size_t column) {
    const struct postgres_statement *self = statement_of_const(statement);
    if (self->row)
        return postgres_read_value(self->row, 0, (int)column);
    return self->kept[(self->kept_at - 1) * self->kept_width + column];
}

/* The name stays with the server until the session ends: giving it back would take a journey. */
void postgres_close_statement(struct statement *statement) {
    struct postgres_statement *self = statement_of(statement);
    postgres_reset(statement);
    PQclear(self->shape);
    buf_free(&self->text);
    free(self->kept);
    free(self->parameters);
    free(self->offsets);
    free(self);
}
