/* The dashboard as a file, or wherever an output goes. */
#ifndef GOLDLEAF_CLI_REPORT_FILE_H
#define GOLDLEAF_CLI_REPORT_FILE_H

#include "cli/session.h"

/* Writes the page of what is published now, whole or not at all; "-" is standard output. Opens the
 * warehouse for this alone, and reads one version of it. */
bool report_file_write(const struct session *session, const struct model *model, const char *path,
                       struct err *err);

#endif
