/* What a run sets off: commands of the user, and a sign of life. */
#ifndef GOLDLEAF_CLI_HOOK_H
#define GOLDLEAF_CLI_HOOK_H

#include "base/err.h"
#include "base/span.h"

/* Runs a command of the shell with `input` on its standard input; what it prints goes to standard
 * error. It has a minute. ERR_FAILED when it could not run, took longer or failed. */
bool hook_run(const char *command, struct span input, struct err *err);

/* Asks for a URL, three times at most; any answer below 400 will do. The URL may be a secret:
 * messages name its host only. */
bool hook_ping(const char *url, struct err *err);

#endif
