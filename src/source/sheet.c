#include "source/sheet.h"

#include "source/block.h"

/* Cells of one row as they are found; those beyond `room` are only counted. */
struct cell_list {
    struct span *cells;
    size_t room, count;
};

static inline void cell_list_add(struct cell_list *list, const char *start, const char *end) {
    if (list->count < list->room)
        list->cells[list->count] = (struct span){start, (size_t)(end - start)};
    list->count++;
}

/* Where a row starts in the text that is in memory. */
static size_t row_start(const struct sheet *sheet, size_t row) {
    return sheet->row_starts[row] - sheet->text_at;
}

/* The offset behind a row's last cell: its end without the line end. */
static size_t row_end(const struct sheet *sheet, size_t row) {
    const char *text = sheet->text.data;
    size_t start = row_start(sheet, row), end = row_start(sheet, row + 1);
    if (end > start && text[end - 1] == '\n')
        end--;
    if (end > start && text[end - 1] == '\r')
        end--;
    return end;
}

static void split_plain(const struct sheet *sheet, size_t start, size_t end,
                        struct cell_list *list) {
    const char *text = sheet->text.data;
    size_t cell = start;
    for (size_t at = start; at < end; at += BLOCK_SIZE) {
        char room[BLOCK_SIZE];
        const char *block = block_at(sheet->text, at, room);
        size_t size = end - at < BLOCK_SIZE ? end - at : BLOCK_SIZE;
        uint64_t found = block_find(block, sheet->delimiter) & block_before(size);
        for (; found; found &= found - 1) {
            size_t delimiter = at + block_first(found);
            cell_list_add(list, text + cell, text + delimiter);
            cell = delimiter + 1;
        }
    }
    cell_list_add(list, text + cell, text + end);
}

/* The text of a quoted cell with each pair of quotes made one. */
static struct span take_pairs_apart(struct span raw, size_t pairs, struct arena *arena) {
    char *out = arena_alloc(arena, raw.size - pairs);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        out[size++] = raw.data[i];
        i += raw.data[i] == '"';
    }
    return (struct span){out, size};
}

/* A quoted cell without its quotes. `start` is behind the opening quote; returns the place behind
 * the closing one. A sheet is only made when its quotes are in order; but a file may have been
 * written to since. */
static const char *take_quoted(const char *start, const char *end, struct span *cell,
                               struct arena *arena) {
    size_t pairs = 0;
    const char *quote = memchr(start, '"', (size_t)(end - start));
    while (quote && quote + 1 < end && quote[1] == '"') {
        pairs++;
        quote = memchr(quote + 2, '"', (size_t)(end - quote - 2));
    }
    if (!quote)
        return *cell = (struct span){start, (size_t)(end - start)}, end;
    *cell = (struct span){start, (size_t)(quote - start)};
    if (pairs)
        *cell = take_pairs_apart(*cell, pairs, arena);
    return quote + 1;
}

static void split_quoted(const struct sheet *sheet, size_t start, size_t end,
                         struct cell_list *list, struct arena *arena) {
    const char *at = sheet->text.data + start, *row = sheet->text.data + end;
    for (;;) {
        if (at < row && *at == '"') {
            struct span cell;
            at = take_quoted(at + 1, row, &cell, arena);
            cell_list_add(list, cell.data, cell.data + cell.size);
        } else {
            const char *cell = at;
            while (at < row && *at != sheet->delimiter)
                at++;
            cell_list_add(list, cell, at);
        }
        if (at == row)
            return;
        at++;
    }
}

size_t sheet_read_row(const struct sheet *sheet, size_t row, struct span *cells,
                      struct arena *arena) {
    struct cell_list list = {.cells = cells, .room = sheet->width};
    size_t start = row_start(sheet, row), end = row_end(sheet, row);
    if (sheet->is_plain || !memchr(sheet->text.data + start, '"', end - start))
        split_plain(sheet, start, end, &list);
    else
        split_quoted(sheet, start, end, &list, arena);
    for (size_t i = list.count; i < list.room; i++)
        cells[i] = SPAN("");
    return list.count;
}

size_t sheet_view(const struct sheet *sheet, size_t first, size_t end, struct buf *room,
                  struct sheet *view) {
    const size_t *starts = sheet->row_starts;
    size_t last = first + 1;
    *view = *sheet;
    if (!sheet->file)
        return end;
    while (last < end && starts[last + 1] - starts[first] <= SHEET_FILE_WINDOW)
        last++;
    size_t size = starts[last] - starts[first];
    buf_clear(room);
    buf_reserve(room, size);
    sheet_file_read(sheet->file, starts[first], size, room->data);
    view->text = (struct span){room->data, size};
    view->text_at = starts[first];
    view->file = NULL;
    return last;
}

/* What is wanted goes into `text`, and the rows' starts are from now on those in it. */
struct taking {
    struct sheet *sheet;
    size_t (*next_wanted)(const void *context, size_t row);
    const void *context;
    struct buf text, room;
};

/* The first wanted row from `row` on; those before it are left empty. */
static size_t leave_rows(struct taking *taking, size_t row) {
    struct sheet *sheet = taking->sheet;
    size_t next = taking->next_wanted(taking->context, row);
    sheet->is_partial |= row < next;
    for (; row < next; row++)
        sheet->row_starts[row] = taking->text.size;
    return next;
}

/* From a row that is wanted on; returns the first one that could not be read with it. */
static size_t take_rows(struct taking *taking, size_t row) {
    struct sheet view;
    size_t *starts = taking->sheet->row_starts, count = taking->sheet->row_count;
    size_t end = sheet_view(taking->sheet, row, count, &taking->room, &view);
    while (row < end) {
        struct span text = {view.text.data + (starts[row] - view.text_at),
                            starts[row + 1] - starts[row]};
        starts[row] = taking->text.size;
        buf_add(&taking->text, text);
        row = leave_rows(taking, row + 1);
    }
    return row;
}

bool sheet_take_in(struct sheet *sheet, size_t (*next_wanted)(const void *context, size_t row),
                   const void *context, struct err *err) {
    struct taking taking = {sheet, next_wanted, context, {0}, {0}};
    if (!sheet->file)
        return true;
    buf_reserve(&taking.text, 1);
    for (size_t row = leave_rows(&taking, 0); row < sheet->row_count;)
        row = take_rows(&taking, row);
    sheet->row_starts[sheet->row_count] = taking.text.size;
    bool ok = sheet_file_check(sheet->file, err);
    sheet_file_close(sheet->file);
    sheet->file = NULL;
    sheet->text = buf_span(&taking.text);
    buf_free(&taking.room);
    return ok;
}

void sheet_free(struct sheet *sheet) {
    free((void *)sheet->text.data);
    sheet_file_close(sheet->file);
    free(sheet->row_starts);
    arena_free(&sheet->arena);
    *sheet = (struct sheet){0};
}

/* Letters are digits from A = 1 to Z = 26. Seven are enough for eight thousand million columns. */
void sheet_column_letters(size_t column, char out[static 8]) {
    char letters[7];
    size_t first = sizeof letters;
    for (size_t rest = column + 1; rest > 0 && first > 0; rest = (rest - 1) / 26)
        letters[--first] = (char)('A' + (rest - 1) % 26);
    memcpy(out, letters + first, sizeof letters - first);
    out[sizeof letters - first] = '\0';
}

void sheet_cell_address(size_t row, size_t column, char out[static 32]) {
    char letters[8];
    sheet_column_letters(column, letters);
    snprintf(out, 32, "%s%zu", letters, row + 2);
}
