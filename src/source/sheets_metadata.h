/* The metadata request. Private to the Sheets source; what it gives is in sheets.h. */
#ifndef GOLDLEAF_SOURCE_SHEETS_METADATA_H
#define GOLDLEAF_SOURCE_SHEETS_METADATA_H

#include "source/sheets_api.h"

/* Asks which tabs there are. Texts live in the arena. */
bool sheets_metadata_read(struct sheets_api *api, const char *id, struct arena *arena,
                          struct sheets_spreadsheet *spreadsheet, struct err *err);

#endif
