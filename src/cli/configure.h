/* Settings: what the command line leaves open comes from the environment and from .env. */
#ifndef GOLDLEAF_CLI_CONFIGURE_H
#define GOLDLEAF_CLI_CONFIGURE_H

#include "cli/session.h"

/* Fills in session->options and session->environment for session->command, and tells the log how to
 * write. May be called again for a session whose options are those of the command line: the files
 * are then read anew. ERR_USAGE for what cannot be used. */
bool configure(struct session *session, struct err *err);

/* The last part of it alone: the log as these settings want it. */
bool configure_log(const struct session *session, struct err *err);

#endif
