/* What tells the rows of a sheet apart: by name and by whether values repeat. */
#include "draft/draft_parts.h"

#include <xxhash.h>

#define MOST_CANDIDATES 9
#define ROWS_PER_LOST 20 /* a key may be empty in one row, and one more for each so many */

static bool is_complete(const struct draft_sheet *sheet, const struct draft_column *column) {
    return column->filled == sheet->row_count && column->filled > 0;
}

static bool is_key(const struct draft_sheet *sheet, const struct draft_column *column) {
    return is_complete(sheet, column) && column->is_unique;
}

/* The rows that a key of this column would turn away are few. */
static bool is_nearly_key(const struct draft_sheet *sheet, const struct draft_column *column) {
    return sheet->row_count > 0 &&
           draft_is_slip(sheet->row_count - column->values.count, sheet->row_count);
}

/* "id", or "order_id" of the sheet "orders". */
static bool is_own(const struct draft *draft, const struct draft_sheet *sheet,
                   const struct draft_column *column) {
    return strcmp(column->name, "id") == 0 ||
           hints_is_named_after(hints_base(&draft->hints, column->name), sheet->name);
}

/* "customer_id" of the sheet "orders", beside a sheet "customers". */
static bool is_of_another(const struct draft *draft, const struct draft_sheet *sheet,
                          const struct draft_column *column) {
    struct span base = hints_base(&draft->hints, column->name);
    for (size_t i = 0; i < draft->sheet_count; i++)
        if (&draft->sheets[i] != sheet && hints_is_named_after(base, draft->sheets[i].name))
            return true;
    return false;
}

static bool take(struct draft_sheet *sheet, size_t column) {
    sheet->key[0] = column;
    sheet->key_count = 1;
    return true;
}

static bool take_own(struct draft *draft, struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count; i++) {
        struct draft_column *column = &sheet->columns[i];
        if (!column->is_identifier || !is_own(draft, sheet, column) ||
            !is_nearly_key(sheet, column))
            continue;
        size_t lost = sheet->row_count - column->values.count;
        if (lost)
            draft_say(&sheet->doubts,
                      "Check: %s repeats or is empty in %zu of %zu rows; of rows "
                      "with the same key, the last one counts.",
                      column->name, lost, sheet->row_count);
        return take(sheet, i);
    }
    return false;
}

static bool take_identifier(struct draft *draft, struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count; i++)
        if (sheet->columns[i].is_identifier && is_key(sheet, &sheet->columns[i]) &&
            !is_of_another(draft, sheet, &sheet->columns[i]))
            return take(sheet, i);
    return false;
}

static bool is_name_like(enum field_type type) {
    return type == FIELD_STRING || type == FIELD_INTEGER || type == FIELD_EMAIL;
}

static bool take_first(struct draft *draft, struct draft_sheet *sheet) {
    const struct draft_column *first = &sheet->columns[0];
    if (!is_name_like(first->field.type) || !is_key(sheet, first) ||
        is_of_another(draft, sheet, first))
        return false;
    if (!first->is_identifier)
        draft_say(&sheet->doubts,
                  "Check: is %s the key? It is the first column, and no value "
                  "repeats.",
                  first->name);
    return take(sheet, 0);
}

/* ---- several columns together ---- */

struct combination {
    const struct draft_sheet *sheet;
    size_t columns[MOST_CANDIDATES];
    size_t count;
    uint64_t *hashes; /* per row and column; 0: empty */
    size_t most_lost; /* so many rows may lack a part */
    size_t rows;
    struct arena scratch;
};

static void hash_row(void *context, size_t row, const struct span *cells) {
    struct combination *all = context;
    (void)row;
    for (size_t i = 0; i < all->count; i++) {
        const struct draft_column *column = &all->sheet->columns[all->columns[i]];
        struct value value = cell_clean(&column->field, cells[column->place], &all->scratch).value;
        struct span text = value.kind == VALUE_TEXT
                               ? value_span(value)
                               : (struct span){(const char *)&value.integer, sizeof value.integer};
        all->hashes[all->rows * all->count + i] =
            value.kind == VALUE_NULL ? 0 : XXH3_64bits(text.data, text.size) | 1;
    }
    all->rows++;
    arena_free(&all->scratch);
}

/* Of complete columns, one whose values never repeat is a key alone, or none: beside it no other
 * column does anything. */
static bool may_be_part(const struct combination *all, const struct draft_column *column) {
    enum field_type type = column->field.type;
    bool is_filled =
        all->most_lost ? column->filled && column->filled + all->most_lost >= all->sheet->row_count
                       : is_complete(all->sheet, column) && !column->is_unique;
    return is_filled && !column->bad && type != FIELD_MONEY && type != FIELD_NUMBER &&
           type != FIELD_BOOLEAN && type != FIELD_EMAIL;
}

/* Identifiers, dates and the numbers of lines first: they are what keys are made of. */
static void add_candidates(const struct hints *hints, struct combination *all,
                           bool is_first_choice) {
    for (size_t i = 0; i < all->sheet->column_count && all->count < MOST_CANDIDATES; i++) {
        const struct draft_column *column = &all->sheet->columns[i];
        bool is_first = column->is_identifier || column->field.type == FIELD_DATE ||
                        column->field.type == FIELD_DATETIME ||
                        hints_has_last_word(hints, HINT_POSITION, column->name);
        if (is_first == is_first_choice && may_be_part(all, column))
            all->columns[all->count++] = i;
    }
}

