#include "stages/bronze_state.h"

#include "source/csv.h"
#include "json/json.h"

void bronze_table_name(char out[static BRONZE_NAME_SIZE], const struct sheet_model *model) {
    snprintf(out, BRONZE_NAME_SIZE, "bronze_%s", model->name);
}

struct state_row {
    int64_t row_id, position;
    uint64_t hash;
};

static int state_compare(const void *a, const void *b) {
    const struct state_row *left = a, *right = b;
    return (left->position > right->position) - (left->position < right->position);
}

static void state_fill(struct bronze_state *state, struct state_row *rows, size_t count,
                       bool is_sorted) {
    if (!is_sorted)
        qsort(rows, count, sizeof *rows, state_compare);
    state->count = count;
    state->row_ids = memory_resize(NULL, count, sizeof *state->row_ids);
    state->positions = memory_resize(NULL, count, sizeof *state->positions);
    state->hashes = memory_resize(NULL, count, sizeof *state->hashes);
    for (size_t i = 0; i < count; i++) {
        state->row_ids[i] = rows[i].row_id;
        state->positions[i] = rows[i].position;
        state->hashes[i] = rows[i].hash;
    }
}

/* Without ORDER BY: the rows come by _row_id, which is nearly the order of the sheet, and sorting
 * them here is cheaper than carrying them through a sorter. */
static bool state_read_rows(struct warehouse *warehouse, const char *sql,
                            struct bronze_state *state, struct err *err) {
    struct statement *statement = NULL;
    struct state_row *rows = NULL;
    size_t count = 0, capacity = 0;
    bool has_row = true, is_sorted = true;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            rows = memory_resize(rows, capacity, sizeof *rows);
        }
        rows[count] = (struct state_row){statement_value(statement, 0).integer,
                                         statement_value(statement, 1).integer,
                                         (uint64_t)statement_value(statement, 2).integer};
        is_sorted &= count == 0 || rows[count - 1].position <= rows[count].position;
        count++;
    }
    statement_close(statement);
    if (ok)
        state_fill(state, rows, count, is_sorted);
    free(rows);
    return ok;
}

bool bronze_read_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_state *state, struct err *err) {
    struct arena scratch = {0};
    struct value last;
    const char *sql = arena_printf(&scratch,
                                   "SELECT _row_id, _position, _hash FROM \"bronze_%s\""
                                   " WHERE _removed_snapshot_id IS NULL",
                                   model->name);
    const char *last_sql =
        arena_printf(&scratch, "SELECT COALESCE(MAX(_row_id), 0) FROM \"bronze_%s\"", model->name);
    *state = (struct bronze_state){0};
    bool ok = warehouse_value(warehouse, &scratch, last_sql, NULL, 0, &last, err);
    if (ok) {
        state->last_row_id = last.integer;
        ok = state_read_rows(warehouse, sql, state, err);
    }
    arena_free(&scratch);
    return ok;
}

void bronze_state_free(struct bronze_state *state) {
    free(state->row_ids);
    free(state->positions);
    free(state->hashes);
    *state = (struct bronze_state){0};
}

bool bronze_relabel(struct warehouse *warehouse, const struct sheet_model *model, int64_t step,
                    struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql,
               "UPDATE \"bronze_%s\" SET _position = r.label FROM (SELECT _row_id AS id,"
               " DENSE_RANK() OVER (ORDER BY _position) * %lld AS label FROM \"bronze_%s\") AS r"
               " WHERE r.id = _row_id",
               model->name, (long long)step, model->name);
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

bool bronze_read_header(struct warehouse *warehouse, const struct sheet_model *model,
                        struct arena *arena, const char **header_json, struct err *err) {
    struct value value;
    struct value table = value_string(arena_printf(arena, "bronze_%s", model->name));
    if (!warehouse_value(warehouse, arena, sql_file("bronze/header"), &table, 1, &value, err))
        return false;
    *header_json = value.kind == VALUE_TEXT ? value.text : NULL;
    return true;
}
