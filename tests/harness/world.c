#include "harness/world.h"

/* ---- filling in ---- */

static const char *pick_word(struct world *world, const char *list) {
    size_t count = 1;
    for (const char *c = list; *c; c++)
        count += *c == '|';
    for (size_t left = random_below(&world->random, count); left > 0; left--)
        list = strchr(list, '|') + 1;
    size_t size = strcspn(list, "|");
    return arena_string(&world->arena, (struct span){list, size});
}

static const char *pick_cell(struct world *world, const struct column_pool *pool,
                             size_t bad_percent) {
    bool is_bad = random_below(&world->random, 100) < bad_percent;
    const char *word = pick_word(world, is_bad ? pool->bad : pool->good);
    const char *range = strchr(word, '#');
    if (is_bad || !range)
        return word;
    unsigned long number = random_below(&world->random, strtoul(range + 1, NULL, 10)) + 1;
    /* some write the same key otherwise: " T7 ", and "07" where it is a number */
    bool is_padded = range == word && random_below(&world->random, 8) == 0;
    bool is_spaced = random_below(&world->random, 20) == 0;
    return arena_printf(&world->arena, "%s%.*s%s%lu%s", is_spaced ? " " : "", (int)(range - word),
                        word, is_padded ? "0" : "", number, is_spaced ? " " : "");
}

/* The pool of a column, or of what people write into columns of their own. */
static const struct column_pool *column_pool(const struct world *world, size_t sheet, int field) {
    static const struct column_pool extra = {NULL, "one|two, three|five\nsix|||", "#REF!"};
    return field < 0 ? &extra : &world->theme->sheets[sheet].columns[field];
}

static size_t pool_width(const struct sheet_pool *pool) {
    size_t width = 0;
    while (width < GRID_COLUMNS && pool->columns[width].name)
        width++;
    return width;
}

static int find_column(const struct world *world, size_t sheet, const char *name) {
    const struct grid *grid = &world->grids[sheet];
    for (size_t i = 0; i < grid->width; i++)
        if (grid->columns[i].field >= 0 &&
            strcmp(column_pool(world, sheet, grid->columns[i].field)->name, name) == 0)
            return (int)i;
    return -1;
}

/* Most rows refer to rows that are there. */
static void aim_row(struct world *world, size_t sheet, const struct aim *aim,
                    struct grid_row *row) {
    if (!aim->columns[0] || random_below(&world->random, 10) == 0)
        return;
    const struct grid *parents = &world->grids[aim->parent];
    const struct grid_row *parent = &parents->rows[random_below(&world->random, parents->count)];
    for (size_t i = 0; i < COUNT_OF(aim->columns) && aim->columns[i]; i++) {
        int from = find_column(world, (size_t)aim->parent, aim->columns[i]);
        int to = find_column(world, sheet, aim->columns[i]);
        if (from >= 0 && to >= 0)
            row->cells[to] = parent->cells[from];
    }
}

static void fill_row(struct world *world, size_t sheet, struct grid_row *row) {
    const struct grid *grid = &world->grids[sheet];
    const struct sheet_pool *pool = &world->theme->sheets[sheet];
    for (size_t i = 0; i < grid->width; i++)
        row->cells[i] = grid->columns[i].header
                            ? pick_cell(world, column_pool(world, sheet, grid->columns[i].field), 2)
                            : "";
    for (size_t i = 0; i < COUNT_OF(pool->aims); i++)
        aim_row(world, sheet, &pool->aims[i], row);
}

void world_make(struct world *world, const struct theme *theme, uint64_t seed) {
    *world = (struct world){.theme = theme, .random = {seed}};
    for (size_t sheet = 0; sheet < theme->sheet_count; sheet++) {
        const struct sheet_pool *pool = &theme->sheets[sheet];
        struct grid *grid = &world->grids[sheet];
        grid->name = pool->name;
        grid->width = pool_width(pool);
        for (size_t i = 0; i < grid->width; i++)
            grid->columns[i] = (struct grid_column){pool->columns[i].name, (int)i};
        for (size_t i = 0; i < pool->rows; i++)
            fill_row(world, sheet, &grid->rows[grid->count++]);
    }
}

void world_free(struct world *world) {
    buf_free(&world->story);
    arena_free(&world->arena);
}

/* ---- edits ---- */

size_t world_below(struct world *world, size_t end) {
    return random_below(&world->random, end);
}

