#include "source/sheets.h"

#include "source/sheets_metadata.h"
#include "source/sheets_values.h"

#include <xxhash.h>

#define CELLS_PER_REQUEST 400000 /* around 8 MB of JSON, 2 MB on the wire */
#define BYTES_PER_CELL 20
#define MAX_URL_BYTES 2000 /* longer ones have been refused by front ends */
#define MAX_RESTARTS 3

/* A sheet of the model on its way. */
struct sheet_state {
    const struct sheets_address *address;
    size_t group;                       /* index of its spreadsheet */
    const struct sheets_tab_info *info; /* NULL: not looked up yet, or missing */
    const char *missing;                /* why there is no such tab, or NULL */
    struct sheets_tab tab;
    size_t next_row; /* of the grid; everything before it is in `tab` */
    bool is_taken;   /* given to the caller */
};

struct group {
    struct sheets_spreadsheet spreadsheet;
    bool is_known; /* the metadata was read */
    unsigned restarts;
};

struct sheets_source {
    struct source base;
    struct sheets_api api;
    const struct sheets_settings *settings;
    struct sheet_state *sheets; /* per sheet of the model */
    struct group *groups;       /* per sheet at most */
    size_t group_count;
    size_t cells_per_request;
    struct arena arena;
};

static bool is_complete(const struct sheet_state *sheet) {
    return sheet->missing || (sheet->info && sheet->next_row >= (size_t)sheet->info->rows);
}

static void start_sheet(struct sheets_source *self, size_t index) {
    struct sheet_state *sheet = &self->sheets[index];
    const struct group *group = &self->groups[sheet->group];
    sheets_tab_free(&sheet->tab);
    sheets_tab_start(&sheet->tab, &self->settings->model->sheets[index]);
    sheet->tab.marks_text = self->settings->rendering == SHEETS_DATES_SHOWN;
    sheet->next_row = 0;
    sheet->missing = NULL;
    sheet->info =
        sheets_find_tab(&group->spreadsheet, sheet->address, &self->settings->model->sheets[index],
                        &self->arena, &sheet->missing);
}

/* Reads which tabs there are, and begins anew with every sheet that was not handed out. */
static bool start_group(struct sheets_source *self, size_t index, struct err *err) {
    struct group *group = &self->groups[index];
    if (!sheets_metadata_read(&self->api, group->spreadsheet.id, &self->arena, &group->spreadsheet,
                              err))
        return false;
    group->is_known = true;
    for (size_t i = 0; i < self->settings->model->sheet_count; i++)
        if (self->sheets[i].group == index && !self->sheets[i].is_taken)
            start_sheet(self, i);
    return true;
}

/* A sheet that was handed out is asked for again when the whole run is tried again: by then the
 * spreadsheet may be another, so all of it is read anew. */
static void forget_group(struct sheets_source *self, size_t index) {
    self->groups[index].is_known = false;
    for (size_t i = 0; i < self->settings->model->sheet_count; i++)
        if (self->sheets[i].group == index)
            self->sheets[i].is_taken = false;
}

static bool restart_group(struct sheets_source *self, size_t index, struct err *err) {
    struct group *group = &self->groups[index];
    if (++group->restarts > MAX_RESTARTS) {
        err_set(err, ERR_TEMPORARY,
                "spreadsheet %s is being changed again and again while it is "
                "read",
                group->spreadsheet.id);
        return err_hint(err, "try again when rows are not being added or removed just then");
    }
    return start_group(self, index, err);
}

/* How much of a request a row takes up, in cells of the usual size. Most grids have columns that
 * nobody uses, so once some rows are there, their size says more than the grid. */
static size_t row_cost(const struct sheet_state *sheet) {
    int64_t columns = sheet->info->columns;
    size_t cells = sheet->next_row ? sheet->tab.csv.size / sheet->next_row / BYTES_PER_CELL
                                   : (size_t)(columns > 0 ? columns : 1);
    return cells > 0 ? cells : 1;
}

/* As many rows of a sheet as the request has room for. A tab that fits is asked for whole. */
static struct sheets_block make_block(struct sheet_state *sheet, size_t cells_left) {
    size_t rows = (size_t)sheet->info->rows;
    size_t left = rows - sheet->next_row, room = cells_left / row_cost(sheet);
    size_t count = left < room ? left : room > 0 ? room : 1;
    return (struct sheets_block){.tab = &sheet->tab,
                                 .info = sheet->info,
                                 .first_row = sheet->next_row,
                                 .row_count = count,
                                 .is_whole = count == rows,
                                 .is_last = count == left};
}

/* The next request of a spreadsheet: rows of its sheets in build order until it is full. A tab is
 * only cut into blocks when a request has nothing else in it, so that small tabs stay of one
 * piece. */
static size_t plan_request(struct sheets_source *self, size_t group, struct sheets_block *blocks,
                           size_t *owners) {
    const struct model *model = self->settings->model;
    size_t count = 0, url_size = 0, cells_left = self->cells_per_request;
    for (size_t i = 0; i < model->sheet_count && count < SHEETS_MAX_BLOCKS; i++) {
        size_t index = model->build_order[i];
        struct sheet_state *sheet = &self->sheets[index];
        if (sheet->group != group || sheet->is_taken || is_complete(sheet))
            continue;
        struct sheets_block block = make_block(sheet, cells_left);
        url_size += sheets_block_url_size(sheet->info);
        if (count && (!block.is_last || url_size > MAX_URL_BYTES))
            break;
        size_t cells = block.row_count * row_cost(sheet);
        cells_left -= cells < cells_left ? cells : cells_left;
        owners[count] = index;
        blocks[count++] = block;
    }
    return count;
}

