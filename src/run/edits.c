#include "run/edits.h"

#include "source/csv.h"

#include <xxhash.h>

/* ---- taking apart ---- */

/* The text is the sheet's afterwards, or gone with the failure. */
static bool parse(struct edits *edits, const struct sheet_model *model, struct span *text,
                  struct sheet *sheet, struct header *header, struct err *err) {
    struct span taken = *text;
    *text = (struct span){0};
    if (!csv_parse(model->name, taken, sheet, err))
        return false;
    header_match(&edits->arena, model, sheet, header);
    return true;
}

static void add_edit(struct edits *edits, size_t sheet, const struct diff_row *row, size_t cell) {
    edits->items[edits->count++] = (struct edit){sheet, row, cell};
}

static size_t count_edits(const struct diff *diff) {
    size_t count = 0;
    for (size_t i = 0; i < diff->model->sheet_count; i++)
        for (size_t j = 0; j < diff->sheets[i].row_count; j++) {
            const struct diff_row *row = &diff->sheets[i].rows[j];
            count += row->kind == DIFF_CHANGED ? row->cell_count : 1;
        }
    return count;
}

static void list_sheet(struct edits *edits, size_t index) {
    struct edited_sheet *sheet = &edits->sheets[index];
    const struct diff_sheet *diff = &edits->diff->sheets[index];
    sheet->row_after = arena_array(&edits->arena, sheet->after.row_count, sizeof(void *));
    sheet->row_before = arena_array(&edits->arena, sheet->before.row_count, sizeof(void *));
    sheet->first_edits = arena_array(&edits->arena, diff->row_count, sizeof(size_t));
    sheet->is_edited = diff->row_count > 0;
    for (size_t i = 0; i < diff->row_count; i++) {
        const struct diff_row *row = &diff->rows[i];
        sheet->first_edits[i] = edits->count;
        if (row->kind == DIFF_REMOVED)
            sheet->row_before[row->old_row] = row;
        else
            sheet->row_after[row->row - 2] = row;
        if (row->kind != DIFF_CHANGED)
            add_edit(edits, index, row, EDIT_WHOLE_ROW);
        for (size_t j = 0; row->kind == DIFF_CHANGED && j < row->cell_count; j++)
            add_edit(edits, index, row, j);
    }
}

bool edits_open(struct edits *edits, const struct model *model, const struct diff *diff,
                struct span *before, struct span *after, struct err *err) {
    *edits = (struct edits){.model = model, .diff = diff};
    edits->sheets = arena_array(&edits->arena, model->sheet_count, sizeof *edits->sheets);
    edits->items = arena_array(&edits->arena, count_edits(diff), sizeof *edits->items);
    bool ok = true;
    for (size_t i = 0; i < model->sheet_count; i++) {
        struct edited_sheet *sheet = &edits->sheets[i];
        ok = ok &&
             parse(edits, &model->sheets[i], &before[i], &sheet->before, &sheet->before_header,
                   err) &&
             parse(edits, &model->sheets[i], &after[i], &sheet->after, &sheet->after_header, err);
    }
    for (size_t i = 0; !ok && i < model->sheet_count; i++) {
        free((char *)before[i].data);
        free((char *)after[i].data);
    }
    for (size_t i = 0; ok && i < model->sheet_count; i++)
        list_sheet(edits, model->build_order[i]);
    return ok;
}

void edits_close(struct edits *edits) {
    for (size_t i = 0; edits->sheets && i < edits->model->sheet_count; i++) {
        sheet_free(&edits->sheets[i].before);
        sheet_free(&edits->sheets[i].after);
    }
    arena_free(&edits->arena);
}

/* ---- fields ---- */

static struct span field_of(const struct sheet *sheet, const struct header *header, size_t row,
                            size_t field, struct arena *arena) {
    int column = header->column_count ? header->field_columns[field] : -1;
    if (row >= sheet->row_count || column < 0)
        return SPAN("");
    struct span *cells = arena_array(arena, sheet->width, sizeof *cells);
    sheet_read_row(sheet, row, cells, arena);
    return cells[column];
}

struct span edit_field_before(const struct edits *edits, const struct edit *edit, size_t field,
                              struct arena *arena) {
    const struct edited_sheet *sheet = &edits->sheets[edit->sheet];
    return field_of(&sheet->before, &sheet->before_header, edit->row->old_row, field, arena);
}

struct span edit_field_after(const struct edits *edits, const struct edit *edit, size_t field,
                             struct arena *arena) {
    const struct edited_sheet *sheet = &edits->sheets[edit->sheet];
    size_t row = edit->row->row ? edit->row->row - 2 : SIZE_MAX;
    return field_of(&sheet->after, &sheet->after_header, row, field, arena);
}

/* ---- putting together ---- */

struct edits_source {
    struct source base;
    const struct edits *edits;
    size_t applied;
};

/* A sheet being written: the columns of the new one, then those that are gone. */
struct writing {
    const struct edits *edits;
    const struct edited_sheet *sheet;
    const struct diff_sheet *diff;
    size_t applied;
    size_t column_count;
    struct span *cells;
    struct buf csv;
    struct arena scratch;
};

