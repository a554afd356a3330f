/* A diff for people and for programs: `--dry-run`, `diff`.
 *
 * The JSON shape is fixed (fields may be added):
 * {"from", "to", "sheets": [{"sheet", "source", "location", "status", "message", "columns", "rows",
 *  "repeated_keys", "changes"}], "rejects": {"new", "healed", "rows": {"new", "healed"}}, "gold":
 * [{"table", "added", "removed", "changed", "rows": {"added", "removed", "changed"}}]}
 * "rows" counts all, also those that --limit cuts off. What --only or --sheet leaves out is null.
 */
#ifndef GOLDLEAF_CLI_DIFF_PRINT_H
#define GOLDLEAF_CLI_DIFF_PRINT_H

#include "cli/output.h"
#include "run/report.h"
#include "stages/diff.h"

/* What of it is printed. */
struct diff_view {
    const char *sheet;                  /* NULL: all */
    bool has_rows, has_cells, has_kpis; /* the counts of sheets are always there */
    bool is_counts;                     /* counts of everything, and nothing else */
    size_t hidden_kpis;                 /* rows of KPIs that `sheet` leaves out */
    size_t limit;                       /* entries of each list; SIZE_MAX: all */
    bool is_pending;                    /* the second version is not recorded: a dry run */
};

void diff_add_text(struct output *output, const struct diff *diff, const struct run_report *report,
                   const struct diff_view *view);
void diff_add_json(struct output *output, const struct diff *diff, const struct run_report *report,
                   const struct diff_view *view);

/* One line a cell: sheet or table, key, row, cell, column, kind, before, after. */
void diff_add_csv(struct output *output, const struct diff *diff, const struct diff_view *view);

#endif
