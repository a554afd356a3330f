#include "stages/model_loss.h"

#include "stages/audit.h"

#define WAS "goldwas_" /* and the sheet: a name has at most 63 bytes */

/* The columns of a silver table that the model still has. */
static bool find_columns(struct warehouse *warehouse, const struct sheet_model *sheet,
                         const char *table, const char **columns, size_t *count, struct err *err) {
    *count = 0;
    for (size_t i = 0; i < sheet->field_count; i++) {
        bool exists;
        if (!warehouse_has_column(warehouse, table, sheet->fields[i].name, &exists, err))
            return false;
        if (exists)
            columns[(*count)++] = sheet->fields[i].name;
    }
    return true;
}

/* As text, in the order of versions: it is only asked whether there was a value, and which. */
static bool copy_rows(struct warehouse *warehouse, const char *was, const char *silver,
                      const char *const *columns, size_t count, struct err *err) {
    struct buf sql = {0};
    buf_printf(&sql, "CREATE TEMP TABLE \"%s\" (_row_id %s NOT NULL PRIMARY KEY", was,
               warehouse_row_id_type(warehouse));
    for (size_t i = 0; i < count; i++)
        buf_printf(&sql, ", \"%s\" TEXT", columns[i]);
    buf_printf(&sql, "); INSERT INTO \"%s\" SELECT _row_id", was);
    for (size_t i = 0; i < count; i++)
        buf_printf(&sql, ", CAST(\"%s\" AS TEXT)", columns[i]);
    buf_printf(&sql, " FROM \"%s\" ORDER BY _row_id", silver);
    bool ok = warehouse_exec(warehouse, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

static bool remember(struct warehouse *warehouse, const struct sheet_model *sheet,
                     struct err *err) {
    struct arena scratch = {0};
    const char *silver = arena_printf(&scratch, "silver_%s", sheet->name);
    const char *was = arena_printf(&scratch, WAS "%s", sheet->name);
    const char **columns = arena_array(&scratch, sheet->field_count, sizeof *columns);
    size_t count;
    bool exists;
    bool ok = warehouse_has_table(warehouse, silver, &exists, err) &&
              (!exists || (find_columns(warehouse, sheet, silver, columns, &count, err) &&
                           copy_rows(warehouse, was, silver, columns, count, err)));
    arena_free(&scratch);
    return ok;
}

/* Rows follow from those of their parents, too. */
bool model_loss_remember(struct warehouse *warehouse, const struct model *model,
                         const struct model_diff *diff, struct err *err) {
    struct arena scratch = {0};
    bool *is_touched = arena_array(&scratch, model->sheet_count, sizeof *is_touched), ok = true;
    for (size_t i = 0; ok && i < model->sheet_count; i++) {
        size_t index = model->build_order[i];
        const struct sheet_model *sheet = &model->sheets[index];
        is_touched[index] = model_diff_touches(diff, sheet, false);
        for (size_t j = 0; j < sheet->reference_count; j++)
            is_touched[index] |= is_touched[sheet->references[j].parent];
        ok = !is_touched[index] || remember(warehouse, sheet, err);
    }
    arena_free(&scratch);
    return ok;
}

/* ---- one sheet, before and after ---- */

struct measure {
    struct warehouse *warehouse;
    const struct sheet_model *sheet;
    double max_loss;
    struct arena *arena;
    struct model_diff *diff;
    int64_t was; /* rows that were in silver */
};

static void add(const struct measure *self, const char *column, const char *loss,
                const char *text) {
    const struct model_difference difference = {
        .place = "",
        .subject = column ? arena_printf(self->arena, "%s.%s", self->sheet->name, column)
                          : self->sheet->name,
        .text = text,
        .loss = loss,
        .table = arena_printf(self->arena, "silver_%s", self->sheet->name),
        .sheet = self->sheet->name,
        .column = column};
    model_diff_add(self->arena, self->diff, &difference);
}

/* The difference in type of a column, or NULL. */
static const struct model_difference *find_type_change(const struct measure *self,
                                                       const char *column) {
    for (size_t i = 0; column && i < self->diff->count; i++) {
        const struct model_difference *item = &self->diff->items[i];
        if (item->change == CHANGE_TYPE && item->sheet &&
            strcmp(item->sheet, self->sheet->name) == 0 && strcmp(item->column, column) == 0)
            return item;
    }
    return NULL;
}

static const char *count_text(const struct measure *self, int64_t count, const char *one,
                              const char *many) {
    return arena_printf(self->arena, "%lld %s", (long long)count, count == 1 ? one : many);
}

static void add_turned_away(const struct measure *self, const char *rule, const char *column,
                            int64_t count) {
    const char *rows = count_text(self, count, "row", "rows");
    const char *loss = NULL;
    if (find_type_change(self, column))
        loss = arena_printf(self->arena, "%s of silver_%s cannot have the new type", rows,
                            self->sheet->name);
    add(self, column, loss,
        arena_printf(self->arena, "%s that %s in silver %s now turned away (%s)", rows,
                     count == 1 ? "was" : "were", count == 1 ? "is" : "are", rule));
}

static void add_share(const struct measure *self, int64_t lost) {
    if ((double)lost * 100 <= self->max_loss * (double)self->was)
        return;
    add(self, NULL,
        arena_printf(self->arena, "%s leave silver_%s, more than --max-loss %g per cent",
                     count_text(self, lost, "row", "rows"), self->sheet->name, self->max_loss),
        arena_printf(self->arena, "%lld of %lld rows are turned away", (long long)lost,
                     (long long)self->was));
}

/* Every current row is in silver, in the quarantine or blank; so a row that was in silver, has not
 * changed in the sheet, and is there no more, is in the quarantine. */
static bool measure_rows(const struct measure *self, struct err *err) {
    struct statement *statement = NULL;
    struct value table = value_string(arena_printf(self->arena, "bronze_%s", self->sheet->name));
    const char *sql = arena_printf(
        self->arena,
        "SELECT r.rule, r.column_name, COUNT(*) FROM \"" WAS "%s\" w JOIN audit_rejected_rows r"
        " ON r.row_id = w._row_id WHERE r.source_table = $1 GROUP BY r.rule, r.column_name"
        " ORDER BY r.rule COLLATE \"C\", r.column_name COLLATE \"C\"",
        self->sheet->name);
    bool has_row = true;
    int64_t lost = 0;
    bool ok = statement_prepare(self->warehouse, &statement, sql, err) &&
              statement_start(statement, &table, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        const char *rule = arena_string(self->arena, value_span(statement_value(statement, 0)));
        struct value column = statement_value(statement, 1);
        int64_t count = statement_value(statement, 2).integer;
        lost += count;
        add_turned_away(self, rule,
                        column.kind == VALUE_TEXT ? arena_string(self->arena, value_span(column))
                                                  : NULL,
                        count);
    }
    statement_close(statement);
    if (ok)
        add_share(self, lost);
    return ok;
}

/* ---- cells ---- */

/* When a value of the old type is not to be had back from the new one, though that could be read:
 * zeros in front of a number, the time of a day. NULL: what could be read is whole. */
static const char *add_cut(struct arena *arena, const struct model_difference *type,
                           const char *column) {
    bool is_text = type && strcmp(type->old_type, "string") == 0;
    bool is_time = type && strcmp(type->old_type, "datetime") == 0;
    if (is_text && strcmp(type->new_type, "integer") == 0)
        return arena_printf(arena, "w.\"%s\" <> CAST(s.\"%s\" AS TEXT)", column, column);
    if (is_text && (strcmp(type->new_type, "number") == 0 || strcmp(type->new_type, "money") == 0))
        return arena_printf(arena, "w.\"%s\" LIKE '0_%%' AND w.\"%s\" NOT LIKE '0.%%'", column,
                            column);
    if (is_time && strcmp(type->new_type, "date") == 0)
        return arena_printf(arena, "w.\"%s\" <> CAST(s.\"%s\" AS TEXT) || ' 00:00:00'", column,
                            column);
    return NULL;
}

static void add_emptied(const struct measure *self, const char *column, bool is_other_type,
                        int64_t count) {
    const char *cells = count_text(self, count, "cell", "cells");
    add(self, column,
        is_other_type ? arena_printf(self->arena, "%s of silver_%s.%s cannot have the new type",
                                     cells, self->sheet->name, column)
                      : NULL,
        arena_printf(self->arena, "%s that had a value %s empty", cells,
                     count == 1 ? "is" : "are"));
}

static void add_cuts(const struct measure *self, const char *column,
                     const struct model_difference *type, int64_t count) {
    bool is_time = strcmp(type->old_type, "datetime") == 0;
    add(self, column,
        arena_printf(self->arena, "%s of silver_%s.%s lose what %s cannot hold",
                     count_text(self, count, "cell", "cells"), self->sheet->name, column,
                     type->new_type),
        arena_printf(self->arena, "%s cut: %s", count_text(self, count, "cell is", "cells are"),
                     is_time ? "the time of day" : "zeros or signs in front"));
}

/* Two counts a column, in one pass over both tables. */
static void add_counts(const struct measure *self, struct buf *sql, const char *column) {
    const char *cut = add_cut(self->arena, find_type_change(self, column), column);
    buf_printf(sql,
               "%sSUM(CASE WHEN w.\"%s\" IS NOT NULL AND s.\"%s\" IS NULL THEN 1 ELSE 0 END),"
               " SUM(CASE WHEN %s THEN 1 ELSE 0 END)",
               sql->size ? ", " : "SELECT ", column, column, cut ? cut : "1 = 0");
}

static bool measure_cells(const struct measure *self, const char *was, struct err *err) {
    const char **columns = arena_array(self->arena, self->sheet->field_count, sizeof *columns);
    struct statement *statement = NULL;
    struct buf sql = {0};
    size_t count;
    bool has_row = false,
         ok = find_columns(self->warehouse, self->sheet, was, columns, &count, err);
    for (size_t i = 0; i < count; i++)
        add_counts(self, &sql, columns[i]);
    buf_printf(&sql, " FROM \"%s\" w JOIN \"silver_%s\" s ON s._row_id = w._row_id", was,
               self->sheet->name);
    ok = ok &&
         (count == 0 ||
          (statement_prepare(self->warehouse, &statement, buf_text(&sql), err) &&
           statement_start(statement, NULL, 0, err) && statement_next(statement, &has_row, err)));
    for (size_t i = 0; ok && has_row && i < count; i++) {
        const struct model_difference *type = find_type_change(self, columns[i]);
        int64_t emptied = statement_value(statement, 2 * i).integer;
        int64_t cuts = statement_value(statement, 2 * i + 1).integer;
        if (emptied)
            add_emptied(self, columns[i], type != NULL, emptied);
        if (cuts)
            add_cuts(self, columns[i], type, cuts);
    }
    statement_close(statement);
    buf_free(&sql);
    return ok;
}

static bool measure_sheet(struct measure *self, struct err *err) {
    const char *was = arena_printf(self->arena, WAS "%s", self->sheet->name);
    struct value rows;
    bool exists;
    if (!warehouse_has_table(self->warehouse, was, &exists, err))
        return false;
    if (!exists)
        return true;
    bool ok = warehouse_value(self->warehouse, self->arena,
                              arena_printf(self->arena, "SELECT COUNT(*) FROM \"%s\"", was), NULL,
                              0, &rows, err);
    self->was = ok ? rows.integer : 0;
    return ok && measure_rows(self, err) && measure_cells(self, was, err) &&
           warehouse_drop_table(self->warehouse, was, err);
}

bool model_loss_measure(struct warehouse *warehouse, const struct model *model, double max_loss,
                        struct arena *arena, struct model_diff *diff, struct err *err) {
    for (size_t i = 0; i < model->sheet_count; i++) {
        struct measure measure = {.warehouse = warehouse,
                                  .sheet = &model->sheets[i],
                                  .max_loss = max_loss,
                                  .arena = arena,
                                  .diff = diff};
        if (!measure_sheet(&measure, err))
            return false;
    }
    return true;
}

/* ---- tables ---- */

/* As the audit has it: the table itself may be on a server while we work on a copy. */
static bool count_rows(struct warehouse *warehouse, const struct model_difference *item,
                       int64_t *rows, struct err *err) {
    struct value parameters[] = {value_string(item->sheet ? "silver" : "gold"),
                                 value_string(item->table)};
    struct statement *statement = NULL;
    bool has_row = false;
    bool ok = statement_prepare(warehouse, &statement, sql_file("audit/last_load"), err) &&
              statement_start(statement, parameters, 2, err) &&
              statement_next(statement, &has_row, err);
    *rows = ok && has_row ? statement_value(statement, 1).integer : 0;
    statement_close(statement);
    return ok;
}

bool model_loss_count_rows(struct warehouse *warehouse, struct arena *arena,
                           struct model_diff *diff, struct err *err) {
    const char *built_by;
    int64_t ignored;
    if (!audit_read_watermark(warehouse, arena, "model", "silver", &built_by, &ignored, err))
        return false;
    for (size_t i = 0; i < diff->count; i++) {
        struct model_difference *item = &diff->items[i];
        int64_t rows;
        if (!built_by)
            item->loss = NULL;
        if (!item->loss || !item->table)
            continue;
        if (!count_rows(warehouse, item, &rows, err))
            return false;
        item->loss = arena_printf(arena, "%s (%lld row%s)", item->loss, (long long)rows,
                                  rows == 1 ? "" : "s");
    }
    return true;
}

void model_loss_add_views(struct arena *arena, const struct schema_views *views,
                          struct model_diff *diff) {
    for (size_t i = 0; i < views->count; i++) {
        const struct schema_view *view = &views->items[i];
        const struct model_difference difference = {
            .change = CHANGE_REMOVED,
            .place = "",
            .subject = view->name,
            .text = arena_printf(arena, "a %s on %s, which is dropped or made anew", view->kind,
                                 view->table),
            .loss =
                arena_printf(arena, "the %s goes; it has to be made again afterwards", view->kind),
            .table = NULL};
        model_diff_add(arena, diff, &difference);
    }
}
