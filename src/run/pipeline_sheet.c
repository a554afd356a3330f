/* What a run does with one sheet: take it from the prefetch, let the gate judge it, write bronze,
 * and build silver from the change. */
#include "run/pipeline_sheet.h"

#include "base/clock.h"
#include "model/model_diff.h"
#include "run/prefetch.h"
#include "stages/bronze.h"
#include "stages/diff.h"
#include "stages/gate.h"

/* The newest line of audit_loads of a table that counts. */
struct last_load {
    bool exists;
    int64_t rows_in, rows_out, rejected;
    const char *source_hash, *content_hash, *location, *source;
};

struct sheet_run {
    struct pipeline *pipeline;
    size_t index;
    const struct sheet_model *model;
    struct run_sheet *report;
    struct prefetch *prefetch;               /* NULL when this run does not pull */
    struct last_load last_load, last_silver; /* before this run */
    struct bronze_state *state;              /* of bronze, when it was read already; or NULL */
    struct sheet_change change;              /* of this run's pull */
    bool has_change;                         /* `change` is filled */
    int64_t last_change_before; /* the newest snapshot before this run in which the sheet changed */
    char started_at[CLOCK_TEXT_SIZE];
};

static const char *text_or_null(struct arena *arena, struct value value) {
    return value.kind == VALUE_TEXT ? arena_string(arena, value_span(value)) : NULL;
}

static bool read_last_load(struct pipeline *pipeline, const char *layer,
                           const struct sheet_model *model, struct last_load *load,
                           struct err *err) {
    struct statement *statement = NULL;
    struct value parameters[] = {
        value_string(layer),
        value_string(arena_printf(pipeline->arena, "%s_%s", layer, model->name))};
    bool has_row = false;
    *load = (struct last_load){0};
    bool ok =
        statement_prepare(pipeline->warehouse, &statement, sql_file("audit/last_load"), err) &&
        statement_start(statement, parameters, 2, err) && statement_next(statement, &has_row, err);
    if (ok && has_row)
        *load = (struct last_load){
            .exists = true,
            .rows_in = statement_value(statement, 0).integer,
            .rows_out = statement_value(statement, 1).integer,
            .rejected = statement_value(statement, 2).integer,
            .source_hash = text_or_null(pipeline->arena, statement_value(statement, 3)),
            .content_hash = text_or_null(pipeline->arena, statement_value(statement, 4)),
            .location = text_or_null(pipeline->arena, statement_value(statement, 5)),
            .source = text_or_null(pipeline->arena, statement_value(statement, 6))};
    statement_close(statement);
    return ok;
}

static bool record_bronze(struct sheet_run *run, struct err *err) {
    const struct run_sheet *report = run->report;
    const struct pull *pull = &run->prefetch->pull;
    const char *content = pull->content_hash[0] ? pull->content_hash : run->last_load.content_hash;
    struct audit_load load = {.layer = "bronze",
                              .table =
                                  arena_printf(run->pipeline->arena, "bronze_%s", run->model->name),
                              .source = report->source,
                              .location = report->location,
                              .rows_in = report->rows,
                              .rows_out = (int64_t)run->change.added_count,
                              .added = report->added,
                              .changed = report->changed,
                              .removed = report->removed,
                              .moved = report->moved,
                              .content_hash = content,
                              .source_hash = pull->source_hash[0] ? pull->source_hash : NULL,
                              .started_at = run->started_at,
                              .status = report->status,
                              .message = report->message};
    return audit_add_load(run->pipeline->warehouse, &run->pipeline->run, &load, err);
}

/* The last good version stays; the run goes on without this sheet. */
static bool hold_sheet(struct sheet_run *run, const char *reason, struct err *err) {
    run->report->status = "held";
    run->report->message = reason;
    run->pipeline->report->is_held = true;
    bool ok = record_bronze(run, err);
    run->report->rows = run->last_load.rows_in;
    return ok;
}

