#include "stages/bronze_state.h"

#include "stages/packed_rows.h"

#include <xxhash.h>

void bronze_table_name(char out[static BRONZE_NAME_SIZE], const struct sheet_model *model) {
    snprintf(out, BRONZE_NAME_SIZE, "bronze_%s", model->name);
}

#define STATE_ROWS_BETWEEN 1024 /* two looks at whether the state is still wanted */

void bronze_state_reserve(struct bronze_state *state, size_t extra) {
    if (state->capacity - state->count >= extra)
        return;
    while (state->capacity - state->count < extra)
        state->capacity = state->capacity ? state->capacity * 2 : 1024;
    state->row_ids = memory_resize(state->row_ids, state->capacity, sizeof *state->row_ids);
    state->positions = memory_resize(state->positions, state->capacity, sizeof *state->positions);
    state->hashes = memory_resize(state->hashes, state->capacity, sizeof *state->hashes);
}

struct state_reader {
    struct bronze_state *state;
    struct bronze_wish *wish; /* or NULL */
    bool is_sorted;
};

static bool state_is_wanted(struct bronze_wish *wish) {
    if (wish)
        wish->is_whole = wish->is_wanted(wish->context);
    return !wish || wish->is_whole;
}

static bool state_add(void *context, const int64_t *row) {
    struct state_reader *reader = context;
    struct bronze_state *state = reader->state;
    size_t count = state->count;
    bronze_state_reserve(state, 1);
    state->hashes[count] = (uint64_t)row[0];
    state->positions[count] = row[1];
    state->row_ids[count] = row[2];
    reader->is_sorted &= count == 0 || state->positions[count - 1] <= row[1];
    state->count++;
    return state->count % STATE_ROWS_BETWEEN || state_is_wanted(reader->wish);
}

struct state_row {
    int64_t row_id, position;
    uint64_t hash;
};

static int state_compare(const void *a, const void *b) {
    const struct state_row *left = a, *right = b;
    return (left->position > right->position) - (left->position < right->position);
}

static void state_sort(struct bronze_state *state) {
    struct state_row *rows = memory_resize(NULL, state->count, sizeof *rows);
    for (size_t i = 0; i < state->count; i++)
        rows[i] = (struct state_row){state->row_ids[i], state->positions[i], state->hashes[i]};
    qsort(rows, state->count, sizeof *rows, state_compare);
    for (size_t i = 0; i < state->count; i++) {
        state->row_ids[i] = rows[i].row_id;
        state->positions[i] = rows[i].position;
        state->hashes[i] = rows[i].hash;
    }
    free(rows);
}

/* Without ORDER BY: the rows come by _row_id, which is nearly the order of the sheet, and sorting
 * them here is cheaper than carrying them through a sorter. The hash comes first: SQLite finds the
 * columns before it on the way. */
bool bronze_scan_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_wish *wish, struct bronze_state *state, struct err *err) {
    struct state_reader reader = {.state = state, .wish = wish, .is_sorted = true};
    struct integer_sink sink = {state_add, &reader};
    char from[BRONZE_NAME_SIZE + 40];
    snprintf(from, sizeof from, "\"bronze_%s\" WHERE _removed_snapshot_id IS NULL", model->name);
    if (!warehouse_read_integers(warehouse, "_hash, _position, _row_id", 3, from, sink, err))
        return false;
    if (!reader.is_sorted)
        state_sort(state);
    return true;
}

static void add_part(struct bronze_state *state, struct span text) {
    if ((state->part_count & (state->part_count - 1)) == 0)
        state->part_hashes = memory_resize(
            state->part_hashes, state->part_count ? state->part_count * 2 : 1, sizeof(uint64_t));
    state->part_hashes[state->part_count++] = XXH3_64bits(text.data, text.size);
}

bool bronze_read_packed(struct warehouse *warehouse, const char *table, struct bronze_wish *wish,
                        struct bronze_state *state, bool *is_sane, struct err *err) {
    struct statement *statement = NULL;
    struct value parameter = value_string(table);
    bool has_row = true;
    *is_sane = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("bronze/packed_rows"), err) &&
              statement_start(statement, &parameter, 1, err);
    while (ok && *is_sane && state_is_wanted(wish) &&
           (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct span text = value_span(statement_value(statement, 0));
        bronze_state_reserve(state, PACKED_ROWS);
        *is_sane = packed_rows_read(text, state);
        add_part(state, text);
    }
    statement_close(statement);
    if (!ok || !*is_sane)
        bronze_state_free(state);
    return ok;
}

bool bronze_read_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_wish *wish, struct bronze_state *state, struct err *err) {
    struct arena scratch = {0};
    struct value last;
    char table[BRONZE_NAME_SIZE];
    bronze_table_name(table, model);
    const char *last_sql =
        arena_printf(&scratch, "SELECT COALESCE(MAX(_row_id), 0) FROM \"%s\"", table);
    *state = (struct bronze_state){0};
    if (wish)
        wish->is_whole = true;
    bool is_sane, ok = bronze_read_packed(warehouse, table, wish, state, &is_sane, err);
    if (ok && state->part_count == 0)
        ok = bronze_scan_state(warehouse, model, wish, state, err);
    ok = ok && warehouse_value(warehouse, &scratch, last_sql, NULL, 0, &last, err);
    if (ok)
        state->last_row_id = last.integer;
    else
        bronze_state_free(state);
    arena_free(&scratch);
    return ok;
}

void bronze_state_free(struct bronze_state *state) {
    free(state->row_ids);
    free(state->positions);
    free(state->hashes);
    free(state->part_hashes);
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
