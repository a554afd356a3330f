#include "stages/bronze.h"

#include "base/buf.h"
#include "stages/bronze_state.h"
#include "stages/key.h"
#include "stages/schema.h"
#include "stages/shortlist.h"
#include "json/json.h"

#include <xxhash.h>

static const char *bronze_header_json(struct arena *arena, const struct header *header) {
    struct buf text = {0};
    struct json_writer json = json_writer_start(&text, JSON_COMPACT);
    json_open_array(&json, NULL);
    for (size_t i = 0; i < header->column_count; i++) {
        const struct header_column *column = &header->columns[i];
        json_open_object(&json, NULL);
        if (column->is_beyond)
            json_add_null(&json, "header");
        else
            json_add_text(&json, "header", column->text);
        json_add_string(&json, "column", column->name);
        json_close_object(&json);
    }
    json_close_array(&json);
    const char *copy = arena_string(arena, buf_span(&text));
    buf_free(&text);
    return copy;
}

/* An old row without a partner, and the next one of its slot. */
struct key_entry {
    struct span key; /* NULL data: it has none */
    uint32_t row, next;
};

/* The old rows without a partner, by key: chains in sheet order. */
struct key_table {
    struct key_entry *entries;
    size_t count;
    uint32_t *heads;
    size_t mask;
    struct arena arena;
};

static size_t key_slot(const struct key_table *table, struct span key) {
    return XXH3_64bits(key.data, key.size) & table->mask;
}

/* The rows without a partner, without their keys yet. */
static int64_t *list_unused(const struct bronze_change *change, struct key_table *table) {
    size_t most = change->match.removed;
    int64_t *ids = arena_array(&table->arena, most, sizeof *ids);
    table->entries = arena_array(&table->arena, most, sizeof *table->entries);
    for (size_t i = match_next_unused(&change->match, 0); i < change->state.count;
         i = match_next_unused(&change->match, i + 1)) {
        table->entries[table->count].row = (uint32_t)i;
        ids[table->count++] = change->state.row_ids[i];
    }
    return ids;
}

static bool key_table_read(struct warehouse *warehouse, const struct sheet_model *model,
                           struct bronze_change *change, struct key_table *table, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    const int64_t *ids = list_unused(change, table);
    const char *sql = arena_printf(&table->arena,
                                   "SELECT i.p1, b._key FROM goldleaf_ids i JOIN \"bronze_%s\" b"
                                   " ON b._row_id = i.p0 WHERE b._key IS NOT NULL",
                                   model->name);
    bool ok = shortlist_ids(warehouse, ids, table->count, err) &&
              statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        table->entries[statement_value(statement, 0).integer].key =
            arena_copy(&table->arena, value_span(statement_value(statement, 1)));
    statement_close(statement);
    change->is_listed = ok;
    return ok;
}

static void key_table_link(struct key_table *table) {
    size_t slot_count = 16;
    while (slot_count < table->count * 2)
        slot_count *= 2;
    table->mask = slot_count - 1;
    table->heads = arena_array(&table->arena, slot_count, sizeof *table->heads);
    memset(table->heads, 0xff, slot_count * sizeof *table->heads);
    for (size_t i = table->count; i-- > 0;) {
        struct key_entry *entry = &table->entries[i];
        if (!entry->key.data)
            continue;
        uint32_t *head = &table->heads[key_slot(table, entry->key)];
        entry->next = *head;
        *head = (uint32_t)i;
    }
}

/* The first old row of this key, which then is taken; MATCH_NONE when there is none. */
static uint32_t key_table_take(struct key_table *table, struct span key) {
    uint32_t *link = &table->heads[key_slot(table, key)];
    while (*link != MATCH_NONE && !span_equal(table->entries[*link].key, key))
        link = &table->entries[*link].next;
    if (*link == MATCH_NONE)
        return MATCH_NONE;
    const struct key_entry *found = &table->entries[*link];
    *link = found->next;
    return found->row;
}

