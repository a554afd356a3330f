#include "source/sheets_tab.h"

#include "base/decimal.h"
#include "model/cell.h"
#include "source/csv.h"
#include "source/header.h"

#include <math.h>

#define EXACT_DIGITS 15 /* every double keeps so many */

void sheets_tab_start(struct sheets_tab *tab, const struct sheet_model *model) {
    *tab = (struct sheets_tab){.model = model};
}

void sheets_tab_free(struct sheets_tab *tab) {
    buf_free(&tab->csv);
    buf_free(&tab->header);
    buf_free(&tab->decoded);
    arena_free(&tab->arena);
}

struct sheets_tab_mark sheets_tab_mark(const struct sheets_tab *tab) {
    return (struct sheets_tab_mark){tab->csv.size, tab->row_count};
}

void sheets_tab_take_back(struct sheets_tab *tab, struct sheets_tab_mark mark) {
    tab->csv.size = mark.size;
    if (tab->csv.data)
        tab->csv.data[mark.size] = '\0';
    tab->row_count = mark.row_count;
    if (mark.row_count == 0) {
        buf_clear(&tab->header);
        tab->date_count = 0;
    }
}

/* "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)": the cell shows the part in front. */
static struct span without_explanation(struct span text) {
    static const char *const errors[] = {"#REF!", "#VALUE!", "#NAME?",  "#DIV/0!",
                                         "#NUM!", "#NULL!",  "#ERROR!", "#N/A"};
    if (text.size == 0 || text.data[0] != '#' || text.data[text.size - 1] != ')')
        return text;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        size_t size = strlen(errors[i]);
        if (text.size > size + 2 && memcmp(text.data, errors[i], size) == 0 &&
            memcmp(text.data + size, " (", 2) == 0)
            return (struct span){text.data, size};
    }
    return text;
}

static void add_string(struct sheets_tab *tab, struct span raw) {
    struct span text = {raw.data + 1, raw.size - 2};
    if (text.size && memchr(text.data, '\\', text.size)) {
        buf_clear(&tab->decoded);
        json_add_decoded(&tab->decoded, raw);
        text = buf_span(&tab->decoded);
    }
    text = without_explanation(text);
    if (!tab->marks_text || text.size == 0) {
        csv_add_cell(&tab->csv, text);
        return;
    }
    struct buf marked = {0};
    buf_printf(&marked, "'%.*s", SPAN_ARG(text));
    csv_add_cell(&tab->csv, buf_span(&marked));
    buf_free(&marked);
}

/* Up to fifteen digits survive the way through a double, so such a number is its own shortest form
 * unless it has an exponent or zeros behind the point. */
static bool is_shortest(struct span raw) {
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < raw.size; i++) {
        digits += ascii_is_digit(raw.data[i]);
        points += raw.data[i] == '.';
    }
    return digits + points == raw.size && digits <= EXACT_DIGITS &&
           (points == 0 || raw.data[raw.size - 1] != '0');
}

/* ISO text for a serial of the years that the model takes; false: it is a number like any other. */
static bool add_moment(struct buf *csv, const struct field *field, struct span number) {
    static const char midnight[] = " 00:00:00";
    char text[20];
    if (!cell_parse_datetime(field, number, text))
        return false;
    if (field->type == FIELD_DATE && strcmp(text + strlen("YYYY-MM-DD"), midnight) == 0)
        text[strlen("YYYY-MM-DD")] = '\0';
    buf_add_text(csv, text);
    return true;
}

/* A serial is taken as it is written: its rounding to the second is exact on the digits. */
static void add_number(struct sheets_tab *tab, struct span raw, const struct field *date) {
    if (date && add_moment(&tab->csv, date, raw))
        return;
    if (is_shortest(raw)) {
        buf_add(&tab->csv, raw);
        return;
    }
    char text[JSON_MAX_NUMBER + 1];
    snprintf(text, sizeof text, "%.*s", SPAN_ARG(raw));
    double real = strtod(text, NULL);
    if (isfinite(real))
        decimal_add_plain(&tab->csv, real);
    else
        buf_add(&tab->csv, raw);
}

