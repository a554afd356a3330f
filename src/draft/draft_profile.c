/* The first look at every cell: all that it could be. */
#include "draft/draft_parts.h"

/* Rows are read into an arena that is emptied now and then, not for each of them. */
#define ROWS_PER_ARENA 256

static bool is_blank_row(const struct span *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!cell_is_blank(cells[i]))
            return false;
    return true;
}

void draft_walk(const struct draft_sheet *sheet, draft_visit *visit, void *context) {
    struct arena cells_arena = {0}, arena = {0};
    struct span *cells = arena_array(&cells_arena, sheet->sheet.width + 1, sizeof *cells);
    for (size_t row = 0; row < sheet->row_end; row++) {
        sheet_read_row(&sheet->sheet, row, cells, &arena);
        if (!is_blank_row(cells, sheet->sheet.width))
            visit(context, row, cells);
        if (row % ROWS_PER_ARENA == ROWS_PER_ARENA - 1)
            arena_free(&arena);
    }
    arena_free(&arena);
    arena_free(&cells_arena);
}

/* ---- numbers ---- */

static bool is_formula_error(struct span text) {
    static const struct field any = {.type = FIELD_STRING};
    struct arena scratch = {0};
    struct cell cell = cell_clean(&any, text, &scratch);
    arena_free(&scratch);
    return cell.step == STEP_FORMULA_ERROR;
}

static size_t count_digits(struct span text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ascii_is_digit(text.data[i]);
    return count;
}

/* Decimals behind the point that are not closing zeros. */
static size_t count_decimals(struct span text) {
    const char *point = memchr(text.data, '.', text.size);
    size_t count = 0, last = 0;
    for (const char *at = point ? point + 1 : NULL;
         at && at < text.data + text.size && ascii_is_digit(*at); at++) {
        count++;
        last = *at != '0' ? count : last;
    }
    return last;
}

/* 007, and the +49 of a telephone number: as a number they would be another text. */
static bool has_leading_mark(struct span text) {
    return text.size > 1 && (text.data[0] == '0' || text.data[0] == '+') &&
           ascii_is_digit(text.data[1]);
}

/* "12,50", "1.234,50 €" and "0,125", which no type of the model reads: amounts, if points and
 * commas changed places. */
static bool has_comma_decimals(struct span text) {
    char swapped[48];
    const char *comma = memchr(text.data, ',', text.size);
    size_t size = 0, decimals = 0;
    int64_t number;
    if (!comma || text.size > sizeof swapped)
        return false;
    while (comma + 1 + decimals < text.data + text.size && ascii_is_digit(comma[1 + decimals]))
        decimals++;
    bool begins_with_zero = comma == text.data + 1 && *text.data == '0';
    if (decimals < 1 || (decimals > 2 && !begins_with_zero))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '.')
            swapped[size++] = text.data[i] == ',' ? '.' : text.data[i];
    return cell_parse_money((struct span){swapped, size}, &number);
}

void draft_add_sign(struct arena *arena, struct profile *profile, struct span sign) {
    for (size_t i = 0; i < profile->sign_count && i < MOST_SIGNS; i++)
        if (span_equal_nocase(profile->signs[i], sign))
            return;
    if (profile->sign_count < MOST_SIGNS)
        profile->signs[profile->sign_count] = arena_copy(arena, sign);
    profile->sign_count++;
}

static bool belongs_to_number(char c) {
    return ascii_is_digit(c) || strchr("+-.,() \t", c) != NULL;
}

struct span draft_find_sign(struct span text) {
    size_t start = 0, end;
    while (start < text.size && belongs_to_number(text.data[start]))
        start++;
    for (end = start; end < text.size && !belongs_to_number(text.data[end]);)
        end++;
    return (struct span){text.data + start, end - start};
}

static void look_at_number(struct arena *arena, struct profile *profile, struct span text) {
    int64_t number;
    bool is_integer = cell_parse_integer(text, &number);
    bool is_decimal = cell_parse_decimal(text, &number);
    bool is_money = cell_parse_money(text, &number);
    profile->integers += is_integer;
    profile->decimals += is_decimal;
    profile->monies += is_money;
    if (is_money) {
        struct span sign = draft_find_sign(text);
        profile->negatives += number < 0;
        if (sign.size)
            draft_add_sign(arena, profile, sign);
    }
    if (is_integer || is_money) {
        profile->leading_marks += has_leading_mark(text);
        profile->fine_decimals += count_decimals(text) > 2;
    }
    profile->long_numbers += is_integer && count_digits(text) > 15;
    profile->comma_decimals += has_comma_decimals(text);
    profile->percents += text.size > 1 && text.data[text.size - 1] == '%';
}

/* ---- dates ---- */

static bool parse_date_as(enum date_form form, struct span text, char out[static 11]) {
    const struct field field = {.type = FIELD_DATE, .date_forms = &form, .date_form_count = 1};
    return cell_parse_date(&field, text, out);
}

static void look_at_order(char last[static 11], const char *date, size_t *falls) {
    *falls += *last && strcmp(date, last) < 0;
    memcpy(last, date, 11);
}

