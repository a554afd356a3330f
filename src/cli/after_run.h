/* What follows a run, however it ended: the dashboard, numbers for the monitoring, hooks, a sign of
 * life. */
#ifndef GOLDLEAF_CLI_AFTER_RUN_H
#define GOLDLEAF_CLI_AFTER_RUN_H

#include "cli/session.h"
#include "run/report.h"

/* `report` is that of a run that published, else NULL and `cause` says why. What fails here is
 * logged and changes nothing about the run. */
void after_run(const struct session *session, const struct model *model,
               const struct run_report *report, int exit_code, const struct err *cause);

#endif
