/* Two warehouses, row by row: both sides are read in the order of their keys. */
#include "stages/verify.h"

#include "stages/schema.h"
#include "stages/silver.h"

#include <math.h>

/* One query for both; the key's columns come first. */
struct comparison {
    const char *table;
    const char *sql;
    size_t key_count;
    const struct field **fields; /* per column; NULL: all as they are */
    struct value parameter;      /* $1, if its kind is not NULL */
};

struct side {
    struct statement *statement;
    struct value *row;
    size_t width;
    bool has_row;
};

static bool open_side(struct side *side, struct warehouse *warehouse,
                      const struct comparison *comparison, struct arena *arena, struct err *err) {
    bool has_parameter = comparison->parameter.kind != VALUE_NULL;
    *side = (struct side){0};
    if (!statement_prepare(warehouse, &side->statement, comparison->sql, err) ||
        !statement_describe(side->statement, err))
        return false;
    side->width = statement_column_count(side->statement);
    side->row = arena_array(arena, side->width, sizeof *side->row);
    return statement_start(side->statement, &comparison->parameter, has_parameter, err);
}

static bool next_row(struct side *side, const struct comparison *comparison, struct err *err) {
    if (!statement_next(side->statement, &side->has_row, err))
        return false;
    for (size_t i = 0; side->has_row && i < side->width; i++) {
        side->row[i] = statement_value(side->statement, i);
        if (comparison->fields)
            side->row[i] = silver_value(comparison->fields[i], side->row[i]);
    }
    return true;
}

static int compare_values(struct value a, struct value b) {
    if (a.kind != b.kind)
        return a.kind < b.kind ? -1 : 1;
    if (a.kind == VALUE_TEXT)
        return span_compare(value_span(a), value_span(b));
    if (a.kind == VALUE_REAL)
        return (a.real > b.real) - (a.real < b.real);
    return a.kind == VALUE_NULL ? 0 : (a.integer > b.integer) - (a.integer < b.integer);
}

static int compare_keys(const struct comparison *comparison, const struct side *a,
                        const struct side *b) {
    if (!a->has_row || !b->has_row)
        return a->has_row ? -1 : 1;
    for (size_t i = 0; i < comparison->key_count; i++) {
        int order = compare_values(a->row[i], b->row[i]);
        if (order)
            return order;
    }
    return 0;
}

/* Two databases add up fractions in two orders; everything else is exact. */
static bool is_same_value(const struct field *field, struct value a, struct value b) {
    if (!field || field->type != FIELD_RATE || a.kind == VALUE_NULL || b.kind == VALUE_NULL)
        return value_equal(a, b);
    double x = a.kind == VALUE_REAL ? a.real : (double)a.integer;
    double y = b.kind == VALUE_REAL ? b.real : (double)b.integer;
    return fabs(x - y) <= 1e-9 * (1 + fabs(x));
}

static const char *name_key(const struct comparison *comparison, const struct side *side,
                            struct arena *arena) {
    const char *key = "";
    for (size_t i = 0; i < comparison->key_count; i++)
        key = arena_printf(arena, "%s%s%s", key, i ? "|" : "", verify_text(arena, side->row[i]));
    return key;
}

/* `expected` is the rebuild. */
static void compare_rows(const struct comparison *comparison, const struct side *expected,
                         const struct side *found, struct verify_report *report,
                         struct verify_check *check) {
    struct arena scratch = {0};
    for (size_t i = comparison->key_count; i < found->width; i++) {
        const struct field *field = comparison->fields ? comparison->fields[i] : NULL;
        if (!is_same_value(field, expected->row[i], found->row[i]))
            verify_add(report, check,
                       (struct verify_difference){comparison->table,
                                                  name_key(comparison, found, &scratch),
                                                  statement_column_name(found->statement, i),
                                                  verify_text(&scratch, expected->row[i]),
                                                  verify_text(&scratch, found->row[i])});
    }
    arena_free(&scratch);
}

static void add_lonely(const struct comparison *comparison, const struct side *side,
                       bool is_expected, struct verify_report *report, struct verify_check *check) {
    struct arena scratch = {0};
    verify_add(report, check,
               (struct verify_difference){comparison->table, name_key(comparison, side, &scratch),
                                          "", is_expected ? "a row" : "no such row",
                                          is_expected ? "none" : "one"});
    arena_free(&scratch);
}

static bool step(const struct comparison *comparison, struct side *expected, struct side *found,
                 struct verify_report *report, struct verify_check *check, struct err *err) {
    int order = compare_keys(comparison, expected, found);
    if (order == 0)
        compare_rows(comparison, expected, found, report, check);
    else
        add_lonely(comparison, order < 0 ? expected : found, order < 0, report, check);
    return (order > 0 || next_row(expected, comparison, err)) &&
           (order < 0 || next_row(found, comparison, err));
}

static bool compare(struct warehouse *warehouse, struct warehouse *rebuild,
                    const struct comparison *comparison, struct verify_report *report,
                    struct verify_check *check, int64_t *rows, struct err *err) {
    struct arena arena = {0};
    struct side expected = {0}, found = {0};
    bool ok = open_side(&expected, rebuild, comparison, &arena, err) &&
              open_side(&found, warehouse, comparison, &arena, err) &&
              next_row(&expected, comparison, err) && next_row(&found, comparison, err);
    for (; ok && (expected.has_row || found.has_row); ++*rows)
        ok = step(comparison, &expected, &found, report, check, err);
    statement_close(expected.statement);
    statement_close(found.statement);
    arena_free(&arena);
    return ok;
}

