/* One run with what belongs around it: lock, warehouse, progress on the terminal. */
#ifndef GOLDLEAF_CLI_SESSION_RUN_H
#define GOLDLEAF_CLI_SESSION_RUN_H

#include "cli/session.h"
#include "run/pipeline.h"

/* Shows progress on a terminal, until its end; a line of the log wipes it. */
void session_begin_progress(const struct session *session, struct progress *progress);
void session_end_progress(struct progress *progress);

/* Opens the warehouse of --database, for a dry run a fork of it, and runs. The warehouse is the
 * caller's to close, also after an error. */
bool session_run(struct session *session, const struct model *model, const struct run_options *run,
                 struct warehouse **warehouse, struct run_report *report, struct err *err);

/* The same on a warehouse that is open. */
bool session_run_on(struct session *session, struct warehouse *warehouse, const struct model *model,
                    const struct run_options *run, struct run_report *report, struct err *err);

#endif
