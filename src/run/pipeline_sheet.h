/* The inside of a run, shared by its files. */
#ifndef GOLDLEAF_RUN_PIPELINE_SHEET_H
#define GOLDLEAF_RUN_PIPELINE_SHEET_H

#include "run/progress.h"
#include "run/report.h"
#include "stages/silver.h"

struct pipeline {
    struct warehouse *warehouse;
    const struct model *model;
    const struct run_options *options;
    struct source *source;
    struct progress *progress;
    struct arena *arena; /* of the run */
    struct run_report *report;
    struct audit_run run;
    int64_t last_snapshot_id;      /* before this run; 0: none */
    bool builds_silver;            /* asked for, or needed for gold */
    bool builds_gold;              /* asked for, or silver is built by another model */
    bool is_model_known;           /* the warehouse says which model it was built by */
    struct model_diff *model_diff; /* how that one differs from this; NULL: it does not */
    bool is_model_changed;         /* silver is of another model so far */
    bool has_other_keys;           /* bronze has some of a model that never built silver */
    bool is_full;                  /* silver and gold are built from scratch */
    bool is_gold_full;             /* gold is, at least */
    bool is_silver_changed;
    const char *silver_run_before; /* the run that silver was last changed by, or NULL */
    struct silver_delta *deltas;
};

/* Pulls, records and cleans every sheet, parents first, as far as the options ask for it. */
bool pipeline_run_sheets(struct pipeline *pipeline, struct err *err);

#endif
