/* The incremental build: every key that a change touched is settled again.
 *
 * All rows of one key together decide which of them is in silver, so they are collected first: the
 * one in silver, those in quarantine, and the new versions. By conservation these are all current
 * rows of that key, and no index on bronze is needed to find them.
 *
 * Each step reads and writes for all keys at once. */
#include "stages/key.h"
#include "stages/schema.h"
#include "stages/silver_parts.h"
#include "stages/silver_rows.h"

/* A current row of a touched key. */
struct candidate {
    int64_t row_id;
    uint32_t row; /* in the sheet */
    uint64_t hash;
    uint32_t next; /* index + 1 of the next candidate of the same key */
    const struct span *cells;
    struct value *values;
};

/* What is known of a key; its text is in the set of keys, at the same index. */
struct touched_key {
    uint32_t head;              /* index + 1 of its last candidate */
    const struct value *before; /* its row in silver, or NULL */
    int64_t before_id;
    struct candidate *winner;     /* its row in silver from now on, or NULL */
    struct clean_faults warnings; /* the winner's */
};

struct touched {
    struct silver_build *build;
    const struct sheet_model *sheet;
    struct key_set keys;
    struct touched_key *states; /* one a key */
    size_t state_count;
    struct candidate **candidates; /* the arena's, so that they stay where they are */
    size_t candidate_count, candidate_capacity;
    uint32_t *row_of_id; /* per version id: its row, or NO_ROW */
    int64_t id_count;
    uint8_t *is_added; /* per version id */
    struct audit_writer writer;
    struct silver_counts *counts;
    struct arena arena;
};

#define NO_ROW UINT32_MAX

/* Where each current version stands. */
static void index_rows(struct touched *touched) {
    const struct sheet_change *change = touched->build->change;
    for (size_t i = 0; i < change->row_count; i++)
        if (change->row_ids[i] >= touched->id_count)
            touched->id_count = change->row_ids[i] + 1;
    touched->row_of_id = memory_resize(NULL, (size_t)touched->id_count, sizeof *touched->row_of_id);
    memset(touched->row_of_id, 0xff, (size_t)touched->id_count * sizeof *touched->row_of_id);
    for (size_t i = 0; i < change->row_count; i++)
        touched->row_of_id[change->row_ids[i]] = (uint32_t)i;
    touched->is_added = memory_resize(NULL, (size_t)touched->id_count, 1);
    memset(touched->is_added, 0, (size_t)touched->id_count);
    for (size_t i = 0; i < change->added_count; i++)
        touched->is_added[change->added[i]] = 1;
}

/* Keys come in while rows are read; their states follow. */
static struct touched_key *state_of(struct touched *touched, size_t key) {
    if (key >= touched->state_count) {
        size_t count = touched->keys.capacity;
        touched->states = memory_resize(touched->states, count, sizeof *touched->states);
        memset(touched->states + touched->state_count, 0,
               (count - touched->state_count) * sizeof *touched->states);
        touched->state_count = count;
    }
    return &touched->states[key];
}

static void add_candidate(struct touched *touched, size_t key, struct candidate candidate) {
    if (touched->candidate_count == touched->candidate_capacity) {
        touched->candidate_capacity =
            touched->candidate_capacity ? touched->candidate_capacity * 2 : 256;
        touched->candidates = memory_resize(touched->candidates, touched->candidate_capacity,
                                            sizeof *touched->candidates);
    }
    struct touched_key *state = state_of(touched, key);
    candidate.next = state->head;
    struct candidate *kept = arena_alloc(&touched->arena, sizeof *kept);
    *kept = candidate;
    touched->candidates[touched->candidate_count++] = kept;
    state->head = (uint32_t)touched->candidate_count;
}

static struct audit_row audit_row_of(const struct touched *touched,
                                     const struct candidate *candidate) {
    return (struct audit_row){touched->sheet, touched->build->header, candidate->cells,
                              candidate->row, candidate->row_id};
}

static enum clean_outcome clean_candidate(struct touched *touched, struct candidate *candidate,
                                          struct clean_faults *rejects,
                                          struct clean_faults *warnings) {
    return clean_row(touched->sheet, touched->build->header, candidate->row, candidate->cells,
                     touched->build->header->column_count, candidate->values, rejects, warnings,
                     &touched->arena);
}

