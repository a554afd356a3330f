/* The rows of one sheet, before and after. */
#include "stages/diff_parts.h"

#include "stages/bronze_state.h"
#include "stages/key.h"
#include "stages/rename.h"

#include <math.h>
#include <xxhash.h>

#define RENAME_SAMPLE 1000 /* pairs of rows that are looked at */
#define COLUMN_EXAMPLES 3  /* rows kept to show what a column that came or went did */

/* The two headers, and which column of the new one is which of the old one. */
struct columns {
    size_t old_count, new_count;
    const char **old_names;
    const struct header_column *new_columns;
    size_t *old_of_new; /* SIZE_MAX: none */
    bool *is_ignored;   /* per new column */
    bool *is_gone;      /* per old column: neither there nor renamed */
    bool *is_old_ignored;
};

struct sheet_diff {
    struct diff *diff;
    struct diff_sheet *out;
    struct warehouse *warehouse;
    const struct pull *pull;
    const struct bronze_change *change;
    struct columns columns;
    struct statement *read_old;
    struct span *old_cells, *new_cells;
    struct span old_key;
    struct arena scratch; /* of one row */
    size_t capacity;
    size_t examples; /* changed rows that only differ in columns that came or went */
    uint64_t *keys;  /* of rows without an equal one, as hashes; the last bit: it changed */
    size_t key_count, key_capacity;
};

static bool is_ignored(const struct diff_options *options, const struct header_column *column) {
    for (size_t i = 0; i < options->ignored_count; i++)
        if (header_is_meant(column, span_from(options->ignored[i])))
            return true;
    return false;
}

/* ---- reading ---- */

