/* One run: pull, bronze, silver, gold, and the one transaction that publishes them. */
#ifndef GOLDLEAF_RUN_PIPELINE_H
#define GOLDLEAF_RUN_PIPELINE_H

#include "model/model.h"
#include "run/progress.h"
#include "run/report.h"
#include "warehouse/warehouse.h"

/* One missing sheet is held back by its gate; all of them missing is a wrong folder: ERR_USAGE. To
 * be asked before a warehouse is made. */
bool pipeline_check_inputs(const struct model *model, const char *inputs, struct err *err);

/* Runs the stages asked for. On success everything is committed and `report` is filled (memory
 * from the arena). On failure nothing of the run is published; the failure itself is recorded in
 * audit_runs as far as the database lets us. The caller holds the run lock. */
bool pipeline_run(struct warehouse *warehouse, const struct model *model,
                  const struct run_options *options, struct progress *progress, struct arena *arena,
                  struct run_report *report, struct err *err);

/* Writes down that a run ended without a word of its own. False: not now; the server may still hold
 * the lock for the one who died. */
bool pipeline_record_crash(struct warehouse *warehouse, const struct model *model,
                           const struct err *cause, int exit_code);

#endif
