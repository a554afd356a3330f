#include "stages/silver.h"

#include "model/cell.h"
#include "stages/reference.h"
#include "stages/schema.h"
#include "stages/silver_parts.h"

#include <math.h>

void silver_delta_free(struct silver_delta *delta) {
    free(delta->rows);
    arena_free(&delta->arena);
    *delta = (struct silver_delta){0};
}

struct value silver_value(const struct field *field, struct value stored) {
    bool is_money = field->type == FIELD_MONEY || field->type == FIELD_NUMBER;
    if (!is_money || stored.kind == VALUE_NULL)
        return stored;
    return value_money(stored.kind == VALUE_REAL ? llround(stored.real * 100.0)
                                                 : stored.integer * 100);
}

/* Reading a whole parent pays off when a good part of it will be asked for. */
static bool is_worth_whole(const struct silver_build *build, const struct reference *reference,
                           size_t row_count, bool *is_worth, struct err *err) {
    struct arena scratch = {0};
    struct value parents;
    const char *sql = arena_printf(&scratch, "SELECT COUNT(*) FROM \"silver_%s\"",
                                   build->model->sheets[reference->parent].name);
    bool ok = warehouse_value(build->warehouse, &scratch, sql, NULL, 0, &parents, err);
    *is_worth = ok && (int64_t)row_count * 8 > parents.integer;
    arena_free(&scratch);
    return ok;
}

bool silver_lookups_open(const struct silver_build *build, size_t row_count,
                         struct reference_lookup ***lookups, struct err *err) {
    const struct sheet_model *sheet = &build->model->sheets[build->sheet];
    *lookups = memory_resize(NULL, sheet->reference_count, sizeof **lookups);
    memset(*lookups, 0, sheet->reference_count * sizeof **lookups);
    for (size_t i = 0; i < sheet->reference_count; i++) {
        bool whole;
        if (!is_worth_whole(build, &sheet->references[i], row_count, &whole, err) ||
            !reference_open(build->warehouse, build->model, &sheet->references[i], whole,
                            &(*lookups)[i], err))
            return false;
    }
    return true;
}

void silver_lookups_close(const struct silver_build *build, struct reference_lookup **lookups) {
    for (size_t i = 0; lookups && i < build->model->sheets[build->sheet].reference_count; i++)
        reference_close(lookups[i]);
    free(lookups);
}

/* Turns away the rows whose parents are missing; their warnings go with them. */
static bool whole_check_references(const struct silver_build *build, struct clean_sheet *clean,
                                   struct err *err) {
    const struct sheet_model *sheet = clean->model;
    struct reference_lookup **lookups = NULL;
    bool ok = silver_lookups_open(build, clean->order_count, &lookups, err);
    size_t kept = 0;
    for (size_t i = 0; ok && i < clean->order_count; i++) {
        uint32_t index = clean->order[i];
        struct value *values = clean->values + (size_t)index * sheet->field_count;
        struct clean_fault fault = {0};
        bool is_kept;
        ok = reference_check(lookups, sheet, build->header, values, &is_kept, &fault, &clean->arena,
                             err);
        fault.row = clean->rows[index];
        if (is_kept)
            clean->order[kept++] = index;
        else if (ok)
            clean_fault_add(&clean->rejects, fault);
    }
    bool has_lost = kept < clean->order_count;
    clean->order_count = kept;
    if (ok && has_lost)
        clean_drop_warnings(clean);
    silver_lookups_close(build, lookups);
    return ok;
}

/* The kept rows in the order of silver's primary key. */
struct whole_source {
    const struct clean_sheet *clean;
    const int64_t *row_ids;
    size_t next;
};

static bool whole_next(void *context, struct value *out) {
    struct whole_source *source = context;
    const struct clean_sheet *clean = source->clean;
    if (source->next == clean->order_count)
        return false;
    uint32_t index = clean->order[source->next++];
    size_t width = clean->model->field_count;
    memcpy(out, clean->values + (size_t)index * width, width * sizeof *out);
    out[width] = value_integer(source->row_ids[clean->rows[index]]);
    return true;
}

static bool whole_load(const struct silver_build *build, const struct clean_sheet *clean,
                       struct err *err) {
    const struct sheet_model *sheet = clean->model;
    struct arena scratch = {0};
    const char **columns = arena_array(&scratch, sheet->field_count + 1, sizeof *columns);
    for (size_t i = 0; i < sheet->field_count; i++)
        columns[i] = sheet->fields[i].name;
    columns[sheet->field_count] = "_row_id";
    struct whole_source source = {clean, build->change->row_ids, 0};
    bool ok =
        warehouse_load(build->warehouse, arena_printf(&scratch, "silver_%s", sheet->name), columns,
                       sheet->field_count + 1, (struct row_source){whole_next, &source}, err);
    arena_free(&scratch);
    return ok;
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
    if (!whole_check_references(build, clean, err) ||
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