static bool prepare_old(struct sheet_diff *self, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT _key");
    for (size_t i = 0; i < self->columns.old_count; i++) {
        buf_add_text(&sql, ", ");
        sql_add_name(&sql, self->columns.old_names[i]);
    }
    buf_printf(&sql, " FROM \"bronze_%s\" WHERE _row_id = $1", self->pull->model->name);
    bool ok = statement_prepare(self->warehouse, &self->read_old, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

/* The cells of an old row, good until the next one is read. */
static bool read_old(struct sheet_diff *self, size_t old_row, struct err *err) {
    struct value id = value_integer(self->change->state.row_ids[old_row]);
    bool has_row = false;
    if (!statement_start(self->read_old, &id, 1, err) ||
        !statement_next(self->read_old, &has_row, err))
        return false;
    if (!has_row)
        return err_set(err, ERR_DATABASE, "bronze_%s: version %lld is missing",
                       self->pull->model->name, (long long)id.integer);
    self->old_key = value_span(statement_value(self->read_old, 0));
    for (size_t i = 0; i < self->columns.old_count; i++)
        self->old_cells[i] = value_span(statement_value(self->read_old, i + 1));
    return true;
}

static void read_new(struct sheet_diff *self, size_t row) {
    arena_free(&self->scratch);
    sheet_read_row(&self->pull->sheet, row, self->new_cells, &self->scratch);
}

/* ---- columns ---- */

static size_t find_old(const struct columns *columns, const char *name) {
    size_t i = 0;
    while (i < columns->old_count && strcmp(columns->old_names[i], name) != 0)
        i++;
    return i < columns->old_count ? i : SIZE_MAX;
}

static bool read_columns(struct sheet_diff *self, struct err *err) {
    struct columns *columns = &self->columns;
    struct arena *arena = &self->diff->arena;
    const struct header *header = &self->pull->header;
    if (!bronze_read_columns(self->warehouse, self->pull->model, arena, &columns->old_names,
                             &columns->old_count, err))
        return false;
    columns->new_count = header->column_count;
    columns->new_columns = header->columns;
    columns->old_of_new = arena_array(arena, columns->new_count, sizeof(size_t));
    columns->is_ignored = arena_array(arena, columns->new_count, sizeof(bool));
    columns->is_gone = arena_array(arena, columns->old_count, sizeof(bool));
    columns->is_old_ignored = arena_array(arena, columns->old_count, sizeof(bool));
    for (size_t i = 0; i < columns->old_count; i++) {
        columns->is_gone[i] = true;
        struct header_column column = {.text = SPAN(""), .name = columns->old_names[i]};
        columns->is_old_ignored[i] = is_ignored(&self->diff->options, &column);
    }
    for (size_t i = 0; i < columns->new_count; i++) {
        size_t old = find_old(columns, header->columns[i].name);
        columns->old_of_new[i] = old;
        columns->is_ignored[i] = is_ignored(&self->diff->options, &header->columns[i]);
        if (old != SIZE_MAX)
            columns->is_gone[old] = false;
    }
    self->old_cells = arena_array(arena, columns->old_count + 1, sizeof(struct span));
    self->new_cells = arena_array(arena, self->pull->sheet.width + 1, sizeof(struct span));
    return true;
}

/* Which row stands for "quite another one": the first, second, fourth, eighth, ... of the sample.
 */
static void keep_other_row(struct sheet_diff *self, size_t sampled, struct span *other) {
    if (sampled & (sampled - 1))
        return;
    for (size_t j = 0; j < self->columns.new_count; j++)
        other[j] = arena_copy(&self->diff->arena, self->new_cells[j]);
}

static void compare_row(struct sheet_diff *self, const struct span *other,
                        struct rename_evidence *table) {
    const struct columns *columns = &self->columns;
    for (size_t i = 0; i < columns->old_count; i++)
        for (size_t j = 0; columns->is_gone[i] && j < columns->new_count; j++) {
            struct rename_evidence *evidence = &table[i * columns->new_count + j];
            struct span before = self->old_cells[i], after = self->new_cells[j];
            if (columns->old_of_new[j] != SIZE_MAX)
                continue;
            evidence->filled += before.size || after.size;
            evidence->equal += before.size && span_equal(before, after);
            evidence->by_luck += before.size && span_equal(before, other[j]);
        }
}

static bool collect_evidence(struct sheet_diff *self, struct rename_evidence *table,
                             struct err *err) {
    const struct match *match = &self->change->match;
    struct span *other =
        arena_array(&self->diff->arena, self->columns.new_count + 1, sizeof *other);
    size_t sampled = 0;
    for (size_t row = 0; row < match->new_count && sampled < RENAME_SAMPLE; row++) {
        if (match->kind[row] != MATCH_CHANGED)
            continue;
        read_new(self, row);
        if (!read_old(self, match->partner[row], err))
            return false;
        compare_row(self, other, table);
        keep_other_row(self, ++sampled, other);
    }
    return true;
}

/* The likeliest pair becomes one column; again until there is none. */
static bool pair_best(struct sheet_diff *self, const struct rename_evidence *table) {
    struct columns *columns = &self->columns;
    double best = 0;
    size_t old = 0, new = 0;
    for (size_t i = 0; i < columns->old_count; i++)
        for (size_t j = 0; columns->is_gone[i] && j < columns->new_count; j++) {
            if (columns->old_of_new[j] != SIZE_MAX)
                continue;
            double likelihood =
                rename_likelihood(&table[i * columns->new_count + j], columns->old_names[i],
                                  columns->new_columns[j].name, i == j);
            if (likelihood <= best)
                continue;
            best = likelihood;
            old = i;
            new = j;
        }
    if (best == 0)
        return false;
    columns->old_of_new[new] = old;
    columns->is_gone[old] = false;
    self->out->renames[self->out->rename_count++] = (struct diff_rename){
        columns->old_names[old],
        arena_string(&self->diff->arena, span_from(columns->new_columns[new].name))};
    return true;
}

static bool has_gone(const struct columns *columns) {
    for (size_t i = 0; i < columns->old_count; i++)
        if (columns->is_gone[i])
            return true;
    return false;
}

static bool find_renames(struct sheet_diff *self, struct err *err) {
    const struct columns *columns = &self->columns;
    struct arena *arena = &self->diff->arena;
    if (!has_gone(columns))
        return true;
    self->out->renames = arena_array(arena, columns->new_count, sizeof *self->out->renames);
    struct rename_evidence *table =
        arena_array(arena, columns->old_count * columns->new_count, sizeof *table);
    if (!collect_evidence(self, table, err))
        return false;
    while (pair_best(self, table))
        ;
    return true;
}

static void list_columns(struct sheet_diff *self) {
    const struct columns *columns = &self->columns;
    struct diff_sheet *out = self->out;
    struct arena *arena = &self->diff->arena;
    out->added_columns = arena_array(arena, columns->new_count, sizeof(char *));
    out->removed_columns = arena_array(arena, columns->old_count, sizeof(char *));
    for (size_t i = 0; i < columns->new_count; i++)
        if (columns->old_of_new[i] == SIZE_MAX)
            out->added_columns[out->added_column_count++] =
                arena_string(arena, span_from(columns->new_columns[i].name));
    for (size_t i = 0; i < columns->old_count; i++)
        if (columns->is_gone[i])
            out->removed_columns[out->removed_column_count++] = columns->old_names[i];
}

/* ---- rows ---- */

static struct diff_row *new_row(struct sheet_diff *self) {
    struct diff_sheet *out = self->out;
    if (out->row_count >= self->diff->options.limit)
        return NULL;
    if (out->row_count == self->capacity) {
        size_t capacity = self->capacity ? self->capacity * 2 : 64;
        struct diff_row *rows = arena_array(&self->diff->arena, capacity, sizeof *rows);
        for (size_t i = 0; i < out->row_count; i++)
            rows[i] = out->rows[i];
        out->rows = rows;
        self->capacity = capacity;
    }
    return &out->rows[out->row_count++];
}

static struct span keep(struct sheet_diff *self, struct span text) {
    return text.size ? arena_copy(&self->diff->arena, text) : SPAN("");
}

static bool is_close(struct span before, struct span after, double min_change) {
    char texts[2][64], *ends[2];
    if (min_change <= 0 || before.size == 0 || after.size == 0 || before.size > 63 ||
        after.size > 63)
        return false;
    snprintf(texts[0], sizeof texts[0], "%.*s", SPAN_ARG(before));
    snprintf(texts[1], sizeof texts[1], "%.*s", SPAN_ARG(after));
    double difference = strtod(texts[0], &ends[0]) - strtod(texts[1], &ends[1]);
    return *ends[0] == '\0' && *ends[1] == '\0' && fabs(difference) < min_change;
}

static bool is_different(const struct sheet_diff *self, struct span before, struct span after) {
    return !span_equal(before, after) && !is_close(before, after, self->diff->options.min_change);
}

/* `index` is the column's in the new sheet, or of one that is gone in the old one. */
static void add_cell(struct sheet_diff *self, struct diff_row *row, const char *column,
                     size_t index, bool is_gone, struct span before, struct span after) {
    struct diff_cell *cell = &row->cells[row->cell_count++];
    *cell = (struct diff_cell){.column = arena_string(&self->diff->arena, span_from(column)),
                               .index = index,
                               .before = keep(self, before),
                               .after = keep(self, after)};
    if (!is_gone && row->row)
        sheet_cell_address(row->row - 2, index, cell->address);
}

/* The cells that differ, old columns that are gone included; how many there are when `row` is
 * NULL. */
static size_t compare_cells(struct sheet_diff *self, struct diff_row *row) {
    const struct columns *columns = &self->columns;
    size_t count = 0;
    for (size_t i = 0; i < columns->new_count; i++) {
        size_t old = columns->old_of_new[i];
        struct span before = old == SIZE_MAX ? SPAN("") : self->old_cells[old];
        if (columns->is_ignored[i] || !is_different(self, before, self->new_cells[i]))
            continue;
        count++;
        if (row)
            add_cell(self, row, columns->new_columns[i].name, i, false, before, self->new_cells[i]);
    }
    for (size_t i = 0; i < columns->old_count; i++) {
        if (!columns->is_gone[i] || columns->is_old_ignored[i] || self->old_cells[i].size == 0)
            continue;
        count++;
        if (row)
            add_cell(self, row, columns->old_names[i], i, true, self->old_cells[i], SPAN(""));
    }
    return count;
}

/* Whether a cell differs in a column that both versions have. */
static bool differs_in_common(const struct sheet_diff *self) {
    const struct columns *columns = &self->columns;
    for (size_t i = 0; i < columns->new_count; i++) {
        size_t old = columns->old_of_new[i];
        if (old != SIZE_MAX && !columns->is_ignored[i] &&
            is_different(self, self->old_cells[old], self->new_cells[i]))
            return true;
    }
    return false;
}

/* ---- keys that come more than once ---- */

static void note_key(struct sheet_diff *self, struct span key, bool is_changed) {
    if (key.size == 0 || self->change->match.changed == 0) /* no pair could be another one */
        return;
    if (self->key_count == self->key_capacity) {
        self->key_capacity = self->key_capacity ? self->key_capacity * 2 : 256;
        self->keys = memory_resize(self->keys, self->key_capacity, sizeof *self->keys);
    }
    uint64_t hash = XXH3_64bits(key.data, key.size);
    self->keys[self->key_count++] = (hash & ~(uint64_t)1) | is_changed;
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A changed row that might as well be paired with another one. */
static bool has_repeated_keys(struct sheet_diff *self) {
    if (self->key_count)
        qsort(self->keys, self->key_count, sizeof *self->keys, compare_keys);
    for (size_t i = 1; i < self->key_count; i++)
        if (self->keys[i] & 1 && (self->keys[i] | 1) == (self->keys[i - 1] | 1))
            return true;
    return false;
}

/* ---- kinds of rows ---- */

static bool add_changed(struct sheet_diff *self, size_t row, struct err *err) {
    read_new(self, row);
    if (!read_old(self, self->change->match.partner[row], err))
        return false;
    size_t count = compare_cells(self, NULL);
    note_key(self, self->old_key, true);
    if (count == 0) { /* only columns were renamed, or what differs does not count */
        self->out->unchanged++;
        return true;
    }
    self->out->changed++;
    if (self->diff->options.folds_columns && !differs_in_common(self) &&
        self->examples++ >= COLUMN_EXAMPLES) {
        self->out->only_in_columns++;
        return true;
    }
    struct diff_row *out = new_row(self);
    if (!out)
        return true;
    *out = (struct diff_row){.kind = DIFF_CHANGED,
                             .key = keep(self, self->old_key),
                             .row = row + 2,
                             .old_row = self->change->match.partner[row]};
    out->cells = arena_array(&self->diff->arena, count, sizeof *out->cells);
    compare_cells(self, out);
    return true;
}

static void add_added(struct sheet_diff *self, size_t row) {
    self->out->added++;
    read_new(self, row);
    struct span key =
        key_of_cells(self->pull->model, &self->pull->header, self->new_cells, &self->scratch);
    note_key(self, key, false);
    struct diff_row *out = new_row(self);
    if (!out)
        return;
    *out = (struct diff_row){
        .kind = DIFF_ADDED, .key = keep(self, key), .row = row + 2, .old_row = SIZE_MAX};
    out->cells = arena_array(&self->diff->arena, self->columns.new_count, sizeof *out->cells);
    for (size_t i = 0; i < self->columns.new_count; i++)
        if (self->new_cells[i].size)
            add_cell(self, out, self->columns.new_columns[i].name, i, false, SPAN(""),
                     self->new_cells[i]);
}

static bool add_removed(struct sheet_diff *self, size_t old_row, struct err *err) {
    self->out->removed++;
    if (!read_old(self, old_row, err))
        return false;
    note_key(self, self->old_key, false);
    struct diff_row *out = new_row(self);
    if (!out)
        return true;
    *out = (struct diff_row){
        .kind = DIFF_REMOVED, .key = keep(self, self->old_key), .old_row = old_row};
    out->cells = arena_array(&self->diff->arena, self->columns.old_count, sizeof *out->cells);
    for (size_t i = 0; i < self->columns.old_count; i++)
        if (self->old_cells[i].size)
            add_cell(self, out, self->columns.old_names[i], i, true, self->old_cells[i], SPAN(""));
    return true;
}

static bool add_rows(struct sheet_diff *self, struct err *err) {
    const struct match *match = &self->change->match;
    self->out->moved = match->moved;
    self->out->unchanged = match->kept;
    for (size_t row = 0; row < match->new_count; row++) {
        enum match_kind kind = (enum match_kind)match->kind[row];
        if (kind == MATCH_CHANGED && !add_changed(self, row, err))
            return false;
        if (kind == MATCH_ADDED)
            add_added(self, row);
    }
    for (size_t row = 0; row < match->old_count; row++)
        if (!match->is_used[row] && !add_removed(self, row, err))
            return false;
    return true;
}

static void keep_partners(struct sheet_diff *self) {
    const struct match *match = &self->change->match;
    if (!self->diff->options.keeps_partners)
        return;
    uint32_t *partners = arena_array(&self->diff->arena, match->new_count, sizeof *partners);
    for (size_t row = 0; row < match->new_count; row++)
        partners[row] = match->kind[row] == MATCH_ADDED ? MATCH_NONE : match->partner[row];
    self->out->partners = partners;
}

/* ---- versions ---- */

static void add_version(struct sheet_diff *self, uint32_t old_row, int64_t after, bool is_guess) {
    self->out->versions[self->out->version_count++] =
        (struct diff_version){self->change->state.row_ids[old_row], after, is_guess};
}

/* Rows of other keys that stand between the same neighbours as as many old ones did. */
static void add_guesses(struct sheet_diff *self, size_t from, size_t to, int64_t first_id) {
    const struct match *match = &self->change->match;
    size_t old = from ? (size_t)match->partner[from - 1] + 1 : 0, count = 0;
    while (old + count < match->old_count && !match->is_used[old + count])
        count++;
    for (size_t i = 0; i < count && count == to - from; i++)
        add_version(self, (uint32_t)(old + i), first_id + (int64_t)i, true);
}

static int compare_versions(const void *a, const void *b) {
    const struct diff_version *x = a, *y = b;
    return (x->before > y->before) - (x->before < y->before);
}

/* New versions are numbered in the order of the sheet when they are written. */
static void list_versions(struct sheet_diff *self) {
    const struct match *match = &self->change->match;
    size_t guesses = match->added < match->removed ? match->added : match->removed;
    size_t count = match->changed + match->moved + guesses;
    int64_t id = self->change->state.last_row_id + 1;
    if (count == 0)
        return;
    self->out->versions = arena_array(&self->diff->arena, count, sizeof *self->out->versions);
    for (size_t row = 0, end; row < match->new_count; row = end) {
        end = row + 1;
        if (match->kind[row] == MATCH_KEPT)
            continue;
        while (match->kind[row] == MATCH_ADDED && end < match->new_count &&
               match->kind[end] == MATCH_ADDED)
            end++;
        if (match->kind[row] == MATCH_ADDED)
            add_guesses(self, row, end, id);
        else
            add_version(self, match->partner[row], id, false);
        id += (int64_t)(end - row);
    }
    qsort(self->out->versions, self->out->version_count, sizeof *self->out->versions,
          compare_versions);
}

bool diff_add_sheet(struct diff *diff, struct warehouse *warehouse, const struct pull *pull,
                    const struct bronze_change *change, struct err *err) {
    size_t index = (size_t)(pull->model - diff->model->sheets);
    struct sheet_diff self = {.diff = diff,
                              .out = &diff->sheets[index],
                              .warehouse = warehouse,
                              .pull = pull,
                              .change = change};
    *self.out = (struct diff_sheet){.model = pull->model};
    bool ok = read_columns(&self, err) && prepare_old(&self, err) && find_renames(&self, err);
    if (ok) {
        keep_partners(&self);
        list_versions(&self);
        list_columns(&self);
        self.out->is_first = change->is_first;
        ok = add_rows(&self, err);
        self.out->has_repeated_keys = has_repeated_keys(&self);
    }
    free(self.keys);
    statement_close(self.read_old);
    arena_free(&self.scratch);
    return ok;
}
