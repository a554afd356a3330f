/* One column of a sheet or of a gold table: name, type, and what becomes of its cells. */
#include "model/cell.h"
#include "model/reader.h"

/* How a type is written: "type" of the standard, with a "format" or a "goldleaf:type". */
struct type_form {
    enum field_type type;
    const char *standard;
    const char *format; /* NULL: the default format */
    const char *own;    /* NULL: no "goldleaf:type" */
};

static const struct type_form type_forms[] = {
    {FIELD_STRING, "string", NULL, NULL},   {FIELD_EMAIL, "string", "email", NULL},
    {FIELD_ENUM, "string", NULL, "enum"},   {FIELD_CURRENCY, "string", NULL, "currency"},
    {FIELD_INTEGER, "integer", NULL, NULL}, {FIELD_NUMBER, "number", NULL, NULL},
    {FIELD_MONEY, "number", NULL, "money"}, {FIELD_RATE, "number", NULL, "rate"},
    {FIELD_DATE, "date", NULL, NULL},       {FIELD_DATETIME, "datetime", NULL, NULL},
    {FIELD_BOOLEAN, "boolean", NULL, NULL},
};

static const char *const standard_types[] = {"string", "integer",  "number",
                                             "date",   "datetime", "boolean"};
static const char *const own_types[] = {"money", "enum", "currency", "rate"};

static const char *const date_form_names[] = {
    [DATE_ISO] = "YYYY-MM-DD",        [DATE_YEAR_SLASH] = "YYYY/MM/DD",
    [DATE_DAY_DASH] = "DD-MM-YYYY",   [DATE_DAY_SLASH] = "DD/MM/YYYY",
    [DATE_MONTH_DASH] = "MM-DD-YYYY", [DATE_MONTH_SLASH] = "MM/DD/YYYY",
    [DATE_DAY_NAME] = "D Mon YYYY",   [DATE_NAME_DAY] = "Month D, YYYY",
};

const char *date_form_name(enum date_form form) {
    return date_form_names[form];
}

/* The standard's type; helps those who wrote one of ours in its place. */
static bool read_standard_type(struct reader *reader, const struct json *type) {
    for (size_t i = 0; i < COUNT_OF(type_forms); i++) {
        const struct type_form *form = &type_forms[i];
        const char *ours = form->own ? form->own : form->format;
        if (ours && span_is(type->text, ours))
            return reader_fault(reader, type, NULL, "write \"type\": \"%s\", \"%s\": \"%s\"",
                                form->standard, form->own ? "goldleaf:type" : "format", ours);
    }
    size_t index;
    return reader_choice(reader, type, "type", standard_types, COUNT_OF(standard_types), &index);
}

/* "format", which is not read but for "email"; a form of dates in it would be ignored, so any other
 * word is a fault. */
static bool read_format(struct reader *reader, const struct json *json, const char *standard,
                        const char **format) {
    static const char *const words[] = {"default", "email"};
    const struct json *member = reader_member(reader, json, "format", JSON_STRING, IS_OPTIONAL);
    bool is_string = strcmp(standard, "string") == 0;
    bool is_time = strcmp(standard, "date") == 0 || strcmp(standard, "datetime") == 0;
    *format = NULL;
    if (!member || span_is(member->text, "default") || (is_time && span_is(member->text, "any")))
        return true;
    if (is_time)
        return reader_fault(reader, member, NULL,
                            "\"%s\" is not used; the forms of dates stand in goldleaf:dateForms",
                            member->text.data);
    size_t index;
    if (!reader_choice(reader, member, "format", words, is_string ? 2 : 1, &index))
        return false;
    *format = words[index];
    return true;
}

