/* From what the cells could be to the type of the column. */
#include "draft/draft_parts.h"
#include "model/words.h"

#define SLIPS_FROM 40 /* below so many cells, a misfit is no slip */
#define SLIPS_PER 20  /* one in so many may be one */
#define WORD_MAX_BYTES 40

bool draft_is_slip(size_t misfits, size_t cells) {
    return misfits == 0 || (cells >= SLIPS_FROM && misfits * SLIPS_PER <= cells);
}

static bool fits(const struct profile *profile, size_t count) {
    size_t cells = draft_real_cells(profile);
    return cells > 0 && count <= cells && draft_is_slip(cells - count, cells);
}

/* ---- dates ---- */

/* Day before month, or after it? Dates that only one reading allows decide, first in the column,
 * then in all sheets: one house writes one way. Then the order of the rows. */
enum reading { READ_NOTHING, READ_DAY, READ_MONTH };

static enum reading read_by_days(const struct twin_dates *twins) {
    if (twins->day_first == twins->month_first)
        return READ_NOTHING;
    return twins->day_first > twins->month_first ? READ_DAY : READ_MONTH;
}

static enum reading read_by_order(const struct twin_dates *twins) {
    if (twins->either < 4 || (twins->day_falls == 0) == (twins->month_falls == 0))
        return READ_NOTHING;
    return twins->day_falls == 0 ? READ_DAY : READ_MONTH;
}

static enum reading read_by_house(const struct draft *draft) {
    struct twin_dates all = {0};
    for (size_t i = 0; i < draft->sheet_count; i++)
        for (size_t j = 0; j < draft->sheets[i].column_count; j++)
            for (size_t k = 0; k < 2; k++) {
                all.day_first += draft->sheets[i].columns[j].profile.twins[k].day_first;
                all.month_first += draft->sheets[i].columns[j].profile.twins[k].month_first;
            }
    return all.day_first && all.month_first ? READ_NOTHING : read_by_days(&all);
}

static const char *twin_name(size_t twin, enum reading reading) {
    static const char *const names[2][2] = {{"DD-MM-YYYY", "MM-DD-YYYY"},
                                            {"DD/MM/YYYY", "MM/DD/YYYY"}};
    return names[twin][reading == READ_MONTH];
}

static enum reading choose_reading(const struct draft *draft, struct draft_column *column,
                                   size_t twin) {
    const struct twin_dates *twins = &column->profile.twins[twin];
    enum reading reading = read_by_days(twins);
    if (reading != READ_NOTHING)
        return reading;
    reading = read_by_house(draft);
    if (reading != READ_NOTHING) {
        draft_say(&column->doubts,
                  "Check: dates are read as %s, like those of other columns; "
                  "none of this column shows which is the day.",
                  twin_name(twin, reading));
        return reading;
    }
    reading = read_by_order(twins);
    if (reading != READ_NOTHING) {
        draft_say(&column->doubts,
                  "Check: dates are read as %s, because the rows are in order "
                  "then; no date shows which is the day.",
                  twin_name(twin, reading));
        return reading;
    }
    draft_say(&column->doubts,
              "Check: dates are read as %s, but no date shows which is the day; if they are %s, "
              "say so in goldleaf:dateForms.",
              twin_name(twin, READ_DAY), twin_name(twin, READ_MONTH));
    return READ_DAY;
}

static void choose_forms(const struct draft *draft, struct draft_column *column) {
    static const enum date_form plain[] = {DATE_ISO, DATE_YEAR_SLASH, DATE_DAY_NAME, DATE_NAME_DAY};
    static const enum date_form twin_forms[2][2] = {{DATE_DAY_DASH, DATE_MONTH_DASH},
                                                    {DATE_DAY_SLASH, DATE_MONTH_SLASH}};
    enum date_form *forms = arena_array(draft->arena, DATE_FORMS, sizeof *forms);
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (column->profile.forms[plain[i]] || (plain[i] == DATE_ISO && column->profile.dated))
            forms[count++] = plain[i];
    for (size_t i = 0; i < 2; i++) {
        const struct twin_dates *twins = &column->profile.twins[i];
        if (twins->day_first + twins->month_first + twins->either == 0)
            continue;
        enum reading reading = choose_reading(draft, column, i);
        forms[count++] = twin_forms[i][reading == READ_MONTH];
        if (twins->day_first && twins->month_first)
            draft_say(&column->doubts, "Check: some dates have the day first and some the month.");
    }
    column->field.date_forms = forms;
    column->field.date_form_count = count;
}

static bool try_date(const struct draft *draft, struct draft_column *column) {
    const struct profile *profile = &column->profile;
    size_t shown = profile->dates + profile->dated;
    if (shown == 0 || shown < profile->serials - profile->dated ||
        !fits(profile, profile->dates + profile->serials))
        return false;
    column->field.type = profile->times ? FIELD_DATETIME : FIELD_DATE;
    choose_forms(draft, column);
    return true;
}

/* ---- numbers ---- */

