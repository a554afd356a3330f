#include "harness/grid.h"

#include "harness/harness.h"

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

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s\n%s", sqlite3_errmsg(database), sql);
    return statement;
}

/* The header of a sheet at a snapshot: a line into `out`, and the columns behind it into
 * `columns`, quoted and with commas between. */
static void read_header(sqlite3 *database, const char *sheet, int64_t snapshot, struct buf *out,
                        struct buf *columns) {
    sqlite3_stmt *statement = prepare(
        database, "SELECT json_extract(c.value, '$.header'), json_extract(c.value, '$.column')"
                  " FROM (SELECT header FROM audit_headers WHERE table_name = 'bronze_' || $1"
                  "  AND snapshot_id <= $2 ORDER BY snapshot_id DESC LIMIT 1) h,"
                  " json_each(h.header) c ORDER BY c.key");
    sqlite3_bind_text(statement, 1, sheet, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, snapshot);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *header = (const char *)sqlite3_column_text(statement, 0);
        add_bracketed(out, header ? header : "beyond");
        buf_printf(columns, "%s\"%s\"", columns->size ? ", " : "",
                   (const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    buf_add_char(out, '\n');
}

/* A statement that gives the sheet's rows in order. */
static sqlite3_stmt *prepare_rows(sqlite3 *database, const char *sheet, int64_t snapshot,
                                  const char *columns) {
    struct buf sql = {0};
    buf_printf(&sql,
               "SELECT %s FROM \"bronze_%s\" WHERE _snapshot_id <= %lld AND"
               " (_removed_snapshot_id IS NULL OR _removed_snapshot_id > %lld) ORDER BY _position",
               columns, sheet, (long long)snapshot, (long long)snapshot);
    sqlite3_stmt *statement = prepare(database, buf_text(&sql));
    buf_free(&sql);
    return statement;
}

void snapshot_canonical(sqlite3 *database, const char *sheet, int64_t snapshot, struct buf *out) {
    struct buf columns = {0};
    read_header(database, sheet, snapshot, out, &columns);
    sqlite3_stmt *statement = prepare_rows(database, sheet, snapshot, buf_text(&columns));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            add_bracketed(out, text ? text : "");
        }
        buf_add_char(out, '\n');
    }
    sqlite3_finalize(statement);
    buf_free(&columns);
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *row_text(sqlite3_stmt *statement) {
    struct buf out = {0};
    char *cells[GRID_COLUMNS];
    size_t count = 0;
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);
        if (text && *text)
            cells[count++] = sqlite3_mprintf("[%s=%s]", sqlite3_column_name(statement, i), text);
    }
    qsort(cells, count, sizeof *cells, compare_texts);
    buf_add_text(&out, "");
    buf_reserve(&out, 1);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&out, cells[i]);
        sqlite3_free(cells[i]);
    }
    return out.data;
}

void snapshot_rows(sqlite3 *database, const char *sheet, int64_t snapshot, struct grid_rows *rows) {
    struct buf columns = {0}, header = {0};
    *rows = (struct grid_rows){memory_resize(NULL, GRID_ROWS, sizeof *rows->texts), 0};
    read_header(database, sheet, snapshot, &header, &columns);
    sqlite3_stmt *statement = prepare_rows(database, sheet, snapshot, buf_text(&columns));
    while (sqlite3_step(statement) == SQLITE_ROW)
        rows->texts[rows->count++] = row_text(statement);
    sqlite3_finalize(statement);
    buf_free(&columns);
    buf_free(&header);
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
