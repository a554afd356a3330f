#include "stages/clean.h"

#include "model/cell.h"

#include <xxhash.h>

const char RULE_DUPLICATE_KEY[] = "duplicate_key";
const char RULE_DUPLICATE_ROW[] = "duplicate_row";
const char RULE_FOREIGN_KEY[] = "foreign_key";

void clean_fault_add(struct clean_faults *faults, struct clean_fault fault) {
    if (faults->count == faults->capacity) {
        faults->capacity = faults->capacity ? faults->capacity * 2 : 64;
        faults->items = memory_resize(faults->items, faults->capacity, sizeof *faults->items);
    }
    faults->items[faults->count++] = fault;
}

static bool clean_is_blank(const struct span *cells, size_t width) {
    for (size_t i = 0; i < width; i++)
        if (!cell_is_blank(cells[i]))
            return false;
    return true;
}

/* The worst cell of a row so far: the earliest step counts, then the leftmost column. */
struct clean_worst {
    enum cell_step step;
    int column;
    struct clean_fault fault;
};

static void clean_note(struct clean_worst *worst, enum cell_step step, int column,
                       struct clean_fault fault) {
    bool is_worse = worst->step == STEP_NONE || step < worst->step ||
                    (step == worst->step && column < worst->column);
    if (is_worse)
        *worst = (struct clean_worst){step, column, fault};
}

static struct span clean_cell_of(const struct header *header, const struct span *cells,
                                 size_t field) {
    int column = header->field_columns[field];
    return column >= 0 ? cells[column] : SPAN("");
}

/* Cells that mean nothing beside another one. A default that goes loses nothing. */
static void clean_drop_inapplicable(const struct sheet_model *model, const struct header *header,
                                    uint32_t row, const struct span *cells, struct value *values,
                                    struct clean_faults *warnings) {
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->null_when < 0 || values[i].kind == VALUE_NULL ||
            values[field->null_when].kind == VALUE_NULL)
            continue;
        struct span other = value_span(values[field->null_when]);
        for (size_t j = 0; j < field->null_value_count; j++) {
            if (!span_equal(field->null_values[j], other))
                continue;
            values[i] = value_null();
            if (!cell_is_missing(field, cell_trim(clean_cell_of(header, cells, i))))
                clean_fault_add(warnings,
                                (struct clean_fault){row, (uint32_t)i, RULE_NOT_APPLICABLE,
                                                     "means nothing for a row of this kind"});
            break;
        }
    }
}

/* An end before its start; both are ISO text, which compares as time does. */
static void clean_check_order(const struct sheet_model *model, const struct header *header,
                              uint32_t row, struct value *values, struct clean_worst *worst,
                              struct clean_faults *warnings) {
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->not_before < 0 || values[i].kind == VALUE_NULL ||
            values[field->not_before].kind == VALUE_NULL ||
            span_compare(value_span(values[i]), value_span(values[field->not_before])) >= 0)
            continue;
        struct clean_fault fault = {row, (uint32_t)i, RULE_RANGE, "before the start"};
        values[i] = value_null();
        if (field->on_error == ON_ERROR_REJECT || field->required)
            clean_note(worst, STEP_REQUIRED, header->field_columns[i], fault);
        else
            clean_fault_add(warnings, fault);
    }
}

struct clean_fault clean_duplicate(uint32_t field, uint32_t row, bool is_same_row) {
    return (struct clean_fault){row, field, is_same_row ? RULE_DUPLICATE_ROW : RULE_DUPLICATE_KEY,
                                is_same_row ? "a later row is equal to this one"
                                            : "a later row has the same key"};
}

