/* The warehouse against itself, without writing.
 *
 * What is found is a list of checks, each with its first few differences. A difference is no error:
 * functions return false only when the database could not be read. Bronze is checked without the
 * model, the rest by the model that built it; where silver is behind bronze, against what it was
 * built from. */
#ifndef GOLDLEAF_STAGES_VERIFY_H
#define GOLDLEAF_STAGES_VERIFY_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

enum verify_status { VERIFY_OK, VERIFY_FAILED, VERIFY_SKIPPED };

/* Texts are never NULL; "" where there is nothing to say. */
struct verify_difference {
    const char *table, *key, *column, *expected, *found;
};

#define VERIFY_SHOWN 5 /* differences of a check that are kept; all are counted */

struct verify_check {
    const char *name;
    enum verify_status status;
    const char *message; /* what was looked at, or why not */
    int64_t count;       /* of differences */
    struct verify_difference shown[VERIFY_SHOWN];
};

struct verify_report {
    struct arena *arena;
    struct verify_check *checks; /* in the arena */
    size_t count, capacity;
};

/* A new check, which is fine so far; the pointer holds until the next one. */
struct verify_check *verify_open(struct verify_report *report, const char *name);

/* What was looked at; or that it could not be, unless the check has failed. */
void verify_say(struct verify_report *report, struct verify_check *check, const char *format, ...)
    PRINTF_LIKE(3, 4);
void verify_skip(struct verify_report *report, struct verify_check *check, const char *why);

/* Adds a difference and copies its texts. NULL is as good as "". */
void verify_add(struct verify_report *report, struct verify_check *check,
                struct verify_difference difference);

bool verify_has_failed(const struct verify_report *report);

/* A value for people. */
const char *verify_text(struct arena *arena, struct value value);

/* The model as it is kept: whole, and that by which silver was built. */
bool verify_model(struct warehouse *warehouse, struct verify_report *report, struct err *err);

/* Row hashes, sheet hashes, ranges and order of versions, packed rows, of every sheet that was ever
 * recorded. */
bool verify_bronze(struct warehouse *warehouse, struct verify_report *report, struct err *err);

/* How far silver and gold are. */
struct verify_state {
    bool has_silver;      /* built by this model: it can be checked */
    bool has_gold;        /* built by this model from the silver there is */
    const char *why_not;  /* silver cannot be; or NULL */
    const char *why_gold; /* gold cannot be; or NULL */
    int64_t snapshot;     /* that silver was built from */
    int64_t *built_to;    /* per sheet: the same; 0: never built */
};
bool verify_read_state(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                       struct verify_state *state, struct err *err);

/* Conservation, row ids, references, quarantine, the model's checks and invariants. */
bool verify_silver(struct warehouse *warehouse, const struct model *model,
                   const struct verify_state *state, struct verify_report *report, struct err *err);

/* Silver, gold and the quarantine, row by row, against those of a rebuild. */
bool verify_rebuild(struct warehouse *warehouse, struct warehouse *rebuild,
                    const struct model *model, const struct verify_state *state,
                    struct verify_report *report, struct err *err);

#endif
