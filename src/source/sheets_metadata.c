/* What tabs a spreadsheet has, and which of them is meant. */
#include "source/sheets_metadata.h"
#include "source/sheets_api.h"
#include "json/json.h"

#include <inttypes.h>

#define QUERY                                                                                      \
    "?fields=spreadsheetId,properties(title,locale,timeZone),sheets.properties(sheetId,title,"     \
    "index,sheetType,hidden,gridProperties(rowCount,columnCount))&prettyPrint=false"

/* Google's limits for a spreadsheet and for a tab. */
#define MAX_CELLS 10000000
#define MAX_COLUMNS 18278

#define MAX_TABS_LISTED 12 /* in a message */

struct reading {
    struct arena *arena;
    struct sheets_spreadsheet *spreadsheet;
};

/* No grid is empty or larger than a spreadsheet can be. */
static bool check_grid(const struct sheets_tab_info *tab, struct err *err) {
    return (tab->rows >= 1 && tab->rows <= MAX_CELLS && tab->columns >= 1 &&
            tab->columns <= MAX_COLUMNS) ||
           err_set(err, ERR_FAILED, "a grid of %" PRId64 " rows and %" PRId64 " columns", tab->rows,
                   tab->columns);
}

/* Members with their default value are left out of Google's answers, so none of these is demanded
 * but the title. */
static bool read_tab(const struct json *properties, struct arena *arena,
                     struct sheets_tab_info *tab, struct err *err) {
    const struct json *grid = NULL;
    const char *type = "GRID", *title = NULL;
    if (!json_get_string(properties, "title", &title, err) ||
        !json_find_integer(properties, "sheetId", &tab->gid, err) ||
        !json_find_string(properties, "sheetType", &type, err) ||
        !json_find_object(properties, "gridProperties", &grid, err))
        return false;
    tab->title = arena_string(arena, span_from(title));
    tab->is_grid = strcmp(type, "GRID") == 0 && grid;
    if (!tab->is_grid)
        return true;
    return json_find_integer(grid, "rowCount", &tab->rows, err) &&
           json_find_integer(grid, "columnCount", &tab->columns, err) && check_grid(tab, err);
}

static bool read_tabs(const struct reading *reading, const struct json *sheets, struct err *err) {
    struct sheets_spreadsheet *spreadsheet = reading->spreadsheet;
    spreadsheet->tab_count = 0;
    spreadsheet->tabs = arena_array(reading->arena, sheets->count, sizeof *spreadsheet->tabs);
    for (const struct json *sheet = sheets->first; sheet; sheet = sheet->next) {
        const struct json *properties = NULL;
        if (!json_get_object(sheet, "properties", &properties, err) ||
            !read_tab(properties, reading->arena, &spreadsheet->tabs[spreadsheet->tab_count++],
                      err))
            return false;
    }
    return true;
}

static bool read_text(const struct reading *reading, const struct json *object, const char *name,
                      const char **out, struct err *err) {
    const char *text = "";
    if (!json_find_string(object, name, &text, err))
        return false;
    *out = arena_string(reading->arena, span_from(text));
    return true;
}

static bool read_body(void *context, struct span body, struct err *err) {
    const struct reading *reading = context;
    struct sheets_spreadsheet *spreadsheet = reading->spreadsheet;
    const struct json *document = NULL, *properties = NULL, *sheets = NULL;
    struct arena scratch = {0};
    bool ok = json_read(&scratch, body, &document, err) &&
              json_get_object(document, "properties", &properties, err) &&
              json_get_array(document, "sheets", &sheets, err) &&
              read_text(reading, properties, "title", &spreadsheet->title, err) &&
              read_text(reading, properties, "locale", &spreadsheet->locale, err) &&
              read_text(reading, properties, "timeZone", &spreadsheet->time_zone, err) &&
              read_tabs(reading, sheets, err);
    arena_free(&scratch);
    return ok;
}

bool sheets_metadata_read(struct sheets_api *api, const char *id, struct arena *arena,
                          struct sheets_spreadsheet *spreadsheet, struct err *err) {
    struct reading reading = {arena, spreadsheet};
    struct sheets_request request = {
        .spreadsheet = id, .query = QUERY, .read = read_body, .context = &reading};
    spreadsheet->id = id;
    return sheets_api_get(api, &request, err);
}

static const char *list_tabs(const struct sheets_spreadsheet *spreadsheet, struct arena *arena) {
    struct buf list = {0};
    for (size_t i = 0; i < spreadsheet->tab_count && i < MAX_TABS_LISTED; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", spreadsheet->tabs[i].title);
    if (spreadsheet->tab_count > MAX_TABS_LISTED)
        buf_printf(&list, " and %zu more", spreadsheet->tab_count - MAX_TABS_LISTED);
    const char *text = arena_string(arena, buf_span(&list));
    buf_free(&list);
    return text;
}

static const struct sheets_tab_info *find_gid(const struct sheets_spreadsheet *spreadsheet,
                                              int64_t gid) {
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (gid != SHEETS_NO_GID && spreadsheet->tabs[i].gid == gid)
            return &spreadsheet->tabs[i];
    return NULL;
}

/* Titles are unique without regard to case, so the second look is no guess. */
static const struct sheets_tab_info *find_title(const struct sheets_spreadsheet *spreadsheet,
                                                const char *title) {
    struct span wanted = span_from(title ? title : "");
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (span_is(wanted, spreadsheet->tabs[i].title))
            return &spreadsheet->tabs[i];
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (span_equal_nocase(wanted, span_from(spreadsheet->tabs[i].title)))
            return &spreadsheet->tabs[i];
    return NULL;
}

/* A number that is gone falls back to the title that the model has, and that to the sheet's name; a
 * tab that was asked for by name is that one or none. */
const struct sheets_tab_info *sheets_find_tab(const struct sheets_spreadsheet *spreadsheet,
                                              const struct sheets_address *address,
                                              const struct sheet_model *sheet, struct arena *arena,
                                              const char **why) {
    const struct sheets_tab_info *tab = find_gid(spreadsheet, address->gid);
    const char *title = address->tab ? address->tab : sheet->title ? sheet->title : sheet->name;
    if (!tab)
        tab = find_title(spreadsheet, title);
    if (!tab && !address->tab)
        tab = find_title(spreadsheet, sheet->name);
    if (tab && tab->is_grid)
        return tab;
    *why = tab ? arena_printf(arena,
                              "the tab \"%s\" of spreadsheet %s is a chart or a connected table",
                              tab->title, spreadsheet->id)
               : arena_printf(arena, "spreadsheet %s has no tab \"%s\"; its tabs: %s",
                              spreadsheet->id, title, list_tabs(spreadsheet, arena));
    return NULL;
}