/* A row without a key stands alone: it is blank or rejected. */
static bool settle_keyless(struct touched *touched, struct candidate *candidate, struct err *err) {
    struct clean_faults rejects = {0}, warnings = {0};
    bool ok = true;
    if (clean_candidate(touched, candidate, &rejects, &warnings) == CLEAN_REJECTED) {
        struct audit_row row = audit_row_of(touched, candidate);
        ok = audit_add_reject(&touched->writer, &row, &rejects.items[0], err);
    }
    free(rejects.items);
    free(warnings.items);
    return ok;
}

/* ---- collecting ---- */

/* Reads a version from a statement of add_version_columns(). */
static struct candidate read_candidate(struct touched *touched, const struct statement *statement) {
    size_t width = touched->build->header->column_count;
    struct span *cells = arena_array(&touched->arena, width, sizeof *cells);
    for (size_t i = 0; i < width; i++)
        cells[i] = arena_copy(&touched->arena, value_span(statement_value(statement, i + 3)));
    int64_t row_id = statement_value(statement, 0).integer;
    return (struct candidate){
        .row_id = row_id,
        .row = touched->row_of_id[row_id],
        .hash = (uint64_t)statement_value(statement, 1).integer,
        .cells = cells,
        .values = arena_array(&touched->arena, touched->sheet->field_count, sizeof(struct value))};
}

static void add_version_select(struct buf *sql, const struct touched *touched) {
    const struct header *header = touched->build->header;
    buf_add_text(sql, "SELECT b._row_id, b._hash, b._key");
    for (size_t i = 0; i < header->column_count; i++) {
        buf_add_text(sql, ", b.");
        sql_add_name(sql, header->columns[i].name);
    }
    buf_printf(sql, " FROM goldleaf_ids i JOIN \"bronze_%s\" b ON b._row_id = i.p0",
               touched->sheet->name);
}

static bool check_found(const struct touched *touched, size_t found, size_t count,
                        struct err *err) {
    return found == count ||
           err_set(err, ERR_DATABASE, "bronze_%s: %zu versions are not there any more",
                   touched->sheet->name, count - found);
}

/* Adds current versions as candidates of their keys. */
static bool take_in(struct touched *touched, const int64_t *ids, size_t count, struct err *err) {
    struct statement *statement = NULL;
    struct buf sql = {0};
    struct candidate *keyless = arena_array(&touched->arena, count, sizeof *keyless);
    size_t keyless_count = 0, found = 0;
    bool has_row = true;
    if (count == 0)
        return true;
    add_version_select(&sql, touched);
    bool ok = shortlist_ids(touched->build->warehouse, ids, count, err) &&
              statement_prepare(touched->build->warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, NULL, 0, err);
    for (; ok && (ok = statement_next(statement, &has_row, err)) && has_row; found++) {
        struct candidate candidate = read_candidate(touched, statement);
        struct value key = statement_value(statement, 2);
        if (key.kind == VALUE_NULL)
            keyless[keyless_count++] = candidate;
        else
            add_candidate(touched, key_set_add(&touched->keys, value_span(key)), candidate);
    }
    statement_close(statement);
    buf_free(&sql);
    ok = ok && check_found(touched, found, count, err);
    for (size_t i = 0; ok && i < keyless_count; i++)
        ok = settle_keyless(touched, &keyless[i], err);
    return ok;
}

/* Versions that ended: their keys are touched, and what was recorded about them goes. */
static bool take_out_ended(struct touched *touched, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    const struct sheet_change *change = touched->build->change;
    struct statement *statement = NULL;
    bool has_row = true;
    if (change->ended_count == 0)
        return true;
    const char *sql = arena_printf(&touched->arena,
                                   "SELECT b._key FROM goldleaf_ids i JOIN \"bronze_%s\" b"
                                   " ON b._row_id = i.p0 WHERE b._key IS NOT NULL",
                                   touched->sheet->name);
    bool ok = shortlist_ids(warehouse, change->ended, change->ended_count, err) &&
              audit_drop_listed(warehouse, touched->sheet, err) &&
              statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        key_set_add(&touched->keys, value_span(statement_value(statement, 0)));
    statement_close(statement);
    return ok;
}

/* The list of touched keys: place, text, and the typed parts of those that can be in silver. */
struct key_reader {
    struct touched *touched;
    size_t next;
    struct arena arena;
};

