/* How good the data are: sheets, the last runs, what was turned away. */
#ifndef GOLDLEAF_REPORT_HEALTH_H
#define GOLDLEAF_REPORT_HEALTH_H

#include "stages/sheet_info.h"
#include "stages/standing.h"

struct health_load {
    int64_t snapshot;
    const char *loaded_at, *sheet, *source, *status, *message;
    int64_t rows, added, changed, removed;
};

struct health_reject {
    const char *sheet, *cell, *key, *rule, *value, *reason;
    const char *link; /* opens the cell, or NULL */
};

/* How many rows of a sheet a rule turned away, as of a snapshot. */
struct health_count {
    int64_t snapshot;
    const char *loaded_at, *sheet, *rule;
    int64_t rows;
};

struct health {
    struct standing standing;
    struct sheet_info *sheets;
    size_t sheet_count;
    struct health_load *loads; /* the newest first */
    size_t load_count;
    struct health_reject *rejects; /* the first few of each sheet */
    size_t reject_count;
    int64_t reject_total;
    struct health_count *counts; /* by snapshot */
    size_t count_count;
    int64_t stale_after_s;
};

bool health_read(struct health *health, struct warehouse *warehouse, const struct model *model,
                 struct arena *arena, struct err *err);

/* Why the page must not be taken at its word, one after the other from `index` 0; false behind the
 * last. */
bool health_warning(const struct health *health, size_t index, struct buf *out);

/* Last pulled longer ago than it should be, or never. */
bool health_is_stale(const struct health *health, const struct sheet_info *sheet);

#endif
