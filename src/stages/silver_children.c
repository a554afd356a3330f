/* From the parents' deltas to the rows of a sheet that have to be looked at again. */
#include "stages/key.h"
#include "stages/schema.h"
#include "stages/silver_parts.h"

#include <xxhash.h>

static void key_set_grow(struct key_set *set) {
    set->slot_count = set->slot_count ? set->slot_count * 2 : 256;
    set->slots = memory_resize(set->slots, set->slot_count, sizeof *set->slots);
    memset(set->slots, 0, set->slot_count * sizeof *set->slots);
    for (size_t i = 0; i < set->count; i++) {
        size_t slot = XXH3_64bits(set->keys[i].data, set->keys[i].size) & (set->slot_count - 1);
        while (set->slots[slot])
            slot = (slot + 1) & (set->slot_count - 1);
        set->slots[slot] = (uint32_t)i + 1;
    }
}

size_t key_set_add(struct key_set *set, struct span key) {
    if (set->count * 2 >= set->slot_count)
        key_set_grow(set);
    size_t slot = XXH3_64bits(key.data, key.size) & (set->slot_count - 1);
    for (; set->slots[slot]; slot = (slot + 1) & (set->slot_count - 1))
        if (span_equal(set->keys[set->slots[slot] - 1], key))
            return set->slots[slot] - 1;
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : 256;
        set->keys = memory_resize(set->keys, set->capacity, sizeof *set->keys);
    }
    set->keys[set->count++] = arena_copy(&set->arena, key);
    set->slots[slot] = (uint32_t)set->count;
    return set->count - 1;
}

void key_set_free(struct key_set *set) {
    free(set->keys);
    free(set->slots);
    arena_free(&set->arena);
    *set = (struct key_set){0};
}

/* What a reference sees of a parent's row: the fields referred to and those that must match. */
static bool sees_the_same(const struct reference *reference, const struct value *a,
                          const struct value *b) {
    if (!a || !b)
        return false;
    for (size_t i = 0; i < reference->field_count; i++)
        if (!value_equal(a[reference->parent_fields[i]], b[reference->parent_fields[i]]))
            return false;
    for (size_t i = 0; i < reference->match_count; i++)
        if (!value_equal(a[reference->matches[i].parent_field],
                         b[reference->matches[i].parent_field]))
            return false;
    return true;
}

/* Which side of a parent's delta matters for a reference: rows that vanished as the child knew
 * them, and rows that it can find now. */
static void delta_sides(const struct reference *reference, const struct silver_delta *delta,
                        bool *has_gone, bool *has_come) {
    *has_gone = *has_come = false;
    for (size_t i = 0; i < delta->count; i++) {
        const struct silver_row_change *row = &delta->rows[i];
        if (sees_the_same(reference, row->before, row->after))
            continue;
        *has_gone |= row->before != NULL;
        *has_come |= row->after != NULL;
    }
}

bool silver_is_touched_by(const struct silver_build *build, const struct reference *reference) {
    bool has_gone, has_come;
    const struct silver_delta *delta = &build->deltas[reference->parent];
    delta_sides(reference, delta, &has_gone, &has_come);
    return delta->is_bulk || has_gone || has_come;
}

bool silver_is_touched_by_parents(const struct silver_build *build) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    for (size_t i = 0; i < sheet->reference_count; i++)
        if (silver_is_touched_by(build, &sheet->references[i]))
            return true;
    return false;
}

/* A delta's rows as they were, of those whose children may have lost them. */
struct gone_rows {
    const struct reference *reference;
    const struct silver_delta *delta;
};

static const struct value *gone_row(const void *context, size_t index) {
    const struct gone_rows *gone = context;
    const struct silver_row_change *row = &gone->delta->rows[index];
    return sees_the_same(gone->reference, row->before, row->after) ? NULL : row->before;
}

/* The parents' keys that children may have lost: one pass over the children finds all of them,
 * whether or not there is an index. */