/* Google cannot be reached, and there is no newer file: what there is stays as it is. */
static bool keep_sheet(struct sheet_run *run, struct err *err) {
    run->report->status = "kept";
    run->report->message =
        arena_string(run->pipeline->arena, span_from(run->prefetch->pull.origin.kept));
    run->report->is_fallback = run->pipeline->report->is_fallback = true;
    return record_bronze(run, err);
}

static void add_message(struct sheet_run *run, const char *message) {
    const char *first = run->report->message;
    if (first && message)
        message = arena_printf(run->pipeline->arena, "%s; %s", first, message);
    run->report->message = message ? message : first;
}

static void note_fallback(struct sheet_run *run) {
    const char *why = run->prefetch->pull.origin.fallback;
    if (!why)
        return;
    add_message(run, arena_printf(run->pipeline->arena, "taken from the CSV file: %s", why));
    run->report->is_fallback = run->pipeline->report->is_fallback = true;
}

static bool is_accepted(const struct sheet_run *run) {
    const struct run_options *options = run->pipeline->options;
    for (size_t i = 0; i < options->accept_count; i++)
        if (strcmp(options->accept[i], run->model->name) == 0)
            return true;
    return false;
}

static void report_match(struct run_sheet *report, const struct match *match) {
    report->added = (int64_t)match->added;
    report->changed = (int64_t)match->changed;
    report->removed = (int64_t)match->removed;
    report->moved = (int64_t)match->moved;
}

/* A dry run of bronze alone ends before writing: nothing is built on what it would write. */
static bool is_written(const struct pipeline *pipeline) {
    return !pipeline->options->is_dry || pipeline->builds_silver;
}

static bool write_change(struct sheet_run *run, struct bronze_change *change, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    const struct pull *pull = &run->prefetch->pull;
    const struct match *match = &change->match;
    bool is_changed =
        match->kept < match->new_count || match->kept < match->old_count || change->is_new_header;
    report_match(run->report, match);
    run->report->status = is_changed ? "loaded" : "unchanged";
    if (pipeline->options->diff &&
        !diff_add_sheet(pipeline->options->diff, pipeline->warehouse, pull, change, err))
        return false;
    if (!is_written(pipeline))
        return true;
    if (!bronze_write(pipeline->warehouse, pull, pipeline->run.snapshot_id,
                      pipeline->report->loaded_at, change, &run->change, err))
        return false;
    run->has_change = true;
    return record_bronze(run, err);
}

static bool compare_and_write(struct sheet_run *run, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    struct pull *pull = &run->prefetch->pull;
    struct bronze_change change;
    progress_begin(pipeline->progress, "comparing", run->model->name, 0);
    bool ok = bronze_compare(pipeline->warehouse, pull, run->state, &change, err);
    if (ok) {
        const char *reason = is_accepted(run) ? NULL
                                              : gate_judge_change(pipeline->arena, &change,
                                                                  pipeline->options->max_loss);
        progress_begin(pipeline->progress, "recording", run->model->name, 0);
        ok = reason ? hold_sheet(run, reason, err) : write_change(run, &change, err);
    }
    bronze_change_free(&change);
    return ok;
}

/* What a person should know about the header of a sheet that is taken all the same. */
static const char *header_message(struct arena *arena, const struct header *header) {
    if (header->missing && header->notice)
        return arena_printf(arena, "%s; columns taken as empty: %s", header->notice,
                            header->missing);
    if (header->missing)
        return arena_printf(arena, "columns taken as empty: %s", header->missing);
    return header->notice ? arena_string(arena, span_from(header->notice)) : NULL;
}

