/* The model that a warehouse was built by, as the warehouse itself keeps it: audit_models. */
#ifndef GOLDLEAF_STAGES_MODEL_RECORD_H
#define GOLDLEAF_STAGES_MODEL_RECORD_H

#include "model/model_diff.h"
#include "stages/audit.h"

struct model_record {
    bool exists; /* false: nothing was published yet, or by a program that did not keep it */
    struct model_text text;
    const char *run_id, *applied_at;
    int64_t snapshot_id; /* that it came with; 0: none */
    /* What audit_runs still knows where `exists` is false; or NULL. */
    const char *older_name;
};

/* Reads the newest one. A warehouse without the table has none. */
bool model_record_read(struct warehouse *warehouse, struct arena *arena,
                       struct model_record *record, struct err *err);

/* Writes one more. */
bool model_record_write(struct warehouse *warehouse, const struct model *model,
                        const struct audit_run *run, struct err *err);

#endif
