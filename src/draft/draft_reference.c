/* Which column points into which sheet: by name, and because all of its values are there. */
#include "draft/draft_parts.h"

static bool ends_with_name(const char *name, const char *ending) {
    size_t size = strlen(name), ending_size = strlen(ending);
    return size > ending_size + 1 && name[size - ending_size - 1] == '_' &&
           strcmp(name + size - ending_size, ending) == 0;
}

/* How well a column's name fits the key of a parent: 0 not at all. */
static int name_fit(const struct draft *draft, const struct draft_column *column,
                    const struct draft_sheet *parent, const struct draft_column *key) {
    const struct hints *hints = &draft->hints;
    struct span base = hints_base(hints, column->name);
    bool is_own_key = hints_is_named_after(hints_base(hints, key->name), parent->name);
    if (is_own_key && strcmp(column->name, key->name) == 0)
        return 4;
    if (is_own_key && ends_with_name(column->name, key->name))
        return 3;
    if (hints_is_named_after(base, parent->name) ||
        hints_is_named_after(span_from(column->name), parent->name))
        return 2;
    return key->is_identifier && strcmp(key->name, "id") != 0 &&
           strcmp(column->name, key->name) == 0;
}

static bool is_comparable(enum field_type child, enum field_type parent) {
    bool has_text = child == FIELD_STRING || child == FIELD_ENUM || child == FIELD_EMAIL;
    bool parent_has_text = parent == FIELD_STRING || parent == FIELD_ENUM || parent == FIELD_EMAIL;
    return child == parent || (has_text && parent_has_text);
}

static size_t count_absent(const struct value_set *values, const struct value_set *parent) {
    size_t absent = 0;
    for (size_t i = 0; values->slots && i <= values->mask; i++)
        absent += values->slots[i] && !value_set_has(parent, values->slots[i]);
    return absent;
}

/* Sheets must not refer to each other in a circle. */
static bool leads_to(const struct draft *draft, size_t from, size_t to) {
    const struct draft_sheet *sheet = &draft->sheets[from];
    if (from == to)
        return true;
    for (size_t i = 0; i < sheet->reference_count; i++)
        if (leads_to(draft, sheet->references[i].parent, to))
            return true;
    return false;
}

/* A sheet's own key is nobody's child, unless it is named after the parent: the details of a
 * customer have the customer's key. */
static bool is_its_own(const struct draft *draft, const struct draft_sheet *sheet, size_t field) {
    bool is_key = sheet->key_count == 1 && sheet->key[0] == field;
    const char *name = sheet->columns[field].name;
    return is_key && (strcmp(name, "id") == 0 ||
                      hints_is_named_after(hints_base(&draft->hints, name), sheet->name));
}

static int find_parent(const struct draft *draft, size_t child, size_t field) {
    const struct draft_sheet *sheet = &draft->sheets[child];
    int best = 0, found = -1;
    for (size_t i = 0; i < draft->sheet_count; i++) {
        const struct draft_sheet *parent = &draft->sheets[i];
        if (i == child || parent->key_count != 1)
            continue;
        const struct draft_column *key = &parent->columns[parent->key[0]];
        int fit = name_fit(draft, &sheet->columns[field], parent, key);
        if (fit <= best || !is_comparable(sheet->columns[field].field.type, key->field.type))
            continue;
        best = fit;
        found = (int)i;
    }
    return found;
}

static void add_reference(struct draft_sheet *sheet, size_t field, size_t parent,
                          size_t parent_field) {
    sheet->references[sheet->reference_count++] =
        (struct draft_reference){field, parent, parent_field};
}

static void look_at_column(struct draft *draft, size_t child, size_t field) {
    struct draft_sheet *sheet = &draft->sheets[child];
    struct draft_column *column = &sheet->columns[field];
    int parent_index = find_parent(draft, child, field);
    if (parent_index < 0 || column->values.count == 0 || is_its_own(draft, sheet, field))
        return;
    const struct draft_sheet *parent = &draft->sheets[parent_index];
    const struct draft_column *key = &parent->columns[parent->key[0]];
    size_t absent = count_absent(&column->values, &key->values);
    bool is_slip = draft_is_slip(absent, column->values.count);
    if (is_slip && leads_to(draft, (size_t)parent_index, child))
        return;
    if (is_slip)
        add_reference(sheet, field, (size_t)parent_index, parent->key[0]);
    if (absent && is_slip)
        draft_say(&column->doubts,
                  "Check: %zu of %zu different values are not in %s.%s; rows with "
                  "them are rejected.",
                  absent, column->values.count, parent->name, key->name);
    else if (absent && absent * 2 < column->values.count)
        draft_say(&column->doubts,
                  "Check: it may refer to %s.%s, but %zu of %zu different values "
                  "are not there.",
                  parent->name, key->name, absent, column->values.count);
}

void draft_find_references(struct draft *draft) {
    for (size_t i = 0; i < draft->sheet_count; i++) {
        struct draft_sheet *sheet = &draft->sheets[i];
        sheet->references =
            arena_array(draft->arena, sheet->column_count, sizeof *sheet->references);
        for (size_t j = 0; j < sheet->column_count; j++)
            look_at_column(draft, i, j);
    }
}
