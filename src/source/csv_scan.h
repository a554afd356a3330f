/* Where the records of CSV text end. Private to csv_parse.c and csv_windows.c.
 *
 * The scanner goes through the text 64 bytes at a time and only stops at quotes that open a cell.
 * It writes down where records end and how many cells the widest has; the cells themselves are
 * split when a row is read (sheet.c), by the same rules. */
#ifndef GOLDLEAF_SOURCE_CSV_SCAN_H
#define GOLDLEAF_SOURCE_CSV_SCAN_H

#include "source/sheet.h"

/* The last column of a Google spreadsheet is ZZZ; Excel ends earlier, at XFD. */
#define CSV_MAX_COLUMNS 18278

enum csv_fault { CSV_UTF16 = 1, CSV_NOT_UTF8, CSV_NUL, CSV_QUOTE_OPEN, CSV_QUOTE_TEXT };

/* Texts that follow each other in one document may be scanned one by one, each from the start of a
 * record. */
struct csv_scan {
    struct span text;
    size_t base; /* offset of the text in the document; so much is added to what is written down */
    char delimiter;
    size_t start; /* of the text's first record, behind byte order mark and "sep=" line */
    size_t at;    /* everything before it is done */
    size_t cells; /* of the record that `at` is in, so far */
    size_t width;
    size_t widest;       /* index of the first record that has `width` cells */
    size_t *record_ends; /* offsets behind each record and its line end; malloc'ed */
    size_t record_count, record_room;
    bool has_quotes;
    enum csv_fault fault; /* what ended the scan, and where in the text */
    size_t fault_at;
};

/* Steps over what stands before the first record, and finds the delimiter. False when the text ends
 * before that is certain: with more of it the delimiter may be another one. */
bool csv_scan_head(struct csv_scan *scan);

/* Adds the records of `text`. False with a fault; the records before it are added. */
bool csv_scan_text(struct csv_scan *scan);

/* Makes a sheet of what was scanned; `sheet` has its text already, or its file. `head` is the text
 * from the start of the document to the end of its first record or beyond; it has to stay. */
void csv_make_sheet(struct csv_scan *scan, struct span head, struct sheet *sheet);

#endif
