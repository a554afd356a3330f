#include "cli/model_print.h"

#include "cli/table.h"

#include <inttypes.h>

#define NAME_COLUMN 21 /* where the rules of a column begin */

/* ---- text ---- */

static void add_names(struct buf *out, const struct field *fields, const size_t *indexes,
                      size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s", i ? ", " : "", fields[indexes[i]].name);
}

static void add_limit(struct buf *out, const char *sign, const struct field *field, int64_t limit) {
    bool is_hundredths = field->type == FIELD_MONEY || field->type == FIELD_NUMBER;
    buf_printf(out, ", %s ", sign);
    if (is_hundredths && limit % 100 != 0)
        buf_printf(out, "%.2f", (double)limit / 100);
    else
        buf_printf(out, "%" PRId64, is_hundredths ? limit / 100 : limit);
}

static void add_note(struct buf *out, const char *name, const char *value) {
    if (value)
        buf_printf(out, ", %s %s", name, value);
}

/* "money, required, >= 0; what cannot be read becomes empty" */
static void add_rules(struct buf *out, const struct sheet_model *sheet, const struct field *field) {
    static const char *const case_names[] = {
        [CASE_LOWER] = "lower case", [CASE_UPPER] = "upper case", [CASE_TITLE] = "title case"};
    buf_add_text(out, field_type_name(field->type));
    if (field->required)
        buf_add_text(out, ", required");
    if (field->has_minimum)
        add_limit(out, field->minimum_is_exclusive ? ">" : ">=", field, field->minimum);
    if (field->has_maximum)
        add_limit(out, "<=", field, field->maximum);
    add_note(out, "not before",
             field->not_before >= 0 ? sheet->fields[field->not_before].name : NULL);
    add_note(out, "pattern", field->pattern_text);
    add_note(out, "an unknown word becomes", field->unknown_value);
    add_note(out, "a missing one", field->default_value);
    add_note(out, "stored in", case_names[field->text_case]);
    add_note(out, "the first of a list with", field->first_of);
    add_note(out, "empty for some values of",
             field->null_when >= 0 ? sheet->fields[field->null_when].name : NULL);
    if (field->words_are_prefixes)
        buf_add_text(out, ", by how it begins");
    if (field->on_error == ON_ERROR_NULL)
        buf_add_text(out, "; a bad cell becomes empty");
}

/* A line for the rules and, below it, what the column means. */
static void add_field(struct output *output, const char *name, const char *rules,
                      const char *description) {
    size_t columns = output_text_columns(output);
    buf_printf(&output->text, "  %-*s", NAME_COLUMN - 3, name);
    buf_add_char(&output->text, ' ');
    output_add_wrapped(output, rules, NAME_COLUMN, columns);
    buf_add_char(&output->text, '\n');
    if (!description || !*description)
        return;
    buf_printf(&output->text, "%*s%s", NAME_COLUMN, "", output_style_on(output, STYLE_DIM));
    output_add_wrapped(output, description, NAME_COLUMN, columns);
    buf_printf(&output->text, "%s\n", output_style_off(output, STYLE_DIM));
}

static void add_description(struct output *output, const char *description) {
    if (!description || !*description)
        return;
    output_add_wrapped(output, description, 0, output_text_columns(output));
    buf_add_char(&output->text, '\n');
}

static void add_title(struct output *output, const char *name, const char *path) {
    buf_printf(&output->text, "\n%s%s%s: %s, ", output_style_on(output, STYLE_BOLD), name,
               output_style_off(output, STYLE_BOLD), path);
}

static void add_sheet(struct output *output, const struct model *model,
                      const struct sheet_model *sheet) {
    struct buf *out = &output->text;
    add_title(output, sheet->name, sheet->path);
    buf_add_text(out, "key ");
    add_names(out, sheet->fields, sheet->key, sheet->key_count);
    for (size_t i = 0; i < sheet->unique_count; i++) {
        buf_add_text(out, "; unique ");
        add_names(out, sheet->fields, sheet->unique[i].fields, sheet->unique[i].field_count);
    }
    buf_add_char(out, '\n');
    add_description(output, sheet->description);
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        buf_add_text(out, reference->field_count > 1 ? "Together must be in " : "Must be in ");
        buf_printf(out, "%s: ", model->sheets[reference->parent].name);
        add_names(out, sheet->fields, reference->fields, reference->field_count);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < sheet->field_count; i++) {
        struct buf rules = {0};
        add_rules(&rules, sheet, &sheet->fields[i]);
        add_field(output, sheet->fields[i].name, buf_text(&rules), sheet->fields[i].description);
        buf_free(&rules);
    }
}

static void add_gold(struct output *output, const struct gold_model *gold) {
    add_title(output, gold->name, gold->sql_path);
    buf_add_text(&output->text, "one row per ");
    add_names(&output->text, gold->fields, gold->key, gold->key_count);
    buf_add_char(&output->text, '\n');
    add_description(output, gold->description);
    for (size_t i = 0; i < gold->field_count; i++)
        add_field(output, gold->fields[i].name, field_type_name(gold->fields[i].type),
                  gold->fields[i].description);
}

