#include "cli/blame_print.h"

#include "cli/kpi_value.h"
#include "cli/table.h"

#include <math.h>

#define CAUSES_SHOWN 20 /* of each column, for people */
#define NOT_EXPLAINED "not explained by edits of cells"

static struct value value_of(const struct value *row, size_t field) {
    return row ? row[field] : value_null();
}

static bool has_moved(const struct inquiry *self, size_t field) {
    const struct gold_model *gold = self->question.gold;
    if (self->question.field >= 0 && (size_t)self->question.field != field)
        return false;
    for (size_t i = 0; i < gold->key_count; i++)
        if (gold->key[i] == field) /* moves with the row, which the other columns show */
            return false;
    return !value_equal(value_of(self->blame.before, field), value_of(self->blame.after, field));
}

/* A row that is not there counts as nothing. */
static bool effect_of(const struct gold_model *gold, const struct value *before,
                      const struct value *after, size_t field, double *effect) {
    struct value from = value_of(before, field), to = value_of(after, field);
    if (!before && to.kind != VALUE_TEXT)
        from = value_integer(0);
    if (!after && from.kind != VALUE_TEXT)
        to = value_integer(0);
    return gold->fields[field].type != FIELD_BOOLEAN && blame_effect(from, to, effect);
}

/* What the causes do not explain; a rounding of the last digits is not worth mention. */
static bool remainder_of(const struct inquiry *self, size_t field, double *remainder) {
    double whole, part, sum = 0;
    if (!effect_of(self->question.gold, self->blame.before, self->blame.after, field, &whole))
        return false;
    for (size_t i = 0; i < self->blame.cause_count; i++) {
        const struct blame_cause *cause = &self->blame.causes[i];
        if (effect_of(self->question.gold, cause->before, cause->after, field, &part))
            sum += part;
    }
    *remainder = whole - sum;
    if (fabs(*remainder) < 1e-9 * (fabs(whole) + fabs(sum) + 1))
        *remainder = 0;
    return true;
}

/* What a cause is about: a cell, or a row that came or went. */
struct cause_place {
    const struct sheet_info *info;
    const char *sheet, *column, *kind;
    char cell[32];
    struct span key, before, after;
    size_t row;
};

static struct cause_place place_of(const struct inquiry *self, const struct blame_cause *cause) {
    const struct edit *edit = cause->edit;
    const struct sheet_model *sheet = &self->replay.model->sheets[edit->sheet];
    struct cause_place place = {.sheet = sheet->name,
                                .kind = DIFF_KINDS[edit->row->kind],
                                .key = edit->row->key,
                                .row = edit->row->row};
    for (size_t i = 0; i < self->sheet_count; i++)
        if (strcmp(self->sheets[i].name, sheet->name) == 0)
            place.info = &self->sheets[i];
    if (edit->cell != EDIT_WHOLE_ROW) {
        const struct diff_cell *cell = &edit->row->cells[edit->cell];
        snprintf(place.cell, sizeof place.cell, "%s", cell->address);
        place.column = cell->column;
        place.before = cell->before;
        place.after = cell->after;
    } else if (place.row) {
        snprintf(place.cell, sizeof place.cell, "A%zu", place.row);
    }
    return place;
}

static bool moved_by(const struct blame_cause *cause, size_t field) {
    return !value_equal(value_of(cause->before, field), value_of(cause->after, field));
}

/* ---- JSON ---- */

static void add_json_cause(struct json_writer *json, const struct inquiry *self,
                           const struct blame_cause *cause, size_t field) {
    struct cause_place place = place_of(self, cause);
    struct buf link = {0};
    double effect;
    if (place.info && place.cell[0])
        sheet_info_add_link(&link, place.info, (int64_t)place.row, span_from(place.cell));
    json_open_object(json, NULL);
    json_add_string(json, "sheet", place.sheet);
    json_add_string(json, "kind", place.kind);
    json_add_text(json, "key", place.key);
    json_add_string(json, "cell", place.cell[0] ? place.cell : NULL);
    if (place.row)
        json_add_integer(json, "row", (int64_t)place.row);
    else
        json_add_null(json, "row");
    json_add_string(json, "column", place.column);
    json_add_text(json, "before", place.before);
    json_add_text(json, "after", place.after);
    if (effect_of(self->question.gold, cause->before, cause->after, field, &effect))
        json_add_real(json, "effect", effect);
    else
        json_add_null(json, "effect");
    json_add_string(json, "link", link.size ? buf_text(&link) : NULL);
    json_close_object(json);
    buf_free(&link);
}

static void add_json_column(struct json_writer *json, const struct inquiry *self, size_t field) {
    double remainder;
    json_open_object(json, NULL);
    json_add_string(json, "column", self->question.gold->fields[field].name);
    json_add_value(json, "before", value_of(self->blame.before, field));
    json_add_value(json, "after", value_of(self->blame.after, field));
    json_open_array(json, "causes");
    for (size_t i = 0; i < self->blame.cause_count; i++)
        if (moved_by(&self->blame.causes[i], field))
            add_json_cause(json, self, &self->blame.causes[i], field);
    json_close_array(json);
    if (remainder_of(self, field, &remainder))
        json_add_real(json, "remainder", remainder);
    else
        json_add_null(json, "remainder");
    json_close_object(json);
}

