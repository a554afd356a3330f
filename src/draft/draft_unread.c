/* Text that is not just words: cells that look like something which no type reads, or not all of
 * which can be read. */
#include "draft/draft_parts.h"

/* Cells that say something, when words like "none" do not. */
size_t draft_real_cells(const struct profile *profile) {
    return profile->cells - profile->perhaps_missing;
}

/* The first of the words that are kept for which `is_read` is false. */
static struct span find_misfit(const struct profile *profile, bool (*is_read)(struct span text)) {
    for (size_t i = 0; i < profile->word_count && i < MOST_WORDS; i++)
        if (!is_read(profile->words[i]))
            return profile->words[i];
    return SPAN("...");
}

static bool is_number(struct span text) {
    int64_t number;
    return cell_parse_money(text, &number) || cell_parse_decimal(text, &number);
}

static bool is_date(struct span text) {
    static const enum date_form forms[DATE_FORMS] = {
        DATE_ISO,        DATE_YEAR_SLASH,  DATE_DAY_DASH, DATE_DAY_SLASH,
        DATE_MONTH_DASH, DATE_MONTH_SLASH, DATE_DAY_NAME, DATE_NAME_DAY};
    char date[11];
    for (size_t i = 0; i < DATE_FORMS; i++)
        if (cell_parse_date(
                &(struct field){.type = FIELD_DATE, .date_forms = &forms[i], .date_form_count = 1},
                text, date))
            return true;
    return false;
}

static void note_mixed(struct draft_column *column, const char *type, size_t count,
                       struct span misfit) {
    draft_say(&column->doubts,
              "Check: kept as text; %zu of %zu cells are %ss, but not all, such as \"%.*s\". If "
              "that means that nothing is known yet, name it in missingValues and make the type "
              "%s.",
              count, draft_real_cells(&column->profile), type, SPAN_ARG(misfit), type);
}

bool draft_note_unread(struct draft_column *column) {
    const struct profile *profile = &column->profile;
    size_t half = draft_real_cells(profile) / 2, dates = profile->dates + profile->dated;
    if (profile->cells == 0)
        draft_say(&column->doubts, "Check: no cell says of what type it is.");
    else if (profile->comma_decimals * 2 > profile->cells - profile->monies)
        draft_say(&column->doubts,
                  "Check: kept as text; these look like numbers with a decimal comma, which cannot "
                  "be read. Show them with a point in the sheet to have numbers.");
    else if (profile->dotted_dates * 2 > profile->cells)
        draft_say(&column->doubts, "Check: kept as text; these look like dates with dots, which "
                                   "cannot be read. Show them as YYYY-MM-DD to have dates.");
    else if (profile->percents * 2 > profile->cells)
        draft_say(&column->doubts, "Check: kept as text; these look like percentages, which cannot "
                                   "be read. Show them as plain numbers to have numbers.");
    else if (dates > half)
        note_mixed(column, "date", dates, find_misfit(profile, is_date));
    else if (profile->monies > half)
        note_mixed(column, "number", profile->monies, find_misfit(profile, is_number));
    else
        return false;
    return true;
}
