/* What is asked of a run, and what it did: the words between the command line and the pipeline. */
#ifndef GOLDLEAF_RUN_REPORT_H
#define GOLDLEAF_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diff;
struct model_diff;
struct retry;
struct source;
struct watch;

/* What a dry run saw: a run that finds anything else has not been shown, and fails. */
struct run_plan {
    int64_t snapshot_id; /* the last one then; 0: none */
    const char
        *model_before; /* fingerprint of the warehouse's model then; "": not known; NULL: any */
    const char *const *hashes; /* of each sheet of the model, see run_sheet.content_hash */
};

struct run_options {
    const char *command; /* as recorded in audit_runs: "all", "load_bronze", ... */
    bool pull, silver, gold;
    bool full_refresh;
    struct source *source;       /* where the sheets come from; NULL: the CSV files of `inputs` */
    const char *inputs;          /* folder of the CSVs */
    struct watch *watch;         /* what the source says while it reads; NULL: nothing */
    const struct retry *retry;   /* what it has sent; NULL: nothing */
    struct diff *diff;           /* opened; takes what the run changes; NULL: nothing is taken */
    bool is_dry;                 /* stop before publishing */
    const struct run_plan *plan; /* what the run has to find; NULL: anything */
    bool allow_destructive;      /* a changed model may take data away */
    double max_loss;             /* per cent of its rows that a sheet may lose */
    const char *const *accept;   /* sheets that pass the gate this once */
    size_t accept_count;
};

/* What happened to a sheet. The numbers of rows are of the whole sheet after the run. */
struct run_sheet {
    const char *sheet;
    const char *source;   /* "csv" or "sheets" */
    const char *location; /* path, or the link of the tab */
    const char *status;   /* "loaded", "unchanged", "held" (by a gate), "kept" (not pulled in this
                             run, or not to be reached) */
    const char *message;  /* why it was held or kept, odd headers; or NULL */
    const char *content_hash; /* of what was pulled; "missing" or "kept" when nothing was */
    bool is_missing;          /* held because there is no such sheet, or nothing in it to accept */
    bool is_fallback;         /* not from where it should have come */
    int64_t rows, added, changed, removed, moved;
    int64_t silver_rows, rejected, blank, warnings;
};

struct run_gold {
    const char *table;
    int64_t rows, added, changed, removed;
};

struct run_report {
    const char *run_id;
    int64_t from_snapshot_id; /* the last one before the run; 0: none */
    const char *from_loaded_at;
    int64_t snapshot_id;   /* 0 when no snapshot was recorded or there is none */
    const char *loaded_at; /* of that snapshot, "2026-11-24T06:00:00Z", or NULL */
    size_t sheet_count;
    struct run_sheet *sheets;
    size_t gold_count;
    struct run_gold *gold;
    /* How the model differs from the one that the warehouse was built by; NULL: it does not, or
     * that is not known. Also filled when the run failed for it. */
    const struct model_diff *model;
    const char *model_version; /* "shop 1.0.0 → shop 1.1.0" */
    const char *model_before;  /* fingerprint of the warehouse's model; NULL: not known */
    bool is_model_applied;     /* silver and gold are of this model; false: the next build's work */
    bool is_model_refused;     /* the run failed, and this is why */
    bool is_held;              /* a gate held something back: exit 4 */
    bool is_fallback;          /* Google could not be reached, other sheets or files did: exit 3 */
    bool is_commit_sent;       /* from here on the run may be published, whatever the error says */
    size_t requests, retries;  /* sent to Google */
    double pull_seconds, silver_seconds, gold_seconds, commit_seconds, total_seconds;
};

/* The exit code of a run that published. A sheet held back is said before one taken from elsewhere:
 * it waits for a person. */
static inline int run_report_exit_code(const struct run_report *report) {
    return report->is_held ? 4 : report->is_fallback ? 3 : 0;
}

#endif