static bool keep_as_text(struct draft_column *column) {
    const struct profile *profile = &column->profile;
    if (profile->leading_marks)
        draft_say(&column->notes, "Kept as text, because some numbers begin with 0 or +.");
    else if (profile->long_numbers)
        draft_say(&column->notes, "Kept as text, because some numbers have more than 15 digits.");
    else if (!draft_is_slip(profile->fine_decimals, profile->cells))
        draft_say(&column->doubts, "Check: kept as text, because some numbers have more than two "
                                   "decimals and a number would be rounded to hundredths.");
    else
        return false;
    column->field.type = FIELD_STRING;
    return true;
}

/* Signs beside the amounts say what they are; whether they agree is needed for sums. */
static void note_signs(struct draft_column *column) {
    const struct profile *profile = &column->profile;
    if (profile->sign_count == 1)
        draft_say(&column->notes, "Amounts stand with \"%.*s\", which is not kept.",
                  SPAN_ARG(profile->signs[0]));
    else if (profile->sign_count > 1)
        draft_say(&column->doubts,
                  "Check: amounts stand with %s signs or codes, such as \"%.*s\" "
                  "and \"%.*s\", which are not kept; sums would mix them.",
                  "different", SPAN_ARG(profile->signs[0]), SPAN_ARG(profile->signs[1]));
}

/* The narrowest type that reads all that the widest one does. */
static bool try_number(const struct draft *draft, struct draft_column *column) {
    const struct profile *profile = &column->profile;
    const struct hints *hints = &draft->hints;
    size_t widest = profile->monies > profile->integers ? profile->monies : profile->integers;
    if (!fits(profile, widest))
        return false;
    if (keep_as_text(column))
        return true;
    bool is_money = hints_has_any_word(hints, HINT_MONEY, column->name) &&
                    !hints_has_any_word(hints, HINT_MEASURE, column->name);
    is_money |= profile->shown_monies * 2 > profile->shown_numbers;
    column->field.type = is_money                      ? FIELD_MONEY
                         : profile->integers == widest ? FIELD_INTEGER
                         : profile->decimals == widest ? FIELD_NUMBER
                                                       : FIELD_MONEY;
    if (column->field.type == FIELD_MONEY)
        note_signs(column);
    if (profile->fine_decimals)
        draft_say(&column->doubts,
                  "Check: %zu of %zu numbers have more than two decimals and are "
                  "rounded to hundredths.",
                  profile->fine_decimals, profile->cells);
    if (profile->negatives)
        draft_say(&column->notes, "%zu of them %s negative.", profile->negatives,
                  profile->negatives == 1 ? "is" : "are");
    return true;
}

/* ---- words ---- */

static bool try_flag(const struct draft *draft, struct draft_column *column) {
    const struct profile *profile = &column->profile;
    bool may_be_bits = hints_has_any_word(&draft->hints, HINT_FLAG, column->name);
    if (draft_real_cells(profile) == 0 ||
        profile->flags + (may_be_bits ? profile->bits : 0) != draft_real_cells(profile))
        return false;
    column->field.type = FIELD_BOOLEAN;
    return true;
}

