/* What the parts of a model must be to each other. */
#include "base/zone.h"
#include "model/reader.h"

void model_check_time_zone(struct reader *reader, const struct json *package, const char *name) {
    struct err err;
    if (!zone_check(name, &err))
        reader_fault(reader, package, "goldleaf:timeZone", "%s", err.message);
}

static void check_cluster(struct reader *reader, const struct json *resource,
                          const struct sheet_model *sheet) {
    for (size_t i = 0; i < sheet->cluster_count; i++) {
        const struct field *field = &sheet->fields[sheet->cluster[i]];
        if (!field->required)
            reader_fault(reader, resource, "goldleaf:clusterBy",
                         "\"%s\" must be required to be part of silver's order", field->name);
    }
}

void model_check_sheet(struct reader *reader, const struct json *resource,
                       const struct sheet_model *sheet) {
    const struct json *list = json_find(json_find(resource, "schema"), "fields");
    const struct json *json = list ? list->first : NULL;
    check_cluster(reader, resource, sheet);
    for (size_t i = 0; i < sheet->field_count && json; i++, json = json->next) {
        const struct field *field = &sheet->fields[i];
        if (!field->required)
            continue;
        reader->subject = arena_printf(reader->arena, "%s.%s", sheet->name, field->name);
        bool is_declared = json_find(json_find(json, "constraints"), "required") != NULL;
        const char *kind = is_declared ? "required" : "key";
        if (field->on_error == ON_ERROR_NULL)
            reader_fault(reader, json, "goldleaf:onError",
                         "\"null\" is not for a %s column, which cannot become NULL", kind);
        if (field->null_when >= 0)
            reader_fault(reader, json, "goldleaf:nullWhen",
                         "not for a %s column, which cannot become NULL", kind);
        reader->subject = sheet->name;
    }
}

/* bronze_<name>_current and bronze_<name>_snapshots are views of the sheet <name>. */
static bool is_name_of_view(const char *name, const char *sheet) {
    size_t size = strlen(sheet);
    return strncmp(name, sheet, size) == 0 &&
           (strcmp(name + size, "_current") == 0 || strcmp(name + size, "_snapshots") == 0);
}

void model_check_sheet_names(struct reader *reader, const struct json *resources) {
    const struct json *resource = resources->first;
    for (size_t i = 0; i < reader->model->sheet_count; i++, resource = resource->next) {
        const char *name = reader->model->sheets[i].name;
        for (size_t j = 0; j < reader->model->sheet_count; j++) {
            const char *other = reader->model->sheets[j].name;
            if (j < i && *name && strcmp(name, other) == 0)
                reader_fault(reader, resource, "name", "another sheet is called \"%s\", too", name);
            if (j != i && *other && is_name_of_view(name, other))
                reader_fault(reader, resource, "name",
                             "bronze_%s is already a view of the sheet \"%s\"", name, other);
        }
    }
}

void model_check_rule(struct reader *reader, const struct json *owner, const char *rule) {
    static const char *const taken[] = {"formula_error", "parse",         "required",
                                        "range",         "duplicate_key", "duplicate_row",
                                        "foreign_key",   "unknown_value", "not_applicable"};
    for (size_t i = 0; i < COUNT_OF(taken); i++)
        if (strcmp(rule, taken[i]) == 0)
            reader_fault(reader, owner, "rule", "\"%s\" is a rule of every sheet; choose another",
                         rule);
}

/* The first sheet that `sheet` refers to and that has no place yet; the number of sheets if there
 * is none. */
static size_t waiting_parent(const struct model *model, size_t sheet, const bool *is_placed) {
    for (size_t i = 0; i < model->sheets[sheet].reference_count; i++)
        if (!is_placed[model->sheets[sheet].references[i].parent])
            return model->sheets[sheet].references[i].parent;
    return model->sheet_count;
}

/* Every sheet without a place waits for another one without a place, so going from parent to parent
 * must come back to a sheet that was seen: there is the circle. Its sheets get their place, so that
 * what only waits for them is not blamed, too. */
static void fault_circle(struct reader *reader, const struct json *resources, size_t start,
                         bool *is_placed) {
    const struct model *model = reader->model;
    bool *is_seen = arena_array(reader->arena, model->sheet_count, sizeof *is_seen);
    bool *is_member = arena_array(reader->arena, model->sheet_count, sizeof *is_member);
    for (; !is_seen[start]; start = waiting_parent(model, start, is_placed))
        is_seen[start] = true;
    const struct json *resource = resources->first;
    for (size_t i = 0; i < start; i++)
        resource = resource->next;
    struct buf names = {0};
    buf_add_text(&names, model->sheets[start].name);
    for (size_t sheet = start; !is_member[sheet];) {
        is_member[sheet] = true;
        sheet = waiting_parent(model, sheet, is_placed);
        buf_printf(&names, " -> %s", model->sheets[sheet].name);
    }
    reader_fault(reader, json_find(resource, "schema"), "foreignKeys",
                 "sheets refer to each other in a circle: %s", buf_text(&names));
    buf_free(&names);
    for (size_t i = 0; i < model->sheet_count; i++)
        is_placed[i] |= is_member[i];
}

/* Parents before children, and in the order of the file where that leaves a choice. */
void model_order_sheets(struct reader *reader, const struct json *resources) {
    const struct model *model = reader->model;
    size_t *order = arena_array(reader->arena, model->sheet_count, sizeof *order);
    bool *is_placed = arena_array(reader->arena, model->sheet_count, sizeof *is_placed);
    size_t placed = 0;
    for (;;) {
        size_t next = 0, waiting = model->sheet_count;
        for (; next < model->sheet_count; next++) {
            if (is_placed[next])
                continue;
            if (waiting_parent(model, next, is_placed) == model->sheet_count)
                break;
            waiting = waiting < next ? waiting : next;
        }
        if (next < model->sheet_count) {
            is_placed[next] = true;
            order[placed++] = next;
        } else if (waiting < model->sheet_count) {
            fault_circle(reader, resources, waiting, is_placed);
        } else {
            break;
        }
    }
    reader->model->build_order = order;
}
