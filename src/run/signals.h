/* SIGINT and SIGTERM set a flag that the stages look at; a second one ends the process at once. */
#ifndef GOLDLEAF_RUN_SIGNALS_H
#define GOLDLEAF_RUN_SIGNALS_H

#include "base/err.h"

/* Also ignores SIGPIPE and SIGXFSZ, so that write errors are seen as errors, and no longer ignores
 * SIGCHLD. */
void signals_install(void);

/* False with ERR_INTERRUPTED or ERR_TERMINATED when one has come in. */
bool signals_check(struct err *err);

/* The same for who asks a function, such as a warehouse: whether one has come in. */
bool signals_have_come(void *unused);

#endif