static bool next_key(void *context, struct value *out) {
    struct key_reader *reader = context;
    const struct touched *touched = reader->touched;
    if (reader->next == touched->keys.count)
        return false;
    struct span key = touched->keys.keys[reader->next];
    arena_free(&reader->arena);
    out[0] = value_integer((int64_t)reader->next++);
    out[1] = value_text(key);
    if (!key_parse(touched->sheet, key, out + 2, &reader->arena))
        for (size_t i = 0; i < touched->sheet->key_count; i++)
            out[2 + i] = value_null();
    return true;
}

static bool list_keys(struct touched *touched, size_t first, struct err *err) {
    const struct sheet_model *sheet = touched->sheet;
    struct warehouse *warehouse = touched->build->warehouse;
    struct key_reader reader = {.touched = touched, .next = first};
    const char **types = arena_array(&touched->arena, 2 + sheet->key_count, sizeof *types);
    types[0] = "BIGINT";
    types[1] = "TEXT";
    for (size_t i = 0; i < sheet->key_count; i++)
        types[2 + i] = warehouse_type(warehouse, sheet->fields[sheet->key[i]].type);
    bool ok = shortlist_fill(warehouse, "goldleaf_keys", types, 2 + sheet->key_count,
                             (struct row_source){next_key, &reader}, err);
    arena_free(&reader.arena);
    return ok;
}

/* A growing list of version ids. */
struct id_list {
    int64_t *ids;
    size_t count, capacity;
};

/* Adds an older version of a touched key, unless it ended or came in with this change. */
static void add_known(const struct touched *touched, struct id_list *list, int64_t row_id) {
    bool is_current = row_id < touched->id_count && touched->row_of_id[row_id] != NO_ROW;
    if (!is_current || touched->is_added[row_id])
        return;
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 256;
        list->ids = memory_resize(list->ids, list->capacity, sizeof *list->ids);
    }
    list->ids[list->count++] = row_id;
}

static void add_silver_select(struct buf *sql, const struct sheet_model *sheet) {
    buf_add_text(sql, "SELECT k.p0, s._row_id");
    for (size_t i = 0; i < sheet->field_count; i++) {
        buf_add_text(sql, ", s.");
        sql_add_name(sql, sheet->fields[i].name);
    }
    buf_printf(sql, " FROM goldleaf_keys k JOIN \"silver_%s\" s ON ", sheet->name);
    for (size_t i = 0; i < sheet->key_count; i++) {
        buf_add_text(sql, i ? " AND s." : "s.");
        sql_add_name(sql, sheet->fields[sheet->key[i]].name);
        buf_printf(sql, " = k.p%zu", 2 + i);
    }
}

/* The row is the delta's: it may be one of its rows later. */
static const struct value *read_silver_row(struct touched *touched,
                                           const struct statement *statement) {
    const struct sheet_model *sheet = touched->sheet;
    struct arena *arena = &touched->build->deltas[touched->build->sheet].arena;
    struct value *row = arena_array(arena, sheet->field_count, sizeof *row);
    for (size_t i = 0; i < sheet->field_count; i++) {
        row[i] = silver_value(&sheet->fields[i], statement_value(statement, i + 2));
        if (row[i].kind == VALUE_TEXT)
            row[i].text = arena_copy(arena, value_span(row[i])).data;
    }
    return row;
}

