#include "cli/model_tabs.h"

#include "base/log.h"
#include "cli/google.h"
#include "cli/session_run.h"

#define FIRST_ROWS 50 /* that show how a column is formatted */

/* A model of sheets without columns: so every cell comes as it is. */
struct reading {
    struct session *session;
    struct google google;
    struct watch watch;
    struct model model;
    struct sheet_model *sheets; /* the model's */
    size_t *order;
    const struct sheets_tab_info **tabs; /* one a sheet */
    struct sheets_spreadsheet spreadsheet;
    struct draft_book *book;
    struct progress progress;
};

/* A signal ends the request that is on, and so the reading. */
static void show(void *context, const char *sheet, size_t rows, size_t requests_used) {
    struct reading *self = context;
    struct err stopped;
    (void)requests_used;
    if (self->progress.subject != sheet)
        progress_begin(&self->progress, "reading", sheet, 0);
    progress_step(&self->progress, (int64_t)rows, &stopped);
}

static bool connect(struct reading *self, struct err *err) {
    const char *warning = NULL;
    if (!google_read_addresses(&self->google, self->session, &self->model, err))
        return false;
    if (!self->google.spreadsheet) {
        err_set(err, ERR_USAGE, "--from-sheets: nothing says which spreadsheet");
        return err_hint(err, "set SPREADSHEET to its URL; `goldleaf init` writes a commented .env");
    }
    if (!google_open_credential(&self->google, self->session, &warning, err))
        return false;
    if (warning)
        log_line(LOG_LEVEL_WARN, "key_readable", "%s", warning);
    return google_connect(&self->google, self->session, &self->model, &self->watch, err);
}

static bool read_spreadsheet(struct reading *self, struct err *err) {
    struct source *source;
    sheets_open(&source, &self->google.settings);
    bool ok = sheets_read_spreadsheet(source, self->google.spreadsheet, self->session->arena,
                                      &self->spreadsheet, err);
    source_close(source);
    return ok;
}

static void add_tab(struct reading *self, const struct sheets_tab_info *tab) {
    size_t index = self->model.sheet_count++;
    self->sheets[index] = (struct sheet_model){.name = tab->title, .path = tab->title};
    self->order[index] = index;
    self->tabs[index] = tab;
    self->google.addresses[index] =
        (struct sheets_address){.spreadsheet = self->google.spreadsheet, .gid = tab->gid};
    self->book->tabs[self->book->count++].title = tab->title;
}

static bool add_title(struct reading *self, const char *title, struct err *err) {
    const struct sheets_address address = {.gid = SHEETS_NO_GID, .tab = title};
    const struct sheet_model sheet = {.name = title};
    const char *why;
    const struct sheets_tab_info *tab =
        sheets_find_tab(&self->spreadsheet, &address, &sheet, self->session->arena, &why);
    if (!tab)
        return err_set(err, ERR_USAGE, "%s", why);
    for (size_t i = 0; i < self->book->count; i++)
        if (self->google.addresses[i].gid == tab->gid)
            return err_set(err, ERR_USAGE, "the tab \"%s\" is named twice", tab->title);
    add_tab(self, tab);
    return true;
}

/* Charts and connected tables have no cells of their own. */
static bool choose_tabs(struct reading *self, const char *const *titles, size_t count,
                        struct err *err) {
    struct arena *arena = self->session->arena;
    size_t most = count ? count : self->spreadsheet.tab_count;
    self->model.sheets = self->sheets = arena_array(arena, most, sizeof *self->sheets);
    self->model.build_order = self->order = arena_array(arena, most, sizeof *self->order);
    self->tabs = arena_array(arena, most, sizeof *self->tabs);
    self->google.addresses = arena_array(arena, most, sizeof *self->google.addresses);
    self->google.settings.addresses = self->google.addresses;
    self->book->tabs = arena_array(arena, most, sizeof *self->book->tabs);
    for (size_t i = 0; i < count; i++)
        if (!add_title(self, titles[i], err))
            return false;
    for (size_t i = 0; count == 0 && i < self->spreadsheet.tab_count; i++)
        if (self->spreadsheet.tabs[i].is_grid)
            add_tab(self, &self->spreadsheet.tabs[i]);
    return true;
}

static bool read_tab(struct reading *self, struct source *source, size_t index, struct err *err) {
    static const struct source_past never = {.pulled_at_s = -1};
    struct draft_tab *tab = &self->book->tabs[index];
    struct source_sheet sheet;
    bool is_plain = self->google.settings.rendering == SHEETS_PLAIN;
    if (!source->read(source, index, &never, self->session->arena, &sheet, err))
        return false;
    if (sheet.missing)
        return err_set(err, ERR_TEMPORARY, "%s", sheet.missing);
    *(is_plain ? &tab->values : &tab->dates_shown) = sheet.text;
    return true;
}

static bool read_first_rows(struct reading *self, struct source *source, size_t index,
                            struct err *err) {
    return sheets_read_rows(source, self->google.spreadsheet, self->tabs[index],
                            &self->sheets[index], FIRST_ROWS, &self->book->tabs[index].shown, err);
}

/* Reads every tab in one way. */
static bool read_as(struct reading *self, struct source *source, enum sheets_rendering rendering,
                    struct err *err) {
    self->google.settings.rendering = rendering;
    for (size_t i = 0; i < self->book->count; i++)
        if (!(rendering == SHEETS_SHOWN ? read_first_rows : read_tab)(self, source, i, err))
            return false;
    return true;
}

static bool read_tabs(struct reading *self, struct err *err) {
    struct source *source;
    session_begin_progress(self->session, &self->progress);
    self->google.settings.show = show;
    self->google.settings.show_context = self;
    sheets_open(&source, &self->google.settings);
    bool ok = read_as(self, source, SHEETS_PLAIN, err) &&
              read_as(self, source, SHEETS_DATES_SHOWN, err) &&
              read_as(self, source, SHEETS_SHOWN, err);
    source_close(source);
    session_end_progress(&self->progress);
    return ok;
}

bool model_tabs_read(struct session *session, const char *const *titles, size_t title_count,
                     struct draft_book *book, const char **spreadsheet, struct err *err) {
    struct reading self = {.session = session, .book = book};
    watch_open(&self.watch);
    bool ok = connect(&self, err) && read_spreadsheet(&self, err) &&
              choose_tabs(&self, titles, title_count, err) && read_tabs(&self, err);
    book->title = self.spreadsheet.title;
    book->time_zone = self.spreadsheet.time_zone;
    *spreadsheet = self.google.spreadsheet;
    google_close(&self.google);
    watch_close(&self.watch);
    return ok;
}

void model_tabs_free(struct draft_book *book) {
    for (size_t i = 0; i < book->count; i++) {
        free((char *)book->tabs[i].values.data);
        free((char *)book->tabs[i].dates_shown.data);
        free((char *)book->tabs[i].shown.data);
    }
}