static bool check_own_type(struct reader *reader, const struct json *own, const char *standard,
                           enum table_kind kind) {
    size_t index;
    if (!reader_choice(reader, own, "goldleaf:type", own_types, COUNT_OF(own_types), &index))
        return false;
    for (size_t i = 0; i < COUNT_OF(type_forms); i++) {
        const struct type_form *form = &type_forms[i];
        if (form->own != NULL && span_is(own->text, form->own) &&
            strcmp(form->standard, standard) != 0)
            return reader_fault(reader, own, NULL, "\"%s\" needs \"type\": \"%s\", not \"%s\"",
                                form->own, form->standard, standard);
    }
    if (kind == TABLE_SHEET && span_is(own->text, "rate"))
        return reader_fault(reader, own, NULL, "\"rate\" is for gold tables only");
    if (kind == TABLE_GOLD && span_is(own->text, "enum"))
        return reader_fault(reader, own, NULL, "\"enum\" is for sheets only; leave it out");
    return true;
}

static bool is_same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* False when the type is not known; the rest of the field then makes no sense. */
static bool read_type(struct reader *reader, const struct json *json, enum table_kind kind,
                      enum field_type *type) {
    const struct json *standard = reader_member(reader, json, "type", JSON_STRING, IS_NEEDED);
    const struct json *own = reader_member(reader, json, "goldleaf:type", JSON_STRING, IS_OPTIONAL);
    const char *format;
    if (!standard || !read_standard_type(reader, standard) ||
        !read_format(reader, json, standard->text.data, &format) ||
        (own && !check_own_type(reader, own, standard->text.data, kind)))
        return false;
    for (size_t i = 0; i < COUNT_OF(type_forms); i++) {
        const struct type_form *form = &type_forms[i];
        if (is_same(form->standard, standard->text.data) &&
            is_same(form->own, own ? own->text.data : NULL) &&
            is_same(form->format, format && strcmp(format, "default") != 0 ? format : NULL)) {
            *type = form->type;
            return true;
        }
    }
    return reader_fault(reader, own, NULL, "\"%s\" does not go with \"format\": \"%s\"",
                        own->text.data, format);
}

static bool has_form(const enum date_form *forms, size_t count, enum date_form form) {
    for (size_t i = 0; i < count; i++)
        if (forms[i] == form)
            return true;
    return false;
}

/* The form that reads the same text with day and month swapped; the form itself if there is none.
 */
static enum date_form twin_form(enum date_form form) {
    switch (form) {
    case DATE_DAY_DASH:
        return DATE_MONTH_DASH;
    case DATE_MONTH_DASH:
        return DATE_DAY_DASH;
    case DATE_DAY_SLASH:
        return DATE_MONTH_SLASH;
    case DATE_MONTH_SLASH:
        return DATE_DAY_SLASH;
    default:
        return form;
    }
}

static void add_date_form(struct reader *reader, const struct json *item, enum date_form *forms,
                          size_t *count) {
    size_t index;
    if (item->kind != JSON_STRING) {
        reader_fault(reader, item, NULL, "must be a string, not %s", json_kind_name(item->kind));
        return;
    }
    if (!reader_choice(reader, item, "form", date_form_names, COUNT_OF(date_form_names), &index))
        return;
    enum date_form form = (enum date_form)index, twin = twin_form(form);
    if (has_form(forms, *count, form))
        reader_fault(reader, item, NULL, "\"%s\" stands twice", item->text.data);
    else if (twin != form && has_form(forms, *count, twin))
        reader_fault(reader, item, NULL,
                     "\"%s\" cannot stand beside \"%s\": 03-04 would be two different days",
                     date_form_names[form], date_form_names[twin]);
    else
        forms[(*count)++] = form;
}

