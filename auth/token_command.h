/* Runs the command that prints an access token: through /bin/sh, without a standard input, its
 * standard error going where ours goes.
 *
 * What it prints is never logged nor shown, and neither is the command itself. */
#ifndef GOLDLEAF_AUTH_TOKEN_COMMAND_H
#define GOLDLEAF_AUTH_TOKEN_COMMAND_H

#include "auth/secret.h"
#include "base/err.h"

struct waiting;

/* After that the command and all that it started are killed. */
#define TOKEN_COMMAND_LIMIT_S 30.0
#define TOKEN_COMMAND_MAX_BYTES ((size_t)64 * 1024)

/* Appends the token. ERR_ACCESS when the command fails or prints anything but one word;
 * ERR_TEMPORARY when it is not done within `limit_s`. `waiting` is asked several times a second
 * whether to stop. */
bool token_command_run(struct secret *token, const char *command, double limit_s,
                       const struct waiting *waiting, struct err *err);

#endif
