#include "library.h"
#include "files.h"
#include "json/json.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLE_ID "sample" /* the root itself, when it holds CSV files */

struct library_entry {
    char *path;
    struct stat status; /* of the file when it was read */
    struct grid *grid;
    struct library_entry *next;
};

static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && a->st_ino == b->st_ino &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct library_entry *find_entry(struct library *library, const char *path) {
    for (struct library_entry *entry = library->entries; entry; entry = entry->next)
        if (strcmp(entry->path, path) == 0)
            return entry;
    struct library_entry *entry = memory_alloc(sizeof *entry);
    *entry = (struct library_entry){.path = strdup(path), .next = library->entries};
    library->entries = entry;
    return entry;
}

/* A reference to the file's cells; read anew when the file is another one than before. */
static struct grid *open_grid(struct library *library, const char *path, struct err *err) {
    struct stat status;
    struct grid *grid = NULL;
    if (stat(path, &status) != 0) {
        err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
        return NULL;
    }
    pthread_mutex_lock(&library->mutex);
    struct library_entry *entry = find_entry(library, path);
    if (entry->grid && !is_same_file(&entry->status, &status)) {
        grid_release(entry->grid);
        entry->grid = NULL;
    }
    if (entry->grid || grid_read(&entry->grid, path, library->is_text, err)) {
        entry->status = status;
        grid = entry->grid;
        atomic_fetch_add(&grid->references, 1);
    }
    pthread_mutex_unlock(&library->mutex);
    return grid;
}

static bool is_present(struct arena *arena, const char *folder, const char *name) {
    return access(arena_printf(arena, "%s/%s", folder, name), F_OK) == 0;
}

static int is_csv(const struct dirent *entry) {
    size_t size = strlen(entry->d_name);
    return entry->d_name[0] != '.' && size > 4 && strcmp(entry->d_name + size - 4, ".csv") == 0;
}

/* Large, as Google's are, and always the same for a title. */
static int64_t make_id(const char *title) {
    uint32_t hash = 2166136261u;
    for (; *title; title++)
        hash = (hash ^ (unsigned char)*title) * 16777619u;
    return (hash & 0x7FFFFFFF) | 0x1000000;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Reads the cells and sets the size of the grid; a size that is given wins. */
static bool fill_tab(struct library *library, struct tab *tab, const char *path, struct err *err) {
    tab->grid = open_grid(library, path, err);
    if (!tab->grid)
        return false;
    if (!tab->rows)
        tab->rows = larger(1000, tab->grid->row_count);
    if (!tab->columns)
        tab->columns = larger(26, tab->grid->width);
    return true;
}

static bool fill_from_folder(struct library *library, struct arena *arena, const char *folder,
                             struct spreadsheet *spreadsheet, struct err *err) {
    struct dirent **names;
    int count = scandir(folder, &names, is_csv, alphasort);
    if (count < 0)
        return err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
    bool is_filled = true;
    spreadsheet->tabs = arena_array(arena, (size_t)count, sizeof *spreadsheet->tabs);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        struct tab *tab = &spreadsheet->tabs[spreadsheet->tab_count++];
        tab->title = arena_string(arena, (struct span){name, strlen(name) - 4});
        tab->id = i == 0 ? 0 : make_id(tab->title);
        is_filled =
            is_filled && fill_tab(library, tab, arena_printf(arena, "%s/%s", folder, name), err);
        free(names[i]);
    }
    free(names);
    return is_filled;
}

static bool read_tab(struct library *library, struct arena *arena, const char *folder,
                     const struct json *json, struct tab *tab, struct err *err) {
    const char *type = "GRID", *file = NULL, *title;
    int64_t rows = 0, columns = 0;
    if (!json_get_string(json, "title", &title, err) ||
        !json_find_string(json, "sheetType", &type, err) ||
        !json_find_string(json, "file", &file, err) ||
        !json_find_integer(json, "sheetId", &tab->id, err) ||
        !json_find_integer(json, "rowCount", &rows, err) ||
        !json_find_integer(json, "columnCount", &columns, err) ||
        !json_find_boolean(json, "hidden", &tab->is_hidden, err))
        return false;
    tab->title = arena_string(arena, span_from(title));
    tab->rows = (size_t)rows;
    tab->columns = (size_t)columns;
    tab->is_object = strcmp(type, "GRID") != 0;
    if (tab->is_object)
        return true;
    if (!file)
        return err_set(err, ERR_FAILED, "the tab \"%s\" names no file", title);
    return fill_tab(library, tab, arena_printf(arena, "%s/%s", folder, file), err);
}