static void add_json_snapshot(struct json_writer *json, const char *name, int64_t number,
                              const char *loaded_at) {
    json_open_object(json, name);
    json_add_integer(json, "snapshot_id", number);
    json_add_string(json, "loaded_at", loaded_at);
    json_close_object(json);
}

static void add_json(const struct inquiry *self) {
    const struct gold_model *gold = self->question.gold;
    struct json_writer json = json_writer_start(&self->session->output.text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "table", gold->name);
    json_open_object(&json, "key");
    for (size_t i = 0; i < gold->key_count; i++)
        json_add_value(&json, gold->fields[gold->key[i]].name, self->question.key[i]);
    json_close_object(&json);
    add_json_snapshot(&json, "from", self->replay.from, self->replay.from_loaded_at);
    add_json_snapshot(&json, "to", self->replay.to, self->replay.to_loaded_at);
    json_open_array(&json, "cells");
    for (size_t i = 0; i < gold->field_count; i++)
        if (has_moved(self, i))
            add_json_column(&json, self, i);
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(&self->session->output.text, '\n');
}

/* ---- text and CSV ---- */

/* "+50.00", "-1", "+0.0123" */
static void add_signed(struct buf *out, const struct field *field, double number) {
    bool is_money = field->type == FIELD_MONEY || field->type == FIELD_NUMBER;
    bool is_count = field->type == FIELD_INTEGER;
    buf_printf(out, is_money ? "%+.2f" : is_count ? "%+.0f" : "%+.4g", number);
}

/* "" where the effect is no number. */
static void add_effect(struct buf *out, const struct gold_model *gold, const struct value *before,
                       const struct value *after, size_t index) {
    double effect;
    if (effect_of(gold, before, after, index, &effect))
        add_signed(out, &gold->fields[index], effect);
}

static void add_cause(struct table *table, const struct inquiry *self,
                      const struct blame_cause *cause, size_t field, bool is_csv) {
    struct cause_place place = place_of(self, cause);
    struct buf effect = {0}, change = {0};
    add_effect(&effect, self->question.gold, cause->before, cause->after, field);
    if (cause->edit->cell == EDIT_WHOLE_ROW) {
        buf_printf(&change, "row %s", place.kind);
    } else {
        buf_add(&change, place.before.size ? place.before : SPAN("(blank)"));
        buf_add_text(&change, " \u2192 ");
        buf_add(&change, place.after.size ? place.after : SPAN("(blank)"));
    }
    if (is_csv)
        table_add_string(table, self->question.gold->fields[field].name);
    table_add(table, buf_span(&effect));
    table_add_string(table, place.sheet);
    table_add_string(table, place.cell);
    table_add(table, place.key);
    table_add_string(table, place.column);
    table_add(table, buf_span(&change));
    buf_free(&effect);
    buf_free(&change);
}

static void add_column_title(const struct inquiry *self, size_t field) {
    struct output *output = &self->session->output;
    const struct field *column = &self->question.gold->fields[field];
    struct buf *out = &output->text;
    buf_printf(out, "\n%s%s%s  ", output_style_on(output, STYLE_BOLD), column->name,
               output_style_off(output, STYLE_BOLD));
    kpi_value_add_change(out, column, value_of(self->blame.before, field),
                         value_of(self->blame.after, field));
    struct buf effect = {0};
    add_effect(&effect, self->question.gold, self->blame.before, self->blame.after, field);
    buf_printf(out, "%s%s\n", effect.size ? "  " : "", buf_text(&effect));
    buf_free(&effect);
}

/* What is no edit of a cell moves KPIs, too: a needed column has another name, the first one of two
 * rows with one key stands second now. */
static void add_remainder(const struct inquiry *self, size_t field, const double *remainder) {
    struct output *output = &self->session->output;
    buf_add_text(&output->text, "  ");
    if (remainder) {
        add_signed(&output->text, &self->question.gold->fields[field], *remainder);
        buf_add_text(&output->text, " is ");
    }
    buf_add_text(&output->text, NOT_EXPLAINED "\n");
    for (size_t i = 0; i < self->replay.model->sheet_count; i++) {
        const struct diff_sheet *sheet = &self->diff.sheets[i];
        const char *name = self->replay.model->sheets[i].name;
        for (size_t j = 0; j < sheet->rename_count; j++) {
            buf_printf(&output->text, "    %s: column renamed: ", name);
            output_add(output, span_from(sheet->renames[j].from));
            buf_add_text(&output->text, " \u2192 ");
            output_add(output, span_from(sheet->renames[j].to));
            buf_add_char(&output->text, '\n');
        }
        if (sheet->moved)
            buf_printf(&output->text, "    %s: %zu row%s moved\n", name, sheet->moved,
                       sheet->moved == 1 ? "" : "s");
    }
}