/* False when the row lacks one of the parts. */
static bool mix_row(const struct combination *all, unsigned chosen, size_t row, uint64_t *hash) {
    bool is_whole = true;
    *hash = 0;
    for (size_t i = 0; i < all->count; i++)
        if (chosen >> i & 1) {
            uint64_t part = all->hashes[row * all->count + i];
            *hash = (*hash ^ part) * UINT64_C(0x9E3779B97F4A7C15) + (*hash >> 29);
            is_whole &= part != 0;
        }
    return is_whole;
}

static size_t count_lost(const struct combination *all, unsigned chosen) {
    size_t lost = 0;
    uint64_t hash;
    for (size_t row = 0; row < all->rows; row++)
        lost += !mix_row(all, chosen, row, &hash);
    return lost;
}

static bool tells_apart(const struct combination *all, unsigned chosen) {
    struct value_set set = {0};
    bool is_unique = count_lost(all, chosen) <= all->most_lost;
    uint64_t hash;
    for (size_t row = 0; row < all->rows && is_unique; row++)
        if (mix_row(all, chosen, row, &hash))
            is_unique = value_set_add(&set, hash);
    free(set.slots);
    return is_unique;
}

static size_t bits_of(unsigned chosen) {
    return (size_t)__builtin_popcount(chosen);
}

/* The fewest columns, and of those the ones that come first. */
static unsigned choose_combination(const struct combination *all, size_t least) {
    for (size_t size = least; size <= MOST_KEY && size <= all->count; size++)
        for (unsigned chosen = 1; chosen < 1u << all->count; chosen++)
            if (bits_of(chosen) == size && tells_apart(all, chosen))
                return chosen;
    return 0;
}

static void take_chosen(const struct combination *all, struct draft_sheet *sheet, unsigned chosen) {
    for (size_t i = 0; i < sheet->column_count; i++)
        for (size_t j = 0; j < all->count; j++)
            if (all->columns[j] == i && (chosen >> j & 1)) {
                draft_make_key(&sheet->columns[i]);
                sheet->key[sheet->key_count++] = i;
            }
}

/* How many rows are without the key that was taken, if one was. */
static size_t combine(struct draft *draft, struct draft_sheet *sheet, size_t most_lost) {
    struct combination all = {.sheet = sheet, .most_lost = most_lost};
    size_t least = most_lost ? 1 : 2;
    add_candidates(&draft->hints, &all, true);
    add_candidates(&draft->hints, &all, false);
    if (all.count < least || sheet->row_count == 0)
        return 0;
    all.hashes = memory_resize(NULL, sheet->row_count * all.count, sizeof *all.hashes);
    draft_walk(sheet, hash_row, &all);
    unsigned chosen = choose_combination(&all, least);
    size_t lost = count_lost(&all, chosen);
    take_chosen(&all, sheet, chosen);
    free(all.hashes);
    return lost;
}

static bool take_combination(struct draft *draft, struct draft_sheet *sheet) {
    combine(draft, sheet, 0);
    if (sheet->key_count)
        draft_say(&sheet->doubts, "Check: is this the key? No column of its own tells the rows "
                                  "apart, these together do.");
    return sheet->key_count > 0;
}

/* A second row of headings, a remark between the rows: a few that have no key among those that do.
 */
static bool take_nearly_complete(struct draft *draft, struct draft_sheet *sheet) {
    size_t lost = combine(draft, sheet, 1 + sheet->row_count / ROWS_PER_LOST);
    if (sheet->key_count)
        draft_say(&sheet->doubts,
                  "Check: is this the key? It is empty in %zu of %zu rows, which are turned away; "
                  "no other row repeats it.",
                  lost, sheet->row_count);
    return sheet->key_count > 0;
}

/* ---- when nothing does ---- */

static bool take_any(struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (!is_key(sheet, &sheet->columns[i]))
            continue;
        draft_say(&sheet->doubts, "Check: is %s the key? No value repeats, but that may be chance.",
                  sheet->columns[i].name);
        return take(sheet, i);
    }
    return false;
}

/* The column with the most different values. One with cells that cannot be read becomes text: as a
 * key they would reject their rows. */
static void take_most_different(struct draft *draft, struct draft_sheet *sheet) {
    size_t best = 0;
    for (size_t i = 1; i < sheet->column_count; i++)
        if (sheet->columns[i].values.count > sheet->columns[best].values.count)
            best = i;
    take(sheet, best);
    if (sheet->columns[best].bad && sheet->columns[best].field.type != FIELD_STRING)
        draft_fall_back(draft, sheet, &sheet->columns[best]);
}

static void take_what_is_there(struct draft *draft, struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count && sheet->key_count < MOST_KEY; i++)
        if (is_complete(sheet, &sheet->columns[i]))
            sheet->key[sheet->key_count++] = i;
    if (!sheet->key_count)
        take_most_different(draft, sheet);
    draft_say(&sheet->doubts, "%s",
              sheet->row_count
                  ? "Check: no column tells the rows apart, so rows that repeat the key, or have "
                    "none, are turned away. Give the sheet a column with a number."
                  : "Check: there are no rows yet; types and key are guesses.");
}

void draft_choose_key(struct draft *draft, struct draft_sheet *sheet) {
    if (take_own(draft, sheet) || take_identifier(draft, sheet) || take_first(draft, sheet) ||
        take_combination(draft, sheet) || take_any(sheet) || take_nearly_complete(draft, sheet))
        return;
    take_what_is_there(draft, sheet);
}
