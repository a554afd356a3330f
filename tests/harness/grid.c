#include "harness/grid.h"

#include "harness/harness.h"
#include "json/json.h"

/* ---- editing ---- */

static const char *cell_text(const struct grid_row *row, size_t column) {
    return row->cells[column] ? row->cells[column] : "";
}

void grid_insert(struct grid *grid, size_t at, const struct grid_row *row) {
    struct grid_row copy = *row;
    if (grid->count == GRID_ROWS)
        grid->count--;
    if (at > grid->count)
        at = grid->count;
    memmove(&grid->rows[at + 1], &grid->rows[at], (grid->count - at) * sizeof copy);
    grid->rows[at] = copy;
    grid->count++;
}

void grid_delete(struct grid *grid, size_t at) {
    grid->count--;
    memmove(&grid->rows[at], &grid->rows[at + 1], (grid->count - at) * sizeof grid->rows[0]);
}

/* Stable, as a spreadsheet sorts. */
void grid_sort(struct grid *grid, size_t column) {
    for (size_t i = 1; i < grid->count; i++) {
        struct grid_row row = grid->rows[i];
        size_t at = i;
        for (;
             at > 0 && strcmp(cell_text(&grid->rows[at - 1], column), cell_text(&row, column)) > 0;
             at--)
            grid->rows[at] = grid->rows[at - 1];
        grid->rows[at] = row;
    }
}

void grid_insert_column(struct grid *grid, size_t at, struct grid_column column) {
    size_t moved = grid->width - at;
    memmove(&grid->columns[at + 1], &grid->columns[at], moved * sizeof column);
    grid->columns[at] = column;
    for (size_t i = 0; i < grid->count; i++) {
        const char **cells = grid->rows[i].cells;
        memmove(&cells[at + 1], &cells[at], moved * sizeof *cells);
        cells[at] = "";
    }
    grid->width++;
}

void grid_delete_column(struct grid *grid, size_t at) {
    grid->width--;
    size_t moved = grid->width - at;
    memmove(&grid->columns[at], &grid->columns[at + 1], moved * sizeof grid->columns[0]);
    for (size_t i = 0; i < grid->count; i++) {
        const char **cells = grid->rows[i].cells;
        memmove(&cells[at], &cells[at + 1], moved * sizeof *cells);
    }
}

void grid_swap_columns(struct grid *grid, size_t a, size_t b) {
    struct grid_column column = grid->columns[a];
    grid->columns[a] = grid->columns[b];
    grid->columns[b] = column;
    for (size_t i = 0; i < grid->count; i++) {
        const char **cells = grid->rows[i].cells, *cell = cells[a];
        cells[a] = cells[b];
        cells[b] = cell;
    }
}

size_t grid_header_count(const struct grid *grid) {
    size_t count = grid->width;
    while (count > 0 && !grid->columns[count - 1].header)
        count--;
    return count;
}

int grid_find_field(const struct grid *grid, int field) {
    for (size_t i = 0; i < grid->width; i++)
        if (grid->columns[i].field == field)
            return (int)i;
    return -1;
}

/* ---- chance ---- */

