/* The bulk load: COPY in text, which the server takes in while the next rows are being made.
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

static void add_row(struct buf *out, const struct value *row, size_t count) {
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

static bool copy_rows(struct postgres_warehouse *self, size_t width, struct row_source source,
                      struct err *err) {
    struct buf block = {0};
    struct value *row = memory_alloc(width * sizeof *row);
    bool ok = true;
    buf_reserve(&block, 2 * BLOCK_BYTES);
    while (ok && source.next(source.context, row)) {
        add_row(&block, row, width);
        if (block.size >= BLOCK_BYTES)
            ok = hand_over(self, &block, err);
    }
    ok = ok && (block.size == 0 || hand_over(self, &block, err));
    free(row);
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

/* The statements that take a table's key off and put it back; `rows` has none where the table is
 * not new, or not empty. */
static bool find_new_key(struct postgres_warehouse *self, const char *table, PGresult **rows,
                         struct err *err) {
    static const char sql[] =
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', t.oid::regclass, c.conname),"
        " format('ALTER TABLE %s ADD CONSTRAINT %I %s', t.oid::regclass, c.conname,"
        " pg_get_constraintdef(c.oid))"
        " FROM pg_class t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'p'"
        " WHERE t.oid = to_regclass(quote_ident($1)) AND c.xmin = pg_current_xact_id()::xid"
        " AND pg_relation_size(t.oid) = 0";
    return postgres_query(self, sql, 1, &table, rows, err);
}

static bool copy_in(struct postgres_warehouse *self, const char *sql, size_t width,
                    struct row_source source, struct err *err) {
    return begin_copy(self, sql, err) && end_copy(self, copy_rows(self, width, source, err), err);
}

bool postgres_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                   size_t column_count, struct row_source source, struct err *err) {
    struct postgres_warehouse *self = postgres_of(warehouse);
    struct buf sql = {0};
    PGresult *key = NULL;
    buf_add_text(&sql, "COPY ");
    sql_add_name(&sql, table);
    for (size_t i = 0; i < column_count; i++) {
        buf_add_text(&sql, i ? ", " : " (");
        sql_add_name(&sql, columns[i]);
    }
    bool ok = warehouse->is_distributed || find_new_key(self, table, &key, err);
    bool has_key = ok && self->pq.ntuples(key) > 0;
    buf_add_text(&sql, has_key ? ") FROM STDIN WITH (FREEZE)" : ") FROM STDIN");
    ok = ok &&
         (!has_key || postgres_query(self, self->pq.getvalue(key, 0, 0), 0, NULL, NULL, err)) &&
         copy_in(self, buf_text(&sql), column_count, source, err) &&
         (!has_key || postgres_query(self, self->pq.getvalue(key, 0, 1), 0, NULL, NULL, err));
    self->pq.clear(key);
    buf_free(&sql);
    return ok;
}