static void look_at_twins(struct twin_dates *twins, const char *day, const char *month) {
    if (day && month) {
        twins->either++;
        look_at_order(twins->last_day, day, &twins->day_falls);
        look_at_order(twins->last_month, month, &twins->month_falls);
    }
    twins->day_first += day && !month;
    twins->month_first += month && !day;
}

/* 31.12.2025 */
static bool is_dotted_date(struct span text) {
    size_t dots = 0;
    for (size_t i = 0; i < text.size; i++) {
        dots += text.data[i] == '.';
        if (!ascii_is_digit(text.data[i]) && text.data[i] != '.')
            return false;
    }
    return dots == 2 && text.size >= 6;
}

static void look_at_date(struct profile *profile, struct span text) {
    char dates[DATE_FORMS][11];
    bool fits[DATE_FORMS], fits_any = false;
    int64_t number;
    if (cell_parse_decimal(text, &number)) {
        bool is_serial = parse_date_as(DATE_ISO, text, dates[0]);
        profile->serials += is_serial;
        profile->times += is_serial && count_decimals(text);
        return;
    }
    for (size_t i = 0; i < DATE_FORMS; i++) {
        fits[i] = parse_date_as((enum date_form)i, text, dates[i]);
        profile->forms[i] += fits[i];
        fits_any |= fits[i];
    }
    look_at_twins(&profile->twins[0], fits[DATE_DAY_DASH] ? dates[DATE_DAY_DASH] : NULL,
                  fits[DATE_MONTH_DASH] ? dates[DATE_MONTH_DASH] : NULL);
    look_at_twins(&profile->twins[1], fits[DATE_DAY_SLASH] ? dates[DATE_DAY_SLASH] : NULL,
                  fits[DATE_MONTH_SLASH] ? dates[DATE_MONTH_SLASH] : NULL);
    profile->dates += fits_any;
    profile->times += fits_any && memchr(text.data, ':', text.size);
    profile->dotted_dates += is_dotted_date(text);
}

/* ---- words ---- */

static bool is_one_of(struct span text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(text, span_from(words[i])))
            return true;
    return false;
}

/* Three letters or a sign of a currency. */
static bool is_currency(struct span text) {
    static const char *const signs[] = {"$", "€", "£", "₹", "¥"};
    size_t letters = 0;
    while (letters < text.size && ascii_is_alpha(text.data[letters]))
        letters++;
    return (letters == 3 && text.size == 3) || is_one_of(text, signs, COUNT_OF(signs));
}

/* As enums compare: without case, blanks and '-' as '_'. */
static bool is_same_word(struct span a, struct span b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        char left = ascii_lower(a.data[i]), right = ascii_lower(b.data[i]);
        left = left == ' ' || left == '-' ? '_' : left;
        right = right == ' ' || right == '-' ? '_' : right;
        if (left != right)
            return false;
    }
    return true;
}

static void look_at_word(struct arena *arena, struct profile *profile, struct span text) {
    static const char *const words[] = {"true", "false", "yes", "no"};
    static const char *const bits[] = {"0", "1"};
    struct arena scratch = {0};
    struct span email;
    profile->emails += cell_parse_email(text, &scratch, &email);
    arena_free(&scratch);
    profile->codes += is_currency(text);
    profile->flags += is_one_of(text, words, COUNT_OF(words));
    profile->bits += is_one_of(text, bits, COUNT_OF(bits));
    profile->longest = text.size > profile->longest ? text.size : profile->longest;
    for (size_t i = 0; i < profile->word_count && i < MOST_WORDS; i++)
        if (is_same_word(profile->words[i], text))
            return;
    if (profile->word_count < MOST_WORDS)
        profile->words[profile->word_count] = arena_copy(arena, text);
    if (profile->word_count <= MOST_WORDS)
        profile->word_count++;
}

/* ---- the walk ---- */

struct look {
    struct draft *draft;
    struct draft_sheet *sheet;
};

static void look_at_cell(struct look *look, struct draft_column *column, struct span raw) {
    struct arena *arena = look->draft->arena;
    struct profile *profile = &column->profile;
    struct span text = cell_trim(raw);
    int missing = hints_find(&look->draft->hints, HINT_MISSING, text);
    int perhaps = hints_find(&look->draft->hints, HINT_PERHAPS_MISSING, text);
    profile->empty += text.size == 0 || missing >= 0;
    if (missing >= 0)
        look->sheet->missing |= 1u << missing;
    if (text.size == 0 || missing >= 0)
        return;
    if (is_formula_error(text)) {
        profile->errors++;
        return;
    }
    profile->cells++;
    look_at_word(arena, profile, text);
    if (perhaps >= 0) {
        profile->perhaps_missing++;
        profile->perhaps_words |= 1u << perhaps;
        return;
    }
    look_at_number(arena, profile, text);
    look_at_date(profile, text);
}

static void look_at_row(void *context, size_t row, const struct span *cells) {
    struct look *look = context;
    (void)row;
    look->sheet->row_count++;
    for (size_t i = 0; i < look->sheet->column_count; i++)
        look_at_cell(look, &look->sheet->columns[i], cells[look->sheet->columns[i].place]);
}

void draft_profile(struct draft *draft, struct draft_sheet *sheet) {
    struct look look = {draft, sheet};
    draft_walk(sheet, look_at_row, &look);
}
