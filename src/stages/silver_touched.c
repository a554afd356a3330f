/* The incremental build: every key that a change touched is settled again. Each step reads and
 * writes for all keys at once. */
#include "stages/schema.h"
#include "stages/silver_rows.h"
#include "stages/touched.h"

/* ---- settling ---- */

static bool write_faults(struct touched *touched, const struct candidate *candidate,
                         const struct clean_faults *faults, bool is_reject, struct err *err) {
    struct audit_row row = touched_audit_row(touched, candidate);
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
    for (struct candidate *candidate = state->head; candidate; candidate = candidate->next) {
        bool is_good = touched_clean(touched, candidate, &rejects, &warnings) == CLEAN_KEPT;
        if (is_good && (!winner || candidate->row > winner->row))
            winner = candidate;
        if (!is_good)
            candidate->values = NULL;
    }
    for (struct candidate *candidate = state->head; ok && candidate; candidate = candidate->next) {
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

static const struct value *row_before(const void *context, size_t index) {
    return ((const struct touched *)context)->states[index].before;
}

/* For the keys from `first` on. */
static bool elect_winners(struct touched *touched, size_t first, struct err *err) {
    if (first == touched->keys.count)
        return true;
    touched_state(touched, touched->keys.count - 1);
    bool ok = touched_take_in_known(touched, first, err);
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
        struct audit_row row = touched_audit_row(touched, loser->winner);
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
    struct audit_row row = touched_audit_row(touched, state->winner);
    state->winner = NULL;
    return audit_add_reject(&touched->writer, &row, &fault, err);
}

static bool check_winners(struct touched *touched, struct err *err) {
    struct reference_lookup **lookups = NULL;
    struct row_list winners = {winner_row, touched, touched->keys.count};
    struct row_list before = {row_before, touched, touched->keys.count};
    bool ok = silver_lookups_open(touched->build, winners, &before, &lookups, err);
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
    const struct silver_build *build = touched->build;
    struct silver_counts *counts = touched->counts;
    if (!audit_count(build->warehouse, touched->sheet, &counts->rejected, &counts->warnings, err))
        return false;
    counts->rows_in = (int64_t)build->change->row_count;
    counts->rows_out = build->deltas[build->sheet].row_count + counts->added - counts->removed;
    counts->blank = counts->rows_in - counts->rows_out - counts->rejected;
    return true;
}

static void touched_free(struct touched *touched) {
    for (size_t i = 0; i < touched->keys.count && i < touched->state_count; i++)
        free(touched->states[i].warnings.items);
    audit_writer_close(&touched->writer);
    key_set_free(&touched->keys);
    free(touched->states);
    free(touched->ended);
    free(touched->row_of_id);
    arena_free(&touched->arena);
}

/* Rows that stand where they stood have their numbers. */
static bool renumber(struct touched *touched, struct err *err) {
    if (touched->build->change->is_in_place)
        return true;
    touched_index_rows(touched);
    return audit_renumber(touched->build->warehouse, touched->sheet, touched->row_of_id, err);
}

bool silver_build_touched(struct silver_build *build, struct silver_counts *counts,
                          struct err *err) {
    struct touched touched = {
        .build = build, .sheet = &build->model->sheets[build->sheet], .counts = counts};
    *counts = (struct silver_counts){0};
    touched_sort_ended(&touched);
    bool ok = audit_writer_open(&touched.writer, build->warehouse, build->run, err) &&
              touched_take_out_ended(&touched, err) && touched_take_in_added(&touched, err) &&
              silver_add_touched_children(build, &touched.keys, err) &&
              settle_keys(&touched, err) && renumber(&touched, err) && count_rows(&touched, err);
    touched_free(&touched);
    return ok;
}
