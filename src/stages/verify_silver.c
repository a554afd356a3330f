/* Silver and the quarantine against bronze and against each other, by their rows' ids and keys. */
#include "stages/verify.h"

#include "model/cell.h"
#include "stages/audit.h"
#include "stages/check_counts.h"
#include "stages/key.h"
#include "stages/silver.h"

struct silver_checks {
    struct warehouse *warehouse;
    const struct model *model;
    const struct verify_state *state;
    struct verify_report *report;
    struct arena *arena;
    struct verify_check *check; /* the one that is being filled */
    int64_t looked_at;
};

/* The versions that silver of a sheet was built from; $1 is the snapshot. */
#define WAS_CURRENT                                                                                \
    "b._snapshot_id <= $1 AND (b._removed_snapshot_id IS NULL OR b._removed_snapshot_id > $1)"

/* Calls `look` for each row of a query. */
static bool each_row(struct silver_checks *self, const char *sql, const struct value *parameters,
                     size_t count, const struct sheet_model *sheet,
                     void (*look)(struct silver_checks *self, const struct sheet_model *sheet,
                                  const struct statement *statement, struct arena *scratch),
                     struct err *err) {
    struct statement *statement = NULL;
    struct arena scratch = {0};
    bool has_row = true;
    bool ok = statement_prepare(self->warehouse, &statement, sql, err) &&
              statement_start(statement, parameters, count, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        look(self, sheet, statement, &scratch);
        if (scratch.blocks)
            arena_free(&scratch);
    }
    statement_close(statement);
    return ok;
}

static const char *table_name(struct silver_checks *self, const char *layer,
                              const struct sheet_model *sheet) {
    return arena_printf(self->arena, "%s_%s", layer, sheet->name);
}

static void add(struct silver_checks *self, const char *table, const char *key, const char *column,
                const char *expected, const char *found) {
    verify_add(self->report, self->check,
               (struct verify_difference){table, key, column, expected, found});
}

/* ---- conservation ---- */

static bool count_rows(struct silver_checks *self, const char *sql, const struct value *parameters,
                       size_t count, int64_t *rows, struct err *err) {
    struct value value;
    bool ok = warehouse_value(self->warehouse, self->arena, sql, parameters, count, &value, err);
    *rows = ok ? value.integer : 0;
    return ok;
}

/* A version that is neither in silver nor in quarantine has nothing but blanks in its cells. */
static void look_at_lost(struct silver_checks *self, const struct sheet_model *sheet,
                         const struct statement *statement, struct arena *scratch) {
    struct value key = value_null(), row_id = value_null();
    for (size_t i = 0; i < statement_column_count(statement); i++) {
        const char *name = statement_column_name(statement, i);
        struct value value = statement_value(statement, i);
        if (strcmp(name, "_key") == 0)
            key = value;
        else if (strcmp(name, "_row_id") == 0)
            row_id = value;
    }
    for (size_t i = 0; i < statement_column_count(statement); i++) {
        if (*statement_column_name(statement, i) == '_' ||
            cell_is_blank(value_span(statement_value(statement, i))))
            continue;
        const char *name = key.kind == VALUE_TEXT
                               ? verify_text(scratch, key)
                               : arena_printf(scratch, "_row_id %lld", (long long)row_id.integer);
        add(self, table_name(self, "bronze", sheet), name, "", "in silver or in quarantine",
            "in neither");
        return;
    }
    self->looked_at++; /* it is blank */
}

/* As sets of ids: silver has no index by them, and a join would look through it for every row. */
static bool find_lost(struct silver_checks *self, const struct sheet_model *sheet,
                      const struct value *parameters, struct err *err) {
    const char *sql = arena_printf(
        self->arena,
        "SELECT lost_row.* FROM (SELECT b._row_id AS id FROM \"bronze_%s\" b WHERE " WAS_CURRENT
        " EXCEPT SELECT _row_id FROM \"silver_%s\""
        " EXCEPT SELECT row_id FROM audit_rejected_rows WHERE source_table = $2) lost"
        " CROSS JOIN \"bronze_%s\" lost_row WHERE lost_row._row_id = lost.id",
        sheet->name, sheet->name, sheet->name);
    return each_row(self, sql, parameters, 2, sheet, look_at_lost, err);
}

static void expect_count(struct silver_checks *self, const char *table, const char *what,
                         int64_t expected, int64_t found) {
    if (expected != found)
        add(self, table, "", what, arena_printf(self->arena, "%lld", (long long)expected),
            arena_printf(self->arena, "%lld", (long long)found));
}

