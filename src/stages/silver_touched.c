/* The incremental build: every key that a change touched is settled again.
 *
 * All rows of one key together decide which of them is in silver, so they are collected first: the
 * one in silver, those in quarantine, and the new versions. By conservation these are all current
 * rows of that key, and no index on bronze is needed to find them. */
#include "stages/key.h"
#include "stages/schema.h"
#include "stages/silver_parts.h"

/* A current row of a touched key. */
struct candidate {
    int64_t row_id;
    uint32_t row; /* in the sheet */
    uint64_t hash;
    uint32_t next; /* index + 1 of the next candidate of the same key */
    const struct span *cells;
    struct value *values;
};

struct touched {
    struct silver_build *build;
    const struct sheet_model *sheet;
    struct key_set keys;
    uint32_t *heads; /* per key: index + 1 of its last candidate */
    size_t head_capacity;
    struct candidate *candidates;
    size_t candidate_count, candidate_capacity;
    uint32_t *row_of_id; /* per version id: its row, or NO_ROW */
    int64_t id_count;
    uint8_t *is_added; /* per version id */
    struct statement *read_row, *read_key, *find_silver, *find_rejected, *insert, *remove;
    struct reference_lookup **lookups;
    struct audit_writer writer;
    struct silver_counts *counts;
    struct arena arena;
};

#define NO_ROW UINT32_MAX

static bool prepare_buf(struct touched *touched, struct statement **statement, struct buf *sql,
                        struct err *err) {
    bool ok = statement_prepare(touched->build->warehouse, statement, buf_text(sql), err);
    buf_free(sql);
    return ok;
}

static bool prepare_reads(struct touched *touched, struct err *err) {
    const struct sheet_model *sheet = touched->sheet;
    const struct header *header = touched->build->header;
    struct buf row = {0}, key = {0}, silver = {0};
    buf_add_text(&row, "SELECT _hash, _key");
    for (size_t i = 0; i < header->column_count; i++) {
        buf_add_text(&row, ", ");
        sql_add_name(&row, header->columns[i].name);
    }
    buf_printf(&row, " FROM \"bronze_%s\" WHERE _row_id = $1", sheet->name);
    buf_printf(&key, "SELECT _key FROM \"bronze_%s\" WHERE _row_id = $1", sheet->name);
    buf_add_text(&silver, "SELECT ");
    for (size_t i = 0; i < sheet->field_count; i++) {
        sql_add_name(&silver, sheet->fields[i].name);
        buf_add_text(&silver, ", ");
    }
    buf_printf(&silver, "_row_id FROM \"silver_%s\"", sheet->name);
    for (size_t i = 0; i < sheet->key_count; i++) {
        buf_add_text(&silver, i ? " AND " : " WHERE ");
        sql_add_name(&silver, sheet->fields[sheet->key[i]].name);
        buf_printf(&silver, " = $%zu", i + 1);
    }
    return prepare_buf(touched, &touched->read_row, &row, err) &&
           prepare_buf(touched, &touched->read_key, &key, err) &&
           prepare_buf(touched, &touched->find_silver, &silver, err) &&
           statement_prepare(touched->build->warehouse, &touched->find_rejected,
                             sql_file("audit/rejected_rows_by_key"), err);
}

static bool prepare_writes(struct touched *touched, struct err *err) {
    const struct sheet_model *sheet = touched->sheet;
    struct buf insert = {0}, remove = {0};
    buf_printf(&insert, "INSERT INTO \"silver_%s\" (", sheet->name);
    for (size_t i = 0; i < sheet->field_count; i++) {
        sql_add_name(&insert, sheet->fields[i].name);
        buf_add_text(&insert, ", ");
    }
    buf_add_text(&insert, "_row_id) VALUES (");
    for (size_t i = 0; i <= sheet->field_count; i++)
        buf_printf(&insert, "%s$%zu", i ? ", " : "", i + 1);
    buf_add_char(&insert, ')');
    schema_add_delete_by_key(&remove, sheet);
    return prepare_buf(touched, &touched->insert, &insert, err) &&
           prepare_buf(touched, &touched->remove, &remove, err);
}

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

