/* "foreignKeys": which rows need a row of another sheet, and what the two must agree on. */
#include "model/reader.h"

static struct table table_of(const struct sheet_model *sheet) {
    return (struct table){sheet->name, sheet->fields, sheet->field_count};
}

/* Types whose values can be equal at all. */
static enum field_type comparable_type(enum field_type type) {
    if (type == FIELD_EMAIL || type == FIELD_ENUM || type == FIELD_CURRENCY)
        return FIELD_STRING;
    return type == FIELD_MONEY ? FIELD_NUMBER : type;
}

static void check_types(struct reader *reader, const struct json *where, const struct table *child,
                        size_t field, const struct table *parent, size_t parent_field) {
    const struct field *own = &child->fields[field], *other = &parent->fields[parent_field];
    if (comparable_type(own->type) != comparable_type(other->type))
        reader_fault(reader, where, NULL, "%s is of type %s, but %s.%s of type %s", own->name,
                     field_type_name(own->type), parent->name, other->name,
                     field_type_name(other->type));
}

static bool is_in_unique_key(const struct sheet_model *sheet, size_t field) {
    for (size_t i = 0; i < sheet->unique_count; i++)
        for (size_t j = 0; j < sheet->unique[i].field_count; j++)
            if (sheet->unique[i].fields[j] == field)
                return true;
    return false;
}

static void read_match(struct reader *reader, const struct json *json,
                       const struct sheet_model *sheet, const struct table *parent,
                       struct reference_match *match) {
    const struct table child = table_of(sheet);
    const struct json *field = reader_member(reader, json, "field", JSON_STRING, IS_NEEDED);
    const struct json *other = reader_member(reader, json, "parentField", JSON_STRING, IS_NEEDED);
    match->rule = reader_name(reader, json, "rule");
    model_check_rule(reader, json, match->rule);
    match->inherit = reader_boolean(reader, json, "inherit");
    bool has_field = field && reader_field(reader, field, &child, &match->field);
    bool has_other = other && reader_field(reader, other, parent, &match->parent_field);
    if (has_field && has_other)
        check_types(reader, field, &child, match->field, parent, match->parent_field);
    if (has_field && match->inherit && is_in_unique_key(sheet, match->field))
        reader_fault(reader, json, "inherit",
                     "\"%s\" is in \"uniqueKeys\": rows are compared there before they take "
                     "anything from a parent",
                     sheet->fields[match->field].name);
}

static void read_matches(struct reader *reader, const struct json *json,
                         const struct sheet_model *sheet, const struct table *parent,
                         struct reference *reference) {
    const struct json *list =
        reader_member(reader, json, "goldleaf:match", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct reference_match *matches = arena_array(reader->arena, list->count, sizeof *matches);
    for (const struct json *item = list->first; item; item = item->next)
        if (reader_object(reader, item))
            read_match(reader, item, sheet, parent, &matches[reference->match_count++]);
    reference->matches = matches;
}

/* The sheet that is referred to. In the standard no name, or an empty one, is the sheet itself. */
static bool read_parent(struct reader *reader, const struct json *target, size_t child,
                        size_t *parent) {
    const struct json *name = reader_member(reader, target, "resource", JSON_STRING, IS_OPTIONAL);
    if (json_find(target, "resource") && !name)
        return false;
    *parent = child;
    if (!name || name->text.size == 0)
        return true;
    int index = model_find_sheet(reader->model, name->text);
    if (index >= 0) {
        *parent = (size_t)index;
        return true;
    }
    const struct model *model = reader->model;
    const char **names = arena_array(reader->arena, model->sheet_count, sizeof *names);
    for (size_t i = 0; i < model->sheet_count; i++)
        names[i] = model->sheets[i].name;
    return reader_fault(reader, name, NULL, "there is no sheet \"%s\"%s", name->text.data,
                        reader_suggest(reader, name->text.data, names, model->sheet_count));
}

static bool read_reference(struct reader *reader, const struct json *json, size_t child,
                           struct reference *reference) {
    const struct sheet_model *sheet = &reader->model->sheets[child];
    struct table own = table_of(sheet);
    const struct json *target = reader_member(reader, json, "reference", JSON_OBJECT, IS_NEEDED);
    size_t parent_count = 0;
    bool is_good = reader_field_list(reader, json, "fields", &own, &reference->fields,
                                     &reference->field_count);
    if (!target || !read_parent(reader, target, child, &reference->parent))
        return false;
    struct table parent = table_of(&reader->model->sheets[reference->parent]);
    is_good &= reader_field_list(reader, target, "fields", &parent, &reference->parent_fields,
                                 &parent_count);
    if (is_good && parent_count != reference->field_count)
        is_good = reader_fault(reader, target, "fields",
                               "names %zu of the parent's fields, but \"fields\" names %zu",
                               parent_count, reference->field_count);
    for (size_t i = 0; is_good && i < parent_count; i++)
        check_types(reader, json, &own, reference->fields[i], &parent, reference->parent_fields[i]);
    read_matches(reader, json, sheet, &parent, reference);
    return is_good;
}

static void read_sheet_references(struct reader *reader, const struct json *resource,
                                  size_t child) {
    struct sheet_model *sheet = &reader->sheets[child];
    const struct json *schema = json_find(resource, "schema");
    const struct json *list =
        schema ? reader_member(reader, schema, "foreignKeys", JSON_ARRAY, IS_OPTIONAL) : NULL;
    if (!list)
        return;
    struct reference *references = arena_array(reader->arena, list->count, sizeof *references);
    for (const struct json *json = list->first; json; json = json->next) {
        struct reference reference = {0};
        if (reader_object(reader, json) && read_reference(reader, json, child, &reference))
            references[sheet->reference_count++] = reference;
    }
    sheet->references = references;
}

void model_read_references(struct reader *reader, const struct json *resources) {
    size_t child = 0;
    for (const struct json *resource = resources->first; resource; resource = resource->next) {
        reader->subject = reader->sheets[child].name;
        read_sheet_references(reader, resource, child);
        child++;
    }
    reader->subject = NULL;
}