/* A place between rows: often the top, the end, or anywhere. */
static size_t pick_gap(struct world *world, const struct grid *grid) {
    switch (world_below(world, 4)) {
    case 0:
        return 0;
    case 1:
        return grid->count;
    default:
        return world_below(world, grid->count + 1);
    }
}

static void edit_cell(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t row = world_below(world, grid->count), column = world_below(world, grid->width);
    grid->rows[row].cells[column] =
        pick_cell(world, column_pool(world, sheet, grid->columns[column].field), 15);
}

/* Cut and paste along a row: the same texts in other columns. */
static void swap_cells(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    const char **cells = grid->rows[world_below(world, grid->count)].cells;
    size_t a = world_below(world, grid->width), b = world_below(world, grid->width);
    const char *cell = cells[a];
    cells[a] = cells[b];
    cells[b] = cell;
}

static void insert_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row = {0};
    size_t at = pick_gap(world, grid);
    for (size_t left = 1 + world_below(world, 3); left > 0; left--) {
        fill_row(world, sheet, &row);
        grid_insert(grid, at, &row);
    }
}

static void delete_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    for (size_t left = 1 + world_below(world, 3); left > 0 && grid->count > 1; left--)
        grid_delete(grid, world_below(world, grid->count));
}

static void move_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t from = world_below(world, grid->count);
    struct grid_row row = grid->rows[from];
    grid_delete(grid, from);
    grid_insert(grid, pick_gap(world, grid), &row);
}

static void swap_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t a = world_below(world, grid->count), b = world_below(world, grid->count);
    struct grid_row row = grid->rows[a];
    grid->rows[a] = grid->rows[b];
    grid->rows[b] = row;
}

static void sort_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    grid_sort(grid, world_below(world, grid->width));
}

/* The same row again, or the same key with something else behind it. */
static void duplicate_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row = grid->rows[world_below(world, grid->count)];
    if (world_below(world, 2)) {
        size_t column = world_below(world, grid->width);
        if (grid->columns[column].field != 0) /* mostly the key */
            row.cells[column] =
                pick_cell(world, column_pool(world, sheet, grid->columns[column].field), 15);
    }
    grid_insert(grid, pick_gap(world, grid), &row);
}

static void blank_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row;
    for (size_t i = 0; i < GRID_COLUMNS; i++)
        row.cells[i] = i == 1 && world_below(world, 3) == 0 ? " \xc2\xa0" : "";
    if (world_below(world, 2))
        grid->rows[world_below(world, grid->count)] = row;
    else
        grid_insert(grid, pick_gap(world, grid), &row);
}

static void keep_one_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    grid->rows[0] = grid->rows[world_below(world, grid->count)];
    grid->count = 1;
}

static int find_extra(struct world *world, const struct grid *grid) {
    for (size_t tries = 0; tries < 8; tries++) {
        size_t column = world_below(world, grid->width);
        if (grid->columns[column].field < 0)
            return (int)column;
    }
    return -1;
}

static void add_extra_column(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    if (grid->width == GRID_COLUMNS)
        return;
    size_t at = world_below(world, grid_header_count(grid) + 1);
    const char *header = pick_word(world, "Notes|notes|Remark|remark|2nd look||_hash|snapshot_id");
    grid_insert_column(grid, at, (struct grid_column){header, -1});
    for (size_t i = 0; i < grid->count; i++)
        if (world_below(world, 3) == 0)
            grid->rows[i].cells[at] = pick_cell(world, column_pool(world, sheet, -1), 5);
}

static void remove_extra_column(struct world *world, size_t sheet) {
    int column = find_extra(world, &world->grids[sheet]);
    if (column >= 0)
        grid_delete_column(&world->grids[sheet], (size_t)column);
}

static void rename_extra_column(struct world *world, size_t sheet) {
    int column = find_extra(world, &world->grids[sheet]);
    if (column >= 0 && world->grids[sheet].columns[column].header)
        world->grids[sheet].columns[column].header = pick_word(world, "Remark|Who?|More Notes");
}

static void swap_columns(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t count = grid_header_count(grid);
    size_t a = world_below(world, count), b = world_below(world, count);
    grid_swap_columns(grid, a, b);
}