static void keep_keys(struct key_table *table, struct ended_keys *kept) {
    kept->keys = arena_array(&table->arena, table->count, sizeof *kept->keys);
    for (size_t i = 0; i < table->count; i++)
        if (table->entries[i].key.data)
            kept->keys[kept->count++] = table->entries[i].key;
    kept->arena = table->arena;
    table->arena = (struct arena){0};
}

/* Among the rows without a partner, those of equal key are one row that was edited. */
static bool bronze_match_keys(struct warehouse *warehouse, const struct pull *pull,
                              struct bronze_change *change, struct err *err) {
    struct match *match = &change->match;
    change->ended_keys.is_known = match->added > 0 || match->removed == 0;
    if (match->added == 0 || match->removed == 0)
        return true;
    struct key_table table = {0};
    struct span *cells = arena_array(&table.arena, pull->sheet.width, sizeof *cells);
    bool ok = key_table_read(warehouse, pull->model, change, &table, err);
    if (ok)
        key_table_link(&table);
    for (size_t row = match_next_fresh(match, 0); ok && row < match->new_count;
         row = match_next_fresh(match, row + 1)) {
        if (match->kind[row] != MATCH_ADDED)
            continue;
        sheet_read_row(&pull->sheet, row, cells, &table.arena);
        struct span key = key_of_cells(pull->model, &pull->header, cells, &table.arena);
        uint32_t partner = key.data ? key_table_take(&table, key) : MATCH_NONE;
        if (partner != MATCH_NONE)
            match_pair_changed(match, partner, (uint32_t)row);
    }
    if (ok)
        keep_keys(&table, &change->ended_keys);
    arena_free(&table.arena);
    return ok;
}

static void bronze_count_lost(struct bronze_change *change) {
    const struct bronze_state *state = &change->state;
    for (size_t i = 0; i < state->count; i++)
        change->rows_before += state->hashes[i] != 0;
    for (size_t i = match_next_unused(&change->match, 0); i < state->count;
         i = match_next_unused(&change->match, i + 1))
        change->rows_lost += state->hashes[i] != 0;
}

/* Of a row that is in bronze as it is the text is not wanted again; unless silver will be built
 * whole, for a new header or for the number of rows that came, went or changed. */
static size_t next_wanted_row(const void *context, size_t row) {
    const struct bronze_change *change = context;
    const struct match *match = &change->match;
    size_t versions = match->new_count + match->old_count - 2 * match->kept;
    bool are_all_wanted = change->is_new_header || versions * 4 > match->new_count;
    return are_all_wanted ? row : match_next_fresh(match, row);
}

bool bronze_compare(struct warehouse *warehouse, struct pull *pull, struct bronze_state *state,
                    struct bronze_change *change, struct err *err) {
    *change = (struct bronze_change){0};
    const char *last_header;
    if (state) {
        change->state = *state;
        *state = (struct bronze_state){0};
    }
    if (!bronze_read_header(warehouse, pull->model, &change->arena, &last_header, err) ||
        (!state && !bronze_read_state(warehouse, pull->model, NULL, pull, &change->state, err)))
        return false;
    change->header_json = bronze_header_json(&change->arena, &pull->header);
    change->is_first = !last_header;
    change->is_new_header = !last_header || strcmp(last_header, change->header_json) != 0;
    match_by_content(change->state.hashes, change->state.count, pull->hashes, pull->sheet.row_count,
                     &change->match);
    if (!sheet_take_in(&pull->sheet, next_wanted_row, change, err) ||
        !bronze_match_keys(warehouse, pull, change, err))
        return false;
    bronze_count_lost(change);
    return true;
}

void bronze_change_free(struct bronze_change *change) {
    bronze_state_free(&change->state);
    match_free(&change->match);
    arena_free(&change->ended_keys.arena);
    arena_free(&change->arena);
    *change = (struct bronze_change){0};
}

void sheet_change_free(struct sheet_change *change) {
    free(change->row_ids);
    free(change->added);
    free(change->added_rows);
    free(change->ended);
    arena_free(&change->ended_keys.arena);
    *change = (struct sheet_change){0};
}
