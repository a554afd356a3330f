/* What a new version of the sheets changes: rows cell by cell, rejects, KPIs; before and after.
 *
 * A diff is taken while a run goes on: of each sheet between comparing and recording it, of rejects
 * and KPIs by remembering them before and laying the new ones beside them. So a dry run and a real
 * run tell the same, and so does a comparison of two recorded snapshots, which is a run over the
 * second on top of the first. Only reads the warehouse's own tables; what it remembers is in TEMP
 * tables. */
#ifndef GOLDLEAF_STAGES_DIFF_H
#define GOLDLEAF_STAGES_DIFF_H

#include "stages/bronze.h"

enum diff_kind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED };
extern const char *const DIFF_KINDS[]; /* their names */

struct diff_cell {
    const char *column;
    size_t index;              /* of the column in its sheet, from 0 */
    char address[32];          /* "F18"; "" when the column or the row is gone */
    struct span before, after; /* of the row that has none: empty */
};

struct diff_row {
    enum diff_kind kind;
    struct span key;         /* no data: the row has none */
    size_t row;              /* as people count it, the header is 1; 0: it is gone */
    size_t old_row;          /* index in the old sheet, from 0; SIZE_MAX: it is new */
    struct diff_cell *cells; /* changed: those that differ; else those that are not empty */
    size_t cell_count;
};

/* A column of another name with the same values: a guess. */
struct diff_rename {
    const char *from, *to;
};

/* A version of a row that ended, and the one that came in its place. */
struct diff_version {
    int64_t before, after; /* _row_id */
    bool is_guess;         /* it only stands where the old one stood */
};

struct diff_sheet {
    const struct sheet_model *model;
    const char **added_columns, **removed_columns;
    size_t added_column_count, removed_column_count, rename_count;
    struct diff_rename *renames;
    size_t added, removed, changed, moved, unchanged; /* rows */
    size_t only_in_columns;   /* changed rows that are not kept: see folds_columns */
    bool is_first;            /* there was no such sheet before: all of its columns are new */
    bool has_repeated_keys;   /* changed rows of one key were paired in the order of the sheet */
    const uint32_t *partners; /* with keeps_partners: per new row its old row, or MATCH_NONE */
    struct diff_version *versions; /* by `before` */
    size_t version_count;
    struct diff_row *rows; /* at most options.limit; in sheet order, then those that are gone */
    size_t row_count;
};

struct diff_reject {
    const struct sheet_model *sheet;
    const char *key, *cell, *column, *rule, *value;
};

/* A row of a KPI table. Values are the table's fields; NULL pointers where there is no row. */
struct diff_gold_row {
    enum diff_kind kind;
    const struct value *before, *after;
    double effect; /* how large the change is, for the order */
};

struct diff_gold {
    const struct gold_model *model;
    bool is_regrouped; /* several rows before had what is a key now: none is the same as one now */
    size_t added, removed, changed;
    struct diff_gold_row *rows; /* largest effect first */
    size_t row_count;
};

struct diff_options {
    size_t limit;               /* rows kept of each sheet; the counts are of all */
    const char *const *ignored; /* names or headers of columns whose cells do not count */
    size_t ignored_count;
    bool keeps_partners;
    /* Changed rows that only differ in columns that came or went are counted, but after a few
     * examples not kept: the columns say it. */
    bool folds_columns;
    double min_change; /* numbers that differ by less are taken as equal */
};

struct diff {
    const struct model *model;
    struct diff_options options;
    struct diff_sheet *sheets; /* per sheet of the model; `model` NULL where nothing was compared */
    struct diff_reject *new_rejects, *healed;
    size_t new_reject_count, healed_count;
    struct diff_gold *gold; /* per KPI table */
    struct arena arena;
};

void diff_open(struct diff *diff, const struct model *model, const struct diff_options *options);
void diff_free(struct diff *diff);

/* Keeps rejects and KPIs as they are before the run. Tables that do not exist count as empty. */
bool diff_remember(struct warehouse *warehouse, const struct model *model, struct err *err);

/* Takes the change of one sheet, before it is written. */
bool diff_add_sheet(struct diff *diff, struct warehouse *warehouse, const struct pull *pull,
                    const struct bronze_change *change, struct err *err);

/* Lays rejects and KPIs as they are now beside the remembered ones, which with `is_other_model` may
 * have had another key. */
bool diff_finish(struct diff *diff, struct warehouse *warehouse, bool is_other_model,
                 struct err *err);

/* Leaves out what is not of this sheet: other sheets, their rejects, and all KPIs, which follow
 * from all sheets together. Returns how many rows of KPIs that were. */
size_t diff_narrow(struct diff *diff, const char *sheet);

/* The field of a KPI table by which changes are larger or smaller, or -1. */
int diff_gold_measure(const struct gold_model *gold);

/* True when nothing at all differs. */
bool diff_is_empty(const struct diff *diff);

#endif
