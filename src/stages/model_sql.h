/* The faults of a model that only a database can see: SQL that does not prepare, and results that
 * are not the columns that the model declares. */
#ifndef GOLDLEAF_STAGES_MODEL_SQL_H
#define GOLDLEAF_STAGES_MODEL_SQL_H

#include "model/model.h"

/* Prepares every SELECT of gold, of the report and of checks against empty tables in memory and
 * adds what is wrong to `faults`. False only when the tables themselves cannot be made. */
bool model_prepare_sql(const struct model *model, struct model_faults *faults, struct err *err);

#endif
