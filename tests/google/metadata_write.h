/* What spreadsheets.get says about a spreadsheet. */
#ifndef LOOPBACK_METADATA_WRITE_H
#define LOOPBACK_METADATA_WRITE_H

#include "field_mask.h"
#include "library.h"

/* `is_shown` has one flag a tab: those that a requested range touches. */
void metadata_write(struct buf *out, const struct spreadsheet *spreadsheet, const bool *is_shown,
                    const struct mask *mask, enum json_style style);

#endif
