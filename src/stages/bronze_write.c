/* Writing a change: versions that end, labels for the new ones, and the new ones themselves. */
#include "stages/audit.h"
#include "stages/bronze_state.h"
#include "stages/key.h"
#include "stages/packed_rows.h"
#include "stages/schema.h"
#include "stages/shortlist.h"

/* The labels of the rows that stay. Those of rows in place are where they belong already. */
static void keep_labels(const struct bronze_state *state, const struct match *match,
                        int64_t *positions) {
    for (size_t row = 0; positions != state->positions && row < match->new_count; row++)
        if (match->kind[row] == MATCH_KEPT)
            positions[row] = state->positions[match->partner[row]];
}

/* Gives each new version a label between those of its neighbours that stay, whose labels are those
 * they have. `positions` may be those of the state, when its rows are in place. False when there is
 * no room between two of them. */
static bool label_rows(const struct bronze_state *state, const struct match *match,
                       int64_t *positions) {
    keep_labels(state, match, positions);
    for (size_t row = match_next_fresh(match, 0), end; row < match->new_count;
         row = match_next_fresh(match, end)) {
        end = row + 1;
        while (end < match->new_count && match->kind[end] != MATCH_KEPT)
            end++;
        int64_t count = (int64_t)(end - row), step = BRONZE_POSITION_STEP;
        int64_t before = row > 0 ? positions[row - 1] : 0;
        if (end < match->new_count) {
            int64_t after = positions[end];
            if (row == 0)
                before = after - (count + 1) * step;
            step = (after - before) / (count + 1);
        }
        if (step == 0)
            return false;
        for (; row < end; row++)
            positions[row] = before += step;
    }
    return true;
}

/* Where the rows of the load come from: the pull's rows that need a new version. */
struct version_source {
    const struct pull *pull;
    const struct match *match;
    const int64_t *positions;
    int64_t next_row_id, snapshot_id;
    struct value loaded_at;
    size_t row;
    struct span *cells;
    struct arena arena; /* of the row being read */
};

enum { COLUMN_ROW_ID, COLUMN_SNAPSHOT, COLUMN_POSITION, COLUMN_HASH, COLUMN_KEY, COLUMN_CELLS };

static bool version_next(void *context, struct value *out) {
    struct version_source *source = context;
    const struct pull *pull = source->pull;
    size_t row = match_next_fresh(source->match, source->row);
    if (row == source->match->new_count)
        return false;
    source->row = row + 1;
    if (source->arena.blocks)
        arena_free(&source->arena);
    sheet_read_row(&pull->sheet, row, source->cells, &source->arena);
    struct span key = key_of_cells(pull->model, &pull->header, source->cells, &source->arena);
    out[COLUMN_ROW_ID] = value_integer(source->next_row_id++);
    out[COLUMN_SNAPSHOT] = value_integer(source->snapshot_id);
    out[COLUMN_POSITION] = value_integer(source->positions[row]);
    out[COLUMN_HASH] = value_integer((int64_t)pull->hashes[row]);
    out[COLUMN_KEY] = key.data ? value_text(key) : value_null();
    size_t width = pull->header.column_count;
    for (size_t i = 0; i < width; i++)
        out[COLUMN_CELLS + i] = source->cells[i].size ? value_text(source->cells[i]) : value_null();
    out[COLUMN_CELLS + width] = source->loaded_at;
    return true;
}

static bool write_versions(struct warehouse *warehouse, struct version_source *source,
                           struct err *err) {
    const struct header *header = &source->pull->header;
    struct arena scratch = {0};
    size_t column_count = COLUMN_CELLS + header->column_count + 1;
    const char **columns = arena_array(&scratch, column_count, sizeof *columns);
    columns[COLUMN_ROW_ID] = "_row_id";
    columns[COLUMN_SNAPSHOT] = "_snapshot_id";
    columns[COLUMN_POSITION] = "_position";
    columns[COLUMN_HASH] = "_hash";
    columns[COLUMN_KEY] = "_key";
    for (size_t i = 0; i < header->column_count; i++)
        columns[COLUMN_CELLS + i] = header->columns[i].name;
    columns[column_count - 1] = "_loaded_at";
    source->cells = arena_array(&scratch, source->pull->sheet.width, sizeof *source->cells);
    char table[BRONZE_NAME_SIZE];
    bronze_table_name(table, source->pull->model);
    bool ok = warehouse_load(warehouse, table, columns, column_count,
                             (struct row_source){version_next, source}, err);
    arena_free(&source->arena);
    arena_free(&scratch);
    return ok;
}

/* Ends the old versions of rows that changed, moved or went. */
static bool end_versions(struct warehouse *warehouse, const struct sheet_model *model,
                         int64_t snapshot_id, struct sheet_change *done, struct err *err) {
    struct buf sql = {0};
    struct value parameter = value_integer(snapshot_id);
    if (done->ended_count == 0)
        return true;
    buf_printf(&sql,
               "UPDATE \"bronze_%s\" SET _removed_snapshot_id = $1 FROM goldleaf_ids i"
               " WHERE _row_id = i.p0",
               model->name);
    bool ok = (done->is_listed || shortlist_ids(warehouse, done->ended, done->ended_count, err)) &&
              warehouse_run(warehouse, buf_text(&sql), &parameter, 1, NULL, err);
    done->is_listed = ok;
    buf_free(&sql);
    return ok;
}