/* What came, in one word; and whether it is what a plan has seen. */
static bool check_content(struct sheet_run *run, struct err *err) {
    const struct pull *pull = &run->prefetch->pull;
    const struct run_plan *plan = run->pipeline->options->plan;
    const char *hash = pull->origin.kept      ? "kept"
                       : pull->origin.missing ? "missing"
                       : pull->is_same        ? run->last_load.content_hash
                                              : pull->content_hash;
    run->report->content_hash = arena_string(run->pipeline->arena, span_from(hash ? hash : ""));
    if (!plan || strcmp(plan->hashes[run->index], run->report->content_hash) == 0)
        return true;
    err_set(err, ERR_FAILED, "%s has changed since the plan was made", run->model->name);
    return err_hint(err, "nothing was written; make a new plan with --dry-run --save-plan FILE");
}

static bool pull_sheet(struct sheet_run *run, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    const struct pull *pull = &run->prefetch->pull;
    if (!check_content(run, err))
        return false;
    run->report->rows = run->last_load.rows_in;
    if (pull->origin.kept)
        return keep_sheet(run, err);
    run->report->source = pull->origin.source;
    if (pull->origin.location)
        run->report->location = arena_string(pipeline->arena, span_from(pull->origin.location));
    run->report->is_missing = pull->origin.missing != NULL;
    if (pull->origin.missing)
        return hold_sheet(run, gate_missing(pipeline->arena, pull), err);
    note_fallback(run);
    if (pull->is_same) {
        run->report->status = "unchanged";
        return record_bronze(run, err);
    }
    add_message(run, header_message(pipeline->arena, &pull->header));
    run->report->rows = (int64_t)pull->sheet.row_count;
    const char *reason = gate_judge_header(pipeline->arena, pull);
    run->report->is_missing = pull->sheet.header_count == 0;
    if (reason && (!is_accepted(run) || run->report->is_missing))
        return hold_sheet(run, reason, err);
    return compare_and_write(run, err);
}

/* What silver has to do for a sheet. */
struct silver_task {
    bool is_needed, is_whole;
    struct sheet_change *change;
    struct sheet_change own_change; /* when it had to be read back from bronze */
};

/* Above this share of touched rows the bulk build is cheaper. */
static bool is_large(const struct sheet_change *change) {
    return (change->added_count + change->ended_count) * 4 > change->row_count;
}

static bool read_change_back(struct sheet_run *run, int64_t since, struct silver_task *task,
                             struct err *err) {
    task->change = &task->own_change;
    return bronze_changes_since(run->pipeline->warehouse, run->model, since, &task->own_change,
                                err);
}

/* Silver has seen bronze up to its watermark; what came later, in this run or before, is its
 * work. */
static bool plan_silver(struct sheet_run *run, const struct silver_build *build,
                        struct silver_task *task, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    const char *built_by, *table = arena_printf(pipeline->arena, "bronze_%s", run->model->name);
    int64_t built_to = 0;
    struct value table_value = value_string(table), last_change;
    if (!audit_read_watermark(pipeline->warehouse, pipeline->arena, "silver", run->model->name,
                              &built_by, &built_to, err) ||
        !warehouse_value(pipeline->warehouse, pipeline->arena, sql_file("audit/last_change"),
                         &table_value, 1, &last_change, err))
        return false;
    if (last_change.kind == VALUE_NULL)
        return true; /* never loaded: there is nothing to clean */
    bool is_in_step = run->has_change && built_by && built_to >= run->last_change_before;
    bool is_behind = !built_by || built_to < last_change.integer;
    task->is_whole = pipeline->is_full || !built_by;
    for (size_t i = 0; i < run->model->reference_count; i++)
        task->is_whole |= pipeline->deltas[run->model->references[i].parent].is_bulk;
    task->is_needed = is_behind || task->is_whole || silver_is_touched_by_parents(build);
    if (!task->is_needed)
        return true;
    if (is_in_step || (task->is_whole && run->has_change))
        task->change = &run->change;
    else if (!read_change_back(run, built_by ? built_to : 0, task, err))
        return false;
    task->is_whole |= task->change->is_new_header || is_large(task->change);
    return true;
}

