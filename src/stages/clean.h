/* Steps 1 to 6 of cleaning: cells to typed values, then the last of equal keys wins.
 *
 * Pure: no database. References, the last step, need the parents and are checked in silver. A row
 * that is turned away, and a cell that is repaired, are recorded as faults. */
#ifndef GOLDLEAF_STAGES_CLEAN_H
#define GOLDLEAF_STAGES_CLEAN_H

#include "base/value.h"
#include "stages/pull.h"

extern const char RULE_DUPLICATE_KEY[];
extern const char RULE_DUPLICATE_ROW[];
extern const char RULE_FOREIGN_KEY[];

struct clean_fault {
    uint32_t row;   /* of the sheet */
    uint32_t field; /* of the model */
    const char *rule;
    const char *reason; /* static or the model's */
};

struct clean_faults {
    struct clean_fault *items;
    size_t count, capacity;
};

void clean_fault_add(struct clean_faults *faults, struct clean_fault fault);

/* The fault of a row that lost to a later one with the same key, which begins with `field`. */
struct clean_fault clean_duplicate(uint32_t field, uint32_t row, bool is_same_row);

enum clean_outcome { CLEAN_KEPT, CLEAN_REJECTED, CLEAN_BLANK };

/* Cleans the cells of one row. `values` holds model->field_count values. A reject adds one fault
 * to `rejects` and takes back the row's warnings. */
enum clean_outcome clean_row(const struct sheet_model *model, const struct header *header,
                             uint32_t row, const struct span *cells, size_t width,
                             struct value *values, struct clean_faults *rejects,
                             struct clean_faults *warnings, struct arena *arena);

/* A whole sheet. Row i of the kept ones has its values at values + i * field_count and stands at
 * rows[i] in the sheet; `order` lists those that are still in, in silver's order. */
struct clean_sheet {
    const struct sheet_model *model;
    struct value *values;
    uint32_t *rows;
    size_t count;
    uint32_t *order;
    size_t order_count;
    size_t blank_count;
    bool has_parents; /* the rows that are still in were found to have theirs */
    struct clean_faults rejects, warnings;
    struct arena arena;
};

/* The end of step 6, for columns besides the key that must be unique: of the rows in `order`, which
 * have to stand as in the sheet, those that have the same as a later one are rejected. Two such
 * rows differ in their key, so none is the other's copy. */
void clean_keep_unique(struct clean_sheet *clean);

/* Texts point into the pull's sheet, which must outlive the result. Needs pull_hash_rows(). */
void clean_sheet(struct clean_sheet *clean, const struct pull *pull);
/* Forgets the warnings of rows that are not in `order` any more: a row that is turned away leaves
 * no trace but its reject. */
void clean_drop_warnings(struct clean_sheet *clean);

void clean_free(struct clean_sheet *clean);

/* Compares two rows' values by the fields of silver's order (cluster, then key). */
int clean_compare(const struct sheet_model *model, const struct value *a, const struct value *b);

#endif
