/* Whole files: read, and replaced at one stroke. */
#ifndef LOOPBACK_FILES_H
#define LOOPBACK_FILES_H

#include "base/buf.h"
#include "base/err.h"

#include <sys/types.h>

/* Appends the content. ERR_FAILED with the path. */
bool files_read(const char *path, struct buf *text, struct err *err);

/* Writes beside it and renames, so that nobody sees half a file. */
bool files_replace(const char *path, struct span text, mode_t mode, struct err *err);

#endif
