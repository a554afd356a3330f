/* Bronze against itself: hashes are computed again from the cells. */
#include "stages/verify.h"

#include "stages/bronze_state.h"
#include "stages/pull.h"
#include "json/json.h"

struct version {
    int64_t row_id, position, from, removed; /* removed: INT64_MAX while it is current */
    uint64_t hash;                           /* of its cells */
};

struct versions {
    struct version *items;
    size_t count, capacity;
};

/* The five checks, filled table by table. */
struct bronze_checks {
    struct warehouse *warehouse;
    struct verify_report *report;
    struct verify_check hashes, contents, ranges, order, packed;
    int64_t last_snapshot;
    bool has_packed; /* the table of the packed rows is there */
    int64_t sheets, versions;
};

/* ---- the columns of a table ---- */

enum own { OWN_ROW_ID, OWN_FROM, OWN_REMOVED, OWN_POSITION, OWN_HASH, OWN_KEY, OWN_LOADED, OWNS };

struct columns {
    size_t count;
    size_t own[OWNS];
    uint64_t *seeds; /* per column; of our own ones 0 */
    bool *is_own;
};

static void read_columns(const struct statement *statement, struct arena *arena,
                         struct columns *columns) {
    static const char *const names[OWNS] = {"_row_id",   "_snapshot_id", "_removed_snapshot_id",
                                            "_position", "_hash",        "_key",
                                            "_loaded_at"};
    columns->count = statement_column_count(statement);
    columns->seeds = arena_array(arena, columns->count, sizeof *columns->seeds);
    columns->is_own = arena_array(arena, columns->count, sizeof *columns->is_own);
    for (size_t i = 0; i < columns->count; i++) {
        const char *name = statement_column_name(statement, i);
        for (size_t own = 0; own < OWNS; own++)
            if (strcmp(name, names[own]) == 0) {
                columns->own[own] = i;
                columns->is_own[i] = true;
            }
        if (!columns->is_own[i])
            columns->seeds[i] = pull_column_seed(name);
    }
}

static struct value own_value(const struct statement *statement, const struct columns *columns,
                              enum own own) {
    return statement_value(statement, columns->own[own]);
}

/* ---- each version ---- */

/* A version has no cells in columns that its sheet did not have, so the header does not matter. */
static uint64_t hash_cells(const struct statement *statement, const struct columns *columns) {
    uint64_t hash = 0;
    for (size_t i = 0; i < columns->count; i++)
        if (!columns->is_own[i])
            hash += pull_cell_hash(value_span(statement_value(statement, i)), columns->seeds[i]);
    return hash;
}

/* "T-17", or the row's id where it has no key. */
static const char *name_row(const struct statement *statement, const struct columns *columns,
                            struct arena *arena) {
    struct value key = own_value(statement, columns, OWN_KEY);
    if (key.kind == VALUE_TEXT)
        return arena_string(arena, value_span(key));
    return arena_printf(arena, "_row_id %lld",
                        (long long)own_value(statement, columns, OWN_ROW_ID).integer);
}

static void check_version(struct bronze_checks *self, const char *table,
                          const struct statement *statement, const struct columns *columns,
                          const struct version *version, struct arena *scratch) {
    uint64_t stored = (uint64_t)own_value(statement, columns, OWN_HASH).integer;
    if (stored != version->hash)
        verify_add(self->report, &self->hashes,
                   (struct verify_difference){
                       table, name_row(statement, columns, scratch), "_hash",
                       arena_printf(scratch, "%016llx", (unsigned long long)version->hash),
                       arena_printf(scratch, "%016llx", (unsigned long long)stored)});
    bool is_current = version->removed == INT64_MAX;
    bool is_sane = version->from >= 1 && version->from <= self->last_snapshot &&
                   (is_current ||
                    (version->removed > version->from && version->removed <= self->last_snapshot));
    if (!is_sane)
        verify_add(
            self->report, &self->ranges,
            (struct verify_difference){
                table, name_row(statement, columns, scratch), "_snapshot_id, _removed_snapshot_id",
                arena_printf(scratch, "from 1 to %lld, one after the other",
                             (long long)self->last_snapshot),
                arena_printf(scratch, "%lld, %s", (long long)version->from,
                             verify_text(scratch, own_value(statement, columns, OWN_REMOVED)))});
}

static void add_version(struct versions *versions, struct version version) {
    if (versions->count == versions->capacity) {
        versions->capacity = versions->capacity ? versions->capacity * 2 : 1024;
        versions->items =
            memory_resize(versions->items, versions->capacity, sizeof *versions->items);
    }
    versions->items[versions->count++] = version;
}