static bool is_applied(const struct writing *writing, const struct diff_row *row, size_t cell) {
    size_t first = writing->sheet->first_edits[row - writing->diff->rows];
    return first + cell < writing->applied;
}

/* Where a column of either version stands. */
static size_t column_of(const struct writing *writing, const char *name) {
    const struct header *header = &writing->sheet->after_header;
    for (size_t i = 0; i < writing->diff->rename_count; i++)
        if (strcmp(writing->diff->renames[i].from, name) == 0)
            name = writing->diff->renames[i].to;
    for (size_t i = 0; i < header->column_count; i++)
        if (strcmp(header->columns[i].name, name) == 0)
            return i;
    size_t gone = 0;
    while (gone < writing->diff->removed_column_count &&
           strcmp(writing->diff->removed_columns[gone], name) != 0)
        gone++;
    return header->column_count + gone;
}

static void add_line(struct writing *writing, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&writing->csv, ',');
        csv_add_cell(&writing->csv, writing->cells[i]);
    }
    buf_add_char(&writing->csv, '\n');
    arena_free(&writing->scratch);
}

static void clear_cells(struct writing *writing) {
    for (size_t i = 0; i < writing->column_count; i++)
        writing->cells[i] = SPAN("");
}

static void add_header(struct writing *writing) {
    const struct sheet *after = &writing->sheet->after;
    size_t gone = writing->diff->removed_column_count;
    clear_cells(writing);
    for (size_t i = 0; i < after->header_count; i++)
        writing->cells[i] = after->header[i];
    for (size_t i = 0; i < gone; i++)
        writing->cells[writing->sheet->after_header.column_count + i] =
            span_from(writing->diff->removed_columns[i]);
    add_line(writing, gone ? writing->column_count : after->header_count);
}

static void add_removed(struct writing *writing, const struct diff_row *row) {
    clear_cells(writing);
    for (size_t i = 0; i < row->cell_count; i++)
        writing->cells[column_of(writing, row->cells[i].column)] = row->cells[i].before;
    add_line(writing, writing->column_count);
}

static void add_row(struct writing *writing, size_t index) {
    const struct diff_row *row = writing->sheet->row_after[index];
    if (row && row->kind == DIFF_ADDED && !is_applied(writing, row, 0))
        return;
    clear_cells(writing);
    sheet_read_row(&writing->sheet->after, index, writing->cells, &writing->scratch);
    for (size_t i = 0; row && row->kind == DIFF_CHANGED && i < row->cell_count; i++)
        if (!is_applied(writing, row, i))
            writing->cells[column_of(writing, row->cells[i].column)] = row->cells[i].before;
    add_line(writing, writing->column_count);
}

/* Rows that went away and are still there stand behind the row that they stood behind before. */
static void add_kept_removed(struct writing *writing, size_t old_row) {
    const struct edited_sheet *sheet = writing->sheet;
    for (; old_row < sheet->before.row_count && sheet->row_before[old_row]; old_row++)
        if (!is_applied(writing, sheet->row_before[old_row], 0))
            add_removed(writing, sheet->row_before[old_row]);
}

static void write_sheet(struct writing *writing) {
    const struct edited_sheet *sheet = writing->sheet;
    add_header(writing);
    add_kept_removed(writing, 0);
    for (size_t i = 0; i < sheet->after.row_count; i++) {
        add_row(writing, i);
        if (writing->diff->partners[i] != MATCH_NONE)
            add_kept_removed(writing, (size_t)writing->diff->partners[i] + 1);
    }
}

static struct span copy_of(struct span text) {
    char *copy = memory_alloc(text.size + 1);
    if (text.size)
        memcpy(copy, text.data, text.size);
    return (struct span){copy, text.size};
}

static bool edits_source_read(struct source *source, size_t index, const struct source_past *past,
                              struct arena *arena, struct source_sheet *out, struct err *err) {
    struct edits_source *self = (struct edits_source *)source;
    const struct edited_sheet *sheet = &self->edits->sheets[index];
    struct writing writing = {.edits = self->edits,
                              .sheet = sheet,
                              .diff = &self->edits->diff->sheets[index],
                              .applied = self->applied};
    (void)past;
    (void)err;
    *out = (struct source_sheet){.source = "bronze",
                                 .location = self->edits->model->sheets[index].name};
    if (sheet->is_edited) {
        size_t width = sheet->after.width > sheet->after_header.column_count
                           ? sheet->after.width
                           : sheet->after_header.column_count;
        writing.column_count = width + writing.diff->removed_column_count;
        writing.cells = arena_array(arena, writing.column_count + 1, sizeof *writing.cells);
        write_sheet(&writing);
        out->text = (struct span){writing.csv.data, writing.csv.size};
    } else {
        out->text = copy_of(sheet->after.text);
    }
    out->hash = XXH3_64bits(out->text.data, out->text.size);
    return true;
}

static void edits_source_close(struct source *source) {
    free(source);
}

void edits_source_open(struct source **source, const struct edits *edits, size_t applied) {
    struct edits_source *self = memory_alloc(sizeof *self);
    *self = (struct edits_source){{edits_source_read, edits_source_close}, edits, applied};
    *source = &self->base;
}
