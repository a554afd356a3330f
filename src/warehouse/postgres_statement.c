/* Statements on PostgreSQL: rows one by one as they come in, and statements without rows sent ahead
 * of their outcomes.
 *
 * Most are executed once, which takes one journey to the server when they are not prepared for it;
 * so they get a name there only when they are executed again, or when somebody asks for the
 * columns. What is wrong with one shows when it is first sent.
 *
 * A query without parameters may be one for a million rows, so it is sent as COPY TO: that takes
 * half of the time that rows with all their trimmings take.
 *
 * A connection does one thing at a time. When another statement begins while rows of this one are
 * still coming in, they are taken in and kept. */
#include "warehouse/postgres_parts.h"

#include "base/arena.h"

/* How many statements are sent before their outcomes are looked at. */
#define QUEUE_LENGTH 1000

struct postgres_statement {
    struct statement base; /* must be first */
    char *sql;
    char name[24];          /* "" until the server knows it by one */
    bool was_sent;          /* executed at least once */
    size_t parameter_count; /* that the statement uses */
    PGresult *shape;        /* the columns, once they are known */
    bool is_copying;
    PGresult *first; /* what came first of what is being read, when nobody has looked at it yet */
    PGresult *row;   /* the current row, when it came just now: */
    char *line;      /* by one way or the other */
    struct value *values;                      /* its values, as many as there are columns */
    struct value *kept;                        /* rows taken in ahead of time */
    size_t kept_count, kept_capacity, kept_at; /* kept_at: behind the current one; 0: it is none */
    struct arena arena;                        /* of their texts */
    struct buf text;                           /* of the parameters */
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

static const struct postgres_library *pq_of(const struct postgres_statement *statement) {
    return &warehouse_of(statement)->pq;
}

/* The highest n of all $n; what stands in quotes may count, which does no harm. */
static size_t count_parameters(const char *sql) {
    size_t count = 0;
    for (; (sql = strchr(sql, '$')); sql++) {
        size_t number = strtoul(sql + 1, NULL, 10);
        count = number > count ? number : count;
    }
    return count;
}

bool postgres_prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                      struct err *err) {
    (void)err;
    struct postgres_statement *made = memory_alloc(sizeof *made);
    *made = (struct postgres_statement){.base = {warehouse},
                                        .sql = memory_alloc(strlen(sql) + 1),
                                        .parameter_count = count_parameters(sql)};
    memcpy(made->sql, sql, strlen(sql) + 1);
    *statement = &made->base;
    return true;
}

/* In a pipeline without waiting for the outcome. */
static bool give_name(struct postgres_statement *self, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    const struct postgres_library *pq = &warehouse->pq;
    snprintf(self->name, sizeof self->name, "goldleaf_%zu", ++warehouse->prepared);
    bool ok = pq->sendPrepare(warehouse->connection, self->name, self->sql, 0, NULL)
                  ? pq->pipelineStatus(warehouse->connection) == PQ_PIPELINE_ON ||
                        postgres_take_results(warehouse, NULL, err)
                  : postgres_fail(warehouse, NULL, err);
    if (!ok)
        *self->name = '\0';
    return ok;
}

static void forget_row(struct postgres_statement *self) {
    const struct postgres_library *pq = pq_of(self);
    pq->clear(self->row);
    pq->freemem(self->line);
    self->row = NULL;
    self->line = NULL;
}

static void forget_rows(struct postgres_statement *self) {
    forget_row(self);
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
    const struct postgres_library *pq = &warehouse->pq;
    count = count < self->parameter_count ? count : self->parameter_count;
    write_parameters(self, parameters, count);
    if (self->was_sent && !*self->name && !give_name(self, err))
        return false;
    self->was_sent = true;
    int sent = *self->name ? pq->sendQueryPrepared(warehouse->connection, self->name, (int)count,
                                                   self->parameters, NULL, NULL, 0)
                           : pq->sendQueryParams(warehouse->connection, self->sql, (int)count, NULL,
                                                 self->parameters, NULL, NULL, 0);
    return sent || postgres_fail(warehouse, NULL, err);
}

static void take_shape(struct postgres_statement *self, PGresult *shape) {
    self->shape = shape;
    self->values =
        memory_resize(NULL, (size_t)pq_of(self)->nfields(shape) + 1, sizeof *self->values);
}

bool postgres_describe(struct statement *statement, struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    PGresult *shape = NULL;
    if (self->shape)
        return true;
    if (!postgres_settle(warehouse, err) || (!*self->name && !give_name(self, err)))
        return false;
    if (!warehouse->pq.sendDescribePrepared(warehouse->connection, self->name))
        return postgres_fail(warehouse, NULL, err);
    if (!postgres_take_shape(warehouse, &shape, err))
        return false;
    take_shape(self, shape);
    return true;
}

