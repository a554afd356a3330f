#include "stages/shortlist.h"

#include "base/arena.h"

/* A planner sees how large a list is. To look at its values, too, takes about as long as loading
 * it, and gives better plans only for a long one: at 20,000 rows there is no difference, at 45,000
 * a pull takes a fifth less. */
#define LONG_LIST 20000

/* Counts the rows on their way. */
struct counted_source {
    struct row_source source;
    size_t count;
};

static bool count_next(void *context, struct value *out) {
    struct counted_source *counted = context;
    bool has_row = counted->source.next(counted->source.context, out);
    counted->count += has_row;
    return has_row;
}

bool shortlist_fill(struct warehouse *warehouse, const char *name, const char *const *types,
                    size_t column_count, struct row_source source, struct err *err) {
    struct counted_source counted = {source, 0};
    return warehouse_load_list(warehouse, name, types, column_count,
                               (struct row_source){count_next, &counted}, err) &&
           (counted.count < LONG_LIST || warehouse_analyze(warehouse, name, counted.count, err));
}

struct row_reader {
    struct row_list rows;
    const struct shortlist_column *columns;
    size_t column_count;
    size_t next;
    const struct value *last; /* the row that was listed last */
};

static bool is_repeated(const struct row_reader *reader, const struct value *row) {
    for (size_t i = 0; reader->last && i < reader->column_count; i++)
        if (!value_equal(row[reader->columns[i].field], reader->last[reader->columns[i].field]))
            return false;
    return reader->last != NULL;
}

static bool next_row(void *context, struct value *out) {
    struct row_reader *reader = context;
    while (reader->next < reader->rows.count) {
        const struct value *row = reader->rows.row(reader->rows.context, reader->next++);
        if (!row || is_repeated(reader, row))
            continue;
        for (size_t i = 0; i < reader->column_count; i++)
            out[i] = row[reader->columns[i].field];
        reader->last = row;
        return true;
    }
    return false;
}

bool shortlist_rows(struct warehouse *warehouse, const char *name,
                    const struct shortlist_column *columns, size_t column_count,
                    struct row_list rows, struct err *err) {
    struct arena scratch = {0};
    struct row_reader reader = {rows, columns, column_count, 0, NULL};
    const char **types = arena_array(&scratch, column_count, sizeof *types);
    for (size_t i = 0; i < column_count; i++)
        types[i] = warehouse_type(warehouse, columns[i].type);
    bool ok = shortlist_fill(warehouse, name, types, column_count,
                             (struct row_source){next_row, &reader}, err);
    arena_free(&scratch);
    return ok;
}

struct id_reader {
    const int64_t *ids;
    size_t count, next;
};

static bool next_id(void *context, struct value *out) {
    struct id_reader *reader = context;
    if (reader->next == reader->count)
        return false;
    out[0] = value_integer(reader->ids[reader->next]);
    out[1] = value_integer((int64_t)reader->next++);
    return true;
}

bool shortlist_ids(struct warehouse *warehouse, const int64_t *ids, size_t count, struct err *err) {
    const char *const types[] = {"BIGINT", "BIGINT"};
    struct id_reader reader = {ids, count, 0};
    return shortlist_fill(warehouse, "goldleaf_ids", types, 2,
                          (struct row_source){next_id, &reader}, err);
}
