/* The bulk load: COPY, which the server takes in while the next rows are being made.
 *
 * In binary, which spares the server the reading of numbers and times: a quarter of the time that
 * silver takes. What has no binary form here, be it a column's type or one value, goes as text with
 * all rows behind it, and it is the server that takes or refuses it. So binary is never more than
 * a faster way to say what the text says.
 *
 * The primary key of a table that this very transaction made is made anew behind its rows: sorting
 * them takes a third of the time that putting them into the index one by one does, and the server
 * sorts on more than one core. Nobody else sees such a table yet, so nobody is kept waiting; and
 * its rows are marked as seen by all (FREEZE), which spares the queries behind it a look at each,
 * and the server's daemon a second writing. */
#include "warehouse/postgres_parts.h"

#define BLOCK_BYTES ((size_t)65536) /* handed over at once */

static void add_escaped(struct buf *out, struct span text) {
    for (size_t start = 0, i = 0; i <= text.size; i++) {
        char mark = i == text.size         ? '\0'
                    : text.data[i] == '\\' ? '\\'
                    : text.data[i] == '\n' ? 'n'
                    : text.data[i] == '\r' ? 'r'
                    : text.data[i] == '\t' ? 't'
                                           : 'x';
        if (mark == 'x')
            continue;
        buf_add(out, (struct span){text.data + start, i - start});
        start = i + 1;
        if (i == text.size)
            return;
        buf_add_char(out, '\\');
        buf_add_char(out, mark);
    }
}

static void add_text_row(struct buf *out, const struct value *row, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, '\t');
        if (row[i].kind == VALUE_NULL)
            buf_add_text(out, "\\N");
        else if (row[i].kind == VALUE_TEXT)
            add_escaped(out, value_span(row[i]));
        else
            postgres_add_value(out, &row[i]);
    }
    buf_add_char(out, '\n');
}

struct load {
    struct postgres_warehouse *self;
    const char *table;
    const char *const *columns;
    const char *const *types; /* SQL types of the columns, where they are known */
    PGresult *shape;          /* what describe_table() found out; or NULL */
    postgres_adder **adders;  /* one a column */
    bool is_binary;
    struct row_source source;
    struct value *row;
    size_t width; /* of a row: the number of columns */
    bool has_row; /* one that is not handed over yet */
};

static bool next_row(struct load *load) {
    load->has_row = load->has_row || load->source.next(load->source.context, load->row);
    return load->has_row;
}

/* False when the row has to go as text. */
static bool add_row(struct load *load, struct buf *out) {
    if (load->is_binary)
        return postgres_add_binary_row(out, load->adders, load->row, load->width);
    add_text_row(out, load->row, load->width);
    return true;
}

static bool send_piece(struct postgres_warehouse *self, struct span piece, struct err *err) {
    int sent;
    while ((sent = self->pq.putCopyData(self->connection, piece.data, (int)piece.size)) == 0)
        if (!postgres_flush(self, err))
            return false;
    return sent == 1 ? postgres_check_stop(self, err) && postgres_flush(self, err)
                     : postgres_fail(self, NULL, err);
}

/* In pieces, since a single cell may be larger than libpq can count. */
static bool hand_over(struct postgres_warehouse *self, struct buf *block, struct err *err) {
    bool ok = true;
    for (size_t at = 0; ok && at < block->size; at += 2 * BLOCK_BYTES) {
        size_t left = block->size - at;
        ok = send_piece(
            self, (struct span){block->data + at, left < 2 * BLOCK_BYTES ? left : 2 * BLOCK_BYTES},
            err);
    }
    buf_clear(block);
    return ok;
}

/* All rows, or those before one that has to go as text. */
static bool copy_rows(struct load *load, struct err *err) {
    struct buf block = {0};
    bool ok = true;
    buf_reserve(&block, 2 * BLOCK_BYTES);
    if (load->is_binary)
        postgres_add_binary_head(&block);
    while (ok && next_row(load) && add_row(load, &block)) {
        load->has_row = false;
        if (block.size >= BLOCK_BYTES)
            ok = hand_over(load->self, &block, err);
    }
    if (load->is_binary)
        postgres_add_binary_tail(&block);
    ok = ok && (block.size == 0 || hand_over(load->self, &block, err));
    buf_free(&block);
    return ok;
}

static bool begin_copy(struct postgres_warehouse *self, const char *sql, struct err *err) {
    if (!postgres_settle(self, err))
        return false;
    if (!self->pq.sendQuery(self->connection, sql) || !postgres_flush(self, err))
        return postgres_fail(self, NULL, err);
    PGresult *result = postgres_result(self);
    bool ok = self->pq.resultStatus(result) == PGRES_COPY_IN || postgres_fail(self, result, err);
    self->pq.clear(result);
    struct err ignored;
    return ok || (postgres_take_results(self, NULL, &ignored), false);
}

