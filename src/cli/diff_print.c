#include "cli/diff_print.h"

#include "base/decimal.h"
#include "cli/kpi_value.h"
#include "cli/model_changes.h"
#include "cli/table.h"
#include "model/cell.h"
#include "stages/key.h"

static size_t at_most(size_t count, size_t limit) {
    return count < limit ? count : limit;
}

static void add_more(struct output *output, size_t left) {
    if (left == 0)
        return;
    buf_printf(&output->text, "  %s... and ", output_style_on(output, STYLE_DIM));
    decimal_add_grouped(&output->text, (int64_t)left);
    buf_printf(&output->text, " more: --limit 0 shows all%s\n",
               output_style_off(output, STYLE_DIM));
}

static void add_heading(struct output *output, const char *text) {
    buf_printf(&output->text, "\n%s%s%s\n", output_style_on(output, STYLE_BOLD), text,
               output_style_off(output, STYLE_BOLD));
}

/* ---- sheets ---- */

/* "2 changed, 1 added, 997 unchanged" */
static void add_count(struct buf *out, size_t count, const char *what, bool *is_first) {
    if (count == 0)
        return;
    buf_add_text(out, *is_first ? "" : ", ");
    decimal_add_grouped(out, (int64_t)count);
    buf_printf(out, " %s", what);
    *is_first = false;
}

static void add_sheet_counts(struct output *output, const struct diff_sheet *sheet,
                             const struct run_sheet *report) {
    struct buf *out = &output->text;
    bool is_first = true;
    buf_printf(out, "\n%s", output_style_on(output, STYLE_BOLD));
    output_add(output, span_from(report->sheet));
    buf_printf(out, "%s: ", output_style_off(output, STYLE_BOLD));
    add_count(out, sheet->changed, "changed", &is_first);
    add_count(out, sheet->added, "added", &is_first);
    add_count(out, sheet->removed, "removed", &is_first);
    add_count(out, sheet->moved, "moved", &is_first);
    add_count(out, sheet->unchanged, "unchanged", &is_first);
    buf_add_char(out, '\n');
}

static void add_column_names(struct output *output, const char *what, enum output_style style,
                             const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_printf(&output->text, "  %scolumn %s%s: ", output_style_on(output, style), what,
                   output_style_off(output, style));
        output_add(output, span_from(names[i]));
        buf_add_char(&output->text, '\n');
    }
}

/* A new column with a value in each row is one change and not as many as there are rows. */
static void add_only_in_columns(struct output *output, const struct diff_sheet *sheet) {
    if (!sheet->only_in_columns)
        return;
    buf_add_text(&output->text, "  ");
    output_add_count(&output->text, (int64_t)sheet->only_in_columns, "more row", "more rows");
    buf_add_text(&output->text, " changed in nothing but that: --limit 0 shows all\n");
}

static void add_column_changes(struct output *output, const struct diff_sheet *sheet,
                               const struct diff_view *view) {
    if (!sheet->is_first)
        add_column_names(output, "added", STYLE_GOOD, sheet->added_columns,
                         sheet->added_column_count);
    add_column_names(output, "removed", STYLE_BAD, sheet->removed_columns,
                     sheet->removed_column_count);
    for (size_t i = 0; i < sheet->rename_count; i++) {
        buf_printf(&output->text, "  %scolumn renamed%s: ", output_style_on(output, STYLE_WARN),
                   output_style_off(output, STYLE_WARN));
        output_add(output, span_from(sheet->renames[i].from));
        buf_add_text(&output->text, " \u2192 ");
        output_add(output, span_from(sheet->renames[i].to));
        buf_add_text(&output->text, " (a guess: values, place, name)\n");
    }
    if (view->has_rows || view->has_cells)
        add_only_in_columns(output, sheet);
}

/* The cells of a row that came or went, in one text; between two bars without a text is a blank
 * one.
 */
