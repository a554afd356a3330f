/* The dashboard of a model: one HTML page that needs nothing else.
 *
 * What it shows is data of the model (model/report_model.h); here is what reads it and draws it.
 * Numbers, tables and warnings stand in the page as text. The data come along once more, added up
 * as far as the page stays small, so that its script can filter them and draw charts. All that came
 * out of a sheet is text and nothing more; the page runs and loads nothing but its own scripts. */
#ifndef GOLDLEAF_REPORT_REPORT_H
#define GOLDLEAF_REPORT_REPORT_H

#include "base/buf.h"
#include "model/model.h"
#include "warehouse/warehouse.h"

struct report_options {
    int64_t stale_after_s; /* a sheet that was last pulled longer ago is told of */
};

/* Appends the page. Reads in the transaction that is open, which should be one that sees a single
 * version; writes nothing. */
bool report_add(struct buf *out, struct warehouse *warehouse, const struct model *model,
                const struct report_options *options, struct err *err);

#endif