static bool end_copy(struct postgres_warehouse *self, bool ok, struct err *err) {
    struct err outcome;
    while (self->pq.putCopyEnd(self->connection, ok ? NULL : "broken off") == 0)
        if (!postgres_flush(self, &outcome))
            break;
    bool is_taken = postgres_take_results(self, NULL, &outcome);
    /* The server's own word tells more than that the rows could not be handed over. */
    if (!is_taken && (ok || outcome.class != ERR_DATABASE))
        *err = outcome;
    return ok && is_taken;
}

/* One row, of the statements that take the table's key off and put it back, which are NULL where
 * the table is not new, or not empty; then a NULL for each column, which tells its type. */
enum { KEY_OFF, KEY_BACK, FIRST_COLUMN };

static bool describe_table(struct load *load, struct err *err) {
    struct buf sql = {0};
    buf_add_text(
        &sql, "SELECT k.*, t.* FROM (SELECT) AS one LEFT JOIN (SELECT"
              " format('ALTER TABLE %s DROP CONSTRAINT %I', t.oid::regclass, c.conname),"
              " format('ALTER TABLE %s ADD CONSTRAINT %I %s', t.oid::regclass, c.conname,"
              " pg_get_constraintdef(c.oid))"
              " FROM pg_class t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'p'"
              " WHERE t.oid = to_regclass(quote_ident($1)) AND c.xmin = pg_current_xact_id()::xid"
              " AND pg_relation_size(t.oid) = 0) AS k ON TRUE LEFT JOIN (SELECT ");
    for (size_t i = 0; i < load->width; i++) {
        buf_add_text(&sql, i ? ", " : "");
        sql_add_name(&sql, load->table); /* for the server to say where a column is missing */
        buf_add_char(&sql, '.');
        sql_add_name(&sql, load->columns[i]);
    }
    buf_add_text(&sql, " FROM ");
    sql_add_name(&sql, load->table);
    buf_add_text(&sql, ") AS t ON FALSE");
    bool ok = postgres_query(load->self, buf_text(&sql), 1, &load->table, &load->shape, err);
    buf_free(&sql);
    return ok;
}

static bool find_adders(struct load *load) {
    const struct postgres_library *pq = &load->self->pq;
    bool are_all_known = load->shape || load->types;
    for (size_t i = 0; are_all_known && i < load->width; i++) {
        int column = FIRST_COLUMN + (int)i;
        load->adders[i] = load->types ? postgres_find_adder_by_name(load->types[i])
                                      : postgres_find_adder(pq->ftype(load->shape, column),
                                                            pq->fmod(load->shape, column));
        are_all_known = load->adders[i] != NULL;
    }
    return are_all_known;
}

static bool has_new_key(const struct load *load) {
    return load->shape && !load->self->pq.getisnull(load->shape, 0, KEY_OFF);
}

static bool turn_key(struct load *load, int statement, struct err *err) {
    return !has_new_key(load) ||
           postgres_query(load->self, load->self->pq.getvalue(load->shape, 0, statement), 0, NULL,
                          NULL, err);
}

static bool copy_in(struct load *load, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "COPY ");
    sql_add_name(&sql, load->table);
    for (size_t i = 0; i < load->width; i++) {
        buf_add_text(&sql, i ? ", " : " (");
        sql_add_name(&sql, load->columns[i]);
    }
    buf_printf(&sql, ") FROM STDIN WITH (FORMAT %s%s)", load->is_binary ? "binary" : "text",
               has_new_key(load) ? ", FREEZE" : "");
    bool ok = begin_copy(load->self, buf_text(&sql), err) &&
              end_copy(load->self, copy_rows(load, err), err);
    buf_free(&sql);
    return ok;
}

static bool load_rows(struct load *load, struct err *err) {
    load->is_binary = find_adders(load);
    if (!turn_key(load, KEY_OFF, err) || !copy_in(load, err))
        return false;
    load->is_binary = false;
    return (!load->has_row || copy_in(load, err)) && turn_key(load, KEY_BACK, err);
}

bool postgres_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                   const char *const *types, size_t column_count, struct row_source source,
                   struct err *err) {
    struct load load = {.self = postgres_of(warehouse),
                        .table = table,
                        .columns = columns,
                        .types = types,
                        .source = source,
                        .width = column_count};
    load.row = memory_alloc(column_count * sizeof *load.row);
    load.adders = memory_alloc(column_count * sizeof *load.adders);
    bool is_known = types || warehouse->is_distributed;
    bool ok = (is_known || describe_table(&load, err)) && load_rows(&load, err);
    load.self->pq.clear(load.shape);
    free(load.adders);
    free(load.row);
    return ok;
}