static void add_text_column(const struct inquiry *self, size_t field) {
    static const struct table_column columns[] = {
        {"effect", COLUMN_NUMBER, 0}, {"sheet", COLUMN_TEXT, 0},
        {"cell", COLUMN_TEXT, 0},     {"key", COLUMN_TEXT, 1},
        {"column", COLUMN_TEXT, 0},   {"before \u2192 after", COLUMN_TEXT, 0}};
    struct output *output = &self->session->output;
    struct table table;
    size_t shown = 0, left = 0;
    int64_t limit = self->session->options.limit;
    double remainder;
    limit = limit < 0 ? CAUSES_SHOWN : limit == 0 ? INT64_MAX : limit;
    add_column_title(self, field);
    table_begin(&table, output, columns, COUNT_OF(columns), output->columns);
    for (size_t i = 0; i < self->blame.cause_count; i++) {
        if (!moved_by(&self->blame.causes[i], field))
            continue;
        if ((int64_t)shown < limit)
            add_cause(&table, self, &self->blame.causes[i], field, false);
        left += (int64_t)shown >= limit;
        shown++;
    }
    table_end(&table);
    if (left)
        buf_printf(&output->text, "  ... and %zu more: --limit 0 shows all\n", left);
    bool is_number = remainder_of(self, field, &remainder);
    if (is_number ? remainder != 0 : shown == 0)
        add_remainder(self, field, is_number ? &remainder : NULL);
}

static void add_text(const struct inquiry *self) {
    struct output *output = &self->session->output;
    const struct gold_model *gold = self->question.gold;
    size_t moved = 0;
    buf_printf(&output->text, "%s%s", output_style_on(output, STYLE_BOLD), gold->name);
    for (size_t i = 0; i < gold->key_count; i++) {
        struct buf part = {0};
        buf_printf(&part, " %s=", gold->fields[gold->key[i]].name);
        kpi_value_add(&part, &gold->fields[gold->key[i]], self->question.key[i], true);
        output_add(output, buf_span(&part));
        buf_free(&part);
    }
    buf_printf(&output->text, "%s\nsnapshot %lld of %s \u2192 snapshot %lld of %s\n",
               output_style_off(output, STYLE_BOLD), (long long)self->replay.from,
               self->replay.from_loaded_at, (long long)self->replay.to, self->replay.to_loaded_at);
    for (size_t i = 0; i < gold->field_count; i++) {
        if (!has_moved(self, i))
            continue;
        add_text_column(self, i);
        moved++;
    }
    if (!moved)
        buf_add_text(&output->text, self->blame.before || self->blame.after
                                        ? "\nIt did not move.\n"
                                        : "\nThere is no such row in either snapshot.\n");
}

/* As in text; without it the effects would not add up. */
static void add_csv_remainder(struct table *table, const struct inquiry *self, size_t field,
                              bool has_causes) {
    const struct field *column = &self->question.gold->fields[field];
    struct buf effect = {0};
    double remainder;
    bool is_number = remainder_of(self, field, &remainder);
    if (is_number && remainder != 0)
        add_signed(&effect, column, remainder);
    if (is_number ? remainder != 0 : !has_causes) {
        table_add_string(table, column->name);
        table_add(table, buf_span(&effect));
        for (int i = 0; i < 4; i++) /* of no sheet, cell, key, column */
            table_add_string(table, NULL);
        table_add_string(table, NOT_EXPLAINED);
    }
    buf_free(&effect);
}

static void add_csv(const struct inquiry *self) {
    static const struct table_column columns[] = {
        {"kpi", COLUMN_TEXT, 0},   {"effect", COLUMN_NUMBER, 0}, {"sheet", COLUMN_TEXT, 0},
        {"cell", COLUMN_TEXT, 0},  {"key", COLUMN_TEXT, 0},      {"column", COLUMN_TEXT, 0},
        {"change", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, &self->session->output, columns, COUNT_OF(columns), 0);
    for (size_t field = 0; field < self->question.gold->field_count; field++) {
        bool has_causes = false;
        if (!has_moved(self, field))
            continue;
        for (size_t i = 0; i < self->blame.cause_count; i++) {
            if (!moved_by(&self->blame.causes[i], field))
                continue;
            add_cause(&table, self, &self->blame.causes[i], field, true);
            has_causes = true;
        }
        add_csv_remainder(&table, self, field, has_causes);
    }
    table_end(&table);
}

bool blame_print(struct inquiry *self, struct err *err) {
    struct output *output = &self->session->output;
    if (!session_open_output(self->session, "text", err))
        return false;
    if (output->format == OUTPUT_JSON)
        add_json(self);
    else if (output->format == OUTPUT_CSV)
        add_csv(self);
    else
        add_text(self);
    return output_close(output, err);
}
