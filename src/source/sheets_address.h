/* Where a sheet is to be found at Google: a spreadsheet and, perhaps, one of its tabs.
 *
 * People paste what they have: an id, the address bar's URL (with or without a gid), an id with
 * "#gid=7" or "!Tab name" behind it, or only "!Tab name" or "#gid=7" for a tab of the spreadsheet
 * that holds the others. */
#ifndef GOLDLEAF_SOURCE_SHEETS_ADDRESS_H
#define GOLDLEAF_SOURCE_SHEETS_ADDRESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define SHEETS_NO_GID (-1)

struct sheets_address {
    const char *spreadsheet; /* id; NULL when the text names only a tab */
    int64_t gid;             /* the tab's number, or SHEETS_NO_GID */
    const char *tab;         /* the tab's title, or NULL */
};

/* Takes the value of `variable` ("SHEET_TICKETS") apart. ERR_USAGE says what was wrong with it;
 * links that are published or lead to other services get words of their own. */
bool sheets_address_read(struct arena *arena, const char *variable, const char *text,
                         struct sheets_address *address, struct err *err);

/* The link that opens a tab. */
void sheets_address_add_link(struct buf *out, const char *spreadsheet, int64_t gid);

#endif
