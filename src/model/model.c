#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/model.h"

#include <pcre2.h>
#include <stdarg.h>

void model_fault_add(struct model_faults *faults, const char *place, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *message = arena_alloc(faults->arena, (size_t)size + 1);
    vsnprintf(message, (size_t)size + 1, format, again);
    va_end(again);

    if (faults->count == faults->capacity) {
        faults->capacity = faults->capacity ? faults->capacity * 2 : 16;
        faults->items = memory_resize(faults->items, faults->capacity, sizeof *faults->items);
    }
    faults->items[faults->count++] =
        (struct model_fault){arena_string(faults->arena, span_from(place)), message};
}

void model_faults_free(struct model_faults *faults) {
    free(faults->items);
    faults->items = NULL;
    faults->count = faults->capacity = 0;
}

void model_close(const struct model *model) {
    if (!model)
        return;
    for (size_t i = 0; i < model->sheet_count; i++)
        for (size_t j = 0; j < model->sheets[i].field_count; j++)
            pcre2_code_free(model->sheets[i].fields[j].pattern);
}

int sheet_model_find_field(const struct sheet_model *sheet, struct span name) {
    for (size_t i = 0; i < sheet->field_count; i++)
        if (span_is(name, sheet->fields[i].name))
            return (int)i;
    return -1;
}

bool sheet_model_has_unit(const struct sheet_model *sheet, const struct unit *unit) {
    for (size_t i = 0; i < unit->count; i++)
        if (sheet_model_find_field(sheet, span_from(unit->columns[i])) < 0)
            return false;
    return true;
}

int model_find_sheet(const struct model *model, struct span name) {
    for (size_t i = 0; i < model->sheet_count; i++)
        if (span_is(name, model->sheets[i].name))
            return (int)i;
    return -1;
}

bool field_is_text(enum field_type type) {
    return type == FIELD_STRING || type == FIELD_EMAIL || type == FIELD_ENUM ||
           type == FIELD_CURRENCY;
}

const char *field_type_name(enum field_type type) {
    static const char *const names[] = {
        [FIELD_STRING] = "string",     [FIELD_INTEGER] = "integer", [FIELD_NUMBER] = "number",
        [FIELD_MONEY] = "money",       [FIELD_DATE] = "date",       [FIELD_DATETIME] = "datetime",
        [FIELD_BOOLEAN] = "boolean",   [FIELD_EMAIL] = "email",     [FIELD_ENUM] = "enum",
        [FIELD_CURRENCY] = "currency", [FIELD_RATE] = "rate",
    };
    return names[type];
}
