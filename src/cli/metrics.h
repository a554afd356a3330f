/* The last run in numbers, for Prometheus: a file that node_exporter's textfile collector reads. */
#ifndef GOLDLEAF_CLI_METRICS_H
#define GOLDLEAF_CLI_METRICS_H

#include "base/err.h"
#include "run/report.h"

/* Writes the file whole or not at all. `report` is NULL for a run that failed: then the time of the
 * last success stays what the file said before. ERR_FAILED with the path. */
bool metrics_write(const char *path, const struct run_report *report, int exit_code,
                   struct err *err);

#endif