static bool gone_fill(const struct silver_build *build, const struct reference *reference,
                      struct err *err) {
    struct arena scratch = {0};
    const struct field *fields = build->model->sheets[reference->parent].fields;
    struct gone_rows gone = {reference, &build->deltas[reference->parent]};
    struct shortlist_column *columns =
        arena_array(&scratch, reference->field_count, sizeof *columns);
    for (size_t i = 0; i < reference->field_count; i++)
        columns[i] = (struct shortlist_column){reference->parent_fields[i],
                                               fields[reference->parent_fields[i]].type};
    bool ok = shortlist_rows(build->warehouse, "goldleaf_gone", columns, reference->field_count,
                             (struct row_list){gone_row, &gone, gone.delta->count}, err);
    arena_free(&scratch);
    return ok;
}

/* Adds the keys that a query over silver gives: its columns are the sheet's key fields. */
static bool add_silver_keys(const struct silver_build *build, const char *sql, struct key_set *keys,
                            struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    struct statement *statement = NULL;
    struct arena scratch = {0};
    bool has_row = true;
    bool ok = statement_prepare(build->warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct value *values = arena_array(&scratch, sheet->field_count, sizeof *values);
        for (size_t i = 0; i < sheet->key_count; i++)
            values[sheet->key[i]] = statement_value(statement, i);
        key_set_add(keys, key_of_values(sheet, values, &scratch));
        arena_free(&scratch);
    }
    statement_close(statement);
    return ok;
}

bool silver_add_listed(const struct silver_build *build, const size_t *fields, size_t field_count,
                       const char *list, struct key_set *keys, struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT ");
    schema_add_fields(&sql, sheet->fields, sheet->key, sheet->key_count, NULL);
    buf_add_text(&sql, " FROM ");
    sql_add_table(&sql, "silver", sheet->name);
    buf_add_text(&sql, " WHERE (");
    schema_add_fields(&sql, sheet->fields, fields, field_count, NULL);
    buf_add_text(&sql, ") IN (SELECT ");
    for (size_t i = 0; i < field_count; i++)
        buf_printf(&sql, "%sp%zu", i ? ", " : "", i);
    buf_printf(&sql, " FROM %s)", list);
    bool ok = add_silver_keys(build, buf_text(&sql), keys, err);
    buf_free(&sql);
    return ok;
}

static bool add_orphans(const struct silver_build *build, const struct reference *reference,
                        struct key_set *keys, struct err *err) {
    return gone_fill(build, reference, err) &&
           silver_add_listed(build, reference->fields, reference->field_count, "goldleaf_gone",
                             keys, err);
}

static bool add_rejected(const struct silver_build *build, const char *rule, struct key_set *keys,
                         struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    struct statement *statement = NULL;
    struct arena scratch = {0};
    struct value parameters[] = {value_string(arena_printf(&scratch, "bronze_%s", sheet->name)),
                                 value_string(rule)};
    bool has_row = true;
    bool ok = statement_prepare(build->warehouse, &statement,
                                sql_file("audit/rejected_keys_by_rule"), err) &&
              statement_start(statement, parameters, 2, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        key_set_add(keys, value_span(statement_value(statement, 0)));
    statement_close(statement);
    arena_free(&scratch);
    return ok;
}

/* A row that several references turn away is recorded with one of them, so every rule of this step
 * is looked at, whichever parent came back. */
static bool add_rejected_by_references(const struct silver_build *build, struct key_set *keys,
                                       struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    bool ok = add_rejected(build, RULE_FOREIGN_KEY, keys, err);
    for (size_t i = 0; ok && i < sheet->reference_count; i++)
        for (size_t m = 0; ok && m < sheet->references[i].match_count; m++)
            ok = add_rejected(build, sheet->references[i].matches[m].rule, keys, err);
    return ok;
}

bool silver_add_rivals(const struct silver_build *build, struct key_set *keys, struct err *err) {
    return add_rejected(build, RULE_DUPLICATE_KEY, keys, err) &&
           add_rejected_by_references(build, keys, err);
}

bool silver_add_touched_children(const struct silver_build *build, struct key_set *keys,
                                 struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        bool has_gone, has_come;
        delta_sides(reference, &build->deltas[reference->parent], &has_gone, &has_come);
        if (has_gone && !add_orphans(build, reference, keys, err))
            return false;
        if ((has_gone || has_come) && !add_rejected_by_references(build, keys, err))
            return false;
    }
    return true;
}