/* The keys in bronze are those that another model reads. */
static bool needs_keys(const struct sheet_run *run) {
    const struct pipeline *pipeline = run->pipeline;
    if (!pipeline->model_diff || pipeline->has_other_keys)
        return pipeline->is_model_changed;
    return model_diff_touches(pipeline->model_diff, run->model, true);
}

/* Reads bronze back and cleans that. */
static bool clean_stored(struct sheet_run *run, struct pull *stored, struct clean_sheet *clean,
                         struct err *err) {
    if (!bronze_read_current(run->pipeline->warehouse, run->model, true, stored, err))
        return false;
    pull_hash_rows(stored);
    clean_sheet(clean, stored);
    return true;
}

static bool build_whole(struct sheet_run *run, struct silver_build *build,
                        struct silver_counts *counts, struct err *err) {
    struct pull stored = {0};
    struct clean_sheet stored_clean = {0};
    bool has_rows = run->has_change && !run->prefetch->pull.sheet.is_partial;
    struct pull *pull = has_rows ? &run->prefetch->pull : &stored;
    struct clean_sheet *clean = has_rows ? prefetch_clean(run->prefetch) : &stored_clean;
    bool ok = has_rows || clean_stored(run, &stored, &stored_clean, err);
    build->header = &pull->header;
    ok = ok &&
         (!needs_keys(run) ||
          bronze_write_keys(run->pipeline->warehouse, pull, build->change->row_ids, err)) &&
         silver_build_whole(build, pull, clean, counts, err);
    clean_free(&stored_clean);
    pull_free(&stored);
    return ok;
}

/* The rows that this run's pull brought are in memory; of older ones not even the text need be. */
static bool build_touched(struct sheet_run *run, struct silver_build *build,
                          struct silver_counts *counts, struct err *err) {
    struct pull stored = {0};
    bool has_rows = build->change == &run->change;
    bool ok =
        has_rows || bronze_read_current(run->pipeline->warehouse, run->model, false, &stored, err);
    build->pull = has_rows ? &run->prefetch->pull : NULL;
    build->header = build->pull ? &build->pull->header : &stored.header;
    ok = ok && silver_build_touched(build, counts, err);
    pull_free(&stored);
    return ok;
}

static bool record_silver(struct sheet_run *run, const struct silver_counts *counts,
                          struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    struct audit_load load = {.layer = "silver",
                              .table = arena_printf(pipeline->arena, "silver_%s", run->model->name),
                              .rows_in = counts->rows_in,
                              .rows_out = counts->rows_out,
                              .added = counts->added,
                              .changed = counts->changed,
                              .removed = counts->removed,
                              .rejected = counts->rejected,
                              .started_at = run->started_at,
                              .status = "built"};
    run->report->silver_rows = pipeline->deltas[run->index].row_count = counts->rows_out;
    run->report->rejected = counts->rejected;
    run->report->blank = counts->blank;
    run->report->warnings = counts->warnings;
    return audit_add_load(pipeline->warehouse, &pipeline->run, &load, err) &&
           audit_add_results(pipeline->warehouse, &pipeline->run, run->model,
                             counts->rows_in - counts->blank, err) &&
           audit_set_watermark(pipeline->warehouse, &pipeline->run, "silver", run->model->name,
                               err);
}

static bool report_silver_as_it_is(struct sheet_run *run, struct err *err) {
    const struct last_load *last = &run->last_silver;
    run->report->silver_rows = last->rows_out;
    run->report->rejected = last->rejected;
    run->report->blank = last->rows_in - last->rows_out - last->rejected;
    int64_t ignored;
    return audit_count(run->pipeline->warehouse, run->model, &ignored, &run->report->warnings, err);
}

