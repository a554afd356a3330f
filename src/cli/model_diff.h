/* `goldleaf model diff [NAME|DIR]`. */
#ifndef GOLDLEAF_CLI_MODEL_DIFF_H
#define GOLDLEAF_CLI_MODEL_DIFF_H

#include "cli/session.h"

/* Compares the model that the warehouse was built by with the one of --model; prints, and sets the
 * session's exit code. Reads only. */
bool model_diff(struct session *session, struct err *err);

#endif
