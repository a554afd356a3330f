/* [["id","paid"],["T-1",45.5],[null,true],["T-2",{"serial":45296.5,"shows":"5 Jan, 12:00"}],
 * ["T-3",{"number":9.5,"shows":"$9.50"}]]: cells with a type that no CSV can give them. */
#include "grid.h"
#include "json/json.h"

/* A number and how the cell shows it, in whatever format. */
static void add_shown(struct grid *grid, const struct json *json) {
    const struct json *serial = json_find(json, "serial"), *number = json_find(json, "number");
    const struct json *shows = json_find(json, "shows"), *value = serial ? serial : number;
    size_t offset = grid->text.size;
    if (value && shows)
        buf_printf(&grid->text, "%.*s\n%.*s", SPAN_ARG(value->text), SPAN_ARG(shows->text));
    grid_add_cell(grid, offset, grid->text.size - offset,
                  !value || !shows ? CELL_EMPTY
                  : serial         ? CELL_SERIAL
                                   : CELL_FORMATTED);
}

static void add_cell(struct grid *grid, const struct json *json) {
    if (json->kind == JSON_OBJECT) {
        add_shown(grid, json);
        return;
    }
    struct span text = json->text;
    enum cell_kind kind = CELL_EMPTY;
    if (json->kind == JSON_BOOLEAN) {
        text = json->boolean ? SPAN("TRUE") : SPAN("FALSE");
        kind = CELL_BOOLEAN;
    } else if (json->kind == JSON_NUMBER) {
        kind = CELL_NUMBER;
    } else if (json->kind == JSON_STRING && text.size) {
        kind = cell_text_kind(text);
    }
    size_t offset = grid->text.size;
    if (kind != CELL_EMPTY)
        buf_add(&grid->text, text);
    grid_add_cell(grid, offset, kind == CELL_EMPTY ? 0 : text.size, kind);
}

static bool add_rows(struct grid *grid, const struct json *rows, struct err *err) {
    if (rows->kind != JSON_ARRAY)
        return err_set(err, ERR_FAILED, "not an array of rows");
    for (const struct json *row = rows->first; row; row = row->next) {
        if (row->kind != JSON_ARRAY)
            return err_set(err, ERR_FAILED, "row %zu is not an array", grid->row_count + 1);
        for (const struct json *cell = row->first; cell; cell = cell->next)
            add_cell(grid, cell);
        grid_end_row(grid);
    }
    return true;
}

bool grid_parse_json(struct grid *grid, struct span text, struct err *err) {
    struct arena arena = {0};
    const struct json *rows;
    bool is_read = text.size < UINT32_MAX ? json_read(&arena, text, &rows, err)
                                          : err_set(err, ERR_FAILED, "larger than 4 GB");
    is_read = is_read && add_rows(grid, rows, err);
    arena_free(&arena);
    return is_read;
}
