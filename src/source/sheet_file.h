/* The file that a sheet's text is in, as it was when it was opened.
 *
 * Most of the text of a sheet that was loaded before is not wanted again, and to have all of it in
 * memory takes longer than to read it. Several threads may read at a time. */
#ifndef GOLDLEAF_SOURCE_SHEET_FILE_H
#define GOLDLEAF_SOURCE_SHEET_FILE_H

#include "base/err.h"

struct sheet_file;

/* How much is worth reading at a time: it is still at hand when it is looked at. */
#define SHEET_FILE_WINDOW ((size_t)262144)

/* ERR_FAILED with the path when it cannot be read or is not a regular file. */
bool sheet_file_open(struct sheet_file **file, const char *path, struct err *err);
const char *sheet_file_path(const struct sheet_file *file);
size_t sheet_file_size(const struct sheet_file *file);

/* Fills `out` with bytes from offset `at` on. What cannot be read is blank, which
 * sheet_file_check() tells; so does it when what was read is not of one version. */
void sheet_file_read(struct sheet_file *file, size_t at, size_t size, char *out);

/* Whether all was read, and the file is what it was. To be asked before anything that was read is
 * taken for granted; ERR_FAILED with the path. */
bool sheet_file_check(struct sheet_file *file, struct err *err);
void sheet_file_close(struct sheet_file *file); /* NULL is fine */

#endif
