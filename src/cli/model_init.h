/* `goldleaf model init DIR --from-csv DIR2`: a first model drafted from sheets. */
#ifndef GOLDLEAF_CLI_MODEL_INIT_H
#define GOLDLEAF_CLI_MODEL_INIT_H

#include "cli/session.h"

/* Prints {"model", "inputs", "sheets": [{"sheet", "path", "key": [...], "columns"}],
 * "gold": [...], "doubts": [{"sheet", "column", "text"}]}, or the same for people. */
bool model_init(struct session *session, const char *folder, struct err *err);

#endif
