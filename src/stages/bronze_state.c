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

uint64_t bronze_part_mark(struct span runs, uint64_t digest) {
    return XXH3_64bits_withSeed(runs.data, runs.size, digest);
}

/* Parts whose hashes have to be read; the first and the last of them. */
struct parts {
    const char *table;
    const struct pull *likely;
    struct bronze_state *state;
    uint64_t *digests;
    size_t first_wanted, last_wanted;
};

static size_t part_rows(const struct bronze_state *state, size_t part) {
    return packed_count(state->count, part * PACKED_ROWS);
}

/* The pull's hashes at a part's place, when they are the part's. */
static const uint64_t *likely_hashes(const struct parts *parts, size_t part) {
    const struct pull *pull = parts->likely;
    size_t first = part * PACKED_ROWS, count = part_rows(parts->state, part);
    if (!pull || first + count > pull->sheet.row_count)
        return NULL;
    const uint64_t *hashes = pull->hashes + first;
    return packed_digest(hashes, count) == parts->digests[part] ? hashes : NULL;
}

/* False when it is none, or not the next one. */
static bool add_part(struct parts *parts, int64_t number, struct span runs, uint64_t digest) {
    struct bronze_state *state = parts->state;
    size_t part = state->part_count;
    bronze_state_reserve(state, PACKED_ROWS);
    if (number != (int64_t)part || state->count != part * PACKED_ROWS ||
        !packed_runs_read(runs, state))
        return false;
    if ((part & (part - 1)) == 0) {
        size_t room = part ? part * 2 : 1;
        state->part_marks = memory_resize(state->part_marks, room, sizeof *state->part_marks);
        parts->digests = memory_resize(parts->digests, room, sizeof *parts->digests);
    }
    parts->digests[part] = digest;
    state->part_marks[part] = bronze_part_mark(runs, digest);
    state->part_count++;
    const uint64_t *hashes = likely_hashes(parts, part);
    if (hashes) {
        memcpy(state->hashes + part * PACKED_ROWS, hashes, part_rows(state, part) * sizeof *hashes);
        return true;
    }
    if (parts->first_wanted == SIZE_MAX)
        parts->first_wanted = part;
    parts->last_wanted = part;
    return true;
}

static bool read_parts(struct warehouse *warehouse, struct parts *parts, bool *is_sane,
                       struct err *err) {
    struct statement *statement = NULL;
    struct value parameter = value_string(parts->table);
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("bronze/parts"), err) &&
              statement_start(statement, &parameter, 1, err);
    while (ok && *is_sane && (ok = statement_next(statement, &has_row, err)) && has_row)
        *is_sane = add_part(parts, statement_value(statement, 0).integer,
                            value_span(statement_value(statement, 1)),
                            (uint64_t)statement_value(statement, 2).integer);
    statement_close(statement);
    return ok;
}

static bool take_hashes(struct parts *parts, size_t part, struct span text) {
    size_t count = part_rows(parts->state, part);
    uint64_t *hashes = parts->state->hashes + part * PACKED_ROWS;
    return packed_hashes_read(text, hashes, count) &&
           packed_digest(hashes, count) == parts->digests[part];
}

static bool read_hashes(struct warehouse *warehouse, struct parts *parts, struct bronze_wish *wish,
                        bool *is_sane, struct err *err) {
    struct statement *statement = NULL;
    struct value parameters[] = {value_string(parts->table),
                                 value_integer((int64_t)parts->first_wanted),
                                 value_integer((int64_t)parts->last_wanted)};
    bool has_row = true;
    if (!*is_sane || parts->first_wanted == SIZE_MAX)
        return true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("bronze/part_hashes"), err) &&
              statement_start(statement, parameters, COUNT_OF(parameters), err);
    while (ok && *is_sane && state_is_wanted(wish) &&
           (ok = statement_next(statement, &has_row, err)) && has_row)
        *is_sane = take_hashes(parts, (size_t)statement_value(statement, 0).integer,
                               value_span(statement_value(statement, 1)));
    statement_close(statement);
    return ok;
}

bool bronze_read_packed(struct warehouse *warehouse, const char *table, struct bronze_wish *wish,
                        const struct pull *likely, struct bronze_state *state, bool *is_sane,
                        struct err *err) {
    struct parts parts = {
        .table = table, .likely = likely, .state = state, .first_wanted = SIZE_MAX};
    *is_sane = true;
    bool ok = read_parts(warehouse, &parts, is_sane, err) &&
              read_hashes(warehouse, &parts, wish, is_sane, err);
    free(parts.digests);
    if (!ok || !*is_sane)
        bronze_state_free(state);
    return ok;
}

bool bronze_read_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_wish *wish, const struct pull *likely,
                       struct bronze_state *state, struct err *err) {
    struct arena scratch = {0};
    struct value last;
    char table[BRONZE_NAME_SIZE];
    bronze_table_name(table, model);
    const char *last_sql =
        arena_printf(&scratch, "SELECT COALESCE(MAX(_row_id), 0) FROM \"%s\"", table);
    *state = (struct bronze_state){0};
    if (wish)
        wish->is_whole = true;
    bool is_sane, ok = bronze_read_packed(warehouse, table, wish, likely, state, &is_sane, err);
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
    free(state->part_marks);
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
