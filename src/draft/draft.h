/* A first model from sheets that nobody has described yet.
 *
 * Every cell is looked at: once to see what it could be, and once more as cell_clean() would clean
 * it under the type that was chosen, so that what is drafted is what a run does. A draft rather
 * says too little than too much: what a sheet does not show beyond doubt is left open or read in
 * the way that loses nothing, and stands in the descriptions behind "Check:".
 *
 * All memory is the arena's, but for the sheets themselves, which draft_close() gives back. Nothing
 * is written here but what draft_write() is told to. */
#ifndef GOLDLEAF_DRAFT_DRAFT_H
#define GOLDLEAF_DRAFT_DRAFT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct draft;

/* Something that a person should look at: of a column, or of a whole sheet (column NULL). */
struct draft_doubt {
    const char *sheet, *column, *text;
};

/* Whether nothing is there yet that draft_write() would have to overwrite; asked before the work.
 */
bool draft_check_new(const char *folder, struct err *err);

/* Reads every CSV file of a folder and drafts a model of them. Files without a header are left out
 * and logged. ERR_FAILED, with the file, for one that cannot be read, and for a folder without any.
 */
bool draft_from_folder(struct arena *arena, const char *folder, struct draft **draft,
                       struct err *err);

/* A tab of a spreadsheet: as a run gets it, the same as SHEETS_DATES_SHOWN, and its first rows as
 * SHEETS_SHOWN. */
struct draft_tab {
    const char *title;
    struct span values, dates_shown, shown; /* CSV text, malloc'ed */
};

struct draft_book {
    const char *title, *time_zone; /* of the spreadsheet */
    struct draft_tab *tabs;
    size_t count;
};

/* The same of a spreadsheet. The texts that were taken over are NULL afterwards, also on failure;
 * the others stay the caller's. */
bool draft_from_book(struct arena *arena, const struct draft_book *book, struct draft **draft,
                     struct err *err);

/* NULL is fine. */
void draft_close(struct draft *draft);

/* Makes the folder and writes the model into it. ERR_FAILED when it exists already; what was begun
 * is taken back when it cannot be finished. */
bool draft_write(const struct draft *draft, const char *folder, struct err *err);

/* Takes back what draft_write() made. */
void draft_remove(const struct draft *draft, const char *folder);

size_t draft_list_doubts(const struct draft *draft, struct arena *arena,
                         const struct draft_doubt **doubts);

#endif
