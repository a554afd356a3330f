#include "stages/silver_rows.h"

#include "stages/schema.h"

bool silver_remove_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct row_list rows, struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    size_t *key = arena_array(&scratch, sheet->field_count, sizeof *key);
    size_t key_count = schema_order(sheet, key);
    struct shortlist_column *columns = arena_array(&scratch, key_count, sizeof *columns);
    for (size_t i = 0; i < key_count; i++)
        columns[i] = (struct shortlist_column){key[i], sheet->fields[key[i]].type};
    buf_add_text(&sql, "DELETE FROM ");
    sql_add_table(&sql, "silver", sheet->name);
    buf_add_text(&sql, " WHERE (");
    schema_add_fields(&sql, sheet->fields, key, key_count, NULL);
    buf_add_text(&sql, ") IN (SELECT ");
    for (size_t i = 0; i < key_count; i++)
        buf_printf(&sql, "%sp%zu", i ? ", " : "", i);
    buf_add_text(&sql, " FROM goldleaf_removed)");
    bool ok = shortlist_rows(warehouse, "goldleaf_removed", columns, key_count, rows, err) &&
              warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

struct insertion {
    struct row_list rows;
    int64_t (*row_id)(const void *context, size_t index);
    size_t width, next;
};

static bool next_row(void *context, struct value *out) {
    struct insertion *insertion = context;
    const struct value *row = NULL;
    size_t index = 0;
    while (!row && insertion->next < insertion->rows.count) {
        index = insertion->next++;
        row = insertion->rows.row(insertion->rows.context, index);
    }
    if (!row)
        return false;
    memcpy(out, row, insertion->width * sizeof *out);
    out[insertion->width] =
        value_integer(insertion->row_id ? insertion->row_id(insertion->rows.context, index) : 0);
    return true;
}

bool silver_load_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                      struct row_source source, size_t count, struct err *err) {
    struct arena scratch = {0};
    const char **columns = arena_array(&scratch, sheet->field_count + 1, sizeof *columns);
    for (size_t i = 0; i < sheet->field_count; i++)
        columns[i] = sheet->fields[i].name;
    columns[sheet->field_count] = "_row_id";
    const char *table = arena_printf(&scratch, "silver_%s", sheet->name);
    bool ok = warehouse_load(warehouse, table, columns, sheet->field_count + 1, source, err) &&
              (count == 0 || warehouse_analyze(warehouse, table, count, err));
    arena_free(&scratch);
    return ok;
}

bool silver_insert_rows(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct row_list rows, int64_t (*row_id)(const void *context, size_t index),
                        struct err *err) {
    struct insertion insertion = {rows, row_id, sheet->field_count, 0};
    return silver_load_rows(warehouse, sheet, (struct row_source){next_row, &insertion},
                            row_id ? rows.count : 0, err);
}