enum clean_outcome clean_row(const struct sheet_model *model, const struct header *header,
                             uint32_t row, const struct span *cells, size_t width,
                             struct value *values, struct clean_faults *rejects,
                             struct clean_faults *warnings, struct arena *arena) {
    size_t warning_count = warnings->count;
    struct clean_worst worst = {.step = STEP_NONE};
    bool has_row_rules = false;
    for (size_t i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        struct cell cell = cell_clean(field, clean_cell_of(header, cells, i), arena);
        values[i] = cell.value;
        has_row_rules |= field->not_before >= 0 || field->null_when >= 0;
        if (!cell.rule)
            continue;
        struct clean_fault fault = {row, (uint32_t)i, cell.rule, cell.reason};
        if (cell.step == STEP_NONE)
            clean_fault_add(warnings, fault);
        else
            clean_note(&worst, cell.step, header->field_columns[i], fault);
    }
    if (has_row_rules) {
        clean_drop_inapplicable(model, header, row, cells, values, warnings);
        clean_check_order(model, header, row, values, &worst, warnings);
    }
    if (worst.step == STEP_NONE)
        return CLEAN_KEPT;
    warnings->count = warning_count;
    if (clean_is_blank(cells, width))
        return CLEAN_BLANK;
    clean_fault_add(rejects, worst.fault);
    return CLEAN_REJECTED;
}

static int clean_compare_value(const struct value *a, const struct value *b) {
    if (a->kind == VALUE_TEXT)
        return span_compare(value_span(*a), value_span(*b));
    return (a->integer > b->integer) - (a->integer < b->integer);
}

int clean_compare(const struct sheet_model *model, const struct value *a, const struct value *b) {
    int order = 0;
    for (size_t i = 0; i < model->cluster_count && order == 0; i++)
        order = clean_compare_value(&a[model->cluster[i]], &b[model->cluster[i]]);
    for (size_t i = 0; i < model->key_count && order == 0; i++)
        order = clean_compare_value(&a[model->key[i]], &b[model->key[i]]);
    return order;
}

/* One row of the list to be sorted: a few bytes of the first columns decide nearly every comparison
 * without a look at the row, which is rarely in a cache when there are millions. */
struct clean_slot {
    uint64_t first, second;
    uint32_t index;
};

/* How the bytes of a slot are made: of the columns that the order goes by, behind what all of their
 * texts begin with. */
struct clean_prefix {
    size_t fields[2], skips[2];
    bool has_second; /* the first says all there is in its column */
};

static size_t clean_sort_field(const struct sheet_model *model, size_t rank) {
    return rank < model->cluster_count ? model->cluster[rank]
                                       : model->key[rank - model->cluster_count];
}

static size_t common_size(struct span a, struct span b, size_t most) {
    size_t size = 0;
    while (size < most && size < a.size && size < b.size && a.data[size] == b.data[size])
        size++;
    return size;
}

/* `*longest` is the size of the longest text of the column. */
static size_t clean_find_skip(const struct clean_sheet *clean, size_t field, size_t *longest) {
    size_t width = clean->model->field_count, skip = SIZE_MAX;
    struct span first = value_span(clean->values[clean->order[0] * width + field]);
    *longest = 0;
    for (size_t i = 0; i < clean->order_count; i++) {
        struct span text = value_span(clean->values[clean->order[i] * width + field]);
        skip = common_size(first, text, skip);
        *longest = text.size > *longest ? text.size : *longest;
    }
    return skip;
}

static struct clean_prefix clean_plan_prefix(const struct clean_sheet *clean) {
    const struct sheet_model *model = clean->model;
    struct clean_prefix prefix = {.fields[0] = clean_sort_field(model, 0)};
    size_t longest;
    prefix.skips[0] = clean_find_skip(clean, prefix.fields[0], &longest);
    bool is_whole = longest - prefix.skips[0] <= sizeof(uint64_t);
    prefix.has_second = is_whole && model->cluster_count + model->key_count > 1;
    if (prefix.has_second) {
        prefix.fields[1] = clean_sort_field(model, 1);
        prefix.skips[1] = clean_find_skip(clean, prefix.fields[1], &longest);
    }
    return prefix;
}

static uint64_t clean_prefix_of(const struct value *value, size_t skip) {
    if (value->kind != VALUE_TEXT)
        return (uint64_t)value->integer ^ (UINT64_C(1) << 63);
    unsigned char bytes[8] = {0};
    size_t size = value->size - skip;
    memcpy(bytes, value->text + skip, size < sizeof bytes ? size : sizeof bytes);
    uint64_t prefix;
    memcpy(&prefix, bytes, sizeof prefix);
    return __builtin_bswap64(prefix);
}