/* What audit_loads says of silver. */
static bool check_recorded(struct silver_checks *self, const struct sheet_model *sheet,
                           const int64_t counts[static 3], struct err *err) {
    static const char *const names[] = {"rows_in", "rows_out", "rows_rejected"};
    const char *table = table_name(self, "silver", sheet);
    struct statement *statement = NULL;
    struct value parameters[] = {value_string("silver"), value_string(table)};
    bool has_row = false;
    bool ok = statement_prepare(self->warehouse, &statement, sql_file("audit/last_load"), err) &&
              statement_start(statement, parameters, 2, err) &&
              statement_next(statement, &has_row, err);
    for (size_t i = 0; ok && has_row && i < COUNT_OF(names); i++)
        expect_count(self, arena_printf(self->arena, "audit_loads of %s", table), names[i],
                     counts[i], statement_value(statement, i).integer);
    statement_close(statement);
    return ok;
}

static bool check_conservation(struct silver_checks *self, size_t index, struct err *err) {
    const struct sheet_model *sheet = &self->model->sheets[index];
    const char *bronze = table_name(self, "bronze", sheet);
    struct value parameters[] = {value_integer(self->state->built_to[index]), value_string(bronze)};
    int64_t rows, silver, rejected;
    self->looked_at = 0;
    if (!count_rows(
            self,
            arena_printf(self->arena, "SELECT COUNT(*) FROM \"%s\" b WHERE " WAS_CURRENT, bronze),
            parameters, 1, &rows, err) ||
        !count_rows(self,
                    arena_printf(self->arena, "SELECT COUNT(*) FROM \"silver_%s\"", sheet->name),
                    NULL, 0, &silver, err) ||
        !count_rows(self, sql_file("audit/count_rejects"), &parameters[1], 1, &rejected, err) ||
        !find_lost(self, sheet, parameters, err))
        return false;
    expect_count(self, bronze, "rows in silver, quarantine and blank", rows,
                 silver + rejected + self->looked_at);
    const int64_t counts[] = {rows, silver, rejected};
    return check_recorded(self, sheet, counts, err);
}

/* ---- row ids ---- */

/* Fields of silver, then what it points to: _row_id, _key. The key is read as a cell again, by the
 * model as it is now: bronze keeps it as it was when the version came in. */
static void look_at_row_id(struct silver_checks *self, const struct sheet_model *sheet,
                           const struct statement *statement, struct arena *scratch) {
    size_t width = sheet->field_count;
    struct value *values = arena_array(scratch, width, sizeof *values);
    struct value *parts = arena_array(scratch, sheet->key_count, sizeof *parts);
    struct value id = statement_value(statement, width + 1);
    struct span key = value_span(statement_value(statement, width + 2));
    for (size_t i = 0; i < width; i++)
        values[i] = silver_value(&sheet->fields[i], statement_value(statement, i));
    bool is_same = id.kind != VALUE_NULL && key_parse(sheet, key, parts, scratch);
    for (size_t i = 0; is_same && i < sheet->key_count; i++)
        is_same = value_equal(parts[i], values[sheet->key[i]]);
    self->looked_at++;
    if (is_same)
        return;
    const char *name = arena_string(scratch, key_of_values(sheet, values, scratch));
    const char *found =
        id.kind == VALUE_NULL
            ? arena_printf(scratch, "%lld, which was not current",
                           (long long)statement_value(statement, width).integer)
            : arena_printf(scratch, "%lld, the row of %.*s", (long long)id.integer, SPAN_ARG(key));
    add(self, table_name(self, "silver", sheet), name, "_row_id", "the row of this key", found);
}

static bool check_row_ids(struct silver_checks *self, size_t index, struct err *err) {
    const struct sheet_model *sheet = &self->model->sheets[index];
    struct value parameter = value_integer(self->state->built_to[index]);
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT ");
    for (size_t i = 0; i < sheet->field_count; i++)
        buf_printf(&sql, "s.\"%s\", ", sheet->fields[i].name);
    buf_printf(&sql,
               "s._row_id, b._row_id, b._key FROM \"silver_%s\" s"
               " LEFT JOIN \"bronze_%s\" b ON b._row_id = s._row_id AND " WAS_CURRENT,
               sheet->name, sheet->name);
    bool ok = each_row(self, buf_text(&sql), &parameter, 1, sheet, look_at_row_id, err);
    buf_free(&sql);
    return ok;
}

/* ---- references ---- */

/* Key fields, then the reference's first field or the field that has to match; then the parent's.
 */
