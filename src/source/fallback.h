/* Google Sheets first, CSV files where Google cannot be reached.
 *
 * Only an outage (ERR_TEMPORARY, the budget for trying again used up) leads to the files: a refused
 * credential or a spreadsheet that is not shared is no outage. After the first outage Google is not
 * asked again in this run. A file never replaces what came from Google unless it was modified after
 * that; then, and where there is no file, the sheet is kept as it is. A sheet without a spreadsheet
 * is read from its file as a matter of course. */
#ifndef GOLDLEAF_SOURCE_FALLBACK_H
#define GOLDLEAF_SOURCE_FALLBACK_H

#include "model/model.h"
#include "source/sheets_address.h"
#include "source/source.h"

struct fallback_settings {
    const struct model *model;
    const struct sheets_address *addresses; /* one a sheet of the model */
    struct source *sheets;                  /* taken over */
    const char *folder;                     /* of the CSV files */
    bool may_fall_back;                     /* false: an outage is the error that it is */
};

/* `addresses` and `folder` must outlive the source. */
void fallback_open(struct source **source, const struct fallback_settings *settings);

#endif
