/* What two versions of a model differ in, in words.
 *
 * The JSON of the descriptors is compared and not what was read from it, so that no property is
 * passed over: what has an effect of its own (sheets, columns, types, keys, references, SELECTs) is
 * known here, and every other property is told by its name with the value before and after. Pure:
 * no database is asked. What a difference does to the rows there are shows when silver is built;
 * see stages/model_loss.h. */
#ifndef GOLDLEAF_MODEL_MODEL_DIFF_H
#define GOLDLEAF_MODEL_MODEL_DIFF_H

#include "model/model.h"

/* A model as it is kept: enough to be compared. */
struct model_text {
    const char *name, *version, *fingerprint;
    struct span descriptor; /* datapackage.json */
    struct span sql;        /* JSON: {"gold/sales.sql": "SELECT ..."} */
};

enum model_change {
    CHANGE_OTHER, /* rules, words, references, SELECTs: nothing comes or goes */
    CHANGE_ADDED,
    CHANGE_REMOVED,
    CHANGE_TYPE,
};

/* One difference. Texts are never NULL, but where it says so. */
struct model_difference {
    enum model_change change;
    const char *place; /* "datapackage.json: resources[2].schema"; of what is gone in the old one */
    const char *subject; /* "orders.price" */
    const char *text;    /* "the type was string and is integer" */
    const char *loss;    /* what it takes away from silver or gold; NULL: nothing by itself */
    const char *table;   /* the silver or gold table that it is about, or NULL */
    const char *sheet;   /* whose silver table that is; NULL for gold */
    const char *column;  /* of that table; NULL: all of it */
    const char *old_type, *new_type; /* of CHANGE_TYPE */
    bool is_aside; /* no row follows from it: titles, descriptions, the version, checks */
};

struct model_diff {
    struct model_difference *items; /* in the order of the new descriptor */
    size_t count, capacity;
    bool is_other; /* another name, and sheets are gone: not a version of the same model */
};

/* The stored form of a model that was read; shares its texts. */
struct model_text model_text_of(struct arena *arena, const struct model *model);

/* Differences from `before` to `after`. ERR_FAILED when one of the texts is no JSON. All memory is
 * the arena's. */
bool model_compare(struct arena *arena, const struct model_text *before,
                   const struct model_text *after, struct model_diff *diff, struct err *err);

/* Adds a difference; its texts must live as long as the diff. */
void model_diff_add(struct arena *arena, struct model_diff *diff,
                    const struct model_difference *difference);

/* Whether the rows of a sheet, looked at alone, may be read otherwise; with `only_key` their keys.
 */
bool model_diff_touches(const struct model_diff *diff, const struct sheet_model *sheet,
                        bool only_key);

/* How many of the differences take something away. */
size_t model_diff_count_losses(const struct model_diff *diff);

#endif