/* A row that goes on behind the last header. */
static void widen_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    if (grid->width == GRID_COLUMNS)
        return;
    if (grid_header_count(grid) == grid->width)
        grid_insert_column(grid, grid->width, (struct grid_column){NULL, -1});
    grid->rows[world_below(world, grid->count)].cells[grid->width - 1] = "beyond";
}

/* The same columns with other words above them. */
static void spell_header(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t column = world_below(world, grid_header_count(grid));
    int field = grid->columns[column].field;
    if (field < 0)
        return;
    char *header = (char *)arena_printf(&world->arena, world_below(world, 2) ? "%s" : " %s ",
                                        column_pool(world, sheet, field)->name);
    char between = " -_"[world_below(world, 3)];
    bool is_upper = world_below(world, 2);
    for (char *c = header; *c; c++)
        *c = *c == '_' ? between : is_upper ? ascii_upper(*c) : *c;
    grid->columns[column].header = header;
}

/* A column that nobody needs goes away, or comes back at the end. */
static void toggle_column(struct world *world, size_t sheet) {
    const struct sheet_pool *pool = &world->theme->sheets[sheet];
    struct grid *grid = &world->grids[sheet];
    int field = 0;
    if (!pool->optional)
        return;
    while (strcmp(pool->columns[field].name, pool->optional) != 0)
        field++;
    int column = grid_find_field(grid, field);
    if (column >= 0) {
        grid_delete_column(grid, (size_t)column);
        return;
    }
    if (grid->width == GRID_COLUMNS)
        return;
    size_t at = grid_header_count(grid);
    grid_insert_column(grid, at, (struct grid_column){pool->optional, field});
    for (size_t i = 0; i < grid->count; i++)
        grid->rows[i].cells[at] = pick_cell(world, &pool->columns[field], 5);
}

static void do_nothing(struct world *world, size_t sheet) {
    (void)world;
    (void)sheet;
}

/* A parent changes under its children. The sheet that was drawn does not matter. */
static void change_parent(struct world *world, size_t sheet) {
    const struct theme *theme = world->theme;
    const struct parent_edit *edit =
        &theme->parent_edits[world_below(world, theme->parent_edit_count)];
    struct grid *grid = &world->grids[edit->sheet];
    (void)sheet;
    if (!edit->column) {
        delete_rows(world, edit->sheet);
        return;
    }
    int column = find_column(world, edit->sheet, edit->column);
    size_t row = world_below(world, grid->count);
    if (column >= 0)
        grid->rows[row].cells[column] = pick_word(world, edit->values);
}

static const struct edit {
    const char *name;
    void (*apply)(struct world *world, size_t sheet);
    unsigned weight;
} edits[] = {
    {"edit a cell", edit_cell, 34},
    {"swap two cells", swap_cells, 5},
    {"insert rows", insert_rows, 14},
    {"delete rows", delete_rows, 14},
    {"move a row", move_row, 8},
    {"swap two rows", swap_rows, 4},
    {"sort", sort_rows, 2},
    {"duplicate a row", duplicate_row, 12},
    {"blank a row", blank_row, 5},
    {"keep one row", keep_one_row, 1},
    {"add a column", add_extra_column, 2},
    {"remove a column", remove_extra_column, 1},
    {"rename a column", rename_extra_column, 1},
    {"swap columns", swap_columns, 2},
    {"widen a row", widen_row, 1},
    {"spell a header", spell_header, 2},
    {"toggle a column", toggle_column, 1},
    {"change a parent", change_parent, 36},
    {"nothing", do_nothing, 4},
};

static size_t pick_sheet(struct world *world) {
    const struct theme *theme = world->theme;
    unsigned total = 0;
    size_t sheet = 0;
    for (size_t i = 0; i < theme->sheet_count; i++)
        total += theme->sheets[i].weight;
    for (size_t left = world_below(world, total); left >= theme->sheets[sheet].weight; sheet++)
        left -= theme->sheets[sheet].weight;
    return sheet;
}

void world_edit(struct world *world) {
    unsigned total = 0;
    size_t sheet = pick_sheet(world), i = 0;
    for (size_t e = 0; e < COUNT_OF(edits); e++)
        total += edits[e].weight;
    for (size_t left = world_below(world, total); left >= edits[i].weight; i++)
        left -= edits[i].weight;
    buf_printf(&world->story, "%s%s (%s)", world->story.size ? ", " : "", edits[i].name,
               world->grids[sheet].name);
    edits[i].apply(world, sheet);
}
