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
#include "source/sheet_file.h"

/* From here on the text of a file may stay where it is. */
#define CSV_LARGE_BYTES (4 * SHEET_FILE_WINDOW)

/* Reads a whole file into memory. `*text` is malloc'ed; `*hash` is of its bytes. ERR_FAILED with
 * the path when it cannot be read, is not a regular file, or changes while being read. */
bool csv_read_file(const char *path, struct span *text, uint64_t *hash, struct err *err);

/* The same without the text, for who may not want it: `*file` is the caller's, who can take the
 * text from it, or make a sheet of it. */
bool csv_hash_file(const char *path, struct sheet_file **file, uint64_t *hash, struct err *err);
bool csv_take_text(struct sheet_file *file, struct span *text, uint64_t *hash, struct err *err);

/* Makes a sheet of CSV text, which it takes over (also on failure, when it is freed). `name` is
 * the file's name for messages. An empty text gives a sheet without header and rows. */
bool csv_parse(const char *name, struct span text, struct sheet *sheet, struct err *err);

/* The same for a file, which it takes over, with the hash of its bytes. Where that is possible the
 * text stays in the file, and what was read has to be checked (sheet_take_in). `window` is how much
 * is looked at at a time. */
bool csv_parse_file(struct sheet_file *file, size_t window, struct sheet *sheet, uint64_t *hash,
                    struct err *err);

/* Appends a cell so that csv_parse() reads the same text again: quoted where it has to be. */
void csv_add_cell(struct buf *csv, struct span cell);

#endif
