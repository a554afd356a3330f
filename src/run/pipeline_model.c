#include "run/pipeline_model.h"

#include "stages/model_loss.h"
#include "stages/model_record.h"

#include <string.h>

static bool refuse(struct pipeline *pipeline, struct err *err, const char *message) {
    pipeline->report->is_model_refused = true;
    err_set(err, ERR_MODEL, "%s", message);
    return err_hint(err, "nothing was written; --allow-destructive lets it through, and "
                         "--dry-run --allow-destructive shows what it does");
}

/* One warehouse, one model: bronze of two would lie side by side, and `all` of one would leave the
 * other behind. */
static bool refuse_other(struct pipeline *pipeline, const char *name, struct err *err) {
    refuse(pipeline, err,
           arena_printf(pipeline->arena, "%s holds the model %s, and this is the model %s",
                        warehouse_location(pipeline->warehouse), name, pipeline->model->name));
    return err_hint(err, "name another database with --database, or the model with --model; "
                         "--allow-destructive makes this one of the other model");
}

static bool compare(struct pipeline *pipeline, const struct model_record *record, struct err *err) {
    struct arena *arena = pipeline->arena;
    struct model_diff *diff = arena_alloc(arena, sizeof *diff);
    struct model_text text = model_text_of(arena, pipeline->model);
    if (!model_compare(arena, &record->text, &text, diff, err) ||
        !model_loss_count_rows(pipeline->warehouse, arena, diff, err))
        return false;
    pipeline->report->model = pipeline->model_diff = diff;
    pipeline->report->model_version = arena_printf(arena, "%s %s → %s %s", record->text.name,
                                                   record->text.version, text.name, text.version);
    return !diff->is_other || pipeline->options->allow_destructive ||
           refuse_other(pipeline, record->text.name, err);
}

bool pipeline_compare_model(struct pipeline *pipeline, struct err *err) {
    struct model_record record;
    const char *name = pipeline->model->name;
    if (!model_record_read(pipeline->warehouse, pipeline->arena, &record, err))
        return false;
    pipeline->report->model_before = record.text.fingerprint;
    pipeline->is_model_known = record.exists;
    if (!record.exists)
        return !record.older_name || strcmp(record.older_name, name) == 0 ||
               pipeline->options->allow_destructive ||
               refuse_other(pipeline, record.older_name, err);
    return strcmp(record.text.fingerprint, pipeline->model->fingerprint) == 0 ||
           compare(pipeline, &record, err);
}

/* ---- tables that no model has any more ---- */

/* The quarantine holds what is turned away now, and nothing is any more. */
static bool forget_sheet(struct pipeline *pipeline, const char *sheet, struct err *err) {
    const struct sheet_model gone = {.name = sheet};
    return audit_drop_sheet(pipeline->warehouse, &gone, err) &&
           audit_drop_watermark(pipeline->warehouse, "silver", sheet, err);
}

static bool drop_removed(struct pipeline *pipeline, struct schema_views *views, struct err *err) {
    const struct model_diff *diff = pipeline->model_diff;
    for (size_t i = 0; diff && i < diff->count; i++) {
        const struct model_difference *item = &diff->items[i];
        if (item->change != CHANGE_REMOVED || !item->table || item->column)
            continue;
        if (!schema_drop_table(pipeline->warehouse, item->table, views, err) ||
            (item->sheet && !forget_sheet(pipeline, item->sheet, err)))
            return false;
    }
    return true;
}

bool pipeline_change_model(struct pipeline *pipeline, struct err *err) {
    struct schema_views views = {.arena = pipeline->arena};
    if ((pipeline->model_diff &&
         !model_loss_remember(pipeline->warehouse, pipeline->model, pipeline->model_diff, err)) ||
        !drop_removed(pipeline, &views, err) ||
        !schema_change(pipeline->warehouse, pipeline->model, &views, err))
        return false;
    if (!pipeline->model_diff && views.count)
        pipeline->report->model = pipeline->model_diff =
            arena_alloc(pipeline->arena, sizeof *pipeline->model_diff);
    if (views.count)
        model_loss_add_views(pipeline->arena, &views, pipeline->model_diff);
    return true;
}

/* ---- afterwards ---- */

static bool check_losses(struct pipeline *pipeline, struct err *err) {
    struct model_diff *diff = pipeline->model_diff;
    if (!diff)
        return true;
    if (!model_loss_measure(pipeline->warehouse, pipeline->model, pipeline->options->max_loss,
                            pipeline->arena, diff, err))
        return false;
    size_t losses = model_diff_count_losses(diff);
    if (losses == 0 || pipeline->options->allow_destructive)
        return true;
    return refuse(pipeline, err,
                  arena_printf(pipeline->arena, "the changed model would lose data in %zu place%s",
                               losses, losses == 1 ? "" : "s"));
}

/* Written down is what silver is of: by a pull alone only where there is no silver of another. */
static bool is_to_be_written(const struct pipeline *pipeline, bool is_built) {
    if (pipeline->is_model_known)
        return pipeline->model_diff && is_built;
    return is_built || !pipeline->is_model_changed;
}

bool pipeline_accept_model(struct pipeline *pipeline, struct err *err) {
    bool is_built = pipeline->builds_silver || pipeline->builds_gold;
    if (is_built && !check_losses(pipeline, err))
        return false;
    pipeline->report->is_model_applied = is_built;
    return !is_to_be_written(pipeline, is_built) ||
           model_record_write(pipeline->warehouse, pipeline->model, &pipeline->run, err);
}
