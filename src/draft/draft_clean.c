/* The second look: every cell as a run will clean it, under the types that were chosen. */
#include "draft/draft_parts.h"

#include <xxhash.h>

#define BAD_TEXT_BYTES ((size_t)40)

static size_t slot_of(const struct value_set *set, uint64_t hash) {
    size_t at = (size_t)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 20) & set->mask;
    while (set->slots[at] && set->slots[at] != hash)
        at = (at + 1) & set->mask;
    return at;
}

static void value_set_grow(struct value_set *set) {
    struct value_set larger = {.mask = set->slots ? set->mask * 2 + 1 : 63, .count = set->count};
    larger.slots = memory_alloc((larger.mask + 1) * sizeof *larger.slots);
    memset(larger.slots, 0, (larger.mask + 1) * sizeof *larger.slots);
    for (size_t i = 0; set->slots && i <= set->mask; i++)
        if (set->slots[i])
            larger.slots[slot_of(&larger, set->slots[i])] = set->slots[i];
    free(set->slots);
    *set = larger;
}

bool value_set_has(const struct value_set *set, uint64_t hash) {
    return set->slots && set->slots[slot_of(set, hash ? hash : 1)] != 0;
}

bool value_set_add(struct value_set *set, uint64_t hash) {
    hash = hash ? hash : 1;
    if (!set->slots || set->count * 2 > set->mask)
        value_set_grow(set);
    size_t at = slot_of(set, hash);
    if (set->slots[at])
        return false;
    set->slots[at] = hash;
    set->count++;
    return true;
}

static uint64_t value_hash(struct value value) {
    if (value.kind != VALUE_TEXT)
        return XXH3_64bits(&value.integer, sizeof value.integer);
    struct span text = value_span(value);
    return XXH3_64bits(text.data, text.size);
}

struct cleaning {
    struct draft_sheet *sheet;
    struct arena scratch, *arena;
};

/* Cut between characters. */
static struct span shown(struct arena *arena, struct span text) {
    if (text.size > BAD_TEXT_BYTES)
        for (text.size = BAD_TEXT_BYTES; text.size && (text.data[text.size] & 0xC0) == 0x80;)
            text.size--;
    return arena_copy(arena, text);
}

static void clean_cell(struct cleaning *cleaning, struct draft_column *column, size_t row,
                       struct span raw) {
    struct cell cell = cell_clean(&column->field, raw, &cleaning->scratch);
    if (cell.rule && cell.rule != RULE_REQUIRED) {
        if (column->bad++ == 0) {
            column->bad_row = row;
            column->bad_text = shown(cleaning->arena, cell_trim(raw));
        }
    } else if (cell.value.kind == VALUE_NULL) {
        column->empty++;
    } else {
        column->filled++;
        if (!value_set_add(&column->values, value_hash(cell.value)))
            column->is_unique = false;
    }
}

static void clean_row(void *context, size_t row, const struct span *cells) {
    struct cleaning *cleaning = context;
    struct draft_sheet *sheet = cleaning->sheet;
    for (size_t i = 0; i < sheet->column_count; i++)
        clean_cell(cleaning, &sheet->columns[i], row, cells[sheet->columns[i].place]);
    arena_free(&cleaning->scratch);
}

static void clean_all(struct draft *draft, struct draft_sheet *sheet) {
    struct cleaning cleaning = {.sheet = sheet, .arena = draft->arena};
    for (size_t i = 0; i < sheet->column_count; i++) {
        struct draft_column *column = &sheet->columns[i];
        free(column->values.slots);
        column->values = (struct value_set){0};
        column->filled = column->empty = column->bad = 0;
        column->is_unique = true;
    }
    draft_walk(sheet, clean_row, &cleaning);
    arena_free(&cleaning.scratch);
}

static const char *fate(bool is_one, bool rejects) {
    if (rejects)
        return is_one ? "it rejects its row" : "they reject their rows";
    return is_one ? "it becomes empty, with a warning" : "they become empty, with a warning";
}

static void note_bad(struct draft_column *column, bool rejects) {
    draft_say(&column->doubts,
              "Check: %zu of %zu cells cannot be read, the first in row %zu "
              "(\"%.*s\"); %s.",
              column->bad, column->bad + column->filled, column->bad_row + 2,
              SPAN_ARG(column->bad_text), fate(column->bad == 1, rejects));
}

/* A required column in which some cell cannot be read is not required after all. A failed formula
 * rejects its row in any column. */
static void settle(struct draft_column *column) {
    if (!column->bad)
        return;
    if (column->field.required) {
        column->field.required = false;
        column->field.on_error =
            column->field.type == FIELD_STRING ? ON_ERROR_REJECT : ON_ERROR_NULL;
    }
    note_bad(column, column->bad <= column->profile.errors);
}

void draft_clean(struct draft *draft, struct draft_sheet *sheet) {
    bool is_settled = true;
    clean_all(draft, sheet);
    for (size_t i = 0; i < sheet->column_count; i++) {
        struct draft_column *column = &sheet->columns[i];
        size_t bad =
            column->bad > column->profile.errors ? column->bad - column->profile.errors : 0;
        if (column->field.type == FIELD_STRING || draft_is_slip(bad, bad + column->filled))
            continue;
        draft_fall_back(draft, sheet, column);
        is_settled = false;
    }
    if (!is_settled)
        clean_all(draft, sheet);
    for (size_t i = 0; i < sheet->column_count; i++)
        settle(&sheet->columns[i]);
}