void model_read_date_forms(struct reader *reader, const struct json *owner,
                           const enum date_form **forms, size_t *count) {
    const struct json *list =
        reader_member(reader, owner, "goldleaf:dateForms", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    if (list->count == 0)
        reader_fault(reader, list, NULL, "\"goldleaf:dateForms\" is empty; no date could be read");
    enum date_form *read = arena_array(reader->arena, list->count, sizeof *read);
    *count = 0;
    for (const struct json *item = list->first; item; item = item->next)
        add_date_form(reader, item, read, count);
    *forms = read;
}

/* Cells are trimmed before they are compared, so the words are, too. */
static void read_missing_values(struct reader *reader, const struct json *owner,
                                const struct span **values, size_t *count) {
    const struct json *list =
        reader_member(reader, owner, "missingValues", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct span *read = arena_array(reader->arena, list->count, sizeof *read);
    *count = 0;
    for (const struct json *item = list->first; item; item = item->next) {
        const struct json *value = item->kind == JSON_OBJECT ? json_find(item, "value") : item;
        if (value && value->kind == JSON_STRING)
            read[(*count)++] = cell_trim(value->text);
        else
            reader_fault(reader, item, NULL, "must be a string, or an object with a \"value\"");
    }
    *values = read;
}

/* "reject" and "null", "lower" and so on: in the order of their enums. */
static void read_treatment(struct reader *reader, const struct json *json, struct field *field) {
    static const char *const errors[] = {"reject", "null"};
    static const char *const cases[] = {"lower", "upper", "title"};
    size_t index;
    const struct json *member =
        reader_member(reader, json, "goldleaf:onError", JSON_STRING, IS_OPTIONAL);
    if (member && reader_choice(reader, member, "value", errors, COUNT_OF(errors), &index))
        field->on_error = index == 0 ? ON_ERROR_REJECT : ON_ERROR_NULL;
    member = reader_member(reader, json, "goldleaf:case", JSON_STRING, IS_OPTIONAL);
    if (member && reader_choice(reader, member, "value", cases, COUNT_OF(cases), &index))
        field->text_case = (enum field_case)(CASE_LOWER + index);
    const struct json *decimals =
        reader_member(reader, json, "goldleaf:decimals", JSON_NUMBER, IS_OPTIONAL);
    if (decimals && !span_is(decimals->text, "2"))
        reader_fault(reader, decimals, NULL,
                     "\"goldleaf:decimals\" must be 2: numbers are kept in hundredths");
}

/* What of a cell is looked at. */
static void read_extent(struct reader *reader, const struct json *json, struct field *field) {
    const struct json *member =
        reader_member(reader, json, "goldleaf:firstOf", JSON_STRING, IS_OPTIONAL);
    if (member && cell_is_blank(member->text))
        reader_fault(reader, member, NULL,
                     "\"goldleaf:firstOf\" must be what stands between the items, as \",\"");
    else if (member)
        field->first_of = member->text.data;
    field->words_are_prefixes = reader_boolean(reader, json, "goldleaf:prefixes");
}

static void read_field(struct reader *reader, const struct json *json, enum table_kind kind,
                       struct field *field) {
    field->not_before = -1;
    field->null_when = -1;
    field->title = reader_title(reader, json);
    field->description = reader_string(reader, json, "description", IS_OPTIONAL);
    if (!read_type(reader, json, kind, &field->type))
        return;
    model_check_field_properties(reader, json, kind, field->type);
    model_read_constraints(reader, json, kind, field);
    if (kind == TABLE_GOLD)
        return;
    if (field->type == FIELD_DATE || field->type == FIELD_DATETIME) {
        field->date_forms = reader->date_forms;
        field->date_form_count = reader->date_form_count;
        model_read_date_forms(reader, json, &field->date_forms, &field->date_form_count);
    }
    read_missing_values(reader, json, &field->missing_values, &field->missing_value_count);
    read_treatment(reader, json, field);
    read_extent(reader, json, field);
    model_read_words(reader, json, field);
}

static bool is_repeated(const struct table *table, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (strcmp(table->fields[i].name, table->fields[index].name) == 0)
            return true;
    return false;
}

/* Faults of what follows are told with "table.field: " in front. */
static void set_subject(struct reader *reader, const struct table *table, const char *field) {
    reader->subject =
        *field ? arena_printf(reader->arena, "%s.%s", table->name, field) : table->name;
}

/* The values of another column for which this one means nothing. */
static void read_null_values(struct reader *reader, const struct json *rule,
                             const struct field *other, struct field *field) {
    const struct json *list = reader_member(reader, rule, "values", JSON_ARRAY, IS_NEEDED);
    if (!list)
        return;
    if (list->count == 0)
        reader_fault(reader, list, NULL, "\"values\" is empty");
    struct span *values = arena_array(reader->arena, list->count, sizeof *values);
    for (const struct json *item = list->first; item; item = item->next)
        if (model_check_stored(reader, item, other))
            values[field->null_value_count++] = item->text;
    field->null_values = values;
}

static void read_null_when(struct reader *reader, const struct json *json,
                           const struct table *table, struct field *field) {
    const struct json *rule =
        reader_member(reader, json, "goldleaf:nullWhen", JSON_OBJECT, IS_OPTIONAL);
    const struct json *name =
        rule ? reader_member(reader, rule, "field", JSON_STRING, IS_NEEDED) : NULL;
    size_t index;
    if (!name || !reader_field(reader, name, table, &index))
        return;
    const struct field *other = &table->fields[index];
    if (other == field)
        reader_fault(reader, name, NULL, "\"goldleaf:nullWhen\" names the field itself");
    else if (!field_is_text(other->type))
        reader_fault(reader, name, NULL, "%s is of type %s; \"goldleaf:nullWhen\" looks at text",
                     other->name, field_type_name(other->type));
    else
        read_null_values(reader, rule, other, field);
    field->null_when = (int)index;
}

static void read_not_before(struct reader *reader, const struct json *json,
                            const struct table *table, struct field *field) {
    const struct json *name =
        reader_member(reader, json, "goldleaf:notBefore", JSON_STRING, IS_OPTIONAL);
    size_t index;
    if (!name || (field->type != FIELD_DATE && field->type != FIELD_DATETIME) ||
        !reader_field(reader, name, table, &index))
        return;
    const struct field *other = &table->fields[index];
    if (other == field)
        reader_fault(reader, name, NULL, "\"goldleaf:notBefore\" names the field itself");
    else if (other->type != field->type)
        reader_fault(reader, name, NULL, "%s is of type %s, not %s", name->text.data,
                     field_type_name(other->type), field_type_name(field->type));
    else
        field->not_before = (int)index;
}

/* Rules between the cells of a row may name a field that stands further down, so all fields come
 * first. */
static void read_row_rules(struct reader *reader, const struct json *list,
                           const struct table *table, struct field *fields) {
    struct field *field = fields;
    for (const struct json *json = list->first; json; json = json->next, field++) {
        set_subject(reader, table, field->name);
        read_not_before(reader, json, table, field);
        read_null_when(reader, json, table, field);
    }
}

static void read_named_field(struct reader *reader, const struct json *json, enum table_kind kind,
                             const struct table *table, struct field *field) {
    reader->subject = table->name;
    field->name = "";
    if (!reader_object(reader, json))
        return;
    field->name = reader_name(reader, json, "name");
    set_subject(reader, table, field->name);
    if (*field->name && is_repeated(table, (size_t)(field - table->fields)))
        reader_fault(reader, json, "name", "another field has this name, too");
    read_field(reader, json, kind, field);
}

struct field *model_read_fields(struct reader *reader, const struct json *schema,
                                enum table_kind kind, struct table *table) {
    static const struct span missing_by_default[] = {{"", 0}};
    const struct json *list = reader_member(reader, schema, "fields", JSON_ARRAY, IS_NEEDED);
    const struct span *missing = missing_by_default;
    size_t missing_count = COUNT_OF(missing_by_default);
    if (!list)
        return NULL;
    if (list->count == 0) {
        reader_fault(reader, list, NULL, "\"fields\" is empty");
        return NULL;
    }
    if (kind == TABLE_SHEET)
        read_missing_values(reader, schema, &missing, &missing_count);
    struct field *fields = arena_array(reader->arena, list->count, sizeof *fields);
    table->fields = fields;
    for (const struct json *json = list->first; json; json = json->next) {
        struct field *field = &fields[table->field_count++];
        field->missing_values = missing;
        field->missing_value_count = missing_count;
        read_named_field(reader, json, kind, table, field);
    }
    if (kind == TABLE_SHEET)
        read_row_rules(reader, list, table, fields);
    reader->subject = table->name;
    return fields;
}
