/* Where a build of silver finds the parents of its rows. */
#include "stages/silver_parts.h"

/* Reading a whole parent pays off when a good part of it will be asked for. */
static bool is_worth_whole(const struct silver_build *build, const struct reference *reference,
                           size_t row_count) {
    return build->deltas[reference->parent].row_count < (int64_t)row_count * 8;
}

/* Of the lookups that the parent's build left behind. */
static struct reference_lookup *find_lookup(const struct silver_delta *parent,
                                            const struct reference *reference) {
    for (size_t i = 0; i < parent->lookup_count; i++)
        if (reference_serves(parent->lookups[i], reference))
            return parent->lookups[i];
    return NULL;
}

/* A row that silver has vouches for its parent, as far as it shows what the reference asks for. */
static bool is_vouched(const struct reference *reference, const struct value *before,
                       const struct value *row) {
    if (!before)
        return false;
    for (size_t i = 0; i < reference->field_count; i++) {
        size_t field = reference->fields[i];
        if (before[field].kind == VALUE_NULL || !value_equal(before[field], row[field]))
            return false;
    }
    for (size_t i = 0; i < reference->match_count; i++) {
        const struct reference_match *match = &reference->matches[i];
        if (!match->inherit && before[match->field].kind == VALUE_NULL)
            return false;
    }
    return true;
}

/* The rows whose parents have to be asked for. */
struct asking_rows {
    const struct reference *reference;
    struct row_list rows;
    const struct row_list *before;
};

static const struct value *asking_row(const void *context, size_t index) {
    const struct asking_rows *asking = context;
    const struct value *row = asking->rows.row(asking->rows.context, index);
    const struct value *before = asking->before->row(asking->before->context, index);
    return row && !is_vouched(asking->reference, before, row) ? row : NULL;
}

static size_t count_rows(struct row_list rows) {
    size_t count = 0;
    for (size_t i = 0; i < rows.count; i++)
        count += rows.row(rows.context, i) != NULL;
    return count;
}

static void add_vouched(struct reference_lookup *lookup, const struct asking_rows *asking) {
    for (size_t i = 0; i < asking->rows.count; i++) {
        const struct value *row = asking->rows.row(asking->rows.context, i);
        const struct value *before = asking->before->row(asking->before->context, i);
        if (row && is_vouched(asking->reference, before, row))
            reference_add_vouched(lookup, asking->reference, before);
    }
}

/* From silver, and from what the rows were before where their parents are as they were. */
static bool open_lookup(const struct silver_build *build, const struct reference *reference,
                        struct row_list rows, const struct row_list *before,
                        struct reference_lookup **lookup, struct err *err) {
    struct asking_rows asking = {reference, rows, before};
    bool is_helped = before && !silver_is_touched_by(build, reference);
    struct row_list asked = is_helped ? (struct row_list){asking_row, &asking, rows.count} : rows;
    bool whole = is_worth_whole(build, reference, is_helped ? count_rows(asked) : rows.count);
    if (!reference_open(build->warehouse, build->model, reference, whole ? NULL : &asked, lookup,
                        err))
        return false;
    if (is_helped && !whole)
        add_vouched(*lookup, &asking);
    return true;
}

bool silver_lookups_take(const struct silver_build *build, struct reference_lookup ***lookups) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    bool has_all = true;
    *lookups = memory_resize(NULL, sheet->reference_count, sizeof **lookups);
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        (*lookups)[i] = find_lookup(&build->deltas[reference->parent], reference);
        has_all &= (*lookups)[i] != NULL;
    }
    if (!has_all)
        free(*lookups);
    return has_all;
}

bool silver_lookups_open(const struct silver_build *build, struct row_list rows,
                         const struct row_list *before, struct reference_lookup ***lookups,
                         struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    *lookups = memory_resize(NULL, sheet->reference_count, sizeof **lookups);
    memset(*lookups, 0, sheet->reference_count * sizeof **lookups);
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        (*lookups)[i] = find_lookup(&build->deltas[reference->parent], reference);
        if (!(*lookups)[i] && !open_lookup(build, reference, rows, before, &(*lookups)[i], err))
            return false;
    }
    return true;
}

void silver_lookups_close(const struct silver_build *build, struct reference_lookup **lookups) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    for (size_t i = 0; lookups && i < sheet->reference_count; i++)
        if (!find_lookup(&build->deltas[sheet->references[i].parent], &sheet->references[i]))
            reference_close(lookups[i]);
    free(lookups);
}

void silver_lookups_begin(const struct silver_build *build) {
    struct silver_delta *delta = &build->deltas[build->sheet];
    for (size_t s = 0; s < build->model->sheet_count; s++) {
        const struct sheet_model *child = &build->model->sheets[s];
        for (size_t i = 0; i < child->reference_count; i++) {
            const struct reference *reference = &child->references[i];
            if (reference->parent != build->sheet || find_lookup(delta, reference))
                continue;
            delta->lookups = memory_resize(delta->lookups, delta->lookup_count + 1,
                                           sizeof(struct reference_lookup *));
            delta->lookups[delta->lookup_count++] = reference_new(reference);
        }
    }
}
