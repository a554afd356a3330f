/* CSV by RFC 4180. Not the product's reader: a test must not check a reader with itself. */
#include "grid.h"

struct csv {
    struct grid *grid;
    char *data; /* the grid's own text; quoted cells are unquoted in place */
    size_t at, size;
    char delimiter;
    bool is_text;
};

/* ',' unless the first line has more of another. */
static char find_delimiter(const char *data, size_t size) {
    static const char delimiters[] = ",;\t";
    size_t counts[sizeof delimiters] = {0}, best = 0;
    for (size_t i = 0; i < size && data[i] != '\n'; i++) {
        const char *found = data[i] ? strchr(delimiters, data[i]) : NULL;
        if (found)
            counts[found - delimiters]++;
    }
    for (size_t i = 1; delimiters[i]; i++)
        best = counts[i] > counts[best] ? i : best;
    return delimiters[best];
}

static void add_cell(struct csv *csv, size_t start, size_t size) {
    struct span text = {csv->data + start, size};
    enum cell_kind kind = size == 0      ? CELL_EMPTY
                          : csv->is_text ? cell_text_kind(text)
                                         : cell_classify(text);
    grid_add_cell(csv->grid, start, size, kind);
}

static void read_plain(struct csv *csv) {
    size_t start = csv->at;
    while (csv->at < csv->size && csv->data[csv->at] != csv->delimiter &&
           csv->data[csv->at] != '\n' && csv->data[csv->at] != '\r')
        csv->at++;
    add_cell(csv, start, csv->at - start);
}

/* From the opening quote to behind the closing one; what follows it is read as plain text. */
static void read_quoted(struct csv *csv) {
    size_t start = ++csv->at, end = start;
    while (csv->at < csv->size) {
        char c = csv->data[csv->at++];
        if (c == '"' && (csv->at == csv->size || csv->data[csv->at] != '"'))
            break;
        if (c == '"')
            csv->at++;
        csv->data[end++] = c;
    }
    add_cell(csv, start, end - start);
}

static void read_row(struct csv *csv) {
    for (;;) {
        if (csv->at < csv->size && csv->data[csv->at] == '"')
            read_quoted(csv);
        else
            read_plain(csv);
        if (csv->at == csv->size || csv->data[csv->at] != csv->delimiter)
            break;
        csv->at++;
    }
    grid_end_row(csv->grid);
}

bool grid_parse_csv(struct grid *grid, bool is_text, struct err *err) {
    struct csv csv = {.grid = grid,
                      .data = grid->text.data,
                      .size = grid->text.size,
                      .delimiter = find_delimiter(grid->text.data, grid->text.size),
                      .is_text = is_text};
    if (csv.size >= UINT32_MAX)
        return err_set(err, ERR_FAILED, "larger than 4 GB");
    if (csv.size >= 3 && memcmp(csv.data, "\xEF\xBB\xBF", 3) == 0)
        csv.at = 3;
    while (csv.at < csv.size) {
        size_t row = csv.at;
        read_row(&csv);
        if (csv.at < csv.size && csv.data[csv.at] == '\r')
            csv.at++;
        if (csv.at < csv.size && csv.data[csv.at] == '\n')
            csv.at++;
        if (csv.at == row ||
            (csv.at < csv.size && csv.data[csv.at - 1] != '\n' && csv.data[csv.at - 1] != '\r'))
            return err_set(err, ERR_FAILED, "byte %zu: text behind a closing quote", csv.at);
    }
    return true;
}
