/* A plan: a dry run that was saved, so that exactly what was shown can be done later.
 *
 * It holds no data, only what the run has to find again: the model, the last snapshot, and the
 * content of each sheet as a hash; and the options that decide what is done.
 *
 * {"goldleaf_plan": 1, "command", "model", "fingerprint", "snapshot_id", "max_loss",
 *  "full_refresh", "allow_destructive", "model_before", "accept": [...], "sheets": [{"sheet", "content_hash"}]} */
#ifndef GOLDLEAF_CLI_PLAN_H
#define GOLDLEAF_CLI_PLAN_H

#include "model/model.h"
#include "run/report.h"

/* Writes the plan of a dry run that has just been done. */
bool plan_save(const char *path, const struct model *model, const struct run_options *run,
               const struct run_report *report, struct err *err);

/* Reads a plan into the options of a run. ERR_FAILED when it is none, or one of another model. */
bool plan_read(const char *path, const struct model *model, struct arena *arena,
               struct run_options *run, struct run_plan *plan, struct err *err);

#endif
