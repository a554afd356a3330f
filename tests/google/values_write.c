#include "values_write.h"

/* Rows or columns of a range, cut to what there is. */
struct lines {
    const struct grid *grid;
    const struct range *range;
    bool is_columns;
    size_t count, length;
};

static struct cell cell_at(const struct lines *lines, size_t line, size_t place) {
    size_t row = lines->is_columns ? place : line, column = lines->is_columns ? line : place;
    return grid_cell(lines->grid, lines->range->first_row + row,
                     lines->range->first_column + column);
}

/* How many cells there are up to the last one with something in it. */
static size_t line_length(const struct lines *lines, size_t line) {
    size_t length = lines->length;
    while (length && cell_kind(cell_at(lines, line, length - 1)) == CELL_EMPTY)
        length--;
    return length;
}

/* How much of `first`..`last` lies before `end`. */
static size_t overlap(size_t first, size_t last, size_t end) {
    if (first >= end)
        return 0;
    return (last < end ? last + 1 : end) - first;
}

static struct lines open_lines(const struct range *range, bool is_columns) {
    const struct grid *grid = range->tab->grid;
    size_t rows = overlap(range->first_row, range->last_row, grid->row_count);
    size_t columns = overlap(range->first_column, range->last_column, grid->width);
    struct lines lines = {grid, range, is_columns, is_columns ? columns : rows,
                          is_columns ? rows : columns};
    while (lines.count && line_length(&lines, lines.count - 1) == 0)
        lines.count--;
    return lines;
}

static void add_escaped(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '"' || c == '\\') {
            char pair[] = {'\\', c};
            buf_add(out, (struct span){pair, 2});
        } else if (c == '\n') {
            buf_add(out, SPAN("\\n"));
        } else if (c == '\r') {
            buf_add(out, SPAN("\\r"));
        } else if (c == '\t') {
            buf_add(out, SPAN("\\t"));
        } else if ((unsigned char)c < 0x20) {
            buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            buf_add_char(out, c);
        }
    }
}

static void add_quoted(struct buf *out, struct span text, bool is_plain) {
    buf_reserve(out, text.size + 2);
    buf_add_char(out, '"');
    if (is_plain)
        buf_add(out, text);
    else
        add_escaped(out, text);
    buf_add_char(out, '"');
}

static void add_shown(struct buf *out, struct span both, bool is_shown) {
    size_t size = (size_t)((const char *)memchr(both.data, '\n', both.size) - both.data);
    if (is_shown)
        add_quoted(out, (struct span){both.data + size + 1, both.size - size - 1}, false);
    else
        buf_add(out, (struct span){both.data, size});
}

static void add_cell(struct buf *out, const struct grid *grid, struct cell cell,
                     const struct rendering *rendering) {
    enum cell_kind kind = cell_kind(cell);
    if (kind == CELL_SERIAL || kind == CELL_FORMATTED) {
        bool is_shown =
            rendering->is_formatted || (kind == CELL_SERIAL && rendering->dates_as_text);
        add_shown(out, cell_text(grid, cell), is_shown);
        return;
    }
    struct span text = kind == CELL_EMPTY ? SPAN("") : cell_text(grid, cell);
    bool is_text = kind == CELL_EMPTY || kind == CELL_PLAIN || kind == CELL_TEXT ||
                   rendering->is_formatted || (kind == CELL_DATE && rendering->dates_as_text);
    if (is_text)
        add_quoted(out, text, kind != CELL_TEXT);
    else if (kind == CELL_DATE)
        cell_add_serial(out, text);
    else if (kind == CELL_LOOSE_NUMBER)
        cell_add_number(out, text);
    else if (kind == CELL_BOOLEAN)
        buf_add_text(out, text.data[0] == 'T' ? "true" : "false");
    else
        buf_add(out, text);
}

static void add_break(struct buf *out, const struct json_writer *writer, unsigned levels) {
    if (writer->style != JSON_PRETTY)
        return;
    buf_add_char(out, '\n');
    for (unsigned i = 0; i < writer->depth + levels; i++)
        buf_add(out, SPAN("  "));
}

/* One array. `*first_cell`, if any, stands for the first cell, once. */
static void add_line(struct json_writer *writer, const struct lines *lines, size_t line,
                     const struct rendering *rendering, const char **first_cell) {
    struct buf *out = writer->out;
    size_t length = line_length(lines, line);
    buf_add_char(out, '[');
    for (size_t i = 0; i < length; i++) {
        if (i)
            buf_add_char(out, ',');
        add_break(out, writer, 1);
        if (*first_cell)
            buf_add_text(out, *first_cell);
        else
            add_cell(out, lines->grid, cell_at(lines, line, i), rendering);
        *first_cell = NULL;
    }
    if (length)
        add_break(out, writer, 0);
    buf_add_char(out, ']');
}

static void begin_line(struct json_writer *writer) {
    if (writer->has_items)
        buf_add_char(writer->out, ',');
    add_break(writer->out, writer, 0);
    writer->has_items = true;
}

/* Fills up to what was asked for, and one more. */
static void add_surplus(struct json_writer *writer, const struct lines *lines) {
    const struct range *range = lines->range;
    size_t asked = lines->is_columns ? range->last_column - range->first_column + 1
                                     : range->last_row - range->first_row + 1;
    for (size_t i = lines->count; i <= asked; i++) {
        begin_line(writer);
        buf_add_text(writer->out, i < asked ? "[]" : "[\"surplus\"]");
    }
}

static void add_values(struct json_writer *writer, const struct range *range,
                       const struct rendering *rendering, const struct quirks *quirks) {
    struct lines lines = open_lines(range, rendering->is_columns);
    const char *first_cell = quirks->first_cell;
    if (lines.count == 0 && !quirks->adds_rows)
        return; /* Google leaves the member out */
    json_open_array(writer, "values");
    for (size_t i = 0; i < lines.count; i++) {
        begin_line(writer);
        add_line(writer, &lines, i, rendering, &first_cell);
    }
    if (quirks->adds_rows)
        add_surplus(writer, &lines);
    json_close_array(writer);
}

static void add_range(struct json_writer *writer, const struct spreadsheet *spreadsheet,
                      struct range range, bool is_swapped) {
    struct tab stranger = {.title = "Somewhere else"};
    struct buf text = {0};
    if (is_swapped)
        range.tab = spreadsheet->tab_count < 2           ? &stranger
                    : range.tab == &spreadsheet->tabs[0] ? &spreadsheet->tabs[1]
                                                         : &spreadsheet->tabs[0];
    range_add_text(&text, &range);
    json_add_text(writer, "range", buf_span(&text));
    buf_free(&text);
}

void values_write(struct json_writer *writer, const struct spreadsheet *spreadsheet,
                  const struct range *range, const struct rendering *rendering,
                  const struct quirks *quirks) {
    json_open_object(writer, NULL);
    if (rendering->has_range)
        add_range(writer, spreadsheet, *range, quirks->swaps_title);
    if (rendering->has_dimension)
        json_add_string(writer, "majorDimension", rendering->is_columns ? "COLUMNS" : "ROWS");
    if (rendering->has_values)
        add_values(writer, range, rendering, quirks);
    json_close_object(writer);
}