static void look_at_orphan(struct silver_checks *self, const struct sheet_model *sheet,
                           const struct statement *statement, struct arena *scratch) {
    struct value *values = arena_array(scratch, sheet->field_count, sizeof *values);
    size_t count = sheet->key_count;
    for (size_t i = 0; i < count; i++)
        values[sheet->key[i]] =
            silver_value(&sheet->fields[sheet->key[i]], statement_value(statement, i));
    add(self, table_name(self, "silver", sheet),
        arena_string(scratch, key_of_values(sheet, values, scratch)),
        statement_column_name(statement, count),
        verify_text(scratch, statement_value(statement, count + 1)),
        verify_text(scratch, statement_value(statement, count)));
}

static void add_reference_join(struct silver_checks *self, const struct sheet_model *sheet,
                               const struct reference *reference, const char *join,
                               struct buf *sql) {
    const struct sheet_model *parent = &self->model->sheets[reference->parent];
    buf_printf(sql, " FROM \"silver_%s\" c %s \"silver_%s\" p ON ", sheet->name, join,
               parent->name);
    for (size_t i = 0; i < reference->field_count; i++)
        buf_printf(sql, "%sp.\"%s\" = c.\"%s\"", i ? " AND " : "",
                   parent->fields[reference->parent_fields[i]].name,
                   sheet->fields[reference->fields[i]].name);
    buf_add_text(sql, " WHERE ");
    for (size_t i = 0; i < reference->field_count; i++)
        buf_printf(sql, "c.\"%s\" IS NOT NULL AND ", sheet->fields[reference->fields[i]].name);
}

static void begin_select(const struct sheet_model *sheet, struct buf *sql) {
    buf_add_text(sql, "SELECT ");
    for (size_t i = 0; i < sheet->key_count; i++)
        buf_printf(sql, "c.\"%s\", ", sheet->fields[sheet->key[i]].name);
}

static bool find_orphans(struct silver_checks *self, const struct sheet_model *sheet,
                         const struct reference *reference, struct err *err) {
    struct buf sql = {0};
    begin_select(sheet, &sql);
    buf_printf(&sql, "c.\"%s\", 'a row of %s'", sheet->fields[reference->fields[0]].name,
               self->model->sheets[reference->parent].name);
    add_reference_join(self, sheet, reference, "LEFT JOIN", &sql);
    buf_add_text(&sql, "p._row_id IS NULL");
    bool ok = each_row(self, buf_text(&sql), NULL, 0, sheet, look_at_orphan, err);
    buf_free(&sql);
    return ok;
}

static bool find_mismatches(struct silver_checks *self, const struct sheet_model *sheet,
                            const struct reference *reference, const struct reference_match *match,
                            struct err *err) {
    struct buf sql = {0};
    const char *field = sheet->fields[match->field].name;
    const char *parent_field =
        self->model->sheets[reference->parent].fields[match->parent_field].name;
    begin_select(sheet, &sql);
    buf_printf(&sql, "c.\"%s\", p.\"%s\"", field, parent_field);
    add_reference_join(self, sheet, reference, "JOIN", &sql);
    buf_printf(&sql, "c.\"%s\" IS NOT NULL AND c.\"%s\" IS DISTINCT FROM p.\"%s\"", field, field,
               parent_field);
    bool ok = each_row(self, buf_text(&sql), NULL, 0, sheet, look_at_orphan, err);
    buf_free(&sql);
    return ok;
}

static bool check_references(struct silver_checks *self, size_t index, struct err *err) {
    const struct sheet_model *sheet = &self->model->sheets[index];
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        self->looked_at++;
        if (!find_orphans(self, sheet, reference, err))
            return false;
        for (size_t k = 0; k < reference->match_count; k++)
            if (!find_mismatches(self, sheet, reference, &reference->matches[k], err))
                return false;
    }
    return true;
}

/* ---- quarantine ---- */

static void look_at_fault(struct silver_checks *self, const struct sheet_model *sheet,
                          const struct statement *statement, struct arena *scratch) {
    self->looked_at++;
    if (statement_value(statement, 3).kind != VALUE_NULL)
        return;
    add(self, verify_text(scratch, statement_value(statement, 0)),
        verify_text(scratch, statement_value(statement, 2)), "row_id",
        arena_printf(scratch, "a current row of bronze_%s", sheet->name),
        verify_text(scratch, statement_value(statement, 1)));
}