uint64_t random_next(struct random *random) {
    uint64_t z = (random->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

size_t random_below(struct random *random, size_t end) {
    return (size_t)(random_next(random) % end);
}

/* ---- writing ---- */

/* How many cells of a row have to be written: those under the header, and further ones as far as
 * something stands there. */
static size_t row_width(const struct grid *grid, const struct grid_row *row) {
    size_t width = grid->width, header_count = grid_header_count(grid);
    while (width > header_count && !*cell_text(row, width - 1))
        width--;
    return width;
}

/* The sheet's width: columns beyond the header count only where a row reaches them. */
static size_t sheet_width(const struct grid *grid) {
    size_t width = grid_header_count(grid);
    for (size_t i = 0; i < grid->count; i++)
        if (row_width(grid, &grid->rows[i]) > width)
            width = row_width(grid, &grid->rows[i]);
    return width;
}

static void add_cell(struct buf *csv, const char *text, char delimiter, bool is_quoted) {
    if (!is_quoted && !strpbrk(text, "\"\r\n") && !strchr(text, delimiter)) {
        buf_add_text(csv, text);
        return;
    }
    buf_add_char(csv, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_add_char(csv, '"');
        buf_add_char(csv, *text);
    }
    buf_add_char(csv, '"');
}

static void add_header(const struct grid *grid, struct buf *csv, char delimiter) {
    for (size_t i = 0; i < grid_header_count(grid); i++) {
        if (i)
            buf_add_char(csv, delimiter);
        add_cell(csv, grid->columns[i].header, delimiter, false);
    }
}

static void add_row(const struct grid *grid, const struct grid_row *row, struct random *random,
                    struct buf *csv, char delimiter) {
    size_t width = row_width(grid, row);
    if (random_below(random, 8) == 0)
        while (width > 1 && !*cell_text(row, width - 1))
            width--;
    for (size_t i = 0; i < width; i++) {
        if (i)
            buf_add_char(csv, delimiter);
        add_cell(csv, cell_text(row, i), delimiter, random_below(random, 10) == 0);
    }
}

void grid_render(const struct grid *grid, struct random *random, struct buf *csv) {
    const char *line_end = random_below(random, 3) ? "\n" : "\r\n";
    char delimiter = ",,,;\t"[random_below(random, 5)];
    if (random_below(random, 4) == 0)
        buf_add_text(csv, "\xef\xbb\xbf");
    add_header(grid, csv, delimiter);
    for (size_t i = 0; i < grid->count; i++) {
        buf_add_text(csv, line_end);
        add_row(grid, &grid->rows[i], random, csv, delimiter);
    }
    /* an empty last line would be no row without a line end behind it */
    bool ends_empty = csv->size > 0 && csv->data[csv->size - 1] == '\n';
    if (ends_empty || random_below(random, 5))
        buf_add_text(csv, line_end);
}

/* ---- canonical form ---- */

static void add_bracketed(struct buf *out, const char *text) {
    buf_printf(out, "[%s]", text);
}

void grid_canonical(const struct grid *grid, struct buf *out) {
    size_t width = sheet_width(grid);
    for (size_t i = 0; i < width; i++)
        if (grid->columns[i].header)
            add_bracketed(out, grid->columns[i].header);
        else
            buf_add_text(out, "[beyond]");
    buf_add_char(out, '\n');
    for (size_t i = 0; i < grid->count; i++) {
        for (size_t j = 0; j < width; j++)
            add_bracketed(out, cell_text(&grid->rows[i], j));
        buf_add_char(out, '\n');
    }
}

/* ---- reading bronze ---- */

/* The newest header up to a snapshot, as JSON; "" when there is none. */
static const char *read_header(struct database *database, struct arena *arena, const char *sheet,
                               int64_t snapshot) {
    struct rows *rows =
        rows_open(database, arena_printf(arena,
                                         "SELECT header FROM audit_headers WHERE table_name ="
                                         " 'bronze_%s' AND snapshot_id <= %lld"
                                         " ORDER BY snapshot_id DESC LIMIT 1",
                                         sheet, (long long)snapshot));
    const char *text =
        rows_next(rows) ? arena_string(arena, span_from(rows_datum(rows, 0).text)) : "";
    rows_close(rows);
    return text;
}

struct header_text header_at(struct database *database, const char *sheet, int64_t snapshot) {
    struct header_text header = {0};
    struct arena scratch = {0};
    struct err err;
    const struct json *document, *name;
    const char *text = read_header(database, &scratch, sheet, snapshot);
    if (*text && !json_read(&scratch, span_from(text), &document, &err))
        fail_msg("%s: %s", text, err.message);
    for (const struct json *column = *text ? document->first : NULL; column;
         column = column->next) {
        name = json_find(column, "header");
        add_bracketed(&header.headers, name->kind == JSON_STRING ? name->text.data : "beyond");
        buf_printf(&header.columns, "%s\"%s\"", header.columns.size ? ", " : "",
                   json_find(column, "column")->text.data);
    }
    arena_free(&scratch);
    return header;
}

void header_text_free(struct header_text *header) {
    buf_free(&header->headers);
    buf_free(&header->columns);
}

/* The sheet's rows in order. */
static struct rows *open_rows(struct database *database, const char *sheet, int64_t snapshot,
                              const char *columns) {
    struct buf sql = {0};
    buf_printf(&sql,
               "SELECT %s FROM \"bronze_%s\" WHERE _snapshot_id <= %lld AND"
               " (_removed_snapshot_id IS NULL OR _removed_snapshot_id > %lld) ORDER BY _position",
               columns, sheet, (long long)snapshot, (long long)snapshot);
    struct rows *rows = rows_open(database, buf_text(&sql));
    buf_free(&sql);
    return rows;
}

void snapshot_canonical(struct database *database, const char *sheet, int64_t snapshot,
                        struct buf *out) {
    struct header_text header = header_at(database, sheet, snapshot);
    struct rows *rows = open_rows(database, sheet, snapshot, buf_text(&header.columns));
    buf_add(out, buf_span(&header.headers));
    buf_add_char(out, '\n');
    while (rows_next(rows)) {
        for (size_t i = 0; i < rows_width(rows); i++)
            add_bracketed(out, rows_datum(rows, i).text);
        buf_add_char(out, '\n');
    }
    rows_close(rows);
    header_text_free(&header);
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *row_text(struct rows *rows, struct arena *arena) {
    struct buf out = {0};
    const char *cells[GRID_COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < rows_width(rows); i++) {
        struct datum datum = rows_datum(rows, i);
        if (datum.size)
            cells[count++] = arena_printf(arena, "[%s=%s]", rows_name(rows, i), datum.text);
    }
    qsort(cells, count, sizeof *cells, compare_texts);
    buf_add_text(&out, "");
    buf_reserve(&out, 1);
    for (size_t i = 0; i < count; i++)
        buf_add_text(&out, cells[i]);
    return out.data;
}

void snapshot_rows(struct database *database, const char *sheet, int64_t snapshot,
                   struct grid_rows *list) {
    struct arena scratch = {0};
    struct header_text header = header_at(database, sheet, snapshot);
    *list = (struct grid_rows){memory_resize(NULL, GRID_ROWS, sizeof *list->texts), 0};
    struct rows *rows = open_rows(database, sheet, snapshot, buf_text(&header.columns));
    while (rows_next(rows))
        list->texts[list->count++] = row_text(rows, &scratch);
    rows_close(rows);
    header_text_free(&header);
    arena_free(&scratch);
}

void grid_rows_free(struct grid_rows *rows) {
    for (size_t i = 0; i < rows->count; i++)
        free(rows->texts[i]);
    free(rows->texts);
    *rows = (struct grid_rows){0};
}

bool grid_rows_are_distinct(const struct grid_rows *rows) {
    for (size_t i = 0; i < rows->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(rows->texts[i], rows->texts[j]) == 0)
                return false;
    return true;
}

size_t grid_rows_common(const struct grid_rows *a, const struct grid_rows *b) {
    size_t lengths[GRID_ROWS + 1] = {0};
    for (size_t i = 0; i < a->count; i++) {
        size_t diagonal = 0; /* of the row before */
        for (size_t j = 0; j < b->count; j++) {
            size_t above = lengths[j + 1];
            if (strcmp(a->texts[i], b->texts[j]) == 0)
                lengths[j + 1] = diagonal + 1;
            else if (lengths[j] > above)
                lengths[j + 1] = lengths[j];
            diagonal = above;
        }
    }
    return lengths[b->count];
}
