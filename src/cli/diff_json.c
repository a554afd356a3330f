#include "cli/diff_print.h"

#include "cli/model_changes.h"

static void add_snapshot(struct json_writer *json, const char *name, int64_t id,
                         const char *loaded_at, bool is_pending) {
    if (id == 0 && !is_pending) {
        json_add_null(json, name);
        return;
    }
    json_open_object(json, name);
    if (is_pending)
        json_add_null(json, "snapshot_id");
    else
        json_add_integer(json, "snapshot_id", id);
    json_add_string(json, "loaded_at", loaded_at);
    json_close_object(json);
}

static void add_names(struct json_writer *json, const char *name, const char *const *names,
                      size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++)
        json_add_string(json, NULL, names[i]);
    json_close_array(json);
}

static void add_columns(struct json_writer *json, const struct diff_sheet *sheet) {
    json_open_object(json, "columns");
    add_names(json, "added", sheet->added_columns, sheet->added_column_count);
    add_names(json, "removed", sheet->removed_columns, sheet->removed_column_count);
    json_open_array(json, "renamed");
    for (size_t i = 0; i < sheet->rename_count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "from", sheet->renames[i].from);
        json_add_string(json, "to", sheet->renames[i].to);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

static void add_counts(struct json_writer *json, const struct diff_sheet *sheet,
                       int64_t unchanged) {
    json_open_object(json, "rows");
    json_add_integer(json, "added", (int64_t)sheet->added);
    json_add_integer(json, "removed", (int64_t)sheet->removed);
    json_add_integer(json, "changed", (int64_t)sheet->changed);
    json_add_integer(json, "moved", (int64_t)sheet->moved);
    json_add_integer(json, "unchanged", unchanged);
    json_close_object(json);
}

static void add_changed_cells(struct json_writer *json, const struct diff_row *row) {
    json_open_array(json, "cells");
    for (size_t i = 0; i < row->cell_count; i++) {
        const struct diff_cell *cell = &row->cells[i];
        json_open_object(json, NULL);
        json_add_string(json, "column", cell->column);
        json_add_string(json, "cell", cell->address[0] ? cell->address : NULL);
        json_add_text(json, "before", cell->before);
        json_add_text(json, "after", cell->after);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_values(struct json_writer *json, const struct diff_row *row) {
    json_open_object(json, "values");
    for (size_t i = 0; i < row->cell_count; i++)
        json_add_text(json, row->cells[i].column,
                      row->kind == DIFF_ADDED ? row->cells[i].after : row->cells[i].before);
    json_close_object(json);
}

static void add_row(struct json_writer *json, const struct diff_row *row, bool has_cells) {
    json_open_object(json, NULL);
    json_add_string(json, "kind", DIFF_KINDS[row->kind]);
    if (row->key.size)
        json_add_text(json, "key", row->key);
    else
        json_add_null(json, "key");
    if (row->row)
        json_add_integer(json, "row", (int64_t)row->row);
    if (has_cells && row->kind == DIFF_CHANGED)
        add_changed_cells(json, row);
    else if (has_cells)
        add_values(json, row);
    json_close_object(json);
}

static void add_changes(struct json_writer *json, const struct diff_sheet *sheet,
                        const struct diff_view *view) {
    json_open_array(json, "changes");
    for (size_t i = 0; i < sheet->row_count; i++)
        add_row(json, &sheet->rows[i], view->has_cells);
    json_close_array(json);
}

static void add_sheet(struct json_writer *json, const struct diff_sheet *sheet,
                      const struct run_sheet *report, const struct diff_view *view) {
    json_open_object(json, NULL);
    json_add_string(json, "sheet", report->sheet);
    json_add_string(json, "source", report->source);
    json_add_string(json, "location", report->location);
    json_add_string(json, "status", report->status);
    json_add_string(json, "message", report->message);
    add_columns(json, sheet);
    add_counts(json, sheet, sheet->model ? (int64_t)sheet->unchanged : report->rows);
    json_add_boolean(json, "repeated_keys", sheet->has_repeated_keys);
    if (view->has_rows || view->has_cells)
        add_changes(json, sheet, view);
    else
        json_add_null(json, "changes");
    json_close_object(json);
}

static void add_reject_list(struct json_writer *json, const char *name,
                            const struct diff_reject *rejects, size_t count,
                            const struct diff_view *view) {
    if (view->is_counts) {
        json_add_null(json, name);
        return;
    }
    json_open_array(json, name);
    for (size_t i = 0; i < count && i < view->limit; i++) {
        const struct diff_reject *reject = &rejects[i];
        json_open_object(json, NULL);
        json_add_string(json, "sheet", reject->sheet->name);
        json_add_string(json, "key", reject->key);
        json_add_string(json, "cell", reject->cell);
        json_add_string(json, "column", reject->column);
        json_add_string(json, "rule", reject->rule);
        json_add_string(json, "value", reject->value);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_rejects(struct json_writer *json, const struct diff *diff,
                        const struct diff_view *view) {
    if (!view->has_rows && !view->has_cells && !view->is_counts) {
        json_add_null(json, "rejects");
        return;
    }
    json_open_object(json, "rejects");
    add_reject_list(json, "new", diff->new_rejects, diff->new_reject_count, view);
    add_reject_list(json, "healed", diff->healed, diff->healed_count, view);
    json_open_object(json, "rows");
    json_add_integer(json, "new", (int64_t)diff->new_reject_count);
    json_add_integer(json, "healed", (int64_t)diff->healed_count);
    json_close_object(json);
    json_close_object(json);
}

static void add_gold_key(struct json_writer *json, const struct gold_model *gold,
                         const struct diff_gold_row *row) {
    const struct value *values = row->after ? row->after : row->before;
    json_open_object(json, "key");
    for (size_t i = 0; i < gold->key_count; i++)
        json_add_value(json, gold->fields[gold->key[i]].name, values[gold->key[i]]);
    json_close_object(json);
}

static void add_gold_cells(struct json_writer *json, const struct gold_model *gold,
                           const struct diff_gold_row *row) {
    json_open_array(json, "cells");
    for (size_t i = 0; i < gold->field_count; i++) {
        if (value_equal(row->before[i], row->after[i]))
            continue;
        json_open_object(json, NULL);
        json_add_string(json, "column", gold->fields[i].name);
        json_add_value(json, "before", row->before[i]);
        json_add_value(json, "after", row->after[i]);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_gold_values(struct json_writer *json, const struct gold_model *gold,
                            const struct value *values) {
    json_open_object(json, "values");
    for (size_t i = 0; i < gold->field_count; i++)
        json_add_value(json, gold->fields[i].name, values[i]);
    json_close_object(json);
}

static void add_gold_row(struct json_writer *json, const struct diff_gold *gold,
                         const struct diff_gold_row *row) {
    json_open_object(json, NULL);
    add_gold_key(json, gold->model, row);
    if (row->kind == DIFF_CHANGED)
        add_gold_cells(json, gold->model, row);
    else
        add_gold_values(json, gold->model, row->kind == DIFF_ADDED ? row->after : row->before);
    json_close_object(json);
}

/* The limit is of a table's rows of every kind together. */
static void add_gold_rows(struct json_writer *json, const char *name, enum diff_kind kind,
                          const struct diff_gold *gold, const struct diff_view *view) {
    if (view->is_counts) {
        json_add_null(json, name);
        return;
    }
    json_open_array(json, name);
    for (size_t i = 0; i < gold->row_count && i < view->limit; i++)
        if (gold->rows[i].kind == kind)
            add_gold_row(json, gold, &gold->rows[i]);
    json_close_array(json);
}

static void add_gold_counts(struct json_writer *json, const struct diff_gold *gold) {
    json_open_object(json, "rows");
    json_add_integer(json, "added", (int64_t)gold->added);
    json_add_integer(json, "removed", (int64_t)gold->removed);
    json_add_integer(json, "changed", (int64_t)gold->changed);
    json_close_object(json);
}

static void add_gold(struct json_writer *json, const struct diff *diff,
                     const struct diff_view *view) {
    if (view->sheet || (!view->has_kpis && !view->is_counts)) {
        json_add_null(json, "gold");
        return;
    }
    json_open_array(json, "gold");
    for (size_t i = 0; i < diff->model->gold_count; i++) {
        const struct diff_gold *gold = &diff->gold[i];
        json_open_object(json, NULL);
        json_add_string(json, "table", diff->model->gold[i].name);
        add_gold_rows(json, "added", DIFF_ADDED, gold, view);
        add_gold_rows(json, "removed", DIFF_REMOVED, gold, view);
        add_gold_rows(json, "changed", DIFF_CHANGED, gold, view);
        add_gold_counts(json, gold);
        json_close_object(json);
    }
    json_close_array(json);
}

void diff_add_json(struct output *output, const struct diff *diff, const struct run_report *report,
                   const struct diff_view *view) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    add_snapshot(&json, "from", report->from_snapshot_id, report->from_loaded_at, false);
    add_snapshot(&json, "to", report->snapshot_id, report->loaded_at, view->is_pending);
    model_changes_add_json(&json, report);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < report->sheet_count; i++)
        if (!view->sheet || strcmp(view->sheet, report->sheets[i].sheet) == 0)
            add_sheet(&json, &diff->sheets[i], &report->sheets[i], view);
    json_close_array(&json);
    add_rejects(&json, diff, view);
    add_gold(&json, diff, view);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}
