/* A warehouse in another database: every table with every row, by the one interface that both have.
 *
 * Reads in one transaction, so the copy is of one moment; writes in one, so it is whole or not
 * there. Both are the caller's. */
#ifndef GOLDLEAF_STAGES_COPY_H
#define GOLDLEAF_STAGES_COPY_H

#include "base/arena.h"
#include "warehouse/warehouse.h"

/* All of the history, or only what a run looks at: the rows that are current, and those that silver
 * has not heard of yet. */
enum copy_extent { COPY_HISTORY, COPY_CURRENT };

struct copied_table {
    const char *name;
    int64_t rows;
};

struct copy_report {
    struct copied_table *tables; /* in the arena */
    size_t count;
};

/* Copies into a database without a warehouse; ERR_USAGE when it has one, when `from` has none, or
 * when it was built by another model than this. `report` may be NULL. */
bool copy_warehouse(struct warehouse *from, struct warehouse *to, const struct model *model,
                    enum copy_extent extent, struct arena *arena, struct copy_report *report,
                    struct err *err);

/* Opens a copy that only this process sees, to be written at will: of a file by WAREHOUSE_FORK, of
 * a server's database by copying what a run looks at. Of a server no right but to read is needed,
 * and what a run would lock is free again when this returns. */
bool copy_open_fork(struct warehouse **fork, const char *url, const struct model *model,
                    struct err *err);

#endif
