/* All current rows of the keys that a change touched. Each step reads for all keys at once. */
#include "stages/key.h"
#include "stages/schema.h"
#include "stages/touched.h"

#define NO_ROW UINT32_MAX

static int compare_ids(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

void touched_sort_ended(struct touched *touched) {
    const struct sheet_change *change = touched->build->change;
    touched->ended = memory_resize(NULL, change->ended_count, sizeof *touched->ended);
    if (change->ended_count)
        memcpy(touched->ended, change->ended, change->ended_count * sizeof *touched->ended);
    qsort(touched->ended, change->ended_count, sizeof *touched->ended, compare_ids);
}

void touched_index_rows(struct touched *touched) {
    const struct sheet_change *change = touched->build->change;
    if (touched->row_of_id)
        return;
    for (size_t i = 0; i < change->row_count; i++)
        if (change->row_ids[i] >= touched->id_count)
            touched->id_count = change->row_ids[i] + 1;
    touched->row_of_id = memory_resize(NULL, (size_t)touched->id_count, sizeof *touched->row_of_id);
    memset(touched->row_of_id, 0xff, (size_t)touched->id_count * sizeof *touched->row_of_id);
    for (size_t i = 0; i < change->row_count; i++)
        touched->row_of_id[change->row_ids[i]] = (uint32_t)i;
}

static uint32_t row_of_id(struct touched *touched, int64_t id) {
    touched_index_rows(touched);
    return id < touched->id_count ? touched->row_of_id[id] : NO_ROW;
}

struct touched_key *touched_state(struct touched *touched, size_t key) {
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
    struct touched_key *state = touched_state(touched, key);
    struct candidate *kept = arena_alloc(&touched->arena, sizeof *kept);
    *kept = candidate;
    kept->next = state->head;
    state->head = kept;
}

struct audit_row touched_audit_row(const struct touched *touched,
                                   const struct candidate *candidate) {
    return (struct audit_row){touched->sheet, touched->build->header, candidate->cells,
                              candidate->row, candidate->row_id};
}

enum clean_outcome touched_clean(struct touched *touched, struct candidate *candidate,
                                 struct clean_faults *rejects, struct clean_faults *warnings) {
    return clean_row(touched->sheet, touched->build->header, candidate->row, candidate->cells,
                     touched->build->header->column_count, candidate->values, rejects, warnings,
                     &touched->arena);
}

/* A row without a key stands alone: it is blank or rejected. */
static bool settle_keyless(struct touched *touched, struct candidate *candidate, struct err *err) {
    struct clean_faults rejects = {0}, warnings = {0};
    bool ok = true;
    if (touched_clean(touched, candidate, &rejects, &warnings) == CLEAN_REJECTED) {
        struct audit_row row = touched_audit_row(touched, candidate);
        ok = audit_add_reject(&touched->writer, &row, &rejects.items[0], err);
    }
    free(rejects.items);
    free(warnings.items);
    return ok;
}

/* ---- collecting ---- */

static struct candidate make_candidate(struct touched *touched, int64_t row_id, uint32_t row,
                                       uint64_t hash, const struct span *cells) {
    return (struct candidate){
        .row_id = row_id,
        .row = row,
        .hash = hash,
        .cells = cells,
        .values = arena_array(&touched->arena, touched->sheet->field_count, sizeof(struct value))};
}

/* Reads a version from a statement of add_version_columns(). */
static struct candidate read_candidate(struct touched *touched, const struct statement *statement) {
    size_t width = touched->build->header->column_count;
    struct span *cells = arena_array(&touched->arena, width, sizeof *cells);
    for (size_t i = 0; i < width; i++)
        cells[i] = arena_copy(&touched->arena, value_span(statement_value(statement, i + 3)));
    int64_t row_id = statement_value(statement, 0).integer;
    return make_candidate(touched, row_id, row_of_id(touched, row_id),
                          (uint64_t)statement_value(statement, 1).integer, cells);
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
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct candidate candidate = read_candidate(touched, statement);
        if (candidate.row == NO_ROW)
            continue;
        found++;
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

/* The same from the pull, which is at hand; it outlives the candidates. */
static bool take_in_pulled(struct touched *touched, struct err *err) {
    const struct pull *pull = touched->build->pull;
    const struct sheet_change *change = touched->build->change;
    bool ok = true;
    for (size_t i = 0; ok && i < change->added_count; i++) {
        uint32_t row = change->added_rows[i];
        struct span *cells = arena_array(&touched->arena, pull->sheet.width, sizeof *cells);
        sheet_read_row(&pull->sheet, row, cells, &touched->arena);
        struct span key = key_of_cells(touched->sheet, &pull->header, cells, &touched->arena);
        struct candidate candidate =
            make_candidate(touched, change->added[i], row, pull->hashes[row], cells);
        if (key.data)
            add_candidate(touched, key_set_add(&touched->keys, key), candidate);
        else
            ok = settle_keyless(touched, &candidate, err);
    }
    return ok;
}

bool touched_take_in_added(struct touched *touched, struct err *err) {
    const struct sheet_change *change = touched->build->change;
    return touched->build->pull ? take_in_pulled(touched, err)
                                : take_in(touched, change->added, change->added_count, err);
}

static bool read_ended_keys(struct touched *touched, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    struct statement *statement = NULL;
    bool has_row = true;
    const char *sql = arena_printf(&touched->arena,
                                   "SELECT b._key FROM goldleaf_ids i JOIN \"bronze_%s\" b"
                                   " ON b._row_id = i.p0 WHERE b._key IS NOT NULL",
                                   touched->sheet->name);
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        key_set_add(&touched->keys, value_span(statement_value(statement, 0)));
    statement_close(statement);
    return ok;
}

/* A row that only moved has its key from its new version. */
bool touched_take_out_ended(struct touched *touched, struct err *err) {
    struct warehouse *warehouse = touched->build->warehouse;
    const struct sheet_change *change = touched->build->change;
    if (change->ended_count == 0)
        return true;
    for (size_t i = 0; i < change->ended_keys.count; i++)
        key_set_add(&touched->keys, change->ended_keys.keys[i]);
    return (change->is_listed ||
            shortlist_ids(warehouse, change->ended, change->ended_count, err)) &&
           audit_drop_listed(warehouse, touched->sheet, err) &&
           (change->ended_keys.is_known || read_ended_keys(touched, err));
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
    const struct sheet_change *change = touched->build->change;
    bool is_added = change->added_count > 0 && row_id >= change->added[0];
    if (is_added ||
        bsearch(&row_id, touched->ended, change->ended_count, sizeof row_id, compare_ids))
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
            touched_state(touched, (size_t)statement_value(statement, 0).integer);
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
bool touched_take_in_known(struct touched *touched, size_t first, struct err *err) {
    struct id_list known = {0};
    bool ok =
        list_keys(touched, first, err) && find_in_silver(touched, &known, err) &&
        find_in_quarantine(touched, &known, err) && take_in(touched, known.ids, known.count, err) &&
        (known.count == 0 || audit_drop_listed(touched->build->warehouse, touched->sheet, err));
    free(known.ids);
    return ok;
}