static bool try_currency(const struct draft *draft, struct draft_column *column) {
    if (!hints_has_last_word(&draft->hints, HINT_CURRENCY, column->name) ||
        !fits(&column->profile, column->profile.codes))
        return false;
    static const struct {
        const char *sign, *code;
    } signs[] = {{"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"₹", "INR"}, {"¥", "JPY"}};
    struct word words[COUNT_OF(signs)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        for (size_t j = 0; j < column->profile.word_count && j < MOST_WORDS; j++)
            if (span_is(column->profile.words[j], signs[i].sign))
                words[count++] = (struct word){span_from(signs[i].sign), span_from(signs[i].code)};
    column->field.type = FIELD_CURRENCY;
    column->field.words = words_build(draft->arena, words, count);
    if (count)
        draft_say(&column->doubts, "Check: \"%.*s\" is taken to be %.*s.", SPAN_ARG(words[0].text),
                  SPAN_ARG(words[0].value));
    return true;
}

/* A word that was not seen yet will reject its row, so columns of names and places are not made
 * enums: there a new word is nothing new. */
static bool is_enum(const struct draft *draft, const struct draft_column *column) {
    const struct profile *profile = &column->profile;
    bool is_expected = hints_has_last_word(&draft->hints, HINT_ENUM, column->name);
    if (hints_has_last_word(&draft->hints, HINT_TEXT, column->name) ||
        profile->word_count > MOST_WORDS || profile->longest > WORD_MAX_BYTES)
        return false;
    size_t words = profile->word_count;
    return is_expected ? words >= 1 && words <= 16 && words * 2 <= profile->cells
                       : words >= 2 && words <= 6 && words * 20 <= profile->cells;
}

static void note_words(struct draft_column *column, bool rejects) {
    draft_say(&column->doubts, "Check: are these all the words? Another one %s.",
              rejects ? "rejects its row until it stands in categories"
                      : "becomes empty, with a warning");
}

static void try_enum(const struct draft *draft, struct draft_column *column) {
    if (!is_enum(draft, column))
        return;
    struct word words[MOST_WORDS];
    for (size_t i = 0; i < column->profile.word_count; i++)
        words[i] = (struct word){column->profile.words[i], column->profile.words[i]};
    column->field.type = FIELD_ENUM;
    column->field.words = words_build(draft->arena, words, column->profile.word_count);
    note_words(column, column->profile.empty + column->profile.errors == 0);
}

/* ---- text ---- */

/* "class" beside a sheet "classes": which words there are, that sheet says. */
static bool is_named_after_sheet(const struct draft *draft, const struct draft_column *column) {
    for (size_t i = 0; i < draft->sheet_count; i++)
        if (hints_is_named_after(span_from(column->name), draft->sheets[i].name))
            return true;
    return false;
}

static void choose_type(const struct draft *draft, struct draft_column *column) {
    column->is_identifier = hints_has_last_word(&draft->hints, HINT_IDENTIFIER, column->name);
    column->field = (struct field){.name = column->name, .type = FIELD_STRING, .not_before = -1};
    if (column->is_identifier || hints_has_last_word(&draft->hints, HINT_LITERAL, column->name))
        return;
    if (column->profile.shown_percents * 2 > column->profile.shown_numbers)
        draft_say(&column->doubts, "Check: percentages come as fractions: 25%% is 0.25.");
    if (column->profile.clocks)
        draft_say(&column->doubts, "Check: times of day and durations come as parts of a day: "
                                   "06:00:00 is 0.25.");
    if (fits(&column->profile, column->profile.emails)) {
        column->field.type = FIELD_EMAIL;
        return;
    }
    if (try_flag(draft, column) || try_date(draft, column) || try_currency(draft, column) ||
        try_number(draft, column) || draft_note_unread(column) ||
        is_named_after_sheet(draft, column))
        return;
    try_enum(draft, column);
}

/* ---- missing words ---- */

void draft_set_missing(const struct draft *draft, const struct draft_sheet *sheet,
                       struct draft_column *column) {
    const struct words_list *sure = &draft->hints.lists[HINT_MISSING];
    const struct words_list *perhaps = &draft->hints.lists[HINT_PERHAPS_MISSING];
    struct span *words = arena_array(draft->arena, sure->count + perhaps->count + 1, sizeof *words);
    enum field_type type = column->field.type;
    size_t count = 0;
    words[count++] = SPAN("");
    for (size_t i = 0; i < sure->count; i++)
        if (sheet->missing >> i & 1)
            words[count++] = sure->items[i];
    column->takes_perhaps =
        column->profile.perhaps_words && type != FIELD_STRING && type != FIELD_ENUM;
    for (size_t i = 0; column->takes_perhaps && i < perhaps->count; i++)
        if (column->profile.perhaps_words >> i & 1)
            words[count++] = perhaps->items[i];
    column->field.missing_values = words;
    column->field.missing_value_count = count;
}

/* Only bad cells of a column that may be empty can become empty. */
static void choose_treatment(struct draft_column *column) {
    bool may_be_empty = column->profile.empty || column->profile.errors || column->takes_perhaps;
    bool has_text = column->field.type == FIELD_STRING;
    column->field.required = !may_be_empty && column->profile.cells > 0;
    column->field.on_error = column->field.required || has_text ? ON_ERROR_REJECT : ON_ERROR_NULL;
}

static bool is_mixed(const struct draft_column *column) {
    for (size_t i = 0; i < 2; i++)
        if (column->profile.twins[i].day_first && column->profile.twins[i].month_first)
            return true;
    return false;
}

void draft_make_key(struct draft_column *column) {
    if (column->field.type == FIELD_ENUM && column->field.on_error == ON_ERROR_NULL) {
        buf_clear(&column->doubts);
        note_words(column, true);
    }
    column->field.on_error = ON_ERROR_REJECT;
}

void draft_fall_back(const struct draft *draft, struct draft_sheet *sheet,
                     struct draft_column *column) {
    buf_clear(&column->notes); /* of the type that it does not have after all */
    buf_clear(&column->doubts);
    if (is_mixed(column))
        draft_say(&column->doubts, "Check: some dates have the day first and some the month.");
    draft_say(&column->doubts, "Check: kept as text; %zu of %zu cells are no %s.", column->bad,
              column->bad + column->filled, field_type_name(column->field.type));
    column->field = (struct field){.name = column->name, .type = FIELD_STRING, .not_before = -1};
    draft_set_missing(draft, sheet, column);
    choose_treatment(column);
}

void draft_choose_types(struct draft *draft) {
    for (size_t i = 0; i < draft->sheet_count; i++) {
        struct draft_sheet *sheet = &draft->sheets[i];
        for (size_t j = 0; j < sheet->column_count; j++) {
            choose_type(draft, &sheet->columns[j]);
            draft_set_missing(draft, sheet, &sheet->columns[j]);
            choose_treatment(&sheet->columns[j]);
        }
    }
}
