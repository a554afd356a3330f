#include "cli/table.h"

#include "base/decimal.h"
#include "base/visible.h"
#include "model/cell.h"
#include "source/csv.h"

#include <inttypes.h>

/* Rows that are kept back to find out how wide the columns have to be. */
#define SAMPLE_ROWS 1000
#define GAP 2
/* Texts are cut down to this, and columns of a rank are left out before they are cut further. */
#define COMFORTABLE_COLUMNS 24
#define LEAST_COLUMNS 6

struct table_cell {
    size_t start, size; /* in the table's text */
    size_t columns;
    enum output_style style;
};

struct table_layout {
    size_t width;
    struct span upper, lower; /* the lines of the title; upper may be empty */
    bool is_hidden;
};

enum table_column_kind table_kind_of(enum field_type type) {
    bool is_number =
        type == FIELD_INTEGER || type == FIELD_NUMBER || type == FIELD_MONEY || type == FIELD_RATE;
    return is_number ? COLUMN_NUMBER : COLUMN_TEXT;
}

void table_begin(struct table *table, struct output *output, const struct table_column *columns,
                 size_t column_count, size_t limit) {
    *table = (struct table){.output = output,
                            .columns = columns,
                            .column_count = column_count,
                            .limit = limit ? limit : output->columns};
    table->layout = memory_alloc(column_count * sizeof *table->layout);
    memset(table->layout, 0, column_count * sizeof *table->layout);
    if (output->format != OUTPUT_CSV)
        return;
    for (size_t i = 0; i < column_count; i++)
        table_add_string(table, columns[i].title);
    table->has_header = true;
}

/* ---- layout ---- */

/* A title on one line or, if the cells are narrower than it, broken in two where the wider half is
 * narrowest. */
static void place_title(struct span title, size_t cells, bool may_break,
                        struct table_layout *layout) {
    size_t best = visible_width(title);
    bool is_wider = may_break && best > cells;
    *layout = (struct table_layout){.width = best, .lower = title};
    for (size_t i = 1; is_wider && i + 1 < title.size; i++) {
        struct span upper = {title.data, i}, lower = {title.data + i + 1, title.size - i - 1};
        if (title.data[i] != '_' && title.data[i] != ' ')
            continue;
        size_t left = visible_width(upper), right = visible_width(lower);
        size_t wider = left > right ? left : right;
        if (wider >= best)
            continue;
        best = wider;
        *layout = (struct table_layout){.width = wider, .upper = upper, .lower = lower};
    }
    if (layout->width < cells)
        layout->width = cells;
}

static size_t total_width(const struct table *table, size_t most) {
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct table_layout *layout = &table->layout[i];
        if (layout->is_hidden)
            continue;
        bool is_cut = table->columns[i].kind != COLUMN_NUMBER && layout->width > most;
        total += (total ? GAP : 0) + (is_cut ? most : layout->width);
    }
    return total;
}

/* Leaves out the last column of the highest rank. False when only columns of rank 0 are left. */
static bool hide_column(struct table *table) {
    size_t found = table->column_count;
    unsigned highest = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->layout[i].is_hidden || table->columns[i].rank == 0 ||
            table->columns[i].rank < highest)
            continue;
        highest = table->columns[i].rank;
        found = i;
    }
    if (found == table->column_count)
        return false;
    table->layout[found].is_hidden = true;
    return true;
}

/* Takes a column from the widest text until the table fits. */
static void shrink_texts(struct table *table) {
    size_t total = total_width(table, SIZE_MAX);
    while (table->limit && total > table->limit) {
        struct table_layout *widest = NULL;
        for (size_t i = 0; i < table->column_count; i++) {
            struct table_layout *layout = &table->layout[i];
            if (!layout->is_hidden && table->columns[i].kind != COLUMN_NUMBER &&
                (!widest || layout->width >= widest->width))
                widest = layout;
        }
        if (!widest || widest->width <= LEAST_COLUMNS)
            return;
        widest->width--;
        total--;
    }
}

