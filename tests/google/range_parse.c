#include "range_parse.h"

#define MAX_LETTERS 3 /* ZZZ is the last column there can be */
#define MAX_DIGITS 9

struct corner {
    bool has_row, has_column;
    size_t row, column;
};

struct address {
    struct corner from, to;
};

static bool take(struct span *text, char c) {
    if (text->size == 0 || text->data[0] != c)
        return false;
    *text = (struct span){text->data + 1, text->size - 1};
    return true;
}

/* A row number counted from 1; none leaves the text as it is. */
static bool take_number(struct span *text, size_t *number, bool *is_there) {
    size_t size = 0, value = 0;
    while (size < text->size && size <= MAX_DIGITS && ascii_is_digit(text->data[size]))
        value = value * 10 + (size_t)(text->data[size++] - '0');
    *text = (struct span){text->data + size, text->size - size};
    *is_there = size > 0;
    *number = value - 1;
    return size <= MAX_DIGITS && (size == 0 || value > 0); /* there is no row 0 */
}

/* "B7", "$B$7", "B" or "7" */
static bool take_a1(struct span *text, struct corner *corner) {
    size_t size = 0, value = 0;
    *corner = (struct corner){0};
    (void)take(text, '$');
    while (size < text->size && size <= MAX_LETTERS && ascii_is_alpha(text->data[size]))
        value = value * 26 + (size_t)(ascii_upper(text->data[size++]) - 'A') + 1;
    *text = (struct span){text->data + size, text->size - size};
    corner->has_column = size > 0;
    corner->column = value - 1;
    (void)take(text, '$');
    return size <= MAX_LETTERS && take_number(text, &corner->row, &corner->has_row) &&
           (corner->has_row || corner->has_column);
}

/* "R7C2"; without a number it is row or column 1. */
static bool take_r1c1(struct span *text, struct corner *corner) {
    bool is_there;
    *corner = (struct corner){.has_row = true, .has_column = true};
    if (!take(text, 'R') && !take(text, 'r'))
        return false;
    if (!take_number(text, &corner->row, &is_there))
        return false;
    corner->row = is_there ? corner->row : 0;
    if (!take(text, 'C') && !take(text, 'c'))
        return false;
    if (!take_number(text, &corner->column, &is_there))
        return false;
    corner->column = is_there ? corner->column : 0;
    return true;
}

static bool read_with(bool (*take_corner)(struct span *, struct corner *), struct span text,
                      struct address *address) {
    if (!take_corner(&text, &address->from))
        return false;
    address->to = address->from;
    if (text.size == 0) /* a lone column or row is no range */
        return address->from.has_row && address->from.has_column;
    return take(&text, ':') && take_corner(&text, &address->to) && text.size == 0;
}

static bool read_address(struct span text, struct address *address) {
    return read_with(take_a1, text, address) || read_with(take_r1c1, text, address);
}

/* Where a title in quotes ends, behind the quote; 0 when it does not. */
static size_t quoted_size(struct span text) {
    if (text.size < 2 || text.data[0] != '\'')
        return 0;
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] != '\'')
            continue;
        if (i + 1 == text.size || text.data[i + 1] != '\'')
            return i + 1;
        i++;
    }
    return 0;
}

static struct span unquote(struct arena *arena, struct span text) {
    char *out = arena_alloc(arena, text.size);
    size_t size = 0;
    for (size_t i = 1; i + 1 < text.size; i++) {
        out[size++] = text.data[i];
        i += text.data[i] == '\'';
    }
    return (struct span){out, size};
}

/* The part before the '!' that counts, unquoted, and the part behind it. Without one, `rest` is all
 * of the text or, when the text is a title in quotes, nothing. */
static bool split(struct arena *arena, struct span text, struct span *title, struct span *rest) {
    size_t quoted = quoted_size(text);
    const char *bang = text.size ? memrchr(text.data, '!', text.size) : NULL;
    size_t size = bang ? (size_t)(bang - text.data) : text.size;
    if (quoted && (quoted == text.size || text.data[quoted] == '!'))
        size = quoted; /* a '!' inside the quotes does not count */
    bool has_title = quoted == size || bang;
    *title = (struct span){text.data, has_title ? size : 0};
    *rest = has_title ? (struct span){text.data + size, text.size - size} : text;
    if (has_title)
        (void)take(rest, '!');
    if (quoted && quoted == title->size)
        *title = unquote(arena, *title);
    return has_title;
}