static int64_t add_version(struct sheet_change *done, int64_t row_id, size_t row) {
    done->added_rows[done->added_count] = (uint32_t)row;
    return done->added[done->added_count++] = row_id;
}

/* Where the rows are in place, the list of ids is the old one with some taken out for others, and
 * so are the labels: on memory that is not touched for the first time. */
static void replace_versions(struct bronze_state *state, const struct match *match,
                             struct sheet_change *done) {
    int64_t next_row_id = state->last_row_id + 1;
    done->row_ids = state->row_ids;
    state->row_ids = NULL;
    for (size_t row = match_next_fresh(match, 0); row < match->new_count;
         row = match_next_fresh(match, row + 1)) {
        done->ended[done->ended_count++] = done->row_ids[row];
        done->row_ids[row] = add_version(done, next_row_id++, row);
    }
}

static void list_anew(const struct bronze_state *state, const struct match *match,
                      struct sheet_change *done) {
    uint8_t *is_kept = memory_resize(NULL, state->count, 1);
    memset(is_kept, 0, state->count);
    int64_t next_row_id = state->last_row_id + 1;
    done->row_ids = memory_resize(NULL, match->new_count, sizeof *done->row_ids);
    for (size_t row = 0; row < match->new_count; row++) {
        if (match->kind[row] == MATCH_KEPT) {
            done->row_ids[row] = state->row_ids[match->partner[row]];
            is_kept[match->partner[row]] = 1;
        } else {
            done->row_ids[row] = add_version(done, next_row_id++, row);
        }
    }
    for (size_t i = 0; i < state->count; i++)
        if (!is_kept[i])
            done->ended[done->ended_count++] = state->row_ids[i];
    free(is_kept);
}

/* Which versions end, which begin, and which are current afterwards. */
static void list_versions(struct bronze_state *state, const struct match *match,
                          struct sheet_change *done) {
    size_t added_count = match->new_count - match->kept;
    done->row_count = match->new_count;
    done->is_in_place = match->is_in_place;
    done->added = memory_resize(NULL, added_count, sizeof *done->added);
    done->added_rows = memory_resize(NULL, added_count, sizeof *done->added_rows);
    done->ended = memory_resize(NULL, state->count - match->kept, sizeof *done->ended);
    if (match->is_in_place)
        replace_versions(state, match, done);
    else
        list_anew(state, match, done);
}

static bool write_header(struct warehouse *warehouse, const struct pull *pull, int64_t snapshot_id,
                         const struct bronze_change *change, struct err *err) {
    if (!change->is_new_header)
        return true;
    char table[BRONZE_NAME_SIZE];
    bronze_table_name(table, pull->model);
    struct value parameters[] = {value_string(table), value_integer(snapshot_id),
                                 value_string(change->header_json)};
    return warehouse_run(warehouse, sql_file("bronze/add_header"), parameters, 3, NULL, err) &&
           schema_add_bronze_columns(warehouse, pull->model, &pull->header, err);
}

/* Labels the rows; where there is no room left, spreads all labels out and tries again. */
static bool label_versions(struct warehouse *warehouse, const struct sheet_model *model,
                           struct bronze_change *change, int64_t *positions, struct err *err) {
    if (label_rows(&change->state, &change->match, positions))
        return true;
    struct bronze_state spread = {0};
    int64_t step = BRONZE_POSITION_STEP;
    while (step <= (int64_t)change->match.new_count)
        step *= 2;
    bool ok = bronze_relabel(warehouse, model, step, err) &&
              bronze_scan_state(warehouse, model, NULL, &spread, err);
    if (ok)
        label_rows(&spread, &change->match, positions);
    change->state.part_count = 0; /* none is as it was */
    bronze_state_free(&spread);
    return ok;
}

static bool write_part(struct statement *statement, const char *table, size_t part,
                       struct span runs, const uint64_t *hashes, size_t count, struct err *err) {
    struct buf text = {0};
    packed_hashes_add(&text, hashes, count);
    struct value parameters[] = {
        value_string(table), value_integer((int64_t)part), value_text(runs),
        value_integer((int64_t)packed_digest(hashes, count)), value_text(buf_span(&text))};
    bool ok = statement_run(statement, parameters, COUNT_OF(parameters), err);
    buf_free(&text);
    return ok;
}

/* Whether a packed part has the rows that it had, as far as that is seen without packing it. */
static bool is_part_as_it_was(const struct bronze_change *change, size_t part) {
    const struct match *match = &change->match;
    size_t first = part * PACKED_ROWS;
    return match->is_in_place && part < change->state.part_count &&
           match_next_fresh(match, first) >= first + packed_count(match->new_count, first);
}