static void place_column(struct table *table, size_t column, bool may_break) {
    size_t cells = 0;
    bool is_hidden = table->layout[column].is_hidden;
    for (size_t i = column; i < table->cell_count; i += table->column_count)
        if (table->cells[i].columns > cells)
            cells = table->cells[i].columns;
    place_title(span_from(table->columns[column].title), cells, may_break, &table->layout[column]);
    table->layout[column].is_hidden = is_hidden;
}

static bool fits(const struct table *table) {
    return table->limit == 0 || total_width(table, COMFORTABLE_COLUMNS) <= table->limit;
}

/* Titles are broken only as far as that makes room for a column that would be left out. */
static void lay_out(struct table *table) {
    for (size_t i = 0; i < table->column_count; i++)
        place_column(table, i, false);
    if (!fits(table)) {
        for (size_t i = 0; i < table->column_count; i++)
            place_column(table, i, true);
        while (!fits(table) && hide_column(table))
            continue;
        for (size_t i = 0; i < table->column_count; i++) {
            struct table_layout broken = table->layout[i];
            place_column(table, i, false);
            if (!fits(table))
                table->layout[i] = broken;
        }
    }
    shrink_texts(table);
}

/* ---- printing ---- */

static void add_blanks(struct buf *out, size_t count) {
    buf_printf(out, "%*s", (int)count, "");
}

static void print_cell(struct table *table, size_t column, struct span text, size_t columns,
                       enum output_style style) {
    struct buf *out = &table->output->text;
    size_t width = table->layout[column].width;
    bool is_number = table->columns[column].kind == COLUMN_NUMBER;
    size_t padding = columns < width ? width - columns : 0;
    if (is_number)
        add_blanks(out, padding);
    buf_add_text(out, output_style_on(table->output, style));
    if (columns > width && !is_number)
        visible_add_cut(out, text, width);
    else
        buf_add(out, text);
    buf_add_text(out, output_style_off(table->output, style));
    if (!is_number)
        add_blanks(out, padding);
}

static void end_line(struct buf *out) {
    while (out->size && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
    buf_add_char(out, '\n');
}

static bool print_gap(struct table *table, size_t column, bool *is_first) {
    if (table->layout[column].is_hidden)
        return false;
    if (!*is_first)
        add_blanks(&table->output->text, GAP);
    *is_first = false;
    return true;
}

static void print_title_line(struct table *table, bool is_upper) {
    bool is_first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct table_layout *layout = &table->layout[i];
        struct span text = is_upper ? layout->upper : layout->lower;
        if (print_gap(table, i, &is_first))
            print_cell(table, i, text, visible_width(text), STYLE_BOLD);
    }
    end_line(&table->output->text);
}

static void print_header(struct table *table) {
    struct buf *out = &table->output->text;
    bool has_upper = false, is_first = true;
    for (size_t i = 0; i < table->column_count; i++)
        has_upper |= !table->layout[i].is_hidden && table->layout[i].upper.size > 0;
    if (has_upper)
        print_title_line(table, true);
    print_title_line(table, false);
    buf_add_text(out, output_style_on(table->output, STYLE_DIM));
    for (size_t i = 0; i < table->column_count; i++)
        if (print_gap(table, i, &is_first))
            for (size_t j = 0; j < table->layout[i].width; j++)
                buf_add_char(out, '-');
    buf_add_text(out, output_style_off(table->output, STYLE_DIM));
    buf_add_char(out, '\n');
}

/* The last cell of a row, on as many lines as it needs. */
static void print_wrapped(struct table *table, size_t column, struct span text) {
    size_t width = table->layout[column].width;
    size_t indent = total_width(table, SIZE_MAX) - width;
    struct arena scratch = {0};
    output_add_wrapped(table->output, arena_string(&scratch, text), indent, indent + width);
    arena_free(&scratch);
}

static void print_row(struct table *table, const struct table_cell *cells) {
    bool is_first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        struct span text = {table->text.data + cells[i].start, cells[i].size};
        if (!print_gap(table, i, &is_first))
            continue;
        if (table->columns[i].kind == COLUMN_PROSE && cells[i].columns > table->layout[i].width)
            print_wrapped(table, i, text);
        else
            print_cell(table, i, text, cells[i].columns, cells[i].style);
    }
    end_line(&table->output->text);
}