static struct clean_slot clean_make_slot(const struct clean_sheet *clean,
                                         const struct clean_prefix *prefix, uint32_t index) {
    const struct value *values = clean->values + index * clean->model->field_count;
    struct clean_slot slot = {.index = index};
    slot.first = clean_prefix_of(&values[prefix->fields[0]], prefix->skips[0]);
    if (prefix->has_second)
        slot.second = clean_prefix_of(&values[prefix->fields[1]], prefix->skips[1]);
    return slot;
}

static int clean_compare_slots(const void *a, const void *b, void *context) {
    const struct clean_slot *left = a, *right = b;
    const struct clean_sheet *clean = context;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    if (left->second != right->second)
        return left->second < right->second ? -1 : 1;
    size_t width = clean->model->field_count;
    return clean_compare(clean->model, clean->values + left->index * width,
                         clean->values + right->index * width);
}

static void clean_sort(struct clean_sheet *clean) {
    if (clean->order_count == 0)
        return;
    struct clean_prefix prefix = clean_plan_prefix(clean);
    struct clean_slot *slots = memory_resize(NULL, clean->order_count, sizeof *slots);
    bool is_sorted = true;
    for (size_t i = 0; i < clean->order_count; i++) {
        slots[i] = clean_make_slot(clean, &prefix, clean->order[i]);
        is_sorted &= i == 0 || clean_compare_slots(&slots[i - 1], &slots[i], clean) <= 0;
    }
    if (!is_sorted)
        qsort_r(slots, clean->order_count, sizeof *slots, clean_compare_slots, clean);
    for (size_t i = 0; i < clean->order_count; i++)
        clean->order[i] = slots[i].index;
    free(slots);
}

/* Rows under what they have in some columns. */
struct clean_keys {
    const size_t *fields;
    size_t field_count;
    uint32_t *slots; /* index + 1 of a row in `clean`, 0: free */
    size_t mask;
};

static uint64_t clean_hash_key(const struct clean_keys *keys, const struct value *values) {
    uint64_t hash = 0;
    for (size_t i = 0; i < keys->field_count; i++) {
        const struct value *part = &values[keys->fields[i]];
        hash = part->kind == VALUE_TEXT
                   ? XXH3_64bits_withSeed(part->text, part->size, hash)
                   : XXH3_64bits_withSeed(&part->integer, sizeof part->integer, hash + 1);
    }
    return hash;
}

static bool clean_same_key(const struct clean_keys *keys, const struct value *a,
                           const struct value *b) {
    for (size_t i = 0; i < keys->field_count; i++)
        if (!value_equal(a[keys->fields[i]], b[keys->fields[i]]))
            return false;
    return true;
}

static bool clean_has_key(const struct clean_keys *keys, const struct value *values) {
    for (size_t i = 0; i < keys->field_count; i++)
        if (values[keys->fields[i]].kind == VALUE_NULL)
            return false;
    return true;
}

/* Enters a row under its key, or returns the row that has it already. */
static uint32_t clean_enter_key(const struct clean_sheet *clean, struct clean_keys *keys,
                                uint32_t index) {
    size_t width = clean->model->field_count;
    const struct value *values = clean->values + index * width;
    if (!clean_has_key(keys, values))
        return index;
    size_t slot = clean_hash_key(keys, values) & keys->mask;
    for (; keys->slots[slot]; slot = (slot + 1) & keys->mask) {
        uint32_t other = keys->slots[slot] - 1;
        if (clean_same_key(keys, values, clean->values + other * width))
            return other;
    }
    keys->slots[slot] = index + 1;
    return index;
}

/* From the end of the sheet to its start: the first row that is met of a key is the one that
 * wins. */
