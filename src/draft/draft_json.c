/* The datapackage.json of a draft. */
#include "draft/draft_parts.h"
#include "model/words.h"
#include "json/json.h"

/* The type as the model's file has it: of the standard, and ours beside it. */
static void add_type(struct json_writer *json, enum field_type type) {
    static const char *const standard[] = {
        [FIELD_STRING] = "string",   [FIELD_INTEGER] = "integer", [FIELD_NUMBER] = "number",
        [FIELD_MONEY] = "number",    [FIELD_DATE] = "date",       [FIELD_DATETIME] = "datetime",
        [FIELD_BOOLEAN] = "boolean", [FIELD_EMAIL] = "string",    [FIELD_ENUM] = "string",
        [FIELD_CURRENCY] = "string", [FIELD_RATE] = "number",
    };
    json_add_string(json, "type", standard[type]);
    if (type == FIELD_EMAIL)
        json_add_string(json, "format", "email");
    if (type == FIELD_MONEY || type == FIELD_ENUM || type == FIELD_CURRENCY)
        json_add_string(json, "goldleaf:type", field_type_name(type));
}

static void add_spans(struct json_writer *json, const char *name, const struct span *list,
                      size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++)
        json_add_text(json, NULL, list[i]);
    json_close_array(json);
}

/* What was read, then what should be looked at. */
static void add_description(struct json_writer *json, struct span header, const struct buf *notes,
                            const struct buf *doubts) {
    struct buf text = {0};
    if (header.size)
        draft_say(&text, "In the sheet: %.*s.", SPAN_ARG(header));
    if (notes->size)
        draft_say(&text, "%s", buf_text(notes));
    if (doubts->size)
        draft_say(&text, "%s", buf_text(doubts));
    if (text.size)
        json_add_text(json, "description", buf_span(&text));
    buf_free(&text);
}

static void add_date_forms(struct json_writer *json, const struct field *field) {
    if (field->date_form_count == 0)
        return;
    json_open_array(json, "goldleaf:dateForms");
    for (size_t i = 0; i < field->date_form_count; i++)
        json_add_string(json, NULL, date_form_name(field->date_forms[i]));
    json_close_array(json);
}

/* The signs among the words of a currency column, each with its code. */
static void add_aliases(struct json_writer *json, const struct draft_column *column) {
    struct span code;
    bool is_open = false;
    for (size_t i = 0; i < column->profile.word_count && i < MOST_WORDS; i++) {
        if (!words_find(column->field.words, column->profile.words[i], &code))
            continue;
        if (!is_open)
            json_open_object(json, "goldleaf:aliases");
        is_open = true;
        char name[8];
        snprintf(name, sizeof name, "%.*s", SPAN_ARG(code));
        add_spans(json, name, &column->profile.words[i], 1);
    }
    if (is_open)
        json_close_object(json);
}

static void add_field(struct json_writer *json, const struct draft_column *column) {
    const struct field *field = &column->field;
    json_open_object(json, NULL);
    json_add_string(json, "name", column->name);
    add_type(json, field->type);
    bool is_renamed = !span_is(column->header, column->name);
    add_description(json, is_renamed ? column->header : SPAN(""), &column->notes, &column->doubts);
    if (field->type == FIELD_ENUM)
        add_spans(json, "categories", column->profile.words, column->profile.word_count);
    if (field->type == FIELD_CURRENCY)
        add_aliases(json, column);
    if (field->type == FIELD_DATE || field->type == FIELD_DATETIME)
        add_date_forms(json, field);
    if (column->takes_perhaps)
        add_spans(json, "missingValues", field->missing_values, field->missing_value_count);
    if (field->required) {
        json_open_object(json, "constraints");
        json_add_boolean(json, "required", true);
        json_close_object(json);
    } else if (field->on_error == ON_ERROR_NULL) {
        json_add_string(json, "goldleaf:onError", "null");
    }
    json_close_object(json);
}

static void add_key(struct json_writer *json, const struct draft_sheet *sheet) {
    json_open_array(json, "primaryKey");
    for (size_t i = 0; i < sheet->key_count; i++)
        json_add_string(json, NULL, sheet->columns[sheet->key[i]].name);
    json_close_array(json);
}

static void add_name_list(struct json_writer *json, const char *name) {
    json_open_array(json, "fields");
    json_add_string(json, NULL, name);
    json_close_array(json);
}