static void show(const struct sheets_source *self, size_t index) {
    const struct sheets_settings *settings = self->settings;
    const struct waiting *waiting = settings->waiting;
    if (settings->show)
        settings->show(settings->show_context, settings->model->sheets[index].name,
                       self->sheets[index].tab.row_count,
                       quota_used(&self->api.quota, waiting->now_s(waiting->context)));
}

/* An answer that is too large is asked for in smaller pieces. */
static bool halve(struct sheets_source *self) {
    if (self->cells_per_request == 1)
        return false;
    self->cells_per_request /= 2;
    return true;
}

static bool read_request(struct sheets_source *self, size_t group, struct err *err) {
    struct sheets_block blocks[SHEETS_MAX_BLOCKS];
    size_t owners[SHEETS_MAX_BLOCKS];
    size_t count = plan_request(self, group, blocks, owners);
    struct sheets_request request = {.spreadsheet = self->groups[group].spreadsheet.id};
    bool is_changed = false;
    if (!sheets_values_read(&self->api, &request, blocks, count, &is_changed, err)) {
        if (request.is_too_large && halve(self))
            return true;
        /* The tab was renamed or removed, or it lost the rows that were asked for. */
        return request.fault == GOOGLE_BAD_RANGE && restart_group(self, group, err);
    }
    if (is_changed)
        return restart_group(self, group, err);
    for (size_t i = 0; i < count; i++) {
        self->sheets[owners[i]].next_row += blocks[i].row_count;
        show(self, owners[i]);
    }
    return true;
}

static void hand_out(struct sheets_source *self, struct sheet_state *sheet, struct arena *arena,
                     struct source_sheet *out) {
    struct buf link = {0};
    struct buf *csv = &sheet->tab.csv;
    sheets_address_add_link(&link, self->groups[sheet->group].spreadsheet.id, sheet->info->gid);
    out->location = arena_string(arena, buf_span(&link));
    buf_free(&link);
    buf_reserve(csv, 0);
    out->text = (struct span){csv->data, csv->size};
    out->hash = XXH3_64bits(csv->data, csv->size);
    *csv = (struct buf){0};
    sheets_tab_free(&sheet->tab);
}

static bool sheets_read(struct source *source, size_t index, const struct source_past *past,
                        struct arena *arena, struct source_sheet *out, struct err *err) {
    struct sheets_source *self = (struct sheets_source *)source;
    struct sheet_state *sheet = &self->sheets[index];
    (void)past;
    *out = (struct source_sheet){.source = "sheets"};
    if (sheet->is_taken)
        forget_group(self, sheet->group);
    if (!self->groups[sheet->group].is_known && !start_group(self, sheet->group, err))
        return false;
    while (!is_complete(sheet))
        if (!read_request(self, sheet->group, err))
            return false;
    sheet->is_taken = true;
    if (sheet->missing)
        out->missing = arena_string(arena, span_from(sheet->missing));
    else
        hand_out(self, sheet, arena, out);
    return true;
}

static void sheets_close(struct source *source) {
    struct sheets_source *self = (struct sheets_source *)source;
    for (size_t i = 0; i < self->settings->model->sheet_count; i++)
        sheets_tab_free(&self->sheets[i].tab);
    arena_free(&self->arena);
    free(self);
}

static size_t find_group(struct sheets_source *self, const char *id) {
    size_t i = 0;
    while (i < self->group_count && strcmp(self->groups[i].spreadsheet.id, id) != 0)
        i++;
    if (i == self->group_count)
        self->groups[self->group_count++].spreadsheet.id = id;
    return i;
}

void sheets_open(struct source **source, const struct sheets_settings *settings) {
    struct sheets_source *self = memory_alloc(sizeof *self);
    size_t count = settings->model->sheet_count;
    *self = (struct sheets_source){.base = {sheets_read, sheets_close},
                                   .api = {.settings = settings},
                                   .settings = settings,
                                   .cells_per_request = settings->cells_per_request
                                                            ? settings->cells_per_request
                                                            : CELLS_PER_REQUEST};
    self->sheets = arena_array(&self->arena, count, sizeof *self->sheets);
    self->groups = arena_array(&self->arena, count, sizeof *self->groups);
    for (size_t i = 0; i < count; i++) {
        self->sheets[i].address = &settings->addresses[i];
        self->sheets[i].group = settings->addresses[i].spreadsheet
                                    ? find_group(self, settings->addresses[i].spreadsheet)
                                    : SIZE_MAX;
    }
    *source = &self->base;
}

bool sheets_read_spreadsheet(struct source *source, const char *id, struct arena *arena,
                             struct sheets_spreadsheet *spreadsheet, struct err *err) {
    struct sheets_source *self = (struct sheets_source *)source;
    return sheets_metadata_read(&self->api, id, arena, spreadsheet, err);
}

bool sheets_read_rows(struct source *source, const char *id, const struct sheets_tab_info *tab,
                      const struct sheet_model *model, size_t row_count, struct span *csv,
                      struct err *err) {
    struct sheets_source *self = (struct sheets_source *)source;
    struct sheets_tab rows;
    struct sheets_request request = {.spreadsheet = id};
    bool is_changed;
    sheets_tab_start(&rows, model);
    struct sheets_block block = {.tab = &rows, .info = tab, .row_count = row_count};
    bool ok = sheets_values_read(&self->api, &request, &block, 1, &is_changed, err);
    if (ok) {
        *csv = (struct span){rows.csv.data, rows.csv.size};
        rows.csv = (struct buf){0};
    }
    sheets_tab_free(&rows);
    return ok;
}