/* The rows that silver has of the touched keys now. */
static bool find_in_silver(struct touched *touched, struct id_list *known, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    struct statement *statement = NULL;
    struct buf sql = {0};
    bool has_row = true;
    add_silver_select(&sql, touched->sheet);
    bool ok = statement_prepare(warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct touched_key *state =
            state_of(touched, (size_t)statement_value(statement, 0).integer);
        state->before_id = statement_value(statement, 1).integer;
        state->before = read_silver_row(touched, statement);
        add_known(touched, known, state->before_id);
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

static bool find_in_quarantine(struct touched *touched, struct id_list *known, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    struct statement *statement = NULL;
    struct value table =
        value_string(arena_printf(&touched->arena, "bronze_%s", touched->sheet->name));
    bool has_row = true;
    bool ok =
        statement_prepare(warehouse, &statement, sql_file("audit/rejected_rows_by_key"), err) &&
        statement_start(statement, &table, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        add_known(touched, known, statement_value(statement, 0).integer);
    statement_close(statement);
    return ok;
}

/* The older versions of the touched keys from `first` on; what was recorded about them is written
 * anew. The list that take_in() made is that of what goes. */
static bool take_in_known(struct touched *touched, size_t first, struct err *err) {
    struct id_list known = {0};
    bool ok =
        list_keys(touched, first, err) && find_in_silver(touched, &known, err) &&
        find_in_quarantine(touched, &known, err) && take_in(touched, known.ids, known.count, err) &&
        (known.count == 0 || audit_drop_listed(touched->build->warehouse, touched->sheet, err));
    free(known.ids);
    return ok;
}

/* ---- settling ---- */

static bool write_faults(struct touched *touched, const struct candidate *candidate,
                         const struct clean_faults *faults, bool is_reject, struct err *err) {
    struct audit_row row = audit_row_of(touched, candidate);
    for (size_t i = 0; i < faults->count; i++) {
        if (faults->items[i].row != candidate->row)
            continue;
        if (!(is_reject ? audit_add_reject(&touched->writer, &row, &faults->items[i], err)
                        : audit_add_warning(&touched->writer, &row, &faults->items[i], err)))
            return false;
    }
    return true;
}

/* Steps 1 to 6 for the rows of one key: the last good one wins, the others are rejected. */
static bool elect_winner(struct touched *touched, struct touched_key *state, struct err *err) {
    struct clean_faults rejects = {0}, warnings = {0};
    struct candidate *winner = NULL;
    bool ok = true;
    for (uint32_t at = state->head; at; at = touched->candidates[at - 1]->next) {
        struct candidate *candidate = touched->candidates[at - 1];
        bool is_good = clean_candidate(touched, candidate, &rejects, &warnings) == CLEAN_KEPT;
        if (is_good && (!winner || candidate->row > winner->row))
            winner = candidate;
        if (!is_good)
            candidate->values = NULL;
    }
    for (uint32_t at = state->head; ok && at; at = touched->candidates[at - 1]->next) {
        struct candidate *candidate = touched->candidates[at - 1];
        if (candidate != winner && candidate->values) {
            bool is_same = candidate->hash == winner->hash;
            clean_fault_add(&rejects, clean_duplicate((uint32_t)touched->sheet->key[0],
                                                      candidate->row, is_same));
        }
        ok = candidate == winner || write_faults(touched, candidate, &rejects, true, err);
    }
    for (size_t i = 0; winner && i < warnings.count; i++)
        if (warnings.items[i].row == winner->row)
            clean_fault_add(&state->warnings, warnings.items[i]);
    state->winner = winner;
    free(rejects.items);
    free(warnings.items);
    return ok;
}

static const struct value *winner_row(const void *context, size_t index) {
    const struct touched *touched = context;
    const struct candidate *winner = touched->states[index].winner;
    return winner ? winner->values : NULL;
}

/* For the keys from `first` on. */
static bool elect_winners(struct touched *touched, size_t first, struct err *err) {
    if (first == touched->keys.count)
        return true;
    state_of(touched, touched->keys.count - 1);
    bool ok = take_in_known(touched, first, err);
    for (size_t i = first; ok && i < touched->keys.count; i++)
        ok = elect_winner(touched, &touched->states[i], err);
    return ok;
}

/* ---- columns that must be unique ---- */

/* Touches the rows of silver that have there what one of the winners has. */
static bool add_rivals_in_silver(struct touched *touched, struct err *err) {
    const struct sheet_model *sheet = touched->sheet;
    struct row_list winners = {winner_row, touched, touched->keys.count};
    bool ok = true;
    for (size_t i = 0; ok && i < sheet->unique_count; i++) {
        const struct unique_key *unique = &sheet->unique[i];
        struct shortlist_column *columns =
            arena_array(&touched->arena, unique->field_count, sizeof *columns);
        for (size_t j = 0; j < unique->field_count; j++)
            columns[j] =
                (struct shortlist_column){unique->fields[j], sheet->fields[unique->fields[j]].type};
        ok = shortlist_rows(touched->build->warehouse, "goldleaf_unique", columns,
                            unique->field_count, winners, err) &&
             silver_add_listed(touched->build, unique->fields, unique->field_count,
                               "goldleaf_unique", &touched->keys, err);
    }
    return ok;
}

static int compare_winners(const void *a, const void *b) {
    uint32_t left = (*(struct touched_key *const *)a)->winner->row;
    uint32_t right = (*(struct touched_key *const *)b)->winner->row;
    return (left > right) - (left < right);
}

/* The winners as a sheet of their own, in the order of the sheet; a row is its place in the list.
 */
static struct clean_sheet sheet_of_winners(const struct touched *touched,
                                           struct touched_key *const *winners, size_t count) {
    size_t width = touched->sheet->field_count;
    struct clean_sheet clean = {.model = touched->sheet, .count = count, .order_count = count};
    clean.values = memory_resize(NULL, count * width, sizeof *clean.values);
    clean.rows = memory_resize(NULL, count, sizeof *clean.rows);
    clean.order = memory_resize(NULL, count, sizeof *clean.order);
    for (size_t i = 0; i < count; i++) {
        memcpy(clean.values + i * width, winners[i]->winner->values, width * sizeof *clean.values);
        clean.rows[i] = clean.order[i] = (uint32_t)i;
    }
    return clean;
}

static bool turn_away_repeated(struct touched *touched, struct touched_key **winners, size_t count,
                               struct err *err) {
    struct clean_sheet clean = sheet_of_winners(touched, winners, count);
    bool ok = true;
    clean_keep_unique(&clean);
    for (size_t i = 0; ok && i < clean.rejects.count; i++) {
        struct clean_fault fault = clean.rejects.items[i];
        struct touched_key *loser = winners[fault.row];
        struct audit_row row = audit_row_of(touched, loser->winner);
        fault.row = loser->winner->row;
        loser->winner = NULL;
        ok = audit_add_reject(&touched->writer, &row, &fault, err);
    }
    clean_free(&clean);
    return ok;
}

/* Every row that came this far before is in silver, or in quarantine and touched by now: so all
 * that are equal to a winner are winners themselves. */
static bool keep_unique(struct touched *touched, struct err *err) {
    size_t first = touched->keys.count, count = 0;
    if (!add_rivals_in_silver(touched, err) || !elect_winners(touched, first, err))
        return false;
    struct touched_key **winners =
        arena_array(&touched->arena, touched->keys.count, sizeof(struct touched_key *));
    for (size_t i = 0; i < touched->keys.count; i++)
        if (touched->states[i].winner)
            winners[count++] = &touched->states[i];
    qsort(winners, count, sizeof(struct touched_key *), compare_winners);
    return turn_away_repeated(touched, winners, count, err);
}

/* ---- references ---- */

/* Step 7 for the winner of one key; a failure takes it out. */
static bool check_winner(struct touched *touched, struct reference_lookup *const *lookups,
                         struct touched_key *state, struct err *err) {
    struct clean_fault fault = {0};
    bool is_kept;
    reference_check(lookups, touched->sheet, touched->build->header, state->winner->values,
                    &is_kept, &fault, &touched->arena);
    if (is_kept)
        return write_faults(touched, state->winner, &state->warnings, false, err);
    struct audit_row row = audit_row_of(touched, state->winner);
    state->winner = NULL;
    return audit_add_reject(&touched->writer, &row, &fault, err);
}

static bool check_winners(struct touched *touched, struct err *err) {
    struct reference_lookup **lookups = NULL;
    struct row_list winners = {winner_row, touched, touched->keys.count};
    bool ok = silver_lookups_open(touched->build, winners, &lookups, err);
    for (size_t i = 0; ok && i < touched->keys.count; i++)
        ok = !touched->states[i].winner || check_winner(touched, lookups, &touched->states[i], err);
    silver_lookups_close(touched->build, lookups);
    return ok;
}

/* ---- writing ---- */

static void add_delta(struct touched *touched, const struct value *before,
                      const struct value *after) {
    struct silver_delta *delta = &touched->build->deltas[touched->build->sheet];
    size_t width = touched->sheet->field_count;
    struct value *copy = NULL;
    if (after) {
        copy = arena_array(&delta->arena, width, sizeof *copy);
        for (size_t i = 0; i < width; i++) {
            copy[i] = after[i];
            if (after[i].kind == VALUE_TEXT)
                copy[i].text = arena_copy(&delta->arena, value_span(after[i])).data;
        }
    }
    if (delta->count == delta->capacity) {
        delta->capacity = delta->capacity ? delta->capacity * 2 : 64;
        delta->rows = memory_resize(delta->rows, delta->capacity, sizeof *delta->rows);
    }
    delta->rows[delta->count++] = (struct silver_row_change){before, copy};
}

static bool is_same_row(const struct touched *touched, const struct value *a,
                        const struct value *b) {
    for (size_t i = 0; i < touched->sheet->field_count; i++)
        if (!value_equal(a[i], b[i]))
            return false;
    return true;
}

/* Remembers the difference that a key makes; one that makes none, not even by the version that its
 * row comes from, is neither taken out nor put in. */
static void compare_key(struct touched *touched, struct touched_key *state) {
    const struct value *after = state->winner ? state->winner->values : NULL;
    bool is_same = state->before && after && is_same_row(touched, state->before, after);
    if (is_same && state->before_id == state->winner->row_id) {
        state->before = NULL;
        state->winner = NULL;
    }
    if (is_same || (!state->before && !after))
        return;
    touched->counts->added += !state->before;
    touched->counts->removed += !after;
    touched->counts->changed += state->before && after;
    add_delta(touched, state->before, after);
}

static const struct value *row_before(const void *context, size_t index) {
    return ((const struct touched *)context)->states[index].before;
}

static int64_t winner_row_id(const void *context, size_t index) {
    return ((const struct touched *)context)->states[index].winner->row_id;
}

static bool write_silver(struct touched *touched, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    struct row_list removed = {row_before, touched, touched->keys.count};
    struct row_list inserted = {winner_row, touched, touched->keys.count};
    for (size_t i = 0; i < touched->keys.count; i++)
        compare_key(touched, &touched->states[i]);
    return silver_remove_rows(warehouse, touched->sheet, removed, err) &&
           silver_insert_rows(warehouse, touched->sheet, inserted, winner_row_id, err);
}

static bool settle_keys(struct touched *touched, struct err *err) {
    if (touched->keys.count == 0)
        return true;
    bool is_compared = touched->sheet->unique_count > 0;
    return (!is_compared || silver_add_rivals(touched->build, &touched->keys, err)) &&
           elect_winners(touched, 0, err) && (!is_compared || keep_unique(touched, err)) &&
           check_winners(touched, err) && write_silver(touched, err);
}

static bool count_rows(struct touched *touched, struct err *err) {
    struct silver_counts *counts = touched->counts;
    struct value rows;
    const char *sql =
        arena_printf(&touched->arena, "SELECT COUNT(*) FROM \"silver_%s\"", touched->sheet->name);
    if (!audit_count(touched->build->warehouse, touched->sheet, &counts->rejected,
                     &counts->warnings, err) ||
        !warehouse_value(touched->build->warehouse, &touched->arena, sql, NULL, 0, &rows, err))
        return false;
    counts->rows_in = (int64_t)touched->build->change->row_count;
    counts->rows_out = rows.integer;
    counts->blank = counts->rows_in - counts->rows_out - counts->rejected;
    return true;
}

static void touched_free(struct touched *touched) {
    for (size_t i = 0; i < touched->keys.count && i < touched->state_count; i++)
        free(touched->states[i].warnings.items);
    audit_writer_close(&touched->writer);
    key_set_free(&touched->keys);
    free(touched->states);
    free(touched->candidates);
    free(touched->row_of_id);
    free(touched->is_added);
    arena_free(&touched->arena);
}

bool silver_build_touched(struct silver_build *build, struct silver_counts *counts,
                          struct err *err) {
    const struct sheet_change *change = build->change;
    struct touched touched = {
        .build = build, .sheet = &build->model->sheets[build->sheet], .counts = counts};
    *counts = (struct silver_counts){0};
    index_rows(&touched);
    bool ok = audit_writer_open(&touched.writer, build->warehouse, build->run, err) &&
              take_out_ended(&touched, err) &&
              take_in(&touched, change->added, change->added_count, err) &&
              silver_add_touched_children(build, &touched.keys, err) &&
              settle_keys(&touched, err) &&
              audit_renumber(build->warehouse, touched.sheet, touched.row_of_id, err) &&
              count_rows(&touched, err);
    touched_free(&touched);
    return ok;
}
