/* Showing what changes: a run that stops before it publishes, and two recorded snapshots. */
#ifndef GOLDLEAF_CLI_DRY_RUN_H
#define GOLDLEAF_CLI_DRY_RUN_H

#include "cli/session.h"
#include "run/report.h"
#include "stages/diff.h"

/* Runs `run` without publishing and prints the difference into the session's output, which is
 * open. */
bool dry_run(struct session *session, const struct model *model, struct run_options *run,
             struct err *err);

/* Whether the model has what --sheet names; a column that --ignore-columns does not find is only
 * told. */
bool dry_run_check_names(const struct session *session, const struct model *model, struct err *err);

/* Opens a diff as the options ask for it. */
void dry_run_open_diff(const struct session *session, const struct model *model, struct diff *diff);

/* Prints what the options ask for of it, which leaves the rest out, and sets the session's exit
 * code. */
bool dry_run_print(struct session *session, struct diff *diff, const struct run_report *report,
                   bool is_pending, struct err *err);

#endif