static bool clean_into_silver(struct sheet_run *run, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    struct silver_task task = {0};
    struct silver_counts counts = {0};
    struct silver_build build = {.warehouse = pipeline->warehouse,
                                 .model = pipeline->model,
                                 .run = &pipeline->run,
                                 .sheet = run->index,
                                 .deltas = pipeline->deltas};
    progress_begin(pipeline->progress, "cleaning", run->model->name, 0);
    bool ok = plan_silver(run, &build, &task, err);
    if (ok && !task.is_needed)
        return report_silver_as_it_is(run, err);
    build.change = task.change;
    ok = ok &&
         (task.is_whole ? build_whole(run, &build, &counts, err)
                        : build_touched(run, &build, &counts, err)) &&
         record_silver(run, &counts, err);
    const struct silver_delta *delta = &pipeline->deltas[run->index];
    pipeline->is_silver_changed |= delta->is_bulk || delta->count > 0;
    sheet_change_free(&task.own_change);
    return ok;
}

static bool read_google_pull(struct pipeline *pipeline, const struct sheet_model *model,
                             struct source_past *past, struct err *err) {
    struct value loaded_at;
    struct value table = value_string(arena_printf(pipeline->arena, "bronze_%s", model->name));
    if (!warehouse_value(pipeline->warehouse, pipeline->arena, sql_file("audit/last_google_pull"),
                         &table, 1, &loaded_at, err))
        return false;
    past->pulled_at_s = clock_read_utc(text_or_null(pipeline->arena, loaded_at));
    return true;
}

/* A sheet that has no silver yet, or that will be rebuilt anyway, is cleaned as soon as it is read.
 */
static bool fill_prefetch(struct pipeline *pipeline, size_t index, struct last_load *last,
                          struct prefetch *prefetch, struct err *err) {
    const struct sheet_model *model = &pipeline->model->sheets[index];
    const char *built_by;
    int64_t ignored;
    if (!read_last_load(pipeline, "bronze", model, last, err) ||
        !audit_read_watermark(pipeline->warehouse, pipeline->arena, "silver", model->name,
                              &built_by, &ignored, err))
        return false;
    *prefetch = (struct prefetch){
        .model = model,
        .task = {.source = pipeline->source,
                 .index = index,
                 .last_source_hash = pipeline->is_full ? NULL : last->source_hash},
        .wants_clean = pipeline->builds_silver && (pipeline->is_full || !built_by),
        .build = {.model = pipeline->model, .sheet = index, .deltas = pipeline->deltas}};
    struct source_past *past = &prefetch->task.past;
    past->is_compared = prefetch->task.last_source_hash && !prefetch->wants_clean;
    past->text_size = pull_text_size(prefetch->task.last_source_hash);
    return read_google_pull(pipeline, model, past, err);
}

static bool read_last_change(struct sheet_run *run, struct err *err) {
    struct value last;
    struct value table =
        value_string(arena_printf(run->pipeline->arena, "bronze_%s", run->model->name));
    if (!warehouse_value(run->pipeline->warehouse, run->pipeline->arena,
                         sql_file("audit/last_change"), &table, 1, &last, err))
        return false;
    run->last_change_before = last.kind == VALUE_NULL ? 0 : last.integer;
    return true;
}

static bool run_sheet(struct sheet_run *run, struct err *err) {
    struct pipeline *pipeline = run->pipeline;
    double began = clock_monotonic_s();
    run->report->sheet = run->model->name;
    run->report->status = "kept";
    clock_now_utc(run->started_at);
    run->report->source = run->last_load.source;
    run->report->location = run->last_load.location;
    run->report->rows = run->last_load.rows_in;
    bool ok = progress_step(pipeline->progress, 0, err) && read_last_change(run, err) &&
              read_last_load(pipeline, "silver", run->model, &run->last_silver, err);
    pipeline->deltas[run->index].row_count = ok ? run->last_silver.rows_out : 0;
    ok = ok && (!pipeline->options->pull || pull_sheet(run, err));
    double pulled = clock_monotonic_s();
    ok = ok &&
         (pipeline->builds_silver ? clean_into_silver(run, err) : report_silver_as_it_is(run, err));
    pipeline->report->pull_seconds += pulled - began;
    pipeline->report->silver_seconds += clock_monotonic_s() - pulled;
    sheet_change_free(&run->change);
    return ok;
}