/* Undoes what COPY does to a text, in place; returns its new end. */
static char *unescape(char *text, char *end) {
    static const char codes[] = "b\bf\fn\nr\rt\tv\v";
    char *out = text;
    for (char *in = text; in < end; in++) {
        if (*in == '\\' && in + 1 < end) {
            in++;
            const char *code = codes;
            while (*code && *code != *in)
                code += 2;
            *out++ = *code ? code[1] : *in;
        } else {
            *out++ = *in;
        }
    }
    return out;
}

/* "a<tab>b<newline>", in which nothing else is a tab or a newline. */
static void read_line(struct postgres_statement *self, size_t size) {
    const struct postgres_library *pq = pq_of(self);
    int width = pq->nfields(self->shape);
    char *at = self->line, *end = self->line + size - 1;
    for (int i = 0; i < width; i++) {
        char *tab = memchr(at, '\t', (size_t)(end - at));
        char *stop = tab ? tab : end;
        if (stop - at == 2 && at[0] == '\\' && at[1] == 'N') {
            self->values[i] = value_null();
        } else {
            char *text_end = memchr(at, '\\', (size_t)(stop - at)) ? unescape(at, stop) : stop;
            *text_end = '\0';
            self->values[i] =
                postgres_read_text(pq->ftype(self->shape, i), at, (size_t)(text_end - at));
        }
        at = stop + 1;
    }
}

/* The end of what is being read, with its outcome. */
static bool finish_reading(struct postgres_statement *self, PGresult *last, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    ExecStatusType status = warehouse->pq.resultStatus(last);
    bool ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
              postgres_fail(warehouse, last, err);
    if (ok)
        warehouse->changed = strtoll(warehouse->pq.cmdTuples(last), NULL, 10);
    warehouse->pq.clear(last);
    self->is_copying = false;
    warehouse->reading = NULL;
    struct err ignored;
    postgres_take_results(warehouse, NULL, &ignored);
    return ok;
}

static bool read_copied(struct postgres_statement *self, bool *has_row, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    int size;
    while ((size = warehouse->pq.getCopyData(warehouse->connection, &self->line, 1)) == 0)
        if (!postgres_wait_for_input(warehouse))
            break;
    *has_row = size > 0;
    if (*has_row)
        read_line(self, (size_t)size);
    return *has_row || finish_reading(self, postgres_result(warehouse), err);
}

static bool read_single(struct postgres_statement *self, bool *has_row, struct err *err) {
    const struct postgres_library *pq = pq_of(self);
    PGresult *result = self->first ? self->first : postgres_result(warehouse_of(self));
    self->first = NULL;
    *has_row = pq->resultStatus(result) == PGRES_SINGLE_TUPLE;
    if (!*has_row)
        return finish_reading(self, result, err);
    self->row = result;
    for (int i = 0; i < pq->nfields(result); i++)
        self->values[i] = postgres_read_value(pq, result, 0, i);
    return true;
}

/* Takes in the next row of what is being read. */
static bool read_row(struct postgres_statement *self, bool *has_row, struct err *err) {
    forget_row(self);
    return self->is_copying ? read_copied(self, has_row, err) : read_single(self, has_row, err);
}

static void keep_row(struct postgres_statement *self) {
    size_t width = (size_t)pq_of(self)->nfields(self->shape);
    if (self->kept_count == self->kept_capacity) {
        self->kept_capacity = self->kept_capacity ? self->kept_capacity * 2 : 64;
        self->kept = memory_resize(self->kept, self->kept_capacity * width, sizeof *self->kept);
    }
    struct value *kept = self->kept + self->kept_count++ * width;
    for (size_t i = 0; i < width; i++) {
        kept[i] = self->values[i];
        if (kept[i].kind == VALUE_TEXT)
            kept[i].text = arena_copy(&self->arena, value_span(kept[i])).data;
    }
}

/* The row that is being looked at becomes the first of those that are kept; what it pointed to
 * stays for as long as it would have. */
static bool keep_rows(struct postgres_statement *self, struct err *err) {
    PGresult *row = self->row;
    char *line = self->line;
    bool has_row = row || line, ok = true;
    if (has_row)
        keep_row(self);
    self->kept_at = self->kept_count;
    self->row = NULL;
    self->line = NULL;
    do {
        ok = read_row(self, &has_row, err);
        if (ok && has_row)
            keep_row(self);
    } while (ok && has_row);
    forget_row(self);
    self->row = row;
    self->line = line;
    return ok;
}

