#include "grid.h"
#include "base/arena.h"
#include "files.h"

void grid_add_cell(struct grid *grid, size_t offset, size_t size, enum cell_kind kind) {
    if (grid->cell_count == grid->cell_capacity) {
        grid->cell_capacity = grid->cell_capacity ? grid->cell_capacity * 2 : 256;
        grid->cells = memory_resize(grid->cells, grid->cell_capacity, sizeof *grid->cells);
    }
    grid->cells[grid->cell_count++] =
        (struct cell){(uint32_t)offset, (uint32_t)size << 4 | (uint32_t)kind};
}

void grid_end_row(struct grid *grid) {
    size_t start = grid->row_count ? grid->row_starts[grid->row_count] : 0;
    while (grid->cell_count > start && cell_kind(grid->cells[grid->cell_count - 1]) == CELL_EMPTY)
        grid->cell_count--;
    if (grid->row_count + 2 > grid->row_capacity) {
        grid->row_capacity = grid->row_capacity ? grid->row_capacity * 2 : 64;
        grid->row_starts =
            memory_resize(grid->row_starts, grid->row_capacity, sizeof *grid->row_starts);
    }
    grid->row_starts[grid->row_count++] = start;
    grid->row_starts[grid->row_count] = grid->cell_count;
    if (grid->cell_count - start > grid->width)
        grid->width = grid->cell_count - start;
}

static void drop_empty_rows(struct grid *grid) {
    while (grid->row_count && grid_row_width(grid, grid->row_count - 1) == 0)
        grid->row_count--;
}

static bool ends_with(const char *text, const char *end) {
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static bool parse_json_file(struct grid *grid, const char *path, struct err *err) {
    struct buf text = {0};
    bool is_read = files_read(path, &text, err) && grid_parse_json(grid, buf_span(&text), err);
    buf_free(&text);
    return is_read;
}

bool grid_read(struct grid **out, const char *path, bool is_text, struct err *err) {
    struct grid *grid = memory_alloc(sizeof *grid);
    *grid = (struct grid){.references = 1};
    bool is_read = ends_with(path, ".json")
                       ? parse_json_file(grid, path, err)
                       : files_read(path, &grid->text, err) && grid_parse_csv(grid, is_text, err);
    if (!is_read) {
        grid_release(grid);
        return err_wrap(err, "%s", path);
    }
    drop_empty_rows(grid);
    *out = grid;
    return true;
}

void grid_release(struct grid *grid) {
    if (!grid || atomic_fetch_sub(&grid->references, 1) != 1)
        return;
    buf_free(&grid->text);
    free(grid->cells);
    free(grid->row_starts);
    free(grid);
}