static bool read_versions(struct bronze_checks *self, const char *table, struct versions *versions,
                          struct err *err) {
    struct arena arena = {0}, scratch = {0};
    struct statement *statement = NULL;
    struct columns columns = {0};
    bool has_row = true;
    bool ok = statement_prepare(self->warehouse, &statement,
                                arena_printf(&arena, "SELECT * FROM \"%s\"", table), err) &&
              statement_describe(statement, err);
    if (ok)
        read_columns(statement, &arena, &columns);
    ok = ok && statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct value removed = own_value(statement, &columns, OWN_REMOVED);
        struct version version = {.row_id = own_value(statement, &columns, OWN_ROW_ID).integer,
                                  .position = own_value(statement, &columns, OWN_POSITION).integer,
                                  .from = own_value(statement, &columns, OWN_FROM).integer,
                                  .removed =
                                      removed.kind == VALUE_NULL ? INT64_MAX : removed.integer,
                                  .hash = hash_cells(statement, &columns)};
        check_version(self, table, statement, &columns, &version, &scratch);
        add_version(versions, version);
        if (scratch.blocks)
            arena_free(&scratch);
    }
    statement_close(statement);
    arena_free(&arena);
    return ok;
}

/* ---- their order ---- */

static int compare_versions(const void *a, const void *b) {
    const struct version *x = a, *y = b;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Versions that are current in one snapshot stand at different places. `versions` is sorted. */
static void check_order(struct bronze_checks *self, const char *table,
                        const struct versions *versions) {
    struct arena scratch = {0};
    const struct version *last = NULL; /* at this place, the one that lasts longest */
    for (size_t i = 0; i < versions->count; i++) {
        const struct version *version = &versions->items[i];
        bool is_beside = last && last->position == version->position;
        if (is_beside && last->removed > version->from)
            verify_add(self->report, &self->order,
                       (struct verify_difference){
                           table,
                           arena_printf(&scratch, "_row_id %lld and %lld", (long long)last->row_id,
                                        (long long)version->row_id),
                           "_position", "two places",
                           arena_printf(&scratch, "%lld for both", (long long)version->position)});
        if (!is_beside || version->removed > last->removed)
            last = version;
    }
    arena_free(&scratch);
}

/* ---- the sheet as a whole ---- */

static bool read_header(struct warehouse *warehouse, const char *table, struct arena *arena,
                        struct header_column **columns, size_t *count, struct err *err) {
    const struct json *document;
    struct value header, parameter = value_string(table);
    *count = 0;
    *columns = NULL;
    if (!warehouse_value(warehouse, arena, sql_file("bronze/header"), &parameter, 1, &header, err))
        return false;
    if (header.kind != VALUE_TEXT || !json_read(arena, value_span(header), &document, err))
        return true; /* no header gives another hash, which is what there is to say */
    *columns = arena_array(arena, document->count, sizeof **columns);
    for (const struct json *item = document->first; item; item = item->next) {
        const struct json *text = json_find(item, "header");
        const char *name = NULL;
        struct err ignored;
        if (!json_get_string(item, "column", &name, &ignored))
            name = "";
        (*columns)[(*count)++] = (struct header_column){
            .text = text && text->kind == JSON_STRING ? text->text : (struct span){0},
            .name = name};
    }
    return true;
}

static bool read_stored_hash(struct warehouse *warehouse, const char *table, struct arena *arena,
                             const char **hash, struct err *err) {
    struct statement *statement = NULL;
    struct value parameters[] = {value_string("bronze"), value_string(table)};
    bool has_row = false;
    *hash = "nothing";
    bool ok = statement_prepare(warehouse, &statement, sql_file("audit/last_load"), err) &&
              statement_start(statement, parameters, 2, err) &&
              statement_next(statement, &has_row, err);
    if (ok && has_row)
        *hash = verify_text(arena, statement_value(statement, 4));
    statement_close(statement);
    return ok;
}

/* Header, rows and order of what is current. `versions` is sorted. */
static bool check_content(struct bronze_checks *self, const char *table,
                          const struct versions *versions, struct err *err) {
    struct arena scratch = {0};
    struct header_column *columns;
    size_t column_count, current = 0;
    const char *stored;
    char computed[PULL_HASH_SIZE];
    uint64_t *hashes = memory_resize(NULL, versions->count, sizeof *hashes);
    for (size_t i = 0; i < versions->count; i++)
        if (versions->items[i].removed == INT64_MAX)
            hashes[current++] = versions->items[i].hash;
    bool ok = read_header(self->warehouse, table, &scratch, &columns, &column_count, err) &&
              read_stored_hash(self->warehouse, table, &scratch, &stored, err);
    if (ok) {
        pull_content_hash(hashes, current, columns, column_count, computed);
        if (strcmp(computed, stored) != 0)
            verify_add(self->report, &self->contents,
                       (struct verify_difference){table, "", "content_hash", computed, stored});
    }
    free(hashes);
    arena_free(&scratch);
    return ok;
}

/* ---- what is packed of it ---- */

/* The first row that differs says enough: behind it all may have moved. `versions` is sorted. */
static void compare_packed(struct bronze_checks *self, const char *table,
                           const struct versions *versions, const struct bronze_state *packed) {
    struct arena scratch = {0};
    size_t row = 0;
    const struct version *differs = NULL;
    for (size_t i = 0; i < versions->count && !differs; i++) {
        const struct version *version = &versions->items[i];
        if (version->removed != INT64_MAX)
            continue;
        bool is_same = row < packed->count && packed->row_ids[row] == version->row_id &&
                       packed->positions[row] == version->position &&
                       packed->hashes[row] == version->hash;
        if (is_same)
            row++;
        else
            differs = version;
    }
    if (differs || row < packed->count)
        verify_add(self->report, &self->packed,
                   (struct verify_difference){
                       table, "", "packed",
                       differs ? arena_printf(&scratch, "row %zu with _row_id %lld", row + 1,
                                              (long long)differs->row_id)
                               : arena_printf(&scratch, "%zu rows", row),
                       row < packed->count
                           ? arena_printf(&scratch, "_row_id %lld", (long long)packed->row_ids[row])
                           : "no such row"});
    arena_free(&scratch);
}

/* A sheet of which nothing is packed, as an older version left it, is read from bronze: no fault.
 */
static bool check_packed(struct bronze_checks *self, const char *table,
                         const struct versions *versions, struct err *err) {
    struct bronze_state packed = {0};
    bool is_sane = true;
    bool ok = !self->has_packed ||
              bronze_read_packed(self->warehouse, table, NULL, NULL, &packed, &is_sane, err);
    if (ok && !is_sane)
        verify_add(self->report, &self->packed,
                   (struct verify_difference){table, "", "packed", "packed rows", "another text"});
    if (ok && packed.part_count)
        compare_packed(self, table, versions, &packed);
    bronze_state_free(&packed);
    return ok;
}

static bool check_table(struct bronze_checks *self, const char *table, struct err *err) {
    struct versions versions = {0};
    bool ok = read_versions(self, table, &versions, err);
    if (ok) {
        if (versions.count)
            qsort(versions.items, versions.count, sizeof *versions.items, compare_versions);
        check_order(self, table, &versions);
        ok =
            check_content(self, table, &versions, err) && check_packed(self, table, &versions, err);
    }
    self->sheets++;
    self->versions += (int64_t)versions.count;
    free(versions.items);
    return ok;
}

/* ---- all of them ---- */

static bool list_tables(struct warehouse *warehouse, struct arena *arena, const char ***tables,
                        size_t *count, struct err *err) {
    struct statement *statement = NULL;
    size_t capacity = 0;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("verify/sheets"), err) &&
              statement_start(statement, NULL, 0, err);
    *tables = NULL;
    *count = 0;
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            *tables = memory_resize(*tables, capacity, sizeof **tables);
        }
        (*tables)[(*count)++] = arena_string(arena, value_span(statement_value(statement, 0)));
    }
    statement_close(statement);
    return ok;
}