static bool fill_from_json(struct library *library, struct arena *arena, const char *folder,
                           const struct json *json, struct spreadsheet *spreadsheet,
                           struct err *err) {
    const struct json *tabs;
    if (!json_find_string(json, "title", &spreadsheet->title, err) ||
        !json_find_string(json, "locale", &spreadsheet->locale, err) ||
        !json_find_string(json, "timeZone", &spreadsheet->time_zone, err) ||
        !json_get_array(json, "tabs", &tabs, err))
        return false;
    spreadsheet->tabs = arena_array(arena, tabs->count, sizeof *spreadsheet->tabs);
    for (const struct json *tab = tabs->first; tab; tab = tab->next) {
        struct tab *filled = &spreadsheet->tabs[spreadsheet->tab_count++];
        if (tab != tabs->first) /* unless it is given */
            filled->id = (int64_t)spreadsheet->tab_count * 1000003;
        if (!read_tab(library, arena, folder, tab, filled, err))
            return false;
    }
    return true;
}

static bool fill(struct library *library, struct arena *arena, const char *folder,
                 struct spreadsheet *spreadsheet, struct err *err) {
    const char *path = arena_printf(arena, "%s/spreadsheet.json", folder);
    struct buf text = {0};
    const struct json *json;
    if (access(path, F_OK) != 0)
        return fill_from_folder(library, arena, folder, spreadsheet, err);
    bool is_filled = files_read(path, &text, err) &&
                     ((json_read(arena, buf_span(&text), &json, err) &&
                       fill_from_json(library, arena, folder, json, spreadsheet, err)) ||
                      err_wrap(err, "%s", path));
    buf_free(&text);
    return is_filled;
}

/* The folder of a spreadsheet, or NULL. */
static const char *find_folder(struct library *library, struct arena *arena, struct span id) {
    struct stat status;
    for (size_t i = 0; i < id.size; i++)
        if (!ascii_is_alpha(id.data[i]) && !ascii_is_digit(id.data[i]) && id.data[i] != '-' &&
            id.data[i] != '_')
            return NULL;
    const char *folder = arena_printf(arena, "%s/%.*s", library->root, SPAN_ARG(id));
    if (id.size && stat(folder, &status) == 0 && S_ISDIR(status.st_mode))
        return folder;
    return span_is(id, SAMPLE_ID) ? library->root : NULL;
}

enum library_result library_open(struct library *library, struct arena *arena, struct span id,
                                 struct spreadsheet *spreadsheet, struct err *err) {
    const char *folder = find_folder(library, arena, id);
    const char *name = arena_string(arena, id);
    *spreadsheet =
        (struct spreadsheet){.id = name, .title = name, .locale = "en_US", .time_zone = "Etc/GMT"};
    if (!folder)
        return LIBRARY_MISSING;
    if (is_present(arena, folder, ".forbidden"))
        return LIBRARY_FORBIDDEN;
    if (is_present(arena, folder, ".office"))
        return LIBRARY_OFFICE;
    if (!fill(library, arena, folder, spreadsheet, err)) {
        library_close(spreadsheet);
        return LIBRARY_BROKEN;
    }
    return spreadsheet->tab_count ? LIBRARY_FOUND : LIBRARY_MISSING;
}

void library_close(struct spreadsheet *spreadsheet) {
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        grid_release(spreadsheet->tabs[i].grid);
    spreadsheet->tab_count = 0;
}

bool library_is_disabled(struct library *library, struct arena *arena, struct span id) {
    const char *folder = find_folder(library, arena, id);
    return folder && is_present(arena, folder, ".disabled");
}

bool library_edit(struct library *library, struct arena *arena, const char *from, const char *to,
                  struct err *err) {
    struct buf text = {0};
    bool is_done =
        files_read(arena_printf(arena, "%s/%s", library->root, from), &text, err) &&
        files_replace(arena_printf(arena, "%s/%s", library->root, to), buf_span(&text), 0644, err);
    buf_free(&text);
    return is_done;
}

void library_free(struct library *library) {
    while (library->entries) {
        struct library_entry *entry = library->entries;
        library->entries = entry->next;
        grid_release(entry->grid);
        free(entry->path);
        free(entry);
    }
}