static bool start_copy(struct postgres_statement *self, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    struct buf sql = {0};
    buf_printf(&sql, "COPY (%s\n) TO STDOUT", self->sql);
    bool is_sent = warehouse->pq.sendQuery(warehouse->connection, buf_text(&sql)) &&
                   postgres_flush(warehouse, err);
    buf_free(&sql);
    if (!is_sent)
        return postgres_fail(warehouse, NULL, err);
    PGresult *result = postgres_result(warehouse);
    self->is_copying = warehouse->pq.resultStatus(result) == PGRES_COPY_OUT;
    bool ok = self->is_copying || postgres_fail(warehouse, result, err);
    warehouse->pq.clear(result);
    struct err ignored;
    return ok || (postgres_take_results(warehouse, NULL, &ignored), false);
}

/* What comes first tells the columns, too. */
static bool start_single(struct postgres_statement *self, const struct value *parameters,
                         size_t count, struct err *err) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    const struct postgres_library *pq = &warehouse->pq;
    if (!send(self, parameters, count, err))
        return false;
    pq->setSingleRowMode(warehouse->connection);
    if (!postgres_flush(warehouse, err))
        return false;
    self->first = postgres_result(warehouse);
    ExecStatusType status = pq->resultStatus(self->first);
    bool ok = status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK ||
              status == PGRES_COMMAND_OK || postgres_fail(warehouse, self->first, err);
    if (ok && !self->shape) {
        PGresult *shape = pq->copyResult(self->first, PG_COPYRES_ATTRS);
        ok = shape || err_set(err, ERR_DATABASE, "no memory for a row");
        if (ok)
            take_shape(self, shape);
    }
    if (ok)
        return true;
    struct err ignored;
    pq->clear(self->first);
    self->first = NULL;
    return postgres_take_results(warehouse, NULL, &ignored), false;
}

bool postgres_start(struct statement *statement, const struct value *parameters, size_t count,
                    struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    postgres_drop_rows(self);
    bool is_copied = self->parameter_count == 0; /* COPY takes none */
    if (!postgres_settle(warehouse, err) || (is_copied && !postgres_describe(statement, err)))
        return false;
    bool has_columns = is_copied && warehouse->pq.nfields(self->shape) > 0;
    if (has_columns ? !start_copy(self, err) : !start_single(self, parameters, count, err))
        return false;
    warehouse->reading = self;
    warehouse->keep_rows = keep_rows;
    return true;
}

bool postgres_run(struct statement *statement, const struct value *parameters, size_t count,
                  struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    struct postgres_warehouse *warehouse = warehouse_of(self);
    bool is_piped = warehouse->pq.pipelineStatus(warehouse->connection) == PQ_PIPELINE_ON;
    if ((!is_piped || warehouse->queued >= QUEUE_LENGTH) && !postgres_settle(warehouse, err))
        return false;
    if (warehouse->pq.pipelineStatus(warehouse->connection) == PQ_PIPELINE_OFF &&
        !warehouse->pq.enterPipelineMode(warehouse->connection))
        return postgres_fail(warehouse, NULL, err);
    warehouse->queued++;
    return send(self, parameters, count, err);
}

bool postgres_next(struct statement *statement, bool *has_row, struct err *err) {
    struct postgres_statement *self = statement_of(statement);
    if (warehouse_of(self)->reading == self)
        return read_row(self, has_row, err);
    forget_row(self);
    *has_row = self->kept_at < self->kept_count;
    if (*has_row)
        self->kept_at++;
    return true;
}

void postgres_drop_rows(struct postgres_statement *self) {
    struct postgres_warehouse *warehouse = warehouse_of(self);
    struct err ignored;
    bool has_row = true;
    while (warehouse->reading == self && has_row)
        if (!read_row(self, &has_row, &ignored))
            break;
    forget_rows(self);
}

size_t postgres_column_count(const struct statement *statement) {
    const struct postgres_statement *self = statement_of_const(statement);
    return (size_t)pq_of(self)->nfields(self->shape); /* 0 for none */
}

const char *postgres_column_name(const struct statement *statement, size_t column) {
    const struct postgres_statement *self = statement_of_const(statement);
    return pq_of(self)->fname(self->shape, (int)column);
}

struct value postgres_value(const struct statement *statement, size_t column) {
    const struct postgres_statement *self = statement_of_const(statement);
    if (self->kept_at == 0)
        return self->values[column];
    return self->kept[(self->kept_at - 1) * (size_t)pq_of(self)->nfields(self->shape) + column];
}

/* The name stays with the server until the session ends: giving it back would take a journey. */
void postgres_close_statement(struct statement *statement) {
    struct postgres_statement *self = statement_of(statement);
    postgres_drop_rows(self);
    pq_of(self)->clear(self->shape);
    buf_free(&self->text);
    free(self->sql);
    free(self->values);
    free(self->kept);
    free(self->parameters);
    free(self->offsets);
    free(self);
}