static void add_summary(struct buf *out, const struct diff_row *row) {
    size_t column = 0;
    for (size_t i = 0; i < row->cell_count; i++) {
        const struct diff_cell *cell = &row->cells[i];
        for (; column < cell->index; column++)
            buf_add_text(out, column + 1 < cell->index ? " |" : " | ");
        buf_add(out, row->kind == DIFF_ADDED ? cell->after : cell->before);
    }
}

static void add_whole_row(struct table *table, const struct diff_row *row, bool has_cells) {
    struct buf text = {0};
    bool is_added = row->kind == DIFF_ADDED;
    char place[32] = "";
    if (row->row)
        snprintf(place, sizeof place, "row %zu", row->row);
    if (has_cells)
        add_summary(&text, row);
    table_add_string(table, place);
    table_add(table, row->key);
    table_add_styled(table, is_added ? SPAN("added") : SPAN("removed"),
                     is_added ? STYLE_GOOD : STYLE_BAD);
    table_add(table, buf_span(&text));
    buf_free(&text);
}

static void add_changed_row(struct table *table, const struct diff_row *row, bool has_cells) {
    char place[32];
    snprintf(place, sizeof place, "row %zu", row->row);
    if (!has_cells) {
        table_add_string(table, place);
        table_add(table, row->key);
        table_add_styled(table, SPAN("changed"), STYLE_WARN);
        table_add(table, SPAN(""));
        return;
    }
    for (size_t i = 0; i < row->cell_count; i++) {
        const struct diff_cell *cell = &row->cells[i];
        struct buf text = {0};
        buf_add(&text, cell->before.size ? cell->before : SPAN("(blank)"));
        buf_add_text(&text, " \u2192 ");
        buf_add(&text, cell->after.size ? cell->after : SPAN("(blank)"));
        table_add_string(table, cell->address[0] ? cell->address : place);
        table_add(table, row->key);
        table_add_string(table, cell->column);
        table_add(table, buf_span(&text));
        buf_free(&text);
    }
}

static void add_rows(struct output *output, const struct diff_sheet *sheet,
                     const struct diff_view *view) {
    static const struct table_column columns[] = {{"cell", COLUMN_TEXT, 0},
                                                  {"key", COLUMN_TEXT, 0},
                                                  {"column", COLUMN_TEXT, 0},
                                                  {"before \u2192 after", COLUMN_TEXT, 0}};
    size_t shown = at_most(sheet->row_count, view->limit);
    struct table table;
    if (shown == 0 || !(view->has_rows || view->has_cells))
        return;
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < shown; i++) {
        const struct diff_row *row = &sheet->rows[i];
        if (row->kind == DIFF_CHANGED)
            add_changed_row(&table, row, view->has_cells);
        else
            add_whole_row(&table, row, view->has_cells);
    }
    table_end(&table);
    add_more(output,
             sheet->changed + sheet->added + sheet->removed - sheet->only_in_columns - shown);
    if (sheet->has_repeated_keys)
        buf_add_text(&output->text,
                     "  rows of the same key were paired in the order of the sheet\n");
}

static bool is_unchanged(const struct diff_sheet *sheet, const struct run_sheet *report) {
    bool has_changes = sheet->changed || sheet->added || sheet->removed || sheet->moved ||
                       sheet->added_column_count || sheet->removed_column_count ||
                       sheet->rename_count;
    return !has_changes && strcmp(report->status, "held") != 0 && !report->is_fallback;
}

static void add_sheet(struct output *output, const struct diff_sheet *sheet,
                      const struct run_sheet *report, const struct diff_view *view) {
    bool is_held = strcmp(report->status, "held") == 0;
    if (is_held || report->is_fallback) {
        struct buf line = {0};
        buf_printf(&line, "%s %s: %s", report->sheet, is_held ? "would be held back" : "",
                   report->message ? report->message : "");
        buf_printf(&output->text, "\n%s!%s ", output_style_on(output, STYLE_BAD),
                   output_style_off(output, STYLE_BAD));
        output_add_wrapped(output, buf_text(&line), 2, output_text_columns(output));
        buf_add_char(&output->text, '\n');
        buf_free(&line);
    }
    if (is_held || !sheet->model)
        return;
    add_sheet_counts(output, sheet, report);
    add_column_changes(output, sheet, view);
    add_rows(output, sheet, view);
}