static bool check_quarantine(struct silver_checks *self, size_t index, struct err *err) {
    static const char *const tables[] = {"audit_rejected_rows", "audit_warnings"};
    const struct sheet_model *sheet = &self->model->sheets[index];
    struct value parameters[] = {value_integer(self->state->built_to[index]),
                                 value_string(table_name(self, "bronze", sheet))};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        const char *sql =
            arena_printf(self->arena,
                         "SELECT '%s' AS fault_table, r.row_id, r.record_key, b._row_id FROM %s r"
                         " LEFT JOIN \"bronze_%s\" b ON b._row_id = r.row_id AND " WAS_CURRENT
                         " WHERE r.source_table = $2",
                         tables[i], tables[i], sheet->name);
        if (!each_row(self, sql, parameters, 2, sheet, look_at_fault, err))
            return false;
    }
    return true;
}

/* ---- the model's checks ---- */

/* Counted again, and laid beside what the last run wrote down. */
static bool check_counts(struct silver_checks *self, struct err *err) {
    for (size_t i = 0; i < self->model->check_count; i++) {
        const struct check_model *check = &self->model->checks[i];
        struct value parameters[] = {value_string(check->table), value_string(check->rule)};
        int64_t now[2] = {0}, then[2] = {0};
        bool has_now, has_then;
        if (!check_read_counts(self->warehouse, check->sql, NULL, 0, now, &has_now, err) ||
            !check_read_counts(self->warehouse, sql_file("verify/check_result"), parameters, 2,
                               then, &has_then, err))
            return false;
        self->looked_at++;
        if (has_now == has_then && now[0] == then[0] && now[1] == then[1])
            continue;
        add(self, check->table, check->rule, "checked, failed",
            arena_printf(self->arena, "%lld, %lld", (long long)now[0], (long long)now[1]),
            arena_printf(self->arena, "%lld, %lld", (long long)then[0], (long long)then[1]));
    }
    return true;
}

/* ---- what always holds ---- */

static bool check_invariants(struct silver_checks *self, struct err *err) {
    for (size_t i = 0; i < self->model->invariant_count; i++) {
        const struct check_model *invariant = &self->model->invariants[i];
        int64_t counts[2] = {0};
        bool has_row;
        if (!check_read_counts(self->warehouse, invariant->sql, NULL, 0, counts, &has_row, err))
            return false;
        self->looked_at++;
        if (counts[1] != 0)
            add(self, invariant->table, invariant->rule, "failed", "0",
                arena_printf(self->arena, "%lld of %lld", (long long)counts[1],
                             (long long)counts[0]));
    }
    return true;
}

/* ---- all of them ---- */

static bool each_sheet(struct silver_checks *self, const char *name, const char *what,
                       bool (*look)(struct silver_checks *self, size_t index, struct err *err),
                       struct err *err) {
    int64_t sheets = 0;
    self->check = verify_open(self->report, name);
    self->looked_at = 0;
    if (self->state->why_not)
        verify_skip(self->report, self->check, self->state->why_not);
    for (size_t i = 0; i < self->model->sheet_count && self->state->has_silver; i++) {
        if (self->state->built_to[i] == 0)
            continue;
        sheets++;
        if (!look(self, i, err))
            return false;
    }
    if (self->state->has_silver && what)
        verify_say(self->report, self->check, "%lld %s", (long long)self->looked_at, what);
    else if (self->state->has_silver)
        verify_say(self->report, self->check, "%lld sheets", (long long)sheets);
    return true;
}

/* Of gold, so only where it goes with the silver there is. */
static bool check_model(struct silver_checks *self, const char *name,
                        bool (*look)(struct silver_checks *self, struct err *err),
                        struct err *err) {
    self->check = verify_open(self->report, name);
    self->looked_at = 0;
    if (!self->state->has_gold) {
        verify_skip(self->report, self->check, self->state->why_gold);
        return true;
    }
    bool ok = look(self, err);
    verify_say(self->report, self->check, "%lld of the model", (long long)self->looked_at);
    return ok;
}

bool verify_silver(struct warehouse *warehouse, const struct model *model,
                   const struct verify_state *state, struct verify_report *report,
                   struct err *err) {
    struct silver_checks self = {.warehouse = warehouse,
                                 .model = model,
                                 .state = state,
                                 .report = report,
                                 .arena = report->arena};
    return each_sheet(&self, "conservation", NULL, check_conservation, err) &&
           each_sheet(&self, "row_ids", "rows of silver", check_row_ids, err) &&
           each_sheet(&self, "references", "references", check_references, err) &&
           each_sheet(&self, "quarantine", "rejects and warnings", check_quarantine, err) &&
           check_model(&self, "checks", check_counts, err) &&
           check_model(&self, "invariants", check_invariants, err);
}
