/* The spreadsheets under --root. Folders are looked at with each request; the cells of a file stay
 * in memory until the file changes. */
#ifndef LOOPBACK_LIBRARY_H
#define LOOPBACK_LIBRARY_H

#include "base/arena.h"
#include "grid.h"

#include <pthread.h>

struct library_entry;

struct library {
    const char *root;
    bool is_text; /* every cell of a CSV file is a string */
    pthread_mutex_t mutex;
    struct library_entry *entries; /* the files in memory */
};

struct tab {
    const char *title;
    int64_t id;
    bool is_hidden;
    bool is_object;       /* a chart: no cells */
    size_t rows, columns; /* of the grid, which is as large as its cells or larger */
    struct grid *grid;    /* referenced; NULL for an object */
};

struct spreadsheet {
    const char *id, *title, *locale, *time_zone;
    struct tab *tabs;
    size_t tab_count;
};

enum library_result {
    LIBRARY_FOUND,
    LIBRARY_MISSING,
    LIBRARY_FORBIDDEN, /* holds .forbidden */
    LIBRARY_OFFICE,    /* holds .office */
    LIBRARY_BROKEN,    /* a file that cannot be read; `err` says why */
};

/* `*spreadsheet` is in the arena, and to be closed when it was found. */
enum library_result library_open(struct library *library, struct arena *arena, struct span id,
                                 struct spreadsheet *spreadsheet, struct err *err);
void library_close(struct spreadsheet *spreadsheet);

/* The spreadsheet holds .disabled: the project has no Sheets API. */
bool library_is_disabled(struct library *library, struct arena *arena, struct span id);

/* Copies one file over another, both relative to the root. */
bool library_edit(struct library *library, struct arena *arena, const char *from, const char *to,
                  struct err *err);

void library_free(struct library *library);

#endif