static void add_sheets(struct output *output, const struct diff *diff,
                       const struct run_report *report, const struct diff_view *view) {
    struct buf same = {0};
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct run_sheet *sheet = &report->sheets[i];
        if (view->sheet && strcmp(view->sheet, sheet->sheet) != 0)
            continue;
        if (is_unchanged(&diff->sheets[i], sheet))
            buf_printf(&same, "%s%s", same.size ? ", " : "", sheet->sheet);
        else
            add_sheet(output, &diff->sheets[i], sheet, view);
    }
    if (same.size) {
        buf_add_text(&output->text, "\nunchanged: ");
        output_add_wrapped(output, buf_text(&same), 11, output_text_columns(output));
        buf_add_char(&output->text, '\n');
    }
    buf_free(&same);
}

/* ---- rejects ---- */

static void add_rejects(struct output *output, const char *title, const struct diff_reject *rejects,
                        size_t count, enum output_style style, const struct diff_view *view) {
    static const struct table_column columns[] = {{"sheet", COLUMN_TEXT, 0},
                                                  {"cell", COLUMN_TEXT, 0},
                                                  {"key", COLUMN_TEXT, 0},
                                                  {"rule", COLUMN_TEXT, 0},
                                                  {"value", COLUMN_TEXT, 0}};
    struct table table;
    size_t shown = at_most(count, view->limit);
    if (count == 0)
        return;
    add_heading(output, title);
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < shown; i++) {
        table_add_string(&table, rejects[i].sheet->name);
        table_add_string(&table, rejects[i].cell);
        table_add_string(&table, rejects[i].key);
        table_add_styled(&table, span_from(rejects[i].rule), style);
        table_add_string(&table, rejects[i].value);
    }
    table_end(&table);
    add_more(output, count - shown);
}

static void add_reject_counts(struct output *output, const struct diff *diff) {
    bool is_first = true;
    if (!diff->new_reject_count && !diff->healed_count)
        return;
    add_heading(output, "rejects");
    output->text.size--; /* the line goes on */
    buf_add_text(&output->text, ": ");
    add_count(&output->text, diff->new_reject_count, "newly rejected", &is_first);
    add_count(&output->text, diff->healed_count, "healed", &is_first);
    buf_add_char(&output->text, '\n');
}

/* ---- KPIs ---- */

static void add_gold_key(struct buf *out, const struct gold_model *gold,
                         const struct value *values) {
    for (size_t i = 0; i < gold->key_count; i++) {
        size_t index = gold->key[i];
        buf_add_text(out, i ? " " : "");
        kpi_value_add(out, &gold->fields[index], values[index], true);
    }
}

static void add_gold_row(struct table *table, const struct gold_model *gold,
                         const struct diff_gold_row *row) {
    struct buf key = {0}, text = {0};
    add_gold_key(&key, gold, row->after ? row->after : row->before);
    if (row->kind != DIFF_CHANGED) {
        const struct value *values = row->kind == DIFF_ADDED ? row->after : row->before;
        table_add(table, buf_span(&key));
        table_add_styled(table, row->kind == DIFF_ADDED ? SPAN("added") : SPAN("removed"),
                         row->kind == DIFF_ADDED ? STYLE_GOOD : STYLE_BAD);
        int measure = diff_gold_measure(gold);
        if (measure >= 0) {
            buf_printf(&text, "%s ", gold->fields[measure].name);
            kpi_value_add(&text, &gold->fields[measure], values[measure], false);
        }
        table_add(table, buf_span(&text));
    }
    for (size_t i = 0; row->kind == DIFF_CHANGED && i < gold->field_count; i++) {
        if (value_equal(row->before[i], row->after[i]))
            continue;
        buf_clear(&text);
        kpi_value_add_change(&text, &gold->fields[i], row->before[i], row->after[i]);
        table_add(table, buf_span(&key));
        table_add_string(table, gold->fields[i].name);
        table_add(table, buf_span(&text));
    }
    buf_free(&key);
    buf_free(&text);
}

