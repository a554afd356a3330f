/* Google Sheets as a source: one metadata request a spreadsheet, then all its tabs with as few
 * values:batchGet requests as the size of the answers allows.
 *
 * Tabs are found by gid, else by title (the setting's or the model's), else by the sheet's name. A
 * request is repeated as it is until it succeeds (retry.h); a tab whose grid or header turns out to
 * have changed between two of its blocks is read again from the start, so a half-read tab is never
 * handed out. Sixty reads a minute are never exceeded. Rows inserted and removed in equal number
 * between two requests cannot be seen from outside; a spreadsheet whose tabs fit into one request
 * is always of one piece. */
#ifndef GOLDLEAF_SOURCE_SHEETS_H
#define GOLDLEAF_SOURCE_SHEETS_H

#include "auth/token.h"
#include "model/model.h"
#include "source/sheets_address.h"
#include "source/source.h"

#define SHEETS_ENDPOINT "https://sheets.googleapis.com"

/* A tab as the metadata describes it. */
struct sheets_tab_info {
    const char *title;
    int64_t gid;
    int64_t rows, columns; /* of the grid, blank ones included */
    bool is_grid;          /* false: a chart or a connected database, without cells of its own */
};

struct sheets_spreadsheet {
    const char *id, *title, *locale, *time_zone;
    size_t tab_count;
    struct sheets_tab_info *tabs;
};

/* What is asked for: what a run takes; the same, but with dates, times and durations as the cells
 * show them and an apostrophe in front of every text, to see which numbers are dates; or all cells
 * as they are shown, to see which are currency. */
enum sheets_rendering { SHEETS_PLAIN, SHEETS_DATES_SHOWN, SHEETS_SHOWN };

struct sheets_settings {
    const struct model *model;
    const struct sheets_address *addresses; /* one a sheet of the model, those without a spreadsheet
                                               are never asked for */
    const char *endpoint;                   /* NULL: SHEETS_ENDPOINT */
    const char *email;                      /* whom to share with, or NULL */
    struct http_client *client;
    struct token_source *tokens;
    struct retry *retry;
    const struct waiting *waiting;
    size_t cells_per_request;        /* 0: the default; tests make it small */
    enum sheets_rendering rendering; /* may be changed between two reads of all sheets */
    /* Told after each request; NULL: nobody. `rows` are of the sheet so far, `used` of 60. */
    void (*show)(void *context, const char *sheet, size_t rows, size_t requests_used);
    void *show_context;
};

/* The settings and what they point at must outlive the source. */
void sheets_open(struct source **source, const struct sheets_settings *settings);

/* The tabs of a spreadsheet, for `goldleaf doctor`. */
bool sheets_read_spreadsheet(struct source *source, const char *id, struct arena *arena,
                             struct sheets_spreadsheet *spreadsheet, struct err *err);

/* The first rows of a tab as CSV text: the header, for `goldleaf doctor`, or some more. The text is
 * the caller's. */
bool sheets_read_rows(struct source *source, const char *id, const struct sheets_tab_info *tab,
                      const struct sheet_model *model, size_t row_count, struct span *csv,
                      struct err *err);

/* The tab that an address means, or NULL with `*why`, in the arena, which lists the tabs that
 * there are. */
const struct sheets_tab_info *sheets_find_tab(const struct sheets_spreadsheet *spreadsheet,
                                              const struct sheets_address *address,
                                              const struct sheet_model *sheet, struct arena *arena,
                                              const char **why);

#endif
