/* A sheet in memory, where slips can be made, and the physical forms in which sheets are exported.
 */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

static char *string_copy_part(const char *start, size_t length) {
    char *copy = memory_take_block(length + 1, 1);
    memcpy(copy, start, length);
    return copy;
}

static void row_free(struct row *row) {
    for (size_t i = 0; i < row->count; i++) {
        free(row->cells[i]);
    }
    free(row);
}

static struct row *row_read_line(const char *start, const char *stop) {
    struct row *row = memory_take_block(1, sizeof *row);
    for (;;) {
        const char *comma = memchr(start, ',', (size_t)(stop - start));
        const char *end = comma != NULL ? comma : stop;
        row->cells[row->count++] = string_copy_part(start, (size_t)(end - start));
        if (comma == NULL) {
            return row;
        }
        start = comma + 1;
    }
}

/* Reads the clean text, header line first; the header only gives the width. */
void sheet_read_text(struct sheet *sheet, enum sheet_id id, const char *data, size_t size) {
    const char *at = data;
    const char *end = data + size;
    *sheet = (struct sheet){.id = id};
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct row *row = row_read_line(at, stop);
        if (sheet->width == 0) {
            sheet->width = row->count;
            row_free(row);
        } else {
            sheet_insert_row(sheet, sheet->count, row);
        }
        at = stop + 1;
    }
}

void sheet_free(struct sheet *sheet) {
    for (size_t i = 0; i < sheet->count; i++) {
        row_free(sheet->rows[i]);
    }
    free(sheet->rows);
    *sheet = (struct sheet){0};
}

struct row *sheet_insert_row(struct sheet *sheet, size_t place, struct row *row) {
    if (sheet->count == sheet->room) {
        sheet->room = sheet->room > 0 ? sheet->room * 2 : 1024;
        sheet->rows = realloc(sheet->rows, sheet->room * sizeof *sheet->rows);
        if (sheet->rows == NULL) {
            generate_fail("memory", "there is not enough of it");
        }
    }
    place = place < sheet->count ? place : sheet->count;
    memmove(&sheet->rows[place + 1], &sheet->rows[place],
            (sheet->count - place) * sizeof *sheet->rows);
    sheet->rows[place] = row;
    sheet->count++;
    return row;
}

struct row *row_copy(const struct row *row) {
    struct row *copy = memory_take_block(1, sizeof *copy);
    *copy = *row;
    for (size_t i = 0; i < row->count; i++) {
        copy->cells[i] = memory_copy_string(row->cells[i]);
    }
    return copy;
}

struct row *row_make_blank(size_t cells, const char *filler) {
    struct row *row = memory_take_block(1, sizeof *row);
    row->blank = true;
    row->touched = true;
    row->count = cells;
    for (size_t i = 0; i < cells; i++) {
        row->cells[i] = memory_copy_string(i % 3 == 1 ? filler : "");
    }
    return row;
}

void row_set_cell(struct row *row, size_t column, const char *value) {
    char *copy = memory_copy_string(value);
    free(row->cells[column]);
    row->cells[column] = copy;
}

/* Like row_set_cell, but {} in the pattern stands for what the cell holds now. */
void row_fill_cell(struct row *row, size_t column, const char *pattern) {
    const char *hole = strstr(pattern, "{}");
    if (hole == NULL) {
        row_set_cell(row, column, pattern);
        return;
    }
    char filled[512];
    snprintf(filled, sizeof filled, "%.*s%s%s", (int)(hole - pattern), pattern, row->cells[column],
             hole + 2);
    row_set_cell(row, column, filled);
}

static void cell_write_text(struct text *text, const char *cell, const struct sheet_form *form) {
    char special[] = {form->delimiter, '"', '\r', '\n', '\0'};
    if (!form->quote_all && strpbrk(cell, special) == NULL) {
        text_put_string(text, cell);
        return;
    }
    text_put_char(text, '"');
    for (const char *at = cell; *at != '\0'; at++) {
        if (*at == '"') {
            text_put_char(text, '"');
        }
        text_put_char(text, *at);
    }
    text_put_char(text, '"');
}

void sheet_write_file(struct sheet *sheet, const struct sheet_form *form, const char *folder) {
    struct text text;
    text_open_file(&text, folder, sheet_names[sheet->id]);
    text_put_string(&text, form->bom ? "\xEF\xBB\xBF" : "");
    text_put_string(&text, form->header);
    text_put_string(&text, form->newline);
    for (size_t i = 0; i < sheet->count; i++) {
        struct row *row = sheet->rows[i];
        row->number = i + 2;
        for (size_t column = 0; column < row->count; column++) {
            text_put_bytes(&text, &form->delimiter, column > 0 ? 1 : 0);
            cell_write_text(&text, row->cells[column], form);
        }
        if (form->last_newline || i + 1 < sheet->count) {
            text_put_string(&text, form->newline);
        }
    }
    text_close(&text);
}