static void clean_keep_last(struct clean_sheet *clean, const size_t *fields, size_t field_count,
                            const uint64_t *hashes) {
    size_t slot_count = 16;
    while (slot_count < clean->order_count * 2)
        slot_count *= 2;
    struct clean_keys keys = {fields, field_count,
                              memory_resize(NULL, slot_count, sizeof *keys.slots), slot_count - 1};
    memset(keys.slots, 0, slot_count * sizeof *keys.slots);
    size_t first_kept = clean->order_count;
    for (size_t i = clean->order_count; i-- > 0;) {
        uint32_t index = clean->order[i], winner = clean_enter_key(clean, &keys, index);
        if (winner == index) {
            clean->order[--first_kept] = index;
            continue;
        }
        bool is_same_row = hashes && hashes[clean->rows[index]] == hashes[clean->rows[winner]];
        struct clean_fault fault =
            clean_duplicate((uint32_t)fields[0], clean->rows[index], is_same_row);
        if (fields != clean->model->key)
            fault.reason = "a later row has the same here, where it must be unique";
        clean_fault_add(&clean->rejects, fault);
    }
    clean->order_count -= first_kept;
    memmove(clean->order, clean->order + first_kept, clean->order_count * sizeof *clean->order);
    free(keys.slots);
}

void clean_keep_unique(struct clean_sheet *clean) {
    const struct sheet_model *model = clean->model;
    for (size_t i = 0; i < model->unique_count; i++)
        clean_keep_last(clean, model->unique[i].fields, model->unique[i].field_count, NULL);
}

static void clean_remove_duplicates(struct clean_sheet *clean, const uint64_t *hashes) {
    clean->order = memory_resize(NULL, clean->count, sizeof *clean->order);
    clean->order_count = clean->count;
    for (size_t i = 0; i < clean->count; i++)
        clean->order[i] = (uint32_t)i;
    clean_keep_last(clean, clean->model->key, clean->model->key_count, hashes);
    clean_keep_unique(clean);
}

void clean_drop_warnings(struct clean_sheet *clean) {
    size_t row_count = clean->count ? (size_t)clean->rows[clean->count - 1] + 1 : 0;
    if (clean->warnings.count == 0 || clean->order_count == clean->count)
        return;
    uint8_t *is_kept = memory_resize(NULL, row_count, 1);
    memset(is_kept, 0, row_count);
    for (size_t i = 0; i < clean->order_count; i++)
        is_kept[clean->rows[clean->order[i]]] = 1;
    size_t kept = 0;
    for (size_t i = 0; i < clean->warnings.count; i++)
        if (is_kept[clean->warnings.items[i].row])
            clean->warnings.items[kept++] = clean->warnings.items[i];
    clean->warnings.count = kept;
    free(is_kept);
}

void clean_sheet(struct clean_sheet *clean, const struct pull *pull) {
    const struct sheet_model *model = pull->model;
    const struct sheet *sheet = &pull->sheet;
    *clean = (struct clean_sheet){.model = model};
    clean->values =
        memory_resize(NULL, sheet->row_count * model->field_count + 1, sizeof *clean->values);
    clean->rows = memory_resize(NULL, sheet->row_count, sizeof *clean->rows);
    struct span *cells = arena_array(&clean->arena, sheet->width, sizeof *cells);
    for (size_t row = 0; row < sheet->row_count; row++) {
        sheet_read_row(sheet, row, cells, &clean->arena);
        enum clean_outcome outcome =
            clean_row(model, &pull->header, (uint32_t)row, cells, sheet->width,
                      clean->values + clean->count * model->field_count, &clean->rejects,
                      &clean->warnings, &clean->arena);
        if (outcome == CLEAN_KEPT)
            clean->rows[clean->count++] = (uint32_t)row;
        clean->blank_count += outcome == CLEAN_BLANK;
    }
    clean_remove_duplicates(clean, pull->hashes);
    clean_drop_warnings(clean);
    clean_sort(clean);
}

void clean_free(struct clean_sheet *clean) {
    free(clean->values);
    free(clean->rows);
    free(clean->order);
    free(clean->rejects.items);
    free(clean->warnings.items);
    arena_free(&clean->arena);
    *clean = (struct clean_sheet){0};
}
