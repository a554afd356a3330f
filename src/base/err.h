/* An error as a value: what kind, what happened, what to do about it.
 *
 * A function that can fail returns bool and takes `struct err *` last. The error is made once,
 * where the fact is known; a caller may put one phrase of context in front of it; it is printed
 * once, at the top. A rejected row is data, not an error. Nothing here allocates. */
#ifndef GOLDLEAF_BASE_ERR_H
#define GOLDLEAF_BASE_ERR_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

/* The class decides the exit code and whether trying again may help. */
enum err_class {
    ERR_NONE,
    ERR_FAILED,         /* anything that has no better class; also bad input data */
    ERR_USAGE,          /* command line, environment or .env */
    ERR_MODEL,          /* the model's files */
    ERR_LOCKED,         /* another run holds the lock */
    ERR_ACCESS,         /* credentials refused, spreadsheet not shared */
    ERR_DATABASE,       /* unreachable, refused, busy, full or damaged */
    ERR_DATABASE_RETRY, /* the same for a reason that passes: a deadlock, a restart of the server */
    ERR_TEMPORARY,      /* network or quota: try again later */
    ERR_INTERRUPTED,    /* SIGINT */
    ERR_TERMINATED,     /* SIGTERM */
};

struct err {
    enum err_class class;
    char message[1024];
    char hint[512]; /* empty, or one sentence that says what to do */
};

/* Sets class and message, clears the hint. Always returns false, so that callers can write
 * `return err_set(...)`. Messages are lower case without a full stop. */
bool err_set(struct err *err, enum err_class class, const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds the remedy to an error that is already set. Always returns false. */
bool err_hint(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts "context: " in front of the message. Always returns false. */
bool err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The exit code of a class, as documented in --help. */
int err_exit_code(enum err_class class);

#endif
