/* From datapackage.json to struct model: the package and its sheets. */
#include "model/reader.h"

#include <inttypes.h>

/* Without a declaration, only forms that cannot be mistaken: whether 03-04 is March or April is the
 * model's choice, never a guess. */
static const enum date_form date_forms_by_default[] = {DATE_ISO, DATE_YEAR_SLASH, DATE_DAY_NAME,
                                                       DATE_NAME_DAY};

static void read_key(struct reader *reader, const struct json *schema, const struct table *table,
                     struct field *fields, struct sheet_model *sheet) {
    reader_field_list(reader, schema, "primaryKey", table, &sheet->key, &sheet->key_count);
    for (size_t i = 0; i < sheet->key_count; i++)
        fields[sheet->key[i]].required = true;
}

static void read_unique_keys(struct reader *reader, const struct json *schema,
                             const struct table *table, struct sheet_model *sheet) {
    const struct json *list = reader_member(reader, schema, "uniqueKeys", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct unique_key *keys = arena_array(reader->arena, list->count, sizeof *keys);
    for (const struct json *item = list->first; item; item = item->next) {
        struct unique_key *key = &keys[sheet->unique_count];
        if (reader_field_names(reader, item, table, &key->fields, &key->field_count))
            sheet->unique_count++;
    }
    sheet->unique = keys;
}

static bool is_in(const size_t *fields, size_t count, size_t field) {
    for (size_t i = 0; i < count; i++)
        if (fields[i] == field)
            return true;
    return false;
}

/* Where rows lie follows from a part of what tells them apart. */
static void read_distribution(struct reader *reader, const struct json *resource,
                              const struct table *table, struct sheet_model *sheet) {
    const struct json *name =
        reader_member(reader, resource, "goldleaf:distributeBy", JSON_STRING, IS_OPTIONAL);
    size_t field;
    sheet->distribute = -1;
    if (!name || !reader_field(reader, name, table, &field))
        return;
    sheet->distribute = (int)field;
    if (!is_in(sheet->key, sheet->key_count, field) &&
        !is_in(sheet->cluster, sheet->cluster_count, field))
        reader_fault(reader, name, NULL,
                     "\"%s\" must be in primaryKey or in \"goldleaf:clusterBy\"",
                     sheet->fields[field].name);
}

static void read_sheet(struct reader *reader, const struct json *resource,
                       struct sheet_model *sheet) {
    sheet->name = "";
    sheet->description = sheet->path = "";
    if (!reader_object(reader, resource))
        return;
    sheet->name = reader_name(reader, resource, "name");
    reader->subject = *sheet->name ? sheet->name : NULL;
    sheet->title = reader_title(reader, resource);
    sheet->description = reader_text(reader, resource, "description");
    sheet->path = reader_path(reader, resource, "path");
    const struct json *schema = reader_member(reader, resource, "schema", JSON_OBJECT, IS_NEEDED);
    if (!schema)
        return;
    struct table table = {.name = sheet->name};
    struct field *fields = model_read_fields(reader, schema, TABLE_SHEET, &table);
    sheet->fields = fields;
    sheet->field_count = table.field_count;
    if (!fields)
        return;
    read_key(reader, schema, &table, fields, sheet);
    read_unique_keys(reader, schema, &table, sheet);
    if (json_find(resource, "goldleaf:clusterBy"))
        reader_field_list(reader, resource, "goldleaf:clusterBy", &table, &sheet->cluster,
                          &sheet->cluster_count);
    read_distribution(reader, resource, &table, sheet);
    model_check_sheet(reader, resource, sheet);
}

static void read_sheets(struct reader *reader, const struct json *package) {
    const struct json *resources =
        reader_member(reader, package, "resources", JSON_ARRAY, IS_NEEDED);
    if (!resources)
        return;
    if (resources->count == 0)
        reader_fault(reader, resources, NULL, "\"resources\" is empty; a model needs a sheet");
    struct sheet_model *sheets = arena_array(reader->arena, resources->count, sizeof *sheets);
    reader->sheets = sheets;
    reader->model->sheets = sheets;
    reader->model->sheet_count = resources->count;
    size_t index = 0;
    for (const struct json *resource = resources->first; resource; resource = resource->next) {
        read_sheet(reader, resource, &sheets[index++]);
        reader->subject = NULL;
    }
    model_check_sheet_names(reader, resources);
    model_read_references(reader, resources);
    model_order_sheets(reader, resources);
}

/* The standard allows points and dashes here, too; it is not the name of a table. */
static const char *read_package_name(struct reader *reader, const struct json *package) {
    const struct json *name = reader_member(reader, package, "name", JSON_STRING, IS_NEEDED);
    if (!name)
        return "";
    bool is_good = name->text.size > 0;
    for (size_t i = 0; i < name->text.size; i++) {
        char c = name->text.data[i];
        is_good &= (c >= 'a' && c <= 'z') || ascii_is_digit(c) || strchr("._-", c);
    }
    if (!is_good)
        reader_fault(reader, name, NULL,
                     "\"%s\" is not a name: small letters, digits, '.', '_' and '-'",
                     name->text.data);
    return name->text.data;
}

static void read_package(struct reader *reader, const struct json *package) {
    struct model *model = reader->model;
    model->name = read_package_name(reader, package);
    const char *title = reader_title(reader, package);
    model->title = title ? title : model->name;
    model->description = reader_text(reader, package, "description");
    model->version = reader_text(reader, package, "version");
    const char *zone = reader_string(reader, package, "goldleaf:timeZone", IS_OPTIONAL);
    model->time_zone = zone ? zone : "UTC";
    model_check_time_zone(reader, package, model->time_zone);
    reader->date_forms = date_forms_by_default;
    reader->date_form_count = COUNT_OF(date_forms_by_default);
    model_read_date_forms(reader, package, &reader->date_forms, &reader->date_form_count);
    model_check_properties(reader, package);
    read_sheets(reader, package);
    model_read_gold(reader, package);
    model_read_checks(reader, package);
    model_read_report(reader, package);
}

const struct model *model_parse(struct arena *arena, struct span text,
                                const struct model_source *source, struct model_faults *faults) {
    size_t faults_before = faults->count;
    struct model *model = arena_alloc(arena, sizeof *model);
    struct reader reader = {.arena = arena, .faults = faults, .source = source, .model = model};
    const struct json *package;
    struct err err = {0};
    reader_add_fingerprint(&reader, text);
    model->descriptor = text;
    if (!json_read(arena, text, &package, &err))
        model_fault_add(faults, "datapackage.json", "%s", err.message);
    else if (reader_object(&reader, package))
        read_package(&reader, package);
    model->fingerprint = arena_printf(arena, "%016" PRIx64, reader.fingerprint);
    if (faults->count == faults_before)
        return model;
    model_close(model);
    return NULL;
}

const struct model *model_read(struct arena *arena, const char *name_or_dir,
                               struct model_faults *faults) {
    struct model_source source;
    struct span text;
    struct err err = {0};
    if (!model_source_open(&source, arena, name_or_dir, &err)) {
        model_fault_add(faults, name_or_dir, "%s", err.message);
        return NULL;
    }
    if (!source.read(&source, arena, "datapackage.json", &text, &err)) {
        const char *place = arena_printf(arena, "%s/datapackage.json", source.root);
        model_fault_add(faults, place, "%s; a model is a folder with this file", err.message);
        return NULL;
    }
    return model_parse(arena, text, &source, faults);
}
