/* A tab of a Google spreadsheet while it is put together from blocks of rows.
 *
 * The cells come as Google's JSON has them (UNFORMATTED_VALUE, SERIAL_NUMBER) and are written as
 * the CSV text that a sheet is made of: numbers as the shortest decimal that is the same double,
 * a number in a date column as ISO text (rounded to the second), booleans as TRUE and FALSE, and a
 * formula's error as the cell shows it, without the explanation that the API adds. */
#ifndef GOLDLEAF_SOURCE_SHEETS_TAB_H
#define GOLDLEAF_SOURCE_SHEETS_TAB_H

#include "model/model.h"
#include "json/json.h"
#include "json/json_scan.h"

struct sheets_tab {
    const struct sheet_model *model;
    struct buf csv;
    size_t row_count;           /* written so far, the header included */
    const struct field **dates; /* per column of the header: its field when it holds dates */
    size_t date_count;
    bool marks_text;   /* see SHEETS_DATES_SHOWN */
    struct buf header; /* the first row as JSON, to see whether it changed meanwhile */
    struct buf decoded;
    struct arena arena;
};

/* Where a tab stood, to take back what a faulty answer added. */
struct sheets_tab_mark {
    size_t size, row_count;
};

void sheets_tab_start(struct sheets_tab *tab, const struct sheet_model *model);
void sheets_tab_free(struct sheets_tab *tab);
struct sheets_tab_mark sheets_tab_mark(const struct sheets_tab *tab);
void sheets_tab_take_back(struct sheets_tab *tab, struct sheets_tab_mark mark);

/* Adds the rows of a "values" array. `text` is the document, `marks` where its values stand,
 * `index` the array's; 0 when the answer has none, which means that all cells are blank. The
 * first of them is row `first_row` of the tab, counted from 0; rows between the last one that was
 * added and this one are blank. ERR_FAILED for more than `row_limit` rows and for cells that are
 * no scalars. */
bool sheets_tab_add_rows(struct sheets_tab *tab, struct span text, const struct json_marks *marks,
                         size_t index, size_t first_row, size_t row_limit, struct err *err);

#endif
