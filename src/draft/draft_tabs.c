/* Sheets that are the tabs of a spreadsheet.
 *
 * What is looked at is what a run gets, so dates are numbers; which of them are dates is seen by
 * what the cells show. */
#include "draft/draft_parts.h"
#include "source/csv.h"

/* "24:00:02" and "6:23 PM" are times of day and durations, which no type of a model reads. */
static bool shows_clock(struct span shown) {
    size_t at = shown.size && shown.data[0] == '-', start = at;
    while (at < shown.size && ascii_is_digit(shown.data[at]))
        at++;
    return at > start && at < shown.size && shown.data[at] == ':';
}

/* A number for which a text is shown, and not the same one, is a date, a time or a duration. */
static void look_at_date(const struct draft *draft, struct profile *profile, struct span value,
                         struct span shown) {
    static const struct field any = {.type = FIELD_DATETIME};
    char moment[20];
    (void)draft;
    if (shown.size < 2 || shown.data[0] != '\'')
        return;
    shown = (struct span){shown.data + 1, shown.size - 1};
    if (span_equal(shown, value))
        return;
    if (shows_clock(shown))
        profile->clocks++;
    else if (cell_parse_datetime(&any, value, moment))
        profile->dated++;
}

static bool is_code(struct span text) {
    size_t capitals = 0;
    while (capitals < text.size && text.data[capitals] >= 'A' && text.data[capitals] <= 'Z')
        capitals++;
    return capitals == 3 && text.size == 3;
}

/* "$99.95", " $ (23.45)", "12,50 €", "54.20%" */
static void look_at_format(const struct draft *draft, struct profile *profile, struct span value,
                           struct span shown) {
    struct span sign = cell_trim(draft_find_sign(shown));
    (void)value;
    profile->shown_numbers++;
    profile->shown_percents += span_is(sign, "%");
    if (!is_code(sign) && hints_find(&draft->hints, HINT_SIGN, sign) < 0)
        return;
    profile->shown_monies++;
    draft_add_sign(draft->arena, profile, sign);
}

typedef void look_at(const struct draft *draft, struct profile *profile, struct span value,
                     struct span shown);

/* Every number beside what is shown in its place. An edit between the two readings may shift a row
 * against the other; then a cell or two are taken for something else, which decides nothing. */
static void look_at_numbers(const struct draft *draft, struct draft_sheet *sheet,
                            const struct sheet *shown, look_at *look) {
    struct arena arena = {0};
    size_t width = sheet->sheet.width > shown->width ? sheet->sheet.width : shown->width;
    struct span *left = arena_array(&arena, width + 1, sizeof *left);
    struct span *right = arena_array(&arena, width + 1, sizeof *right);
    for (size_t row = 0; row < sheet->sheet.row_count && row < shown->row_count; row++) {
        struct arena scratch = {0};
        int64_t number;
        sheet_read_row(&sheet->sheet, row, left, &scratch);
        sheet_read_row(shown, row, right, &scratch);
        for (size_t i = 0; i < sheet->column_count; i++) {
            size_t place = sheet->columns[i].place;
            if (place < shown->width && cell_parse_decimal(left[place], &number))
                look(draft, &sheet->columns[i].profile, left[place], right[place]);
        }
        arena_free(&scratch);
    }
    arena_free(&arena);
}

static bool look_at_shown(const struct draft *draft, struct draft_sheet *sheet, const char *place,
                          struct span text, look_at *look, struct err *err) {
    struct sheet shown;
    if (!csv_parse(place, text, &shown, err))
        return false;
    look_at_numbers(draft, sheet, &shown, look);
    sheet_free(&shown);
    return true;
}

/* The reader of CSV text owns it from now on. */
static struct span take(struct span *text) {
    struct span taken = *text;
    *text = (struct span){0};
    return taken;
}

static bool add_tab(struct draft *draft, struct draft_tab *tab, struct err *err) {
    struct draft_sheet *sheet;
    const char *place = arena_printf(draft->arena, "the tab \"%s\"", tab->title);
    if (!draft_add_sheet(draft, place, span_from(tab->title), take(&tab->values), &sheet, err))
        return false;
    if (!sheet)
        return true;
    bool is_other = !span_equal_nocase(span_from(sheet->name), span_from(tab->title));
    sheet->title = is_other ? tab->title : NULL;
    sheet->path = arena_printf(draft->arena, "%s.csv", sheet->name);
    return look_at_shown(draft, sheet, place, take(&tab->dates_shown), look_at_date, err) &&
           look_at_shown(draft, sheet, place, take(&tab->shown), look_at_format, err);
}

bool draft_open_tabs(struct draft *draft, struct draft_tab *tabs, size_t count, struct err *err) {
    draft->sheets = arena_array(draft->arena, count + 1, sizeof *draft->sheets);
    for (size_t i = 0; i < count; i++)
        if (!add_tab(draft, &tabs[i], err))
            return false;
    if (draft->sheet_count)
        return true;
    err_set(err, ERR_FAILED, "the spreadsheet has no tab with a header");
    return err_hint(err, "the names of the columns belong into the first row of each tab");
}
