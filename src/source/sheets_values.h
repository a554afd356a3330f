/* Blocks of rows: how they are asked for, and how the answer is read into tabs.
 * Private to the Sheets source. */
#ifndef GOLDLEAF_SOURCE_SHEETS_VALUES_H
#define GOLDLEAF_SOURCE_SHEETS_VALUES_H

#include "source/sheets_api.h"
#include "source/sheets_tab.h"

#define SHEETS_MAX_BLOCKS 32 /* in one request */

struct sheets_block {
    struct sheets_tab *tab;             /* where the rows go */
    const struct sheets_tab_info *info; /* what the metadata said */
    size_t first_row, row_count;        /* of the grid, counted from 0 */
    bool is_whole;                      /* the whole tab */
    bool is_last;                       /* its last row is the grid's */
};

/* Asks for the blocks in one request and adds their rows to the tabs. On failure the tabs are as
 * they were. `*is_changed`: the answer shows a tab with another grid or another header than
 * before; then nothing was added, either, though the request itself succeeded. */
bool sheets_values_read(struct sheets_api *api, struct sheets_request *request,
                        const struct sheets_block *blocks, size_t count, bool *is_changed,
                        struct err *err);

/* How many bytes of a URL a block takes up, at most. */
size_t sheets_block_url_size(const struct sheets_tab_info *info);

#endif