static void close_check(struct bronze_checks *self, struct verify_check *check) {
    verify_say(self->report, check, "%lld sheets, %lld versions", (long long)self->sheets,
               (long long)self->versions);
    struct verify_check *entry = verify_open(self->report, check->name);
    *entry = *check;
}

bool verify_bronze(struct warehouse *warehouse, struct verify_report *report, struct err *err) {
    struct bronze_checks self = {.warehouse = warehouse,
                                 .report = report,
                                 .hashes = {.name = "row_hashes"},
                                 .contents = {.name = "sheet_hashes"},
                                 .ranges = {.name = "ranges"},
                                 .order = {.name = "positions"},
                                 .packed = {.name = "packed_rows"}};
    const char **tables;
    size_t count;
    struct value last;
    bool ok = warehouse_value(warehouse, report->arena, sql_file("audit/last_snapshot"), NULL, 0,
                              &last, err) &&
              warehouse_has_table(warehouse, "audit_sheet_parts", &self.has_packed, err) &&
              list_tables(warehouse, report->arena, &tables, &count, err);
    if (!ok)
        return false;
    self.last_snapshot = last.kind == VALUE_INTEGER ? last.integer : 0;
    for (size_t i = 0; ok && i < count; i++)
        ok = check_table(&self, tables[i], err);
    free(tables);
    if (!ok)
        return false;
    close_check(&self, &self.hashes);
    close_check(&self, &self.contents);
    close_check(&self, &self.ranges);
    close_check(&self, &self.order);
    close_check(&self, &self.packed);
    return true;
}