void model_print_text(struct output *output, const struct model *model) {
    struct buf *out = &output->text;
    buf_add_text(out, output_style_on(output, STYLE_BOLD));
    output_add(output, span_from(model->title));
    buf_printf(out, "%s (%s", output_style_off(output, STYLE_BOLD), model->name);
    if (model->version && *model->version) {
        buf_add_char(out, ' ');
        output_add(output, span_from(model->version));
    }
    buf_printf(out, "), times in %s\n", model->time_zone);
    add_description(output, model->description);
    for (size_t i = 0; i < model->sheet_count; i++)
        add_sheet(output, model, &model->sheets[i]);
    for (size_t i = 0; i < model->gold_count; i++)
        add_gold(output, &model->gold[i]);
}

/* ---- CSV ---- */

static bool is_key(const size_t *key, size_t count, size_t index) {
    for (size_t i = 0; i < count; i++)
        if (key[i] == index)
            return true;
    return false;
}

static void add_csv_fields(struct table *table, const char *name, const struct field *fields,
                           size_t count, const size_t *key, size_t key_count) {
    for (size_t i = 0; i < count; i++) {
        table_add_string(table, name);
        table_add_string(table, fields[i].name);
        table_add_string(table, field_type_name(fields[i].type));
        table_add_string(table, is_key(key, key_count, i) ? "true" : "false");
        table_add_string(table, fields[i].required ? "true" : "false");
        table_add_string(table, fields[i].on_error == ON_ERROR_REJECT ? "reject" : "null");
        table_add_string(table, fields[i].description);
    }
}

void model_print_csv(struct output *output, const struct model *model) {
    static const struct table_column columns[] = {
        {"table", COLUMN_TEXT, 0},      {"column", COLUMN_TEXT, 0},   {"type", COLUMN_TEXT, 0},
        {"key", COLUMN_TEXT, 0},        {"required", COLUMN_TEXT, 0}, {"on_error", COLUMN_TEXT, 0},
        {"description", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        add_csv_fields(&table, sheet->name, sheet->fields, sheet->field_count, sheet->key,
                       sheet->key_count);
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        const struct gold_model *gold = &model->gold[i];
        add_csv_fields(&table, gold->name, gold->fields, gold->field_count, gold->key,
                       gold->key_count);
    }
    table_end(&table);
}

/* ---- JSON ---- */

static void add_json_names(struct json_writer *json, const char *name, const struct field *fields,
                           const size_t *indexes, size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++)
        json_add_string(json, NULL, fields[indexes[i]].name);
    json_close_array(json);
}

static void add_json_fields(struct json_writer *json, const struct field *fields, size_t count) {
    json_open_array(json, "columns");
    for (size_t i = 0; i < count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "column", fields[i].name);
        json_add_string(json, "type", field_type_name(fields[i].type));
        json_add_boolean(json, "required", fields[i].required);
        json_add_string(json, "on_error",
                        fields[i].on_error == ON_ERROR_REJECT ? "reject" : "null");
        json_add_string(json, "description", fields[i].description);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_json_sheet(struct json_writer *json, const struct model *model,
                           const struct sheet_model *sheet) {
    json_open_object(json, NULL);
    json_add_string(json, "sheet", sheet->name);
    json_add_string(json, "title", sheet->title);
    json_add_string(json, "path", sheet->path);
    json_add_string(json, "description", sheet->description);
    add_json_names(json, "key", sheet->fields, sheet->key, sheet->key_count);
    json_open_array(json, "unique_keys");
    for (size_t i = 0; i < sheet->unique_count; i++)
        add_json_names(json, NULL, sheet->fields, sheet->unique[i].fields,
                       sheet->unique[i].field_count);
    json_close_array(json);
    add_json_fields(json, sheet->fields, sheet->field_count);
    json_open_array(json, "references");
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct reference *reference = &sheet->references[i];
        const struct sheet_model *parent = &model->sheets[reference->parent];
        json_open_object(json, NULL);
        add_json_names(json, "columns", sheet->fields, reference->fields, reference->field_count);
        json_add_string(json, "sheet", parent->name);
        add_json_names(json, "parent_columns", parent->fields, reference->parent_fields,
                       reference->field_count);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

static void add_json_gold(struct json_writer *json, const struct gold_model *gold) {
    json_open_object(json, NULL);
    json_add_string(json, "table", gold->name);
    json_add_string(json, "description", gold->description);
    json_add_string(json, "sql", gold->sql_path);
    add_json_names(json, "key", gold->fields, gold->key, gold->key_count);
    add_json_fields(json, gold->fields, gold->field_count);
    json_close_object(json);
}

static void add_json_checks(struct json_writer *json, const char *name,
                            const struct check_model *checks, size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "rule", checks[i].rule);
        json_add_string(json, "table", checks[i].table);
        json_add_string(json, "sql", checks[i].sql_path);
        json_close_object(json);
    }
    json_close_array(json);
}

void model_print_json(struct output *output, const struct model *model) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "name", model->name);
    json_add_string(&json, "title", model->title);
    json_add_string(&json, "description", model->description);
    json_add_string(&json, "version", model->version);
    json_add_string(&json, "time_zone", model->time_zone);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < model->sheet_count; i++)
        add_json_sheet(&json, model, &model->sheets[i]);
    json_close_array(&json);
    json_open_array(&json, "gold");
    for (size_t i = 0; i < model->gold_count; i++)
        add_json_gold(&json, &model->gold[i]);
    json_close_array(&json);
    add_json_checks(&json, "checks", model->checks, model->check_count);
    add_json_checks(&json, "invariants", model->invariants, model->invariant_count);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}