/* ---- silver and gold ---- */

static bool is_key(const size_t *key, size_t key_count, size_t field) {
    for (size_t i = 0; i < key_count; i++)
        if (key[i] == field)
            return true;
    return false;
}

static struct comparison of_fields(struct arena *arena, const char *table,
                                   const struct field *fields, size_t count, const size_t *key,
                                   size_t key_count) {
    struct comparison comparison = {.table = table, .key_count = key_count};
    comparison.fields = arena_array(arena, count, sizeof *comparison.fields);
    size_t width = 0;
    for (size_t i = 0; i < key_count; i++)
        comparison.fields[width++] = &fields[key[i]];
    for (size_t i = 0; i < count; i++)
        if (!is_key(key, key_count, i))
            comparison.fields[width++] = &fields[i];
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT ");
    for (size_t i = 0; i < width; i++)
        buf_printf(&sql, "%s\"%s\"", i ? ", " : "", comparison.fields[i]->name);
    buf_printf(&sql, " FROM \"%s\" ORDER BY ", table);
    schema_add_fields(&sql, fields, key, key_count, NULL);
    comparison.sql = arena_string(arena, buf_span(&sql));
    buf_free(&sql);
    return comparison;
}

static bool compare_silver(struct warehouse *warehouse, struct warehouse *rebuild,
                           const struct model *model, const struct verify_state *state,
                           struct verify_report *report, struct err *err) {
    struct verify_check *check = verify_open(report, "silver");
    int64_t rows = 0;
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        if (state->built_to[i] == 0)
            continue;
        struct comparison comparison =
            of_fields(report->arena, arena_printf(report->arena, "silver_%s", sheet->name),
                      sheet->fields, sheet->field_count, sheet->key, sheet->key_count);
        if (!compare(warehouse, rebuild, &comparison, report, check, &rows, err))
            return false;
    }
    verify_say(report, check, "%lld rows as in a rebuild of snapshot %lld", (long long)rows,
               (long long)state->snapshot);
    return true;
}

static bool compare_gold(struct warehouse *warehouse, struct warehouse *rebuild,
                         const struct model *model, const struct verify_state *state,
                         struct verify_report *report, struct err *err) {
    struct verify_check *check = verify_open(report, "gold");
    int64_t rows = 0;
    if (!state->has_gold) {
        verify_skip(report, check, state->why_gold);
        return true;
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        const struct gold_model *gold = &model->gold[i];
        struct comparison comparison = of_fields(report->arena, gold->name, gold->fields,
                                                 gold->field_count, gold->key, gold->key_count);
        if (!compare(warehouse, rebuild, &comparison, report, check, &rows, err))
            return false;
    }
    verify_say(report, check, "%lld rows as in a rebuild of snapshot %lld", (long long)rows,
               (long long)state->snapshot);
    return true;
}

/* ---- the quarantine ---- */

static const struct {
    const char *table, *columns, *order;
    size_t key_count;
} FAULTS[] = {
    {"audit_rejected_rows", "row_number, cell, record_key, rule, column_name, value, row_json",
     "row_number", 1},
    {"audit_warnings", "row_number, column_name, cell, record_key, rule, value",
     "row_number, column_name COLLATE \"C\"", 2},
};

static struct comparison of_faults(struct arena *arena, size_t index, const char *bronze) {
    return (struct comparison){
        .table = arena_printf(arena, "%s of %s, row", FAULTS[index].table, bronze),
        .sql = arena_printf(arena, "SELECT %s FROM %s WHERE source_table = $1 ORDER BY %s",
                            FAULTS[index].columns, FAULTS[index].table, FAULTS[index].order),
        .key_count = FAULTS[index].key_count,
        .parameter = value_string(bronze)};
}

static bool compare_faults(struct warehouse *warehouse, struct warehouse *rebuild,
                           const struct model *model, const struct verify_state *state,
                           struct verify_report *report, struct err *err) {
    struct verify_check *check = verify_open(report, "rejects");
    int64_t rows = 0;
    for (size_t i = 0; i < model->sheet_count * COUNT_OF(FAULTS); i++) {
        size_t sheet = i / COUNT_OF(FAULTS);
        const char *bronze = arena_printf(report->arena, "bronze_%s", model->sheets[sheet].name);
        struct comparison comparison = of_faults(report->arena, i % COUNT_OF(FAULTS), bronze);
        if (state->built_to[sheet] &&
            !compare(warehouse, rebuild, &comparison, report, check, &rows, err))
            return false;
    }
    verify_say(report, check, "%lld rejects and warnings as in the rebuild", (long long)rows);
    return true;
}

bool verify_rebuild(struct warehouse *warehouse, struct warehouse *rebuild,
                    const struct model *model, const struct verify_state *state,
                    struct verify_report *report, struct err *err) {
    return compare_silver(warehouse, rebuild, model, state, report, err) &&
           compare_faults(warehouse, rebuild, model, state, report, err) &&
           compare_gold(warehouse, rebuild, model, state, report, err);
}