static bool is_current(const struct touched *touched, int64_t row_id) {
    return row_id < touched->id_count && touched->row_of_id[row_id] != NO_ROW;
}

static void add_candidate(struct touched *touched, size_t key, struct candidate candidate) {
    if (touched->candidate_count == touched->candidate_capacity) {
        touched->candidate_capacity =
            touched->candidate_capacity ? touched->candidate_capacity * 2 : 256;
        touched->candidates = memory_resize(touched->candidates, touched->candidate_capacity,
                                            sizeof *touched->candidates);
    }
    if (key >= touched->head_capacity) {
        size_t capacity = touched->keys.capacity;
        touched->heads = memory_resize(touched->heads, capacity, sizeof *touched->heads);
        memset(touched->heads + touched->head_capacity, 0,
               (capacity - touched->head_capacity) * sizeof *touched->heads);
        touched->head_capacity = capacity;
    }
    candidate.next = touched->heads[key];
    touched->candidates[touched->candidate_count++] = candidate;
    touched->heads[key] = (uint32_t)touched->candidate_count;
}

/* Reads a current version; `*key` is NULL data when the row has none. */
static bool read_candidate(struct touched *touched, int64_t row_id, struct candidate *candidate,
                           struct span *key, struct err *err) {
    size_t width = touched->build->header->column_count;
    struct value id = value_integer(row_id);
    bool has_row;
    if (!statement_start(touched->read_row, &id, 1, err) ||
        !statement_next(touched->read_row, &has_row, err))
        return false;
    if (!has_row)
        return err_set(err, ERR_DATABASE, "bronze_%s: version %lld is not there any more",
                       touched->sheet->name, (long long)row_id);
    struct span *cells = arena_array(&touched->arena, width, sizeof *cells);
    for (size_t i = 0; i < width; i++)
        cells[i] =
            arena_copy(&touched->arena, value_span(statement_value(touched->read_row, i + 2)));
    struct value stored_key = statement_value(touched->read_row, 1);
    *key = stored_key.kind == VALUE_NULL ? (struct span){0}
                                         : arena_copy(&touched->arena, value_span(stored_key));
    uint64_t hash = (uint64_t)statement_value(touched->read_row, 0).integer;
    statement_reset(touched->read_row);
    *candidate = (struct candidate){
        .row_id = row_id,
        .row = touched->row_of_id[row_id],
        .hash = hash,
        .cells = cells,
        .values = arena_array(&touched->arena, touched->sheet->field_count, sizeof(struct value))};
    return true;
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

/* Versions that ended: their key is touched, and what was recorded about them goes. */
static bool take_out_ended(struct touched *touched, struct err *err) {
    const struct sheet_change *change = touched->build->change;
    for (size_t i = 0; i < change->ended_count; i++) {
        struct value id = value_integer(change->ended[i]);
        bool has_row;
        if (!audit_drop_row(&touched->writer, touched->sheet, change->ended[i], err) ||
            !statement_start(touched->read_key, &id, 1, err) ||
            !statement_next(touched->read_key, &has_row, err))
            return false;
        if (has_row && statement_value(touched->read_key, 0).kind != VALUE_NULL)
            key_set_add(&touched->keys, value_span(statement_value(touched->read_key, 0)));
        statement_reset(touched->read_key);
    }
    return true;
}

static bool take_in_added(struct touched *touched, struct err *err) {
    const struct sheet_change *change = touched->build->change;
    for (size_t i = 0; i < change->added_count; i++) {
        struct candidate candidate;
        struct span key;
        if (!read_candidate(touched, change->added[i], &candidate, &key, err))
            return false;
        if (key.data)
            add_candidate(touched, key_set_add(&touched->keys, key), candidate);
        else if (!settle_keyless(touched, &candidate, err))
            return false;
    }
    return true;
}

/* Adds an older version of a touched key, unless it ended or came in with this change. */
static bool take_in_known(struct touched *touched, size_t key_index, int64_t row_id,
                          struct err *err) {
    struct candidate candidate;
    struct span key;
    if (!is_current(touched, row_id) || touched->is_added[row_id])
        return true;
    if (!audit_drop_row(&touched->writer, touched->sheet, row_id, err) ||
        !read_candidate(touched, row_id, &candidate, &key, err))
        return false;
    add_candidate(touched, key_index, candidate);
    return true;
}

static bool take_in_rejected(struct touched *touched, size_t key_index, struct err *err) {
    struct value parameters[] = {
        value_string(arena_printf(&touched->arena, "bronze_%s", touched->sheet->name)),
        value_text(touched->keys.keys[key_index])};
    int64_t ids_inline[16], *ids = ids_inline;
    size_t count = 0, capacity = COUNT_OF(ids_inline);
    bool has_row = true;
    bool ok = statement_start(touched->find_rejected, parameters, 2, err);
    while (ok && (ok = statement_next(touched->find_rejected, &has_row, err)) && has_row) {
        if (count == capacity) {
            int64_t *more = arena_array(&touched->arena, capacity * 2, sizeof *more);
            memcpy(more, ids, count * sizeof *ids);
            ids = more;
            capacity *= 2;
        }
        ids[count++] = statement_value(touched->find_rejected, 0).integer;
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = take_in_known(touched, key_index, ids[i], err);
    return ok;
}

/* The row of a key that silver has now, or NULL; also a candidate if it is still current. */
static bool take_in_silver(struct touched *touched, size_t key_index, struct value **before,
                           int64_t *before_id, struct err *err) {
    const struct sheet_model *sheet = touched->sheet;
    struct arena *arena = &touched->build->deltas[touched->build->sheet].arena;
    struct value *parts = arena_array(&touched->arena, sheet->key_count, sizeof *parts);
    bool has_row;
    *before = NULL;
    if (!key_parse(sheet, touched->keys.keys[key_index], parts, &touched->arena))
        return true;
    if (!statement_start(touched->find_silver, parts, sheet->key_count, err) ||
        !statement_next(touched->find_silver, &has_row, err))
        return false;
    if (!has_row)
        return true;
    *before = arena_array(arena, sheet->field_count, sizeof **before);
    for (size_t i = 0; i < sheet->field_count; i++) {
        struct value value =
            silver_value(&sheet->fields[i], statement_value(touched->find_silver, i));
        if (value.kind == VALUE_TEXT)
            value.text = arena_copy(arena, value_span(value)).data;
        (*before)[i] = value;
    }
    *before_id = statement_value(touched->find_silver, sheet->field_count).integer;
    statement_reset(touched->find_silver);
    return take_in_known(touched, key_index, *before_id, err);
}

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
static bool elect_winner(struct touched *touched, size_t key_index, struct candidate **winner,
                         struct clean_faults *winner_warnings, struct err *err) {
    struct clean_faults rejects = {0}, warnings = {0};
    bool ok = true;
    *winner = NULL;
    for (uint32_t at = touched->heads[key_index]; at; at = touched->candidates[at - 1].next) {
        struct candidate *candidate = &touched->candidates[at - 1];
        bool is_good = clean_candidate(touched, candidate, &rejects, &warnings) == CLEAN_KEPT;
        if (is_good && (!*winner || candidate->row > (*winner)->row))
            *winner = candidate;
        if (!is_good)
            candidate->values = NULL;
    }
    for (uint32_t at = touched->heads[key_index]; ok && at; at = touched->candidates[at - 1].next) {
        struct candidate *candidate = &touched->candidates[at - 1];
        if (candidate != *winner && candidate->values) {
            bool is_same = candidate->hash == (*winner)->hash;
            clean_fault_add(&rejects, clean_duplicate(touched->sheet, candidate->row, is_same));
        }
        ok = candidate == *winner || write_faults(touched, candidate, &rejects, true, err);
    }
    for (size_t i = 0; *winner && i < warnings.count; i++)
        if (warnings.items[i].row == (*winner)->row)
            clean_fault_add(winner_warnings, warnings.items[i]);
    free(rejects.items);
    free(warnings.items);
    return ok;
}

/* Step 7 for the winner; a failure takes it out. */
static bool check_winner(struct touched *touched, struct candidate **winner,
                         const struct clean_faults *warnings, struct err *err) {
    struct clean_fault fault = {0};
    bool is_kept;
    if (!reference_check(touched->lookups, touched->sheet, touched->build->header,
                         (*winner)->values, &is_kept, &fault, &touched->arena, err))
        return false;
    if (is_kept)
        return write_faults(touched, *winner, warnings, false, err);
    struct audit_row row = audit_row_of(touched, *winner);
    *winner = NULL;
    return audit_add_reject(&touched->writer, &row, &fault, err);
}

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

/* Brings silver from `before` to the winner, and remembers the difference. */
static bool write_silver(struct touched *touched, const struct value *before, int64_t before_id,
                         const struct candidate *winner, struct err *err) {
    size_t width = touched->sheet->field_count;
    bool is_same = before && winner && is_same_row(touched, before, winner->values);
    if ((!before && !winner) || (is_same && before_id == winner->row_id))
        return true;
    if (before && !statement_run(touched->remove, before, width, err))
        return false;
    if (winner) {
        struct value *row = arena_array(&touched->arena, width + 1, sizeof *row);
        memcpy(row, winner->values, width * sizeof *row);
        row[width] = value_integer(winner->row_id);
        if (!statement_run(touched->insert, row, width + 1, err))
            return false;
    }
    if (is_same)
        return true;
    touched->counts->added += !before;
    touched->counts->removed += !winner;
    touched->counts->changed += before && winner;
    add_delta(touched, before, winner ? winner->values : NULL);
    return true;
}

static bool settle_key(struct touched *touched, size_t key_index, struct err *err) {
    struct clean_faults warnings = {0};
    struct candidate *winner = NULL;
    struct value *before;
    int64_t before_id = 0;
    bool ok = take_in_silver(touched, key_index, &before, &before_id, err) &&
              take_in_rejected(touched, key_index, err);
    if (ok && key_index < touched->head_capacity)
        ok = elect_winner(touched, key_index, &winner, &warnings, err) &&
             (!winner || check_winner(touched, &winner, &warnings, err));
    ok = ok && write_silver(touched, before, before_id, winner, err);
    free(warnings.items);
    return ok;
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
    statement_close(touched->read_row);
    statement_close(touched->read_key);
    statement_close(touched->find_silver);
    statement_close(touched->find_rejected);
    statement_close(touched->insert);
    statement_close(touched->remove);
    silver_lookups_close(touched->build, touched->lookups);
    audit_writer_close(&touched->writer);
    key_set_free(&touched->keys);
    free(touched->heads);
    free(touched->candidates);
    free(touched->row_of_id);
    free(touched->is_added);
    arena_free(&touched->arena);
}

bool silver_build_touched(struct silver_build *build, struct silver_counts *counts,
                          struct err *err) {
    struct touched touched = {
        .build = build, .sheet = &build->model->sheets[build->sheet], .counts = counts};
    *counts = (struct silver_counts){0};
    index_rows(&touched);
    bool ok = audit_writer_open(&touched.writer, build->warehouse, build->run, err) &&
              prepare_reads(&touched, err) && prepare_writes(&touched, err) &&
              silver_lookups_open(build, build->change->added_count, &touched.lookups, err) &&
              take_out_ended(&touched, err) && take_in_added(&touched, err) &&
              silver_add_touched_children(build, &touched.keys, err);
    for (size_t i = 0; ok && i < touched.keys.count; i++)
        ok = settle_key(&touched, i, err);
    ok = ok && audit_renumber(build->warehouse, touched.sheet, touched.row_of_id, err) &&
         count_rows(&touched, err);
    touched_free(&touched);
    return ok;
}
