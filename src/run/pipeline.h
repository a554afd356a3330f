/* One run: pull, bronze, silver, gold, and the one transaction that publishes them. */
#ifndef GOLDLEAF_RUN_PIPELINE_H
#define GOLDLEAF_RUN_PIPELINE_H

#include "model/model.h"
#include "run/progress.h"
#include "warehouse/warehouse.h"

struct run_options {
    const char *command; /* as recorded in audit_runs: "all", "load_bronze", ... */
    bool pull, silver, gold;
    bool full_refresh;
    const char *inputs;        /* folder of the CSVs */
    double max_loss;           /* per cent of its rows that a sheet may lose */
    const char *const *accept; /* sheets that pass the gate this once */
    size_t accept_count;
};

/* What happened to a sheet. The numbers of rows are of the whole sheet after the run. */
struct run_sheet {
    const char *sheet;
    const char *source;   /* "csv" */
    const char *location; /* path */
    const char
        *status; /* "loaded", "unchanged", "held" (by a gate), "kept" (not pulled in this run) */
    const char *message; /* why it was held, odd headers; or NULL */
    int64_t rows, added, changed, removed, moved;
    int64_t silver_rows, rejected, blank, warnings;
};

struct run_gold {
    const char *table;
    int64_t rows, added, changed, removed;
};

struct run_report {
    const char *run_id;
    int64_t snapshot_id;   /* 0 when no snapshot was recorded or there is none */
    const char *loaded_at; /* of that snapshot, "2026-11-24T06:00:00Z", or NULL */
    size_t sheet_count;
    struct run_sheet *sheets;
    size_t gold_count;
    struct run_gold *gold;
    bool is_held; /* a gate held something back: exit 4 */
    double pull_seconds, silver_seconds, gold_seconds, commit_seconds, total_seconds;
};

/* One missing sheet is held back by its gate; all of them missing is a wrong folder: ERR_USAGE. To
 * be asked before a warehouse is made. */
bool pipeline_check_inputs(const struct model *model, const char *inputs, struct err *err);

/* Runs the stages asked for. On success everything is committed and `report` is filled (memory
 * from the arena). On failure nothing of the run is published; the failure itself is recorded in
 * audit_runs as far as the database lets us. The caller holds the run lock. */
bool pipeline_run(struct warehouse *warehouse, const struct model *model,
                  const struct run_options *options, struct progress *progress, struct arena *arena,
                  struct run_report *report, struct err *err);

#endif
