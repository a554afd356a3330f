/* CSV as RFC 4180 says and as Excel and Google Sheets really write it.
 *
 * A byte order mark, CRLF, LF or lone CR line ends, quoted line breaks, ';' or tab when the
 * header says so, ragged and blank rows. What cannot be read without guessing (invalid UTF-8, a
 * NUL byte, an unterminated quote, text behind a closing quote) is an error with file, line and
 * column, and no sheet. */
#ifndef GOLDLEAF_SOURCE_CSV_H
#define GOLDLEAF_SOURCE_CSV_H

#include "base/buf.h"
#include "source/sheet.h"

/* Reads a whole file into memory. `*text` is malloc'ed; `*hash` is of its bytes. ERR_FAILED with
 * the path when it cannot be read, is not a regular file, or changes size while being read. */
bool csv_read_file(const char *path, struct span *text, uint64_t *hash, struct err *err);

/* Makes a sheet of CSV text, which it takes over (also on failure, when it is freed). `name` is
 * the file's name for messages. An empty text gives a sheet without header and rows. */
bool csv_parse(const char *name, struct span text, struct sheet *sheet, struct err *err);

/* Appends a cell so that csv_parse() reads the same text again: quoted where it has to be. */
void csv_add_cell(struct buf *csv, struct span cell);

#endif
