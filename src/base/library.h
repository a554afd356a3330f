/* Libraries that are loaded when they are first needed.
 *
 * Some bring dozens of others with them, and loading these takes longer than all else that the
 * program does before main(); a command that never needs them should not wait for that. */
#ifndef GOLDLEAF_BASE_LIBRARY_H
#define GOLDLEAF_BASE_LIBRARY_H

#include "base/err.h"

#include <stddef.h>

/* A function of the library, and where its address goes in the caller's struct. */
struct library_function {
    const char *name;
    size_t offset;
};

/* Loads `file` ("libpq.so.5") and fills in the struct. It stays loaded: a thread of its may still
 * be at work. `package` is Debian's name of it, for the hint. On failure the error is of this
 * class. */
bool library_load(const char *file, const char *package, const struct library_function *functions,
                  size_t count, void *into, enum err_class class, struct err *err);

#endif