/* The rows as they are now, packed; parts that stay as they are are not written again. */
static bool write_parts(struct warehouse *warehouse, const char *table,
                        const struct bronze_change *change, const struct bronze_state *now,
                        struct err *err) {
    const struct bronze_state *before = &change->state;
    struct statement *statement = NULL;
    struct buf runs = {0};
    size_t part = 0;
    bool ok = statement_prepare(warehouse, &statement, sql_file("bronze/write_part"), err);
    for (size_t row = 0; ok && row < now->count; row += PACKED_ROWS, part++) {
        if (is_part_as_it_was(change, part))
            continue;
        size_t count = packed_count(now->count, row);
        buf_clear(&runs);
        packed_runs_add(&runs, now, row);
        uint64_t mark = bronze_part_mark(buf_span(&runs), packed_digest(now->hashes + row, count));
        if (part >= before->part_count || before->part_marks[part] != mark)
            ok = write_part(statement, table, part, buf_span(&runs), now->hashes + row, count, err);
    }
    statement_close(statement);
    buf_free(&runs);
    struct value behind[] = {value_string(table), value_integer((int64_t)part)};
    return ok && warehouse_run(warehouse, sql_file("bronze/drop_parts"), behind, 2, NULL, err);
}

static bool write_state(struct warehouse *warehouse, const struct pull *pull, int64_t snapshot_id,
                        const struct bronze_change *change, int64_t *positions,
                        const struct sheet_change *done, struct err *err) {
    bool is_same = done->added_count == 0 && done->ended_count == 0 && !change->is_new_header;
    if (is_same || warehouse_is_fork(warehouse))
        return true;
    char table[BRONZE_NAME_SIZE];
    bronze_table_name(table, pull->model);
    const struct bronze_state now = {.count = done->row_count,
                                     .row_ids = done->row_ids,
                                     .positions = positions,
                                     .hashes = pull->hashes};
    const struct audit_run mark = {"", snapshot_id, ""};
    return write_parts(warehouse, table, change, &now, err) &&
           audit_set_watermark(warehouse, &mark, "parts", table, err);
}

bool bronze_write(struct warehouse *warehouse, const struct pull *pull, int64_t snapshot_id,
                  const char *loaded_at, struct bronze_change *change, struct sheet_change *done,
                  struct err *err) {
    const struct match *match = &change->match;
    *done =
        (struct sheet_change){.is_first = change->is_first, .is_new_header = change->is_new_header};
    list_versions(&change->state, match, done);
    done->is_listed = change->is_listed && match->moved == 0;
    done->ended_keys = change->ended_keys;
    change->ended_keys = (struct ended_keys){0};
    int64_t *positions = match->is_in_place
                             ? change->state.positions
                             : memory_resize(NULL, match->new_count, sizeof *positions);
    struct version_source source = {.pull = pull,
                                    .match = match,
                                    .positions = positions,
                                    .next_row_id = change->state.last_row_id + 1,
                                    .snapshot_id = snapshot_id,
                                    .loaded_at = value_string(loaded_at)};
    bool ok = write_header(warehouse, pull, snapshot_id, change, err) &&
              label_versions(warehouse, pull->model, change, positions, err) &&
              end_versions(warehouse, pull->model, snapshot_id, done, err) &&
              (done->added_count == 0 || write_versions(warehouse, &source, err)) &&
              write_state(warehouse, pull, snapshot_id, change, positions, done, err);
    if (!match->is_in_place)
        free(positions);
    return ok;
}

/* ---- keys ---- */

struct key_source {
    const struct pull *pull;
    const int64_t *row_ids;
    size_t row;
    struct span *cells;
    struct arena arena; /* of one row */
};

static bool key_next(void *context, struct value *out) {
    struct key_source *source = context;
    const struct pull *pull = source->pull;
    if (source->row == pull->sheet.row_count)
        return false;
    arena_free(&source->arena);
    sheet_read_row(&pull->sheet, source->row, source->cells, &source->arena);
    struct span key = key_of_cells(pull->model, &pull->header, source->cells, &source->arena);
    out[0] = value_integer(source->row_ids[source->row++]);
    out[1] = key.data ? value_text(key) : value_null();
    return true;
}

bool bronze_write_keys(struct warehouse *warehouse, const struct pull *pull, const int64_t *row_ids,
                       struct err *err) {
    const char *const types[] = {"BIGINT", "TEXT"};
    struct arena scratch = {0};
    struct key_source source = {.pull = pull, .row_ids = row_ids};
    source.cells = arena_array(&scratch, pull->sheet.width, sizeof *source.cells);
    const char *sql = arena_printf(&scratch,
                                   "UPDATE \"bronze_%s\" AS b SET _key = k.p1 FROM goldleaf_keys k"
                                   " WHERE b._row_id = k.p0 AND b._key IS DISTINCT FROM k.p1",
                                   pull->model->name);
    bool ok = shortlist_fill(warehouse, "goldleaf_keys", types, 2,
                             (struct row_source){key_next, &source}, err) &&
              warehouse_exec(warehouse, sql, err);
    arena_free(&source.arena);
    arena_free(&scratch);
    return ok;
}