static void add_gold_heading(struct output *output, const struct diff_gold *gold) {
    struct buf text = {0};
    bool is_first = true;
    buf_printf(&text, "%s: ", gold->model->name);
    add_count(&text, gold->changed, "changed", &is_first);
    add_count(&text, gold->added, "added", &is_first);
    add_count(&text, gold->removed, "removed", &is_first);
    add_heading(output, buf_text(&text));
    buf_free(&text);
}

static void add_gold(struct output *output, const struct diff_gold *gold,
                     const struct diff_view *view) {
    struct table_column columns[] = {
        {"key", COLUMN_TEXT, 0}, {"KPI", COLUMN_TEXT, 0}, {"before \u2192 after", COLUMN_TEXT, 0}};
    struct table table;
    size_t shown = at_most(gold->row_count, view->limit);
    if (shown == 0)
        return;
    add_gold_heading(output, gold);
    if (view->is_counts)
        return;
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < shown; i++)
        add_gold_row(&table, gold->model, &gold->rows[i]);
    table_end(&table);
    add_more(output, gold->row_count - shown);
}

/* ---- all of it ---- */

/* A build alone goes on from the last snapshot. */
static bool has_pulled(const struct run_report *report) {
    return report->snapshot_id != report->from_snapshot_id;
}

static void add_title(struct output *output, const struct run_report *report,
                      const struct diff_view *view) {
    struct buf *out = &output->text;
    buf_add_text(out, output_style_on(output, STYLE_BOLD));
    buf_add_text(out, view->is_pending ? "dry run: " : "");
    if (report->from_snapshot_id)
        buf_printf(out, "snapshot %lld of %s", (long long)report->from_snapshot_id,
                   report->from_loaded_at);
    else
        buf_add_text(out, "an empty warehouse");
    if (view->is_pending && !has_pulled(report))
        buf_add_text(out, " \u2192 what is built from it");
    else if (view->is_pending)
        buf_add_text(out, " \u2192 the sheets as they are now");
    else
        buf_printf(out, " \u2192 snapshot %lld of %s", (long long)report->snapshot_id,
                   report->loaded_at);
    buf_printf(out, "%s\n", output_style_off(output, STYLE_BOLD));
    if (view->is_pending)
        buf_add_text(out, "Nothing is written.\n");
}

static bool has_kpis(const struct diff *diff) {
    for (size_t i = 0; i < diff->model->gold_count; i++)
        if (diff->gold[i].row_count)
            return true;
    return false;
}

/* What could be taken for something else when nothing is said. */
static void add_end(struct output *output, const struct diff *diff, bool has_other_model,
                    const struct diff_view *view) {
    bool is_only_kpis = view->has_kpis && !view->has_cells;
    const char *verb = view->is_pending ? "would change" : "changed";
    if (diff_is_empty(diff))
        buf_printf(&output->text, "\nNothing %s%s.\n", has_other_model ? "else " : "", verb);
    else if (is_only_kpis && !has_kpis(diff))
        buf_printf(&output->text, "\nNo KPI %s.\n", verb);
    if (!view->hidden_kpis)
        return;
    buf_add_char(&output->text, '\n');
    output_add_count(&output->text, (int64_t)view->hidden_kpis, "KPI row", "KPI rows");
    buf_printf(&output->text, " %s, which follow from all sheets: leave --sheet out\n", verb);
}

