#include "stages/silver.h"

#include "model/cell.h"
#include "stages/schema.h"
#include "stages/silver_parts.h"
#include "stages/silver_rows.h"

#include <math.h>

void silver_delta_free(struct silver_delta *delta) {
    for (size_t i = 0; i < delta->lookup_count; i++)
        reference_close(delta->lookups[i]);
    free(delta->lookups);
    free(delta->rows);
    arena_free(&delta->arena);
    *delta = (struct silver_delta){0};
}

static const struct value *row_before(const void *context, size_t index) {
    return ((const struct silver_delta *)context)->rows[index].before;
}

static const struct value *row_after(const void *context, size_t index) {
    return ((const struct silver_delta *)context)->rows[index].after;
}

static const struct value *row_of_both(const void *context, size_t index) {
    return index % 2 ? row_after(context, index / 2) : row_before(context, index / 2);
}

struct row_list silver_delta_before(const struct silver_delta *delta) {
    return (struct row_list){row_before, delta, delta->count};
}

struct row_list silver_delta_after(const struct silver_delta *delta) {
    return (struct row_list){row_after, delta, delta->count};
}

struct row_list silver_delta_rows(const struct silver_delta *delta) {
    return (struct row_list){row_of_both, delta, 2 * delta->count};
}

struct value silver_value(const struct field *field, struct value stored) {
    if (field->type != FIELD_MONEY && field->type != FIELD_NUMBER)
        return stored;
    if (stored.kind == VALUE_REAL)
        return value_money(llround(stored.real * 100.0));
    return stored.kind == VALUE_INTEGER ? value_money(stored.integer * 100) : stored;
}

static const struct value *whole_row(const void *context, size_t index) {
    const struct clean_sheet *clean = context;
    return clean->values + (size_t)clean->order[index] * clean->model->field_count;
}

/* Rows are taken in another order than they lie in memory, so they are sent for. */
#define ROWS_AHEAD 8

static struct value *whole_take(const struct clean_sheet *clean, size_t index) {
    if (index + ROWS_AHEAD < clean->order_count)
        __builtin_prefetch(whole_row(clean, index + ROWS_AHEAD));
    return clean->values + (size_t)clean->order[index] * clean->model->field_count;
}

/* Turns away the rows whose parents are missing; their warnings go with them. */
static void whole_check(const struct silver_build *build, struct clean_sheet *clean,
                        struct reference_lookup *const *parents) {
    size_t kept = 0, count = clean->order_count;
    for (size_t i = 0; i < count; i++) {
        struct clean_fault fault = {0};
        bool is_kept;
        uint32_t index = clean->order[i];
        reference_check(parents, clean->model, build->header, whole_take(clean, i), &is_kept,
                        &fault, &clean->arena);
        fault.row = clean->rows[index];
        if (is_kept)
            clean->order[kept++] = index;
        else
            clean_fault_add(&clean->rejects, fault);
    }
    clean->order_count = kept;
    clean->has_parents = true;
    if (kept < count)
        clean_drop_warnings(clean);
}

void silver_check_early(const struct silver_build *build, struct clean_sheet *clean) {
    struct reference_lookup **parents;
    if (!silver_lookups_take(build, &parents))
        return;
    whole_check(build, clean, parents);
    silver_lookups_close(build, parents);
}

static bool whole_check_late(const struct silver_build *build, struct clean_sheet *clean,
                             struct err *err) {
    struct reference_lookup **parents = NULL;
    struct row_list rows = {whole_row, clean, clean->order_count};
    bool ok = silver_lookups_open(build, rows, NULL, &parents, err);
    if (ok)
        whole_check(build, clean, parents);
    silver_lookups_close(build, parents);
    return ok;
}

/* The rows on their way to silver, in its order. What their children will ask for is kept: the
 * database is slower than we are, so that takes no time of its own. */
struct whole_source {
    const struct silver_build *build;
    const struct clean_sheet *clean;
    size_t next;
};

static bool whole_next(void *context, struct value *out) {
    struct whole_source *source = context;
    const struct clean_sheet *clean = source->clean;
    const struct silver_delta *delta = &source->build->deltas[source->build->sheet];
    size_t width = clean->model->field_count;
    if (source->next == clean->order_count)
        return false;
    uint32_t index = clean->order[source->next];
    const struct value *values = whole_take(clean, source->next++);
    for (size_t i = 0; i < delta->lookup_count; i++)
        reference_add(delta->lookups[i], values);
    memcpy(out, values, width * sizeof *out);
    out[width] = value_integer(source->build->change->row_ids[clean->rows[index]]);
    return true;
}

static bool whole_load(const struct silver_build *build, const struct clean_sheet *clean,
                       struct err *err) {
    struct whole_source source = {.build = build, .clean = clean};
    silver_lookups_begin(build);
    return silver_load_rows(build->warehouse, clean->model,
                            (struct row_source){whole_next, &source}, clean->order_count, err);
}

static bool whole_write_faults(const struct silver_build *build, const struct pull *pull,
                               const struct clean_sheet *clean, struct err *err) {
    struct audit_writer writer = {0};
    struct arena scratch = {0};
    struct span *cells = arena_array(&scratch, pull->sheet.width, sizeof *cells);
    bool ok = audit_drop_sheet(build->warehouse, clean->model, err) &&
              audit_writer_open(&writer, build->warehouse, build->run, err);
    size_t total = clean->rejects.count + clean->warnings.count;
    for (size_t i = 0; ok && i < total; i++) {
        bool is_reject = i < clean->rejects.count;
        const struct clean_fault *fault =
            is_reject ? &clean->rejects.items[i] : &clean->warnings.items[i - clean->rejects.count];
        struct audit_row row = {clean->model, build->header, cells, fault->row,
                                build->change->row_ids[fault->row]};
        sheet_read_row(&pull->sheet, fault->row, cells, &scratch);
        ok = is_reject ? audit_add_reject(&writer, &row, fault, err)
                       : audit_add_warning(&writer, &row, fault, err);
    }
    audit_writer_close(&writer);
    arena_free(&scratch);
    return ok;
}

static bool whole_empty(const struct silver_build *build, int64_t *removed, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "DELETE FROM ");
    sql_add_table(&sql, "silver", build->model->sheets[build->sheet].name);
    bool ok = warehouse_run(build->warehouse, buf_text(&sql), NULL, 0, removed, err);
    buf_free(&sql);
    return ok;
}

bool silver_build_whole(struct silver_build *build, const struct pull *pull,
                        struct clean_sheet *clean, struct silver_counts *counts, struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    *counts = (struct silver_counts){0};
    build->deltas[build->sheet].is_bulk = true;
    if ((!clean->has_parents && !whole_check_late(build, clean, err)) ||
        !schema_index_silver(build->warehouse, sheet, false, err) ||
        !whole_empty(build, &counts->removed, err) || !whole_load(build, clean, err) ||
        !schema_index_silver(build->warehouse, sheet, true, err) ||
        !whole_write_faults(build, pull, clean, err))
        return false;
    counts->rows_in = (int64_t)pull->sheet.row_count;
    counts->rows_out = counts->added = (int64_t)clean->order_count;
    counts->rejected = (int64_t)clean->rejects.count;
    counts->warnings = (int64_t)clean->warnings.count;
    counts->blank = (int64_t)clean->blank_count;
    return true;
}