static const struct tab *find_tab(const struct spreadsheet *spreadsheet, struct span title) {
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (span_equal_nocase(span_from(spreadsheet->tabs[i].title), title))
            return &spreadsheet->tabs[i];
    return NULL;
}

/* The tab and the cells that a text names; `*is_whole`: no cells are named. False: nothing. */
static bool find(const struct spreadsheet *spreadsheet, struct arena *arena, struct span text,
                 const struct tab **tab, struct address *address, struct span *cells) {
    struct span title;
    bool has_title = split(arena, text, &title, cells);
    bool is_whole = has_title && cells->size == 0 && text.data[text.size - 1] != '!';
    *address = (struct address){0};
    if (has_title) {
        *tab = title.size == 0 && !is_whole ? spreadsheet->tabs : find_tab(spreadsheet, title);
        return *tab && (is_whole || read_address(*cells, address));
    }
    *tab = spreadsheet->tabs; /* an address that looks like a title is an address */
    if (read_address(*cells, address))
        return true;
    *address = (struct address){0};
    *tab = find_tab(spreadsheet, *cells);
    return *tab && text.size;
}

/* From where to where on one axis of `count` cells. False when it begins past the end. */
static bool clamp(const size_t *from, const size_t *to, size_t count, size_t *first, size_t *last) {
    *first = from ? *from : 0;
    *last = to ? *to : count - 1;
    if (from && to && *first > *last) {
        *first = *to;
        *last = *from;
    }
    if (*last >= count)
        *last = count - 1;
    return *first < count;
}

static void add_title(struct buf *out, const char *title);

static const char *report_outside(struct arena *arena, const struct tab *tab, struct span cells) {
    struct buf title = {0};
    add_title(&title, tab->title);
    char *upper = arena_alloc(arena, cells.size + 1);
    for (size_t i = 0; i < cells.size; i++)
        upper[i] = ascii_upper(cells.data[i]);
    const char *message =
        arena_printf(arena, "Range (%s!%s) exceeds grid limits. Max rows: %zu, max columns: %zu",
                     buf_text(&title), upper, tab->rows, tab->columns);
    buf_free(&title);
    return message;
}

bool range_resolve(const struct spreadsheet *spreadsheet, struct arena *arena, struct span text,
                   struct range *range, const char **message) {
    struct address address;
    struct span cells;
    const struct tab *tab;
    if (!find(spreadsheet, arena, text, &tab, &address, &cells) || tab->is_object) {
        *message = arena_printf(arena, "Unable to parse range: %.*s", SPAN_ARG(text));
        return false;
    }
    const struct corner *from = &address.from, *to = &address.to;
    range->tab = tab;
    bool is_inside = clamp(from->has_row ? &from->row : NULL, to->has_row ? &to->row : NULL,
                           tab->rows, &range->first_row, &range->last_row);
    is_inside &= clamp(from->has_column ? &from->column : NULL, to->has_column ? &to->column : NULL,
                       tab->columns, &range->first_column, &range->last_column);
    if (!is_inside)
        *message = report_outside(arena, tab, cells);
    return is_inside;
}

/* A plain identifier that could not be taken for a cell. */
static bool is_bare_title(struct span title) {
    struct address address;
    for (size_t i = 0; i < title.size; i++)
        if (!ascii_is_alpha(title.data[i]) && title.data[i] != '_' &&
            (i == 0 || !ascii_is_digit(title.data[i])))
            return false;
    return title.size && !read_address(title, &address);
}

static void add_title(struct buf *out, const char *title) {
    if (is_bare_title(span_from(title))) {
        buf_add_text(out, title);
        return;
    }
    buf_add_char(out, '\'');
    for (; *title; title++) {
        if (*title == '\'')
            buf_add_char(out, '\'');
        buf_add_char(out, *title);
    }
    buf_add_char(out, '\'');
}

static void add_cell(struct buf *out, size_t row, size_t column) {
    char letters[8];
    size_t at = sizeof letters;
    for (column++; column && at; column = (column - 1) / 26)
        letters[--at] = (char)('A' + (column - 1) % 26);
    buf_add(out, (struct span){letters + at, sizeof letters - at});
    buf_printf(out, "%zu", row + 1);
}

void range_add_text(struct buf *out, const struct range *range) {
    add_title(out, range->tab->title);
    buf_add_char(out, '!');
    add_cell(out, range->first_row, range->first_column);
    if (range->first_row == range->last_row && range->first_column == range->last_column)
        return;
    buf_add_char(out, ':');
    add_cell(out, range->last_row, range->last_column);
}
