/* The dashboard as a file, or wherever an output goes. */
#ifndef GOLDLEAF_CLI_REPORT_FILE_H
#define GOLDLEAF_CLI_REPORT_FILE_H

#include "cli/session.h"

/* Writes the page of what is published now, whole or not at all; `output` is open and is closed.
 * The warehouse's transaction is open. */
bool report_write(struct session *session, struct warehouse *warehouse, const struct model *model,
                  struct output *output, struct err *err);

/* The same into a file, from a warehouse that is opened and read for this alone. */
bool report_refresh(struct session *session, const struct model *model, const char *path,
                    struct err *err);

#endif