static void add_references(struct json_writer *json, const struct draft *draft,
                           const struct draft_sheet *sheet) {
    if (!sheet->reference_count)
        return;
    json_open_array(json, "foreignKeys");
    for (size_t i = 0; i < sheet->reference_count; i++) {
        const struct draft_reference *reference = &sheet->references[i];
        const struct draft_sheet *parent = &draft->sheets[reference->parent];
        json_open_object(json, NULL);
        add_name_list(json, sheet->columns[reference->field].name);
        json_open_object(json, "reference");
        json_add_string(json, "resource", parent->name);
        add_name_list(json, parent->columns[reference->parent_field].name);
        json_close_object(json);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_missing(struct json_writer *json, const struct draft *draft,
                        const struct draft_sheet *sheet) {
    const struct words_list *words = &draft->hints.lists[HINT_MISSING];
    json_open_array(json, "missingValues");
    json_add_string(json, NULL, "");
    for (size_t i = 0; i < words->count; i++)
        if (sheet->missing >> i & 1)
            json_add_text(json, NULL, words->items[i]);
    json_close_array(json);
}

static void add_sheet(struct json_writer *json, const struct draft *draft,
                      const struct draft_sheet *sheet) {
    json_open_object(json, NULL);
    json_add_string(json, "name", sheet->name);
    if (sheet->title)
        json_add_string(json, "title", sheet->title);
    json_add_string(json, "path", sheet->path);
    add_description(json, SPAN(""), &sheet->notes, &sheet->doubts);
    json_open_object(json, "schema");
    add_missing(json, draft, sheet);
    add_key(json, sheet);
    add_references(json, draft, sheet);
    json_open_array(json, "fields");
    for (size_t i = 0; i < sheet->column_count; i++)
        add_field(json, &sheet->columns[i]);
    json_close_array(json);
    json_close_object(json);
    json_close_object(json);
}

/* ---- the KPI tables ---- */

static void add_gold_field(struct json_writer *json, const char *name, enum field_type type,
                           const char *description) {
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    add_type(json, type);
    json_add_string(json, "description", description);
    json_close_object(json);
}

static void add_gold_fields(struct json_writer *json, const struct draft *draft,
                            const struct draft_sheet *sheet) {
    json_open_array(json, "fields");
    add_gold_field(json, "month", FIELD_STRING, "Year and month, as 2026-01.");
    if (sheet->currency >= 0)
        add_gold_field(json, "currency", FIELD_CURRENCY, "Currency of the money in this row.");
    add_gold_field(json, "row_count", FIELD_INTEGER, "How many rows the month has.");
    for (size_t i = 0; i < sheet->column_count; i++)
        if (draft_is_summed(draft, sheet, &sheet->columns[i]))
            add_gold_field(json, arena_printf(draft->arena, "sum_%s", sheet->columns[i].name),
                           FIELD_MONEY,
                           arena_printf(draft->arena, "Sum of %s.", sheet->columns[i].name));
    json_close_array(json);
}

static void add_gold(struct json_writer *json, const struct draft *draft,
                     const struct draft_sheet *sheet) {
    const char *name = draft_gold_name(draft->arena, sheet);
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    json_add_string(json, "title", arena_printf(draft->arena, "%s by month", sheet->name));
    json_add_string(json, "description",
                    arena_printf(draft->arena, "One row per month of %s%s.",
                                 sheet->columns[sheet->month_of].name,
                                 sheet->currency >= 0 ? " and currency" : ""));
    json_add_string(json, "sql", arena_printf(draft->arena, "gold/%s.sql", name));
    json_add_string(json, "showBy", "month");
    json_add_boolean(json, "showDescending", true);
    json_open_object(json, "schema");
    json_open_array(json, "primaryKey");
    json_add_string(json, NULL, "month");
    if (sheet->currency >= 0)
        json_add_string(json, NULL, "currency");
    json_close_array(json);
    add_gold_fields(json, draft, sheet);
    json_close_object(json);
    json_close_object(json);
}

void draft_add_descriptor(const struct draft *draft, const char *name, struct buf *out) {
    struct json_writer json = json_writer_start(out, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "$schema", DRAFT_PROFILE);
    json_add_string(&json, "name", name);
    json_add_string(&json, "title", draft->title ? draft->title : name);
    json_add_string(
        &json, "description",
        "A first draft, made by looking at every cell of the sheets. What stands behind "
        "\"Check:\" in the descriptions is not certain.");
    json_add_string(&json, "version", "0.1.0");
    json_add_string(&json, "goldleaf:timeZone", draft->time_zone ? draft->time_zone : "UTC");
    json_open_array(&json, "resources");
    for (size_t i = 0; i < draft->sheet_count; i++)
        add_sheet(&json, draft, &draft->sheets[i]);
    json_close_array(&json);
    json_open_array(&json, "goldleaf:gold");
    for (size_t i = 0; i < draft->sheet_count; i++)
        if (draft->sheets[i].month_of >= 0)
            add_gold(&json, draft, &draft->sheets[i]);
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(out, '\n');
}
