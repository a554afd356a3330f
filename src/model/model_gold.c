/* "goldleaf:gold", "goldleaf:checks" and "goldleaf:invariants": the KPI tables, and the counts that
 * watch over them. */
#include "model/reader.h"

static bool has_key_field(const struct gold_model *gold, const char *name) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (strcmp(gold->fields[gold->key[i]].name, name) == 0)
            return true;
    return false;
}

/* Rows of a table are computed again by the values of the scope that sheets touched. */
static void read_scope(struct reader *reader, const struct json *json, struct gold_model *gold) {
    const struct json *scope = reader_member(reader, json, "scope", JSON_STRING, IS_OPTIONAL);
    if (!scope)
        return;
    gold->scope = scope->text.data;
    if (gold->key_count && !has_key_field(gold, gold->scope))
        reader_fault(reader, scope, NULL, "\"%s\" is not in the table's primaryKey", gold->scope);
    for (size_t i = 0; i < reader->model->sheet_count; i++)
        if (sheet_model_find_field(&reader->model->sheets[i], scope->text) >= 0)
            return;
    reader_fault(reader, scope, NULL, "no sheet has a column \"%s\"", gold->scope);
}

/* Returns the list, or NULL when there is none. */
static const struct json *read_unit(struct reader *reader, const struct json *json,
                                    struct unit *unit) {
    const struct json *list = reader_member(reader, json, "additiveOver", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return NULL;
    const char **columns = arena_array(reader->arena, list->count + 1, sizeof *columns);
    for (const struct json *item = list->first; item; item = item->next) {
        if (item->kind != JSON_STRING) {
            reader_fault(reader, item, NULL, "a column's name is needed here");
            return NULL;
        }
        columns[unit->count++] = item->text.data;
    }
    unit->columns = columns;
    if (unit->count == 0)
        reader_fault(reader, list, NULL, "needs columns");
    bool is_known = false;
    for (size_t i = 0; i < reader->model->sheet_count; i++)
        is_known |= sheet_model_has_unit(&reader->model->sheets[i], unit);
    if (!is_known)
        reader_fault(reader, list, NULL, "no sheet has all of these columns");
    return list;
}

/* A sum over units can be put right by what the touched units were and are worth; a rate or a text
 * cannot. */
static void read_additive(struct reader *reader, const struct json *json, struct gold_model *gold) {
    const struct json *list = read_unit(reader, json, &gold->unit);
    if (!list)
        return;
    if (gold->scope)
        reader_fault(reader, list, NULL, "needs no \"scope\" beside it");
    for (size_t i = 0; i < gold->field_count; i++) {
        enum field_type type = gold->fields[i].type;
        bool is_sum = type == FIELD_INTEGER || type == FIELD_MONEY || type == FIELD_NUMBER;
        if (!is_sum && !has_key_field(gold, gold->fields[i].name))
            reader_fault(reader, list, NULL, "\"%s\" is not a number that can be added up",
                         gold->fields[i].name);
    }
}

/* The order of a short list, such as the report's or a summary's. */
static void read_show_by(struct reader *reader, const struct json *json, const struct table *table,
                         struct gold_model *gold) {
    const struct json *name = reader_member(reader, json, "showBy", JSON_STRING, IS_OPTIONAL);
    size_t index;
    gold->show_descending = reader_boolean(reader, json, "showDescending");
    if (name && reader_field(reader, name, table, &index))
        gold->show_by = (int)index;
    if (!json_find(json, "showBy") && json_find(json, "showDescending"))
        reader_fault(reader, json, "showDescending", "\"showDescending\" needs \"showBy\"");
}

static void read_gold_schema(struct reader *reader, const struct json *json,
                             struct gold_model *gold) {
    const struct json *schema = reader_member(reader, json, "schema", JSON_OBJECT, IS_NEEDED);
    struct table table = {.name = gold->name};
    if (!schema)
        return;
    struct field *fields = model_read_fields(reader, schema, TABLE_GOLD, &table);
    if (!fields)
        return;
    gold->fields = fields;
    gold->field_count = table.field_count;
    reader_field_list(reader, schema, "primaryKey", &table, &gold->key, &gold->key_count);
    for (size_t i = 0; i < gold->key_count; i++)
        fields[gold->key[i]].required = true;
    read_show_by(reader, json, &table, gold);
}

static const char *read_gold_name(struct reader *reader, const struct json *json, size_t index) {
    const char *name = reader_name(reader, json, "name");
    if (strncmp(name, "gold_", 5) == 0)
        reader_fault(reader, json, "name", "leave out \"gold_\": the table is called gold_<name>");
    const char *full = arena_printf(reader->arena, "gold_%s", name);
    for (size_t i = 0; i < index; i++)
        if (*name && strcmp(reader->model->gold[i].name, full) == 0)
            reader_fault(reader, json, "name", "another gold table has this name, too");
    return full;
}

void model_read_gold(struct reader *reader, const struct json *package) {
    const struct json *list =
        reader_member(reader, package, "goldleaf:gold", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct gold_model *gold = arena_array(reader->arena, list->count, sizeof *gold);
    reader->model->gold = gold;
    for (const struct json *json = list->first; json; json = json->next) {
        size_t index = reader->model->gold_count;
        if (!reader_object(reader, json))
            continue;
        struct gold_model *table = &gold[index];
        table->show_by = -1;
        table->name = read_gold_name(reader, json, index);
        reader->model->gold_count++;
        reader->subject = table->name;
        table->title = reader_title(reader, json);
        table->description = reader_text(reader, json, "description");
        model_read_sql(reader, json, &table->sql_path, &table->sql);
        read_gold_schema(reader, json, table);
        read_scope(reader, json, table);
        read_additive(reader, json, table);
        reader->subject = NULL;
    }
}

/* "gold_<name>" or "silver_<sheet>" */
static bool is_table(const struct model *model, const char *name) {
    for (size_t i = 0; i < model->gold_count; i++)
        if (strcmp(model->gold[i].name, name) == 0)
            return true;
    return strncmp(name, "silver_", 7) == 0 && model_find_sheet(model, span_from(name + 7)) >= 0;
}

static const char *read_check_table(struct reader *reader, const struct json *json) {
    const char *name = reader_string(reader, json, "table", IS_NEEDED);
    const struct model *model = reader->model;
    if (!name || is_table(model, name))
        return name ? name : "";
    size_t count = 0;
    const char **names =
        arena_array(reader->arena, model->gold_count + model->sheet_count, sizeof *names);
    for (size_t i = 0; i < model->gold_count; i++)
        names[count++] = model->gold[i].name;
    for (size_t i = 0; i < model->sheet_count; i++)
        names[count++] = arena_printf(reader->arena, "silver_%s", model->sheets[i].name);
    reader_fault(reader, json, "table", "no table gold_<name> or silver_<sheet> is called \"%s\"%s",
                 name, reader_suggest(reader, name, names, count));
    return name;
}

/* The audit tells checks apart by table and rule. */
static bool is_repeated(const struct check_model *checks, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (strcmp(checks[i].rule, checks[index].rule) == 0 &&
            strcmp(checks[i].table, checks[index].table) == 0)
            return true;
    return false;
}

/* Returns how many there are. */
static size_t read_list(struct reader *reader, const struct json *package, const char *name,
                        const struct check_model **out) {
    const struct json *list = reader_member(reader, package, name, JSON_ARRAY, IS_OPTIONAL);
    size_t count = 0;
    if (!list)
        return 0;
    struct check_model *checks = arena_array(reader->arena, list->count, sizeof *checks);
    for (const struct json *json = list->first; json; json = json->next) {
        if (!reader_object(reader, json))
            continue;
        checks[count].rule = reader_name(reader, json, "rule");
        model_check_rule(reader, json, checks[count].rule);
        checks[count].table = read_check_table(reader, json);
        checks[count].description = reader_string(reader, json, "description", IS_OPTIONAL);
        if (is_repeated(checks, count))
            reader_fault(reader, json, "rule", "another check of %s has this rule, too",
                         checks[count].table);
        model_read_sql(reader, json, &checks[count].sql_path, &checks[count].sql);
        read_unit(reader, json, &checks[count].unit);
        count++;
    }
    *out = checks;
    return count;
}

void model_read_checks(struct reader *reader, const struct json *package) {
    struct model *model = reader->model;
    model->check_count = read_list(reader, package, "goldleaf:checks", &model->checks);
    model->invariant_count = read_list(reader, package, "goldleaf:invariants", &model->invariants);
}
