/* What a change of the model takes away, counted and not guessed.
 *
 * Silver is remembered before it is built by the new model, and the two are laid beside each other
 * afterwards: rows that went from silver into the quarantine, cells that were filled and are empty.
 * Of the tables and columns that go it is only told how many rows they have. */
#ifndef GOLDLEAF_STAGES_MODEL_LOSS_H
#define GOLDLEAF_STAGES_MODEL_LOSS_H

#include "model/model_diff.h"
#include "stages/schema.h"

/* Keeps the silver tables that may come out otherwise, in TEMP tables. To be called before
 * schema_change(). */
bool model_loss_remember(struct warehouse *warehouse, const struct model *model,
                         const struct model_diff *diff, struct err *err);

/* Adds what the build did to rows and cells, and forgets what was remembered. It is a loss where it
 * comes from another type of the column, or when a sheet lost more than `max_loss` per cent of its
 * rows; what a rule turned away is told, and no loss: the quarantine keeps it. */
bool model_loss_measure(struct warehouse *warehouse, const struct model *model, double max_loss,
                        struct arena *arena, struct model_diff *diff, struct err *err);

/* Tells for each table that loses something by itself how many rows it has. What was never built
 * cannot be lost. */
bool model_loss_count_rows(struct warehouse *warehouse, struct arena *arena,
                           struct model_diff *diff, struct err *err);

/* Adds the views that a change took away. */
void model_loss_add_views(struct arena *arena, const struct schema_views *views,
                          struct model_diff *diff);

#endif
