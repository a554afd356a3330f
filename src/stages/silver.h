/* Silver: clean, typed rows with their keys and references in order.
 *
 * Two ways, one result: a bulk build of a whole sheet, and a build of the keys that a change
 * touched. Sheets are built parents first; each leaves a delta for its children and for gold. */
#ifndef GOLDLEAF_STAGES_SILVER_H
#define GOLDLEAF_STAGES_SILVER_H

#include "stages/audit.h"
#include "stages/bronze.h"
#include "stages/reference.h"
#include "stages/shortlist.h"

/* Rows of silver before and after, field_count values each; NULL where there was or is none. */
struct silver_row_change {
    const struct value *before, *after;
};

struct silver_delta {
    int64_t row_count; /* of silver; before its own build, what there was */
    bool is_bulk;      /* everything may have changed; the list is empty */
    struct silver_row_change *rows;
    size_t count, capacity;
    struct arena arena;
    /* of a build of everything: its rows, as the sheets that refer to them look them up */
    struct reference_lookup **lookups;
    size_t lookup_count;
};

void silver_delta_free(struct silver_delta *delta);

/* Its rows as they were, as they are, and both. */
struct row_list silver_delta_before(const struct silver_delta *delta);
struct row_list silver_delta_after(const struct silver_delta *delta);
struct row_list silver_delta_rows(const struct silver_delta *delta);

/* What was built, for the audit. */
struct silver_counts {
    int64_t rows_in, rows_out, added, changed, removed, rejected, blank, warnings;
};

/* What a build works on. */
struct silver_build {
    struct warehouse *warehouse;
    const struct model *model;
    const struct audit_run *run;
    size_t sheet;                /* index into model->sheets */
    const struct pull *pull;     /* the current sheet where it is at hand, or NULL */
    const struct header *header; /* of the current sheet */
    const struct sheet_change *change;
    struct silver_delta *deltas; /* per sheet of the model; this build fills its own */
};

/* Looks the parents of all rows up before silver_build_whole(), if the parents' own builds left all
 * that takes. Needs of the build its model, sheet, header and deltas only, and no database: it may
 * run in a thread of its own. */
void silver_check_early(const struct silver_build *build, struct clean_sheet *clean);

/* Builds the whole sheet. `pull` holds its rows with hashes, `clean` the result of clean_sheet();
 * change->row_ids goes with the pull's rows. */
bool silver_build_whole(struct silver_build *build, const struct pull *pull,
                        struct clean_sheet *clean, struct silver_counts *counts, struct err *err);

/* Builds what the change, and the deltas of the sheet's parents, touched. */
bool silver_build_touched(struct silver_build *build, struct silver_counts *counts,
                          struct err *err);

/* True when a parent's delta means that rows of this sheet have to be looked at again. */
bool silver_is_touched_by_parents(const struct silver_build *build);

/* A value as silver gives it back, in the kind that cleaning makes: money comes from SQLite as a
 * double. */
struct value silver_value(const struct field *field, struct value stored);

#endif