static void print_rows(struct table *table) {
    if (!table->has_header) {
        lay_out(table);
        print_header(table);
        table->has_header = true;
    }
    for (size_t i = 0; i < table->cell_count; i += table->column_count)
        print_row(table, &table->cells[i]);
    table->cell_count = 0;
    buf_clear(&table->text);
}

/* ---- cells ---- */

static void add_csv(struct table *table, struct span text) {
    struct buf *out = &table->output->text;
    if (table->column)
        buf_add_char(out, ',');
    if (table->output->is_terminal) {
        struct buf visible = {0};
        visible_add(&visible, text);
        csv_add_cell(out, buf_span(&visible));
        buf_free(&visible);
    } else {
        csv_add_cell(out, text);
    }
    if (table->column + 1 == table->column_count)
        buf_add_char(out, '\n');
}

static void add_text(struct table *table, struct span text, enum output_style style) {
    if (table->cell_count == table->cell_capacity) {
        table->cell_capacity = table->cell_capacity ? table->cell_capacity * 2 : 64;
        table->cells = memory_resize(table->cells, table->cell_capacity, sizeof *table->cells);
    }
    struct table_cell *cell = &table->cells[table->cell_count++];
    *cell = (struct table_cell){.start = table->text.size, .style = style};
    bool is_whole = table->limit == 0 || table->columns[table->column].kind == COLUMN_PROSE;
    cell->columns = visible_add_cut(&table->text, text, is_whole ? SIZE_MAX : table->limit);
    cell->size = table->text.size - cell->start;
    if (table->cell_count == SAMPLE_ROWS * table->column_count)
        print_rows(table);
}

void table_add_styled(struct table *table, struct span text, enum output_style style) {
    if (table->output->format == OUTPUT_CSV)
        add_csv(table, text);
    else
        add_text(table, text, style);
    table->column = (table->column + 1) % table->column_count;
}

void table_add(struct table *table, struct span text) {
    table_add_styled(table, text, STYLE_PLAIN);
}

void table_add_string(struct table *table, const char *text) {
    table_add(table, span_from(text ? text : ""));
}

void table_add_integer(struct table *table, int64_t integer) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, integer);
    table_add_string(table, text);
}

void table_add_count(struct table *table, int64_t count, enum output_style style) {
    if (table->output->format == OUTPUT_CSV) {
        table_add_integer(table, count);
        return;
    }
    struct buf text = {0};
    decimal_add_grouped(&text, count);
    table_add_styled(table, buf_span(&text), count ? style : STYLE_PLAIN);
    buf_free(&text);
}

/* "-1234567.50" as "-1,234,567.50" */
static void add_money_text(struct buf *out, struct span text) {
    const char *point = memchr(text.data, '.', text.size);
    size_t whole = point ? (size_t)(point - text.data) : text.size;
    size_t first = text.data[0] == '-';
    for (size_t i = 0; i < text.size; i++) {
        if (i > first && i < whole && (whole - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, text.data[i]);
    }
}

/* For people: money with its digits in groups, rates to three places. */
static void add_value_text(struct table *table, const struct field *field, struct value value) {
    struct arena scratch = {0};
    struct buf text = {0};
    if (field->type == FIELD_MONEY)
        add_money_text(&text, cell_format(field, value, &scratch));
    else if (field->type == FIELD_RATE && value.kind == VALUE_REAL)
        buf_printf(&text, "%.3f", value.real);
    else
        buf_add(&text, cell_format(field, value, &scratch));
    table_add(table, buf_span(&text));
    buf_free(&text);
    arena_free(&scratch);
}

void table_add_value(struct table *table, const struct field *field, struct value value) {
    if (value.kind == VALUE_NULL || value.kind == VALUE_TEXT) {
        table_add(table, value_span(value));
    } else if (table->output->format == OUTPUT_TEXT) {
        add_value_text(table, field, value);
    } else {
        struct arena scratch = {0};
        table_add(table, cell_format(field, value, &scratch));
        arena_free(&scratch);
    }
}

void table_end(struct table *table) {
    if (table->output->format == OUTPUT_TEXT)
        print_rows(table);
    free(table->cells);
    free(table->layout);
    buf_free(&table->text);
}
