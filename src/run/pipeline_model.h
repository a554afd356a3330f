/* What a run does with a model that is not the one the warehouse was built by. */
#ifndef GOLDLEAF_RUN_PIPELINE_MODEL_H
#define GOLDLEAF_RUN_PIPELINE_MODEL_H

#include "run/pipeline_sheet.h"

/* Compares the two; the difference is in the report. ERR_MODEL when it is another model
 * altogether, unless that is allowed. Reads only. */
bool pipeline_compare_model(struct pipeline *pipeline, struct err *err);

/* Brings the tables into the new form and drops those that the model no longer has; what is in
 * them is remembered. */
bool pipeline_change_model(struct pipeline *pipeline, struct err *err);

/* After the build: counts what was lost, and writes the model down. ERR_MODEL with the list in the
 * report when there is anything, unless that is allowed. */
bool pipeline_accept_model(struct pipeline *pipeline, struct err *err);

#endif