/* When not one sheet could be had from anywhere, the run has nothing to publish. */
static bool check_outage(const struct pipeline *pipeline, struct err *err) {
    const struct run_report *report = pipeline->report;
    if (!pipeline->options->pull)
        return true;
    for (size_t i = 0; i < report->sheet_count; i++)
        if (!report->sheets[i].is_fallback || strcmp(report->sheets[i].status, "kept") != 0)
            return true;
    err_set(err, ERR_TEMPORARY, "%s", report->sheets[0].message);
    return err_hint(err, "the last good version stays; try again later");
}

static bool is_compared(void *context) {
    struct prefetch *prefetch = context;
    return prefetch_is_running(prefetch) || prefetch_has_rows(prefetch);
}

/* What the sheet will be compared with is read while there is nothing else to do but wait for it.
 * Who asks for a dry run has edited something; another run more often than not finds nothing new.
 */
static bool read_state_meanwhile(struct pipeline *pipeline, struct prefetch *prefetch,
                                 struct bronze_state *state, bool *has_state, struct err *err) {
    struct bronze_wish wish = {.is_wanted = is_compared, .context = prefetch};
    *has_state = pipeline->options->is_dry && prefetch_is_running(prefetch);
    if (!*has_state)
        return true;
    bool ok = bronze_read_state(pipeline->warehouse, prefetch->model, &wish, NULL, state, err);
    *has_state = ok && wish.is_whole;
    return ok;
}

/* Two prefetches take turns: one is being worked on while the other reads ahead. */
bool pipeline_run_sheets(struct pipeline *pipeline, struct err *err) {
    const struct model *model = pipeline->model;
    struct prefetch prefetches[2] = {0};
    struct last_load lasts[2];
    bool pulls = pipeline->options->pull;
    int64_t ignored;
    bool ok = audit_read_watermark(pipeline->warehouse, pipeline->arena, "silver", "",
                                   &pipeline->silver_run_before, &ignored, err) &&
              fill_prefetch(pipeline, model->build_order[0], &lasts[0], &prefetches[0], err);
    if (ok && pulls)
        prefetch_start(&prefetches[0]);
    for (size_t i = 0; ok && i < model->sheet_count; i++) {
        struct prefetch *current = &prefetches[i % 2], *ahead = &prefetches[(i + 1) % 2];
        progress_begin(pipeline->progress, "reading", model->sheets[model->build_order[i]].name, 0);
        struct bronze_state state = {0};
        bool has_state = false;
        if (pulls &&
            (!read_state_meanwhile(pipeline, current, &state, &has_state, err) ||
             !prefetch_finish(current, pipeline->options->watch, pipeline->progress, err))) {
            bronze_state_free(&state);
            ok = false;
            break;
        }
        if (i + 1 < model->sheet_count) {
            ok =
                fill_prefetch(pipeline, model->build_order[i + 1], &lasts[(i + 1) % 2], ahead, err);
            if (ok && pulls)
                prefetch_start(ahead);
        }
        size_t index = model->build_order[i];
        struct sheet_run run = {.pipeline = pipeline,
                                .index = index,
                                .model = &model->sheets[index],
                                .report = &pipeline->report->sheets[index],
                                .prefetch = pulls ? current : NULL,
                                .last_load = lasts[i % 2],
                                .state = has_state ? &state : NULL};
        ok = ok && run_sheet(&run, err);
        bronze_state_free(&state);
        prefetch_free(current);
    }
    prefetch_free(&prefetches[0]);
    prefetch_free(&prefetches[1]);
    ok = ok && check_outage(pipeline, err);
    if (ok && pipeline->is_silver_changed)
        ok = audit_set_watermark(pipeline->warehouse, &pipeline->run, "silver", "", err);
    return ok;
}
