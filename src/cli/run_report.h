/* What a run prints when it is done: for people, as JSON, or the sheets as CSV. */
#ifndef GOLDLEAF_CLI_RUN_REPORT_H
#define GOLDLEAF_CLI_RUN_REPORT_H

#include "cli/output.h"
#include "run/pipeline.h"

/* After `all` the text ends with the KPIs, which are read from the warehouse. */
bool run_report_add_text(struct output *output, const struct run_report *report,
                         struct warehouse *warehouse, const struct model *model,
                         const struct run_options *options, struct err *err);

/* {"run_id", "snapshot_id", "loaded_at", "exit_code",
 *  "sheets": [{"sheet", "source", "location", "status", "message", "rows", "added", "changed",
 *              "removed", "moved", "silver_rows", "rejected", "blank"}],
 *  "gold": [{"table", "rows", "added", "changed", "removed"}],
 *  "seconds": {"pull", "silver", "gold", "commit", "total"}} */
void run_report_add_json(struct output *output, const struct run_report *report, int exit_code);

/* The same sheets as a table of CSV. */
void run_report_add_sheets(struct output *output, const struct run_report *report);

#endif
