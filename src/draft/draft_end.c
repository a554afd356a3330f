/* Where the rows of a sheet begin and end for a person: what stands above the header, and the sums
 * and remarks below. A run knows neither, so both are told. */
#include "draft/draft_parts.h"

#define LAST_ROWS 5 /* among them sums and remarks are looked for */

static bool is_total(const struct hints *hints, struct span cell) {
    struct span text = cell_trim(cell);
    while (text.size && strchr(": ", text.data[text.size - 1]))
        text.size--;
    return text.size && hints_find(hints, HINT_TOTAL, text) >= 0;
}

static size_t count_filled(const struct span *cells, size_t count) {
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        filled += !cell_is_blank(cells[i]);
    return filled;
}

/* "Total" in front, or anywhere in a row that is mostly blank. */
static bool is_total_row(const struct hints *hints, const struct span *cells, size_t count) {
    size_t filled = count_filled(cells, count);
    for (size_t i = 0, before = 0; i < count; i++) {
        if (is_total(hints, cells[i]) && (before == 0 || filled * 2 <= count))
            return true;
        before += !cell_is_blank(cells[i]);
    }
    return false;
}

/* From the last row upwards: sums, and remarks, which are single cells behind a blank row. */
void draft_find_end(const struct draft *draft, struct draft_sheet *sheet) {
    struct arena arena = {0};
    size_t width = sheet->sheet.width, seen = 0, remarks = 0;
    struct span *cells = arena_array(&arena, width + 1, sizeof *cells);
    sheet->row_end = sheet->sheet.row_count;
    for (size_t row = sheet->sheet.row_count; row-- > 0 && seen < LAST_ROWS;) {
        sheet_read_row(&sheet->sheet, row, cells, &arena);
        size_t filled = count_filled(cells, width);
        seen += filled > 0;
        remarks += filled == 1 && width >= 3;
        if (filled == 0 && seen > 0 && remarks == seen)
            sheet->row_end = row + 1;
        else if (is_total_row(&draft->hints, cells, width))
            sheet->row_end = row;
    }
    arena_free(&arena);
}

/* ---- what a run does with it ---- */

static bool is_turned_away(const struct draft_sheet *sheet, const struct span *cells,
                           struct arena *arena) {
    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct draft_column *column = &sheet->columns[i];
        struct field field = column->field;
        for (size_t j = 0; j < sheet->key_count; j++)
            field.required |= sheet->key[j] == i;
        struct cell cell = cell_clean(&field, cells[column->place], arena);
        if (cell.rule && (field.required || field.on_error == ON_ERROR_REJECT))
            return true;
    }
    return false;
}

static size_t count_kept(const struct draft_sheet *sheet, size_t *rows) {
    struct arena arena = {0};
    size_t width = sheet->sheet.width, kept = 0;
    struct span *cells = arena_array(&arena, width + 1, sizeof *cells);
    *rows = 0;
    for (size_t row = sheet->row_end; row < sheet->sheet.row_count; row++) {
        sheet_read_row(&sheet->sheet, row, cells, &arena);
        if (count_filled(cells, width) == 0)
            continue;
        ++*rows;
        kept += !is_turned_away(sheet, cells, &arena);
    }
    arena_free(&arena);
    return kept;
}

void draft_note_end(struct draft_sheet *sheet) {
    size_t rows, kept = count_kept(sheet, &rows);
    if (rows)
        draft_say(&sheet->doubts,
                  "Check: from row %zu on there are sums or remarks, which were not looked at; a "
                  "run %s. Take them out of the sheet.",
                  sheet->row_end + 2, kept ? "counts them like any other row" : "turns them away");
}

/* A banner, or headings over several columns: names for few of the columns that have cells. */
void draft_note_header(struct draft_sheet *sheet) {
    size_t named = count_filled(sheet->sheet.header, sheet->sheet.header_count), width = 0;
    struct arena arena = {0};
    struct span *cells = arena_array(&arena, sheet->sheet.width + 1, sizeof *cells);
    for (size_t row = 0; row < sheet->sheet.row_count && row < LAST_ROWS; row++) {
        sheet_read_row(&sheet->sheet, row, cells, &arena);
        size_t filled = count_filled(cells, sheet->sheet.width);
        width = filled > width ? filled : width;
    }
    arena_free(&arena);
    if (width >= 3 && named * 2 <= width)
        draft_say(&sheet->doubts,
                  "Check: the first row names %zu of %zu columns. When the names stand further "
                  "down, take out the rows above them, and draft again.",
                  named, width);
}