static bool add_cell(struct sheets_tab *tab, struct span raw, size_t column, struct err *err) {
    switch (raw.data[0]) {
    case '"':
        add_string(tab, raw);
        return true;
    case 't':
        buf_add_text(&tab->csv, "TRUE");
        return true;
    case 'f':
        buf_add_text(&tab->csv, "FALSE");
        return true;
    case 'n':
        return true;
    case '[':
    case '{':
        return err_set(err, ERR_FAILED, "a cell that is a list or an object");
    default:
        add_number(tab, raw, column < tab->date_count ? tab->dates[column] : NULL);
        return true;
    }
}

/* Which columns hold dates is only known once the header is. A blank one is kept as nothing: Google
 * writes it as [] before other rows and leaves it out where it stands alone. */
static bool read_header(struct sheets_tab *tab, struct span row, struct err *err) {
    struct sheet sheet;
    struct header header;
    char *copy = memory_alloc(tab->csv.size);
    memcpy(copy, tab->csv.data, tab->csv.size);
    buf_clear(&tab->header);
    if (tab->csv.size > strlen("\n"))
        buf_add(&tab->header, row);
    if (!csv_parse(tab->model->path, (struct span){copy, tab->csv.size}, &sheet, err))
        return false;
    header_match(&tab->arena, tab->model, &sheet, &header);
    tab->date_count = header.column_count;
    tab->dates = arena_array(&tab->arena, header.column_count, sizeof *tab->dates);
    for (size_t i = 0; i < header.column_count; i++) {
        int index = header.columns[i].field;
        const struct field *field = index >= 0 ? &tab->model->fields[index] : NULL;
        bool is_date = field && (field->type == FIELD_DATE || field->type == FIELD_DATETIME);
        tab->dates[i] = is_date ? field : NULL;
    }
    sheet_free(&sheet);
    return true;
}

/* Row `index` is an array; its cells are the marks behind it. */
static bool add_row(struct sheets_tab *tab, struct span text, const struct json_marks *marks,
                    size_t index, struct err *err) {
    const struct json_mark *row = &marks->items[index];
    if (text.data[row->start] != '[')
        return err_set(err, ERR_FAILED, "a row that is no list of cells");
    size_t column = 0;
    for (size_t i = index + 1; i < marks->count && marks->items[i].start < row->end; i++) {
        if (column)
            buf_add_char(&tab->csv, ',');
        if (!add_cell(tab, json_mark_text(text, &marks->items[i]), column++, err))
            return false;
    }
    buf_add_char(&tab->csv, '\n');
    return tab->row_count++ > 0 || read_header(tab, json_mark_text(text, row), err);
}

static void add_blank_rows(struct sheets_tab *tab, size_t first_row) {
    for (; tab->row_count < first_row; tab->row_count++)
        buf_add_char(&tab->csv, '\n');
}

bool sheets_tab_add_rows(struct sheets_tab *tab, struct span text, const struct json_marks *marks,
                         size_t index, size_t first_row, size_t row_limit, struct err *err) {
    if (index == 0)
        return true;
    const struct json_mark *values = &marks->items[index];
    if (text.data[values->start] != '[')
        return err_set(err, ERR_FAILED, "\"values\" is no list of rows");
    size_t rows = 0, next = index + 1;
    for (; next < marks->count && marks->items[next].start < values->end;
         next = json_marks_skip(marks, next)) {
        if (++rows > row_limit)
            return err_set(err, ERR_FAILED, "more rows than were asked for");
        if (rows == 1)
            add_blank_rows(tab, first_row);
        if (!add_row(tab, text, marks, next, err))
            return false;
    }
    return true;
}