void diff_add_text(struct output *output, const struct diff *diff, const struct run_report *report,
                   const struct diff_view *view) {
    add_title(output, report, view);
    model_changes_add_text(output, report);
    if (has_pulled(report) || !view->is_pending)
        add_sheets(output, diff, report, view);
    if (view->is_counts)
        add_reject_counts(output, diff);
    if (view->has_rows || view->has_cells) {
        add_rejects(output, "Newly rejected", diff->new_rejects, diff->new_reject_count, STYLE_BAD,
                    view);
        add_rejects(output, "Healed", diff->healed, diff->healed_count, STYLE_GOOD, view);
    }
    for (size_t i = 0; i < diff->model->gold_count && (view->has_kpis || view->is_counts); i++)
        add_gold(output, &diff->gold[i], view);
    add_end(output, diff, report->model != NULL, view);
}

/* ---- CSV ---- */

static void add_csv_cell(struct table *table, const char *name, const struct diff_row *row,
                         const struct diff_cell *cell) {
    table_add_string(table, name);
    table_add(table, row->key);
    if (row->row)
        table_add_integer(table, (int64_t)row->row);
    else
        table_add_string(table, NULL);
    table_add_string(table, cell->address);
    table_add_string(table, cell->column);
    table_add_string(table, DIFF_KINDS[row->kind]);
    table_add(table, cell->before);
    table_add(table, cell->after);
}

/* Exact, and as a sheet's key is written. */
static struct span gold_key_text(const struct gold_model *gold, const struct value *values,
                                 struct arena *arena) {
    struct span *parts = arena_array(arena, gold->key_count, sizeof *parts);
    for (size_t i = 0; i < gold->key_count; i++)
        parts[i] = cell_format(&gold->fields[gold->key[i]], values[gold->key[i]], arena);
    return key_join(parts, gold->key_count, arena);
}

static void add_csv_gold(struct table *table, const struct gold_model *gold,
                         const struct diff_gold_row *row) {
    struct arena scratch = {0};
    struct span key = gold_key_text(gold, row->after ? row->after : row->before, &scratch);
    for (size_t i = 0; i < gold->field_count; i++) {
        struct value before = row->before ? row->before[i] : value_null();
        struct value after = row->after ? row->after[i] : value_null();
        if (value_equal(before, after))
            continue;
        table_add_string(table, gold->name);
        table_add(table, key);
        table_add_string(table, NULL);
        table_add_string(table, NULL);
        table_add_string(table, gold->fields[i].name);
        table_add_string(table, DIFF_KINDS[row->kind]);
        table_add(table, cell_format(&gold->fields[i], before, &scratch));
        table_add(table, cell_format(&gold->fields[i], after, &scratch));
    }
    arena_free(&scratch);
}

void diff_add_csv(struct output *output, const struct diff *diff, const struct diff_view *view) {
    static const struct table_column columns[] = {
        {"table", COLUMN_TEXT, 0},  {"key", COLUMN_TEXT, 0},    {"row", COLUMN_TEXT, 0},
        {"cell", COLUMN_TEXT, 0},   {"column", COLUMN_TEXT, 0}, {"kind", COLUMN_TEXT, 0},
        {"before", COLUMN_TEXT, 0}, {"after", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < diff->model->sheet_count; i++) {
        const struct diff_sheet *sheet = &diff->sheets[i];
        const char *name = diff->model->sheets[i].name;
        if (view->sheet && strcmp(view->sheet, name) != 0)
            continue;
        for (size_t j = 0; j < sheet->row_count && (view->has_rows || view->has_cells); j++)
            for (size_t k = 0; k < sheet->rows[j].cell_count; k++)
                add_csv_cell(&table, name, &sheet->rows[j], &sheet->rows[j].cells[k]);
    }
    for (size_t i = 0; i < diff->model->gold_count && view->has_kpis; i++)
        for (size_t j = 0; j < diff->gold[i].row_count; j++)
            add_csv_gold(&table, diff->gold[i].model, &diff->gold[i].rows[j]);
    table_end(&table);
}
