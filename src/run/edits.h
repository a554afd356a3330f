/* The edits that lie between two versions of the sheets, one after the other; and the sheets as
 * they were with only the first of them done. */
#ifndef GOLDLEAF_RUN_EDITS_H
#define GOLDLEAF_RUN_EDITS_H

#include "source/source.h"
#include "stages/diff.h"

#define EDIT_WHOLE_ROW SIZE_MAX

/* One cell that was changed, or a row that came or went. */
struct edit {
    size_t sheet; /* index in the model */
    const struct diff_row *row;
    size_t cell; /* of row->cells, or EDIT_WHOLE_ROW */
};

/* A sheet before and after, taken apart. */
struct edited_sheet {
    struct sheet before, after;
    struct header before_header, after_header;
    const struct diff_row **row_after;  /* per row after: its change, or NULL */
    const struct diff_row **row_before; /* per row before: its removal, or NULL */
    size_t *first_edits;                /* per row of the diff: index of its first edit */
    bool is_edited;
};

struct edits {
    const struct model *model;
    const struct diff *diff;
    struct edited_sheet *sheets;
    struct edit *items; /* sheet by sheet in build order, row by row */
    size_t count;
    struct arena arena;
};

/* `before` and `after` are the texts of each sheet as CSV; both are taken over. The diff must be of
 * all rows, with partners, and outlive the edits. */
bool edits_open(struct edits *edits, const struct model *model, const struct diff *diff,
                struct span *before, struct span *after, struct err *err);
void edits_close(struct edits *edits);

/* Cells of the row that an edit is in, before and after it, by field of the model; empty where
 * there is no such row or column. */
struct span edit_field_before(const struct edits *edits, const struct edit *edit, size_t field,
                              struct arena *arena);
struct span edit_field_after(const struct edits *edits, const struct edit *edit, size_t field,
                             struct arena *arena);

/* The sheets with the first `applied` edits done. Columns that are gone stand behind the others. */
void edits_source_open(struct source **source, const struct edits *edits, size_t applied);

#endif
