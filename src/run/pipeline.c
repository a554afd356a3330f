#include "run/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/retry.h"
#include "run/pipeline_model.h"
#include "run/pipeline_sheet.h"
#include "run/signals.h"
#include "source/csv_source.h"
#include "stages/diff.h"
#include "stages/gold.h"
#include "stages/schema.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

/* The time to the millisecond, so that runs sort by it, and enough chance that no two machines
 * choose the same. */
static const char *make_run_id(struct arena *arena) {
    uint32_t chance = 0;
    struct timespec now;
    struct tm utc;
    char text[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc);
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        chance = (uint32_t)now.tv_nsec;
    return arena_printf(arena, "%s%03ldZ-%08x", text, now.tv_nsec / 1000000, chance);
}

static bool find_last_snapshot(struct pipeline *pipeline, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = false;
    bool ok =
        statement_prepare(pipeline->warehouse, &statement, sql_file("audit/last_snapshot"), err) &&
        statement_start(statement, NULL, 0, err) && statement_next(statement, &has_row, err);
    if (ok && has_row) {
        pipeline->last_snapshot_id = statement_value(statement, 0).integer;
        pipeline->report->loaded_at =
            arena_string(pipeline->arena, value_span(statement_value(statement, 1)));
    }
    statement_close(statement);
    return ok;
}

/* The snapshot that the run starts from. */
static void report_from(struct pipeline *pipeline) {
    pipeline->report->from_snapshot_id = pipeline->last_snapshot_id;
    pipeline->report->from_loaded_at = pipeline->report->loaded_at;
}

#define NEW_PLAN "nothing was written; make a new plan with --dry-run --save-plan FILE"

static bool check_plan(const struct pipeline *pipeline, struct err *err) {
    const struct run_plan *plan = pipeline->options->plan;
    const char *model = pipeline->report->model_before;
    if (!plan)
        return true;
    if (plan->model_before && strcmp(plan->model_before, model ? model : "") != 0) {
        err_set(err, ERR_FAILED, "the warehouse's model has changed since the plan was made");
        return err_hint(err, NEW_PLAN);
    }
    if (plan->snapshot_id == pipeline->last_snapshot_id)
        return true;
    err_set(err, ERR_FAILED,
            "the plan was made at snapshot %lld, and the warehouse is at snapshot %lld",
            (long long)plan->snapshot_id, (long long)pipeline->last_snapshot_id);
    return err_hint(err, NEW_PLAN);
}

static bool record_snapshot(struct pipeline *pipeline, struct err *err) {
    struct value parameters[] = {value_integer(pipeline->run.snapshot_id),
                                 value_string(pipeline->report->loaded_at),
                                 value_string(pipeline->run.run_id)};
    return warehouse_run(pipeline->warehouse, sql_file("audit/add_snapshot"), parameters, 3, NULL,
                         err);
}

static bool record_run(struct pipeline *pipeline, const char *status, int exit_code,
                       const char *message, struct err *err) {
    char finished_at[CLOCK_TEXT_SIZE];
    clock_now_utc(finished_at);
    struct value parameters[] = {
        value_string(pipeline->run.run_id),
        value_string(pipeline->options->command),
        value_string(pipeline->model->name),
        value_string(pipeline->model->version),
        pipeline->run.snapshot_id ? value_integer(pipeline->run.snapshot_id) : value_null(),
        value_string(pipeline->run.started_at),
        value_string(finished_at),
        value_string(status),
        value_integer(exit_code),
        value_string(message)};
    return warehouse_run(pipeline->warehouse, sql_file("audit/add_run"), parameters,
                         COUNT_OF(parameters), NULL, err);
}

/* A failed run leaves nothing but this line, and not even that where the database is what failed.
 */
static bool record_failure(struct pipeline *pipeline, const struct err *cause, int exit_code) {
    bool is_database = cause->class == ERR_DATABASE || cause->class == ERR_DATABASE_RETRY;
    if (is_database || pipeline->options->is_dry)
        return true;
    struct err err;
    bool exists = false;
    pipeline->run.snapshot_id = 0;
    if (!warehouse_has_table(pipeline->warehouse, "audit_runs", &exists, &err))
        return false;
    bool ok = !exists || (warehouse_begin(pipeline->warehouse, &err) &&
                          record_run(pipeline, "failed", exit_code, cause->message, &err) &&
                          warehouse_commit(pipeline->warehouse, &err));
    if (!ok)
        warehouse_rollback(pipeline->warehouse);
    return ok;
}

/* Whether a layer was built by this very model; a layer never built is as good. */
static bool is_of_model(struct pipeline *pipeline, const char *layer, bool *is_same,
                        struct err *err) {
    const char *stored;
    int64_t ignored;
    bool ok = audit_read_watermark(pipeline->warehouse, pipeline->arena, "model", layer, &stored,
                                   &ignored, err);
    *is_same = ok && (!stored || strcmp(stored, pipeline->model->fingerprint) == 0);
    return ok;
}

static bool mark_model(struct pipeline *pipeline, const char *layer, const char *fingerprint,
                       struct err *err) {
    struct audit_run mark = {fingerprint, pipeline->run.snapshot_id, ""};
    return audit_set_watermark(pipeline->warehouse, &mark, "model", layer, err);
}

/* A pull alone. Bronze has a mark from when it was pulled by a model that silver is not of until
 * the next build: some of its keys are as that model reads them. "" stands for several. */
static bool prepare_bronze(struct pipeline *pipeline, struct err *err) {
    const char *mark = pipeline->has_other_keys ? "" : pipeline->model->fingerprint;
    if (!pipeline->is_model_changed)
        return schema_create(pipeline->warehouse, pipeline->model, err);
    return schema_create_bronze(pipeline->warehouse, pipeline->model, err) &&
           mark_model(pipeline, "bronze", mark, err);
}

static bool prepare_builds(struct pipeline *pipeline, struct err *err) {
    return (pipeline->is_model_changed
                ? pipeline_change_model(pipeline, err)
                : schema_create(pipeline->warehouse, pipeline->model, err)) &&
           (!pipeline->builds_silver ||
            (mark_model(pipeline, "silver", pipeline->model->fingerprint, err) &&
             audit_drop_watermark(pipeline->warehouse, "model", "bronze", err))) &&
           (!pipeline->builds_gold ||
            mark_model(pipeline, "gold", pipeline->model->fingerprint, err));
}

/* Silver and gold of another model cannot be continued, only built anew from bronze, and both
 * together: gold of one model beside silver of another would be of neither. A run that builds
 * nothing leaves that to the next. */
static bool choose_builds(struct pipeline *pipeline, struct err *err) {
    const struct run_options *options = pipeline->options;
    bool is_bronze_same, is_silver_same, is_gold_same;
    if (!is_of_model(pipeline, "bronze", &is_bronze_same, err) ||
        !is_of_model(pipeline, "silver", &is_silver_same, err) ||
        !is_of_model(pipeline, "gold", &is_gold_same, err))
        return false;
    is_silver_same &= is_bronze_same && !pipeline->model_diff;
    is_gold_same &= !pipeline->model_diff;
    pipeline->has_other_keys = !is_bronze_same;
    pipeline->builds_silver = options->silver || (options->gold && !is_silver_same);
    pipeline->builds_gold = options->gold || (options->silver && !is_gold_same);
    pipeline->is_model_changed = !is_silver_same || !is_gold_same;
    pipeline->is_full |= pipeline->builds_silver && !is_silver_same;
    pipeline->is_gold_full = pipeline->is_full || !is_gold_same;
    return pipeline->builds_silver || pipeline->builds_gold ? prepare_builds(pipeline, err)
                                                            : prepare_bronze(pipeline, err);
}

/* A build without a pull must not make an empty warehouse. */
static bool check_warehouse(const struct pipeline *pipeline, struct err *err) {
    bool exists = true;
    if (!pipeline->options->pull &&
        !warehouse_has_table(pipeline->warehouse, "audit_snapshots", &exists, err))
        return false;
    if (exists)
        return true;
    err_set(err, ERR_DATABASE, "%s: there is no warehouse yet",
            warehouse_location(pipeline->warehouse));
    return err_hint(err, "`goldleaf all` makes one");
}

static bool begin(struct pipeline *pipeline, struct err *err) {
    pipeline->is_full = pipeline->options->full_refresh;
    if (!warehouse_begin(pipeline->warehouse, err) || !check_warehouse(pipeline, err) ||
        !warehouse_exec(pipeline->warehouse, sql_file("audit/create"), err) ||
        !pipeline_compare_model(pipeline, err) ||
        (pipeline->options->diff && !diff_remember(pipeline->warehouse, pipeline->model, err)) ||
        !find_last_snapshot(pipeline, err))
        return false;
    report_from(pipeline);
    if (!check_plan(pipeline, err))
        return false;
    pipeline->run.snapshot_id = pipeline->last_snapshot_id;
    if (pipeline->options->pull) {
        pipeline->run.snapshot_id++;
        pipeline->report->loaded_at = pipeline->run.started_at;
    }
    pipeline->report->snapshot_id = pipeline->run.snapshot_id;
    return choose_builds(pipeline, err);
}

static bool build_gold_table(struct pipeline *pipeline, const struct gold_build *build,
                             size_t index, struct err *err) {
    const struct gold_model *gold = &pipeline->model->gold[index];
    struct gold_counts counts;
    char started_at[CLOCK_TEXT_SIZE];
    clock_now_utc(started_at);
    progress_begin(pipeline->progress, "computing", gold->name, 0);
    if (!progress_step(pipeline->progress, 0, err) || !gold_build_table(build, gold, &counts, err))
        return false;
    pipeline->report->gold[index] =
        (struct run_gold){gold->name, counts.rows, counts.added, counts.changed, counts.removed};
    struct audit_load load = {.layer = "gold",
                              .table = gold->name,
                              .rows_in = counts.rows,
                              .rows_out = counts.rows,
                              .added = counts.added,
                              .changed = counts.changed,
                              .removed = counts.removed,
                              .started_at = started_at,
                              .status = "built"};
    return audit_add_load(pipeline->warehouse, &pipeline->run, &load, err);
}

/* Reports the tables as they are when nothing they read has changed. One that only the next build
 * will make has no rows. */
static bool report_gold(struct pipeline *pipeline, struct err *err) {
    for (size_t i = 0; i < pipeline->model->gold_count; i++) {
        const char *name = pipeline->model->gold[i].name;
        struct value rows = value_integer(0);
        bool exists;
        const char *sql = arena_printf(pipeline->arena, "SELECT COUNT(*) FROM \"%s\"", name);
        if (!warehouse_has_table(pipeline->warehouse, name, &exists, err) ||
            (exists &&
             !warehouse_value(pipeline->warehouse, pipeline->arena, sql, NULL, 0, &rows, err)))
            return false;
        pipeline->report->gold[i] = (struct run_gold){.table = name, .rows = rows.integer};
    }
    return true;
}

/* Gold is up to date when it was built from the silver there is: both name the run that made that
 * silver. Then only this run's own changes count. */
static bool build_gold(struct pipeline *pipeline, struct err *err) {
    const char *silver_run, *gold_run;
    int64_t ignored;
    if (!audit_read_watermark(pipeline->warehouse, pipeline->arena, "silver", "", &silver_run,
                              &ignored, err) ||
        !audit_read_watermark(pipeline->warehouse, pipeline->arena, "gold", "", &gold_run, &ignored,
                              err))
        return false;
    const char *known_run = pipeline->is_silver_changed ? pipeline->silver_run_before : silver_run;
    bool is_behind = !gold_run || !known_run || strcmp(gold_run, known_run) != 0;
    if (!silver_run || (!is_behind && !pipeline->is_silver_changed && !pipeline->is_gold_full))
        return report_gold(pipeline, err);
    struct gold_build build = {.warehouse = pipeline->warehouse,
                               .model = pipeline->model,
                               .deltas = pipeline->deltas,
                               .is_whole = is_behind || pipeline->is_gold_full,
                               .gold_run = gold_run,
                               .check_changes =
                                   arena_array(pipeline->arena, pipeline->model->check_count,
                                               sizeof *build.check_changes)};
    for (size_t i = 0; i < pipeline->model->gold_count; i++)
        if (!build_gold_table(pipeline, &build, i, err))
            return false;
    struct audit_run mark = pipeline->run;
    mark.run_id = silver_run;
    return gold_run_checks(&build, &pipeline->run, err) &&
           audit_set_watermark(pipeline->warehouse, &mark, "gold", "", err);
}

static bool run_stages(struct pipeline *pipeline, struct err *err) {
    double began = clock_monotonic_s();
    const struct run_options *options = pipeline->options;
    struct run_report *report = pipeline->report;
    if (!begin(pipeline, err) || !pipeline_run_sheets(pipeline, err))
        return false;
    if (options->pull && !record_snapshot(pipeline, err))
        return false;
    double gold_began = clock_monotonic_s();
    if (pipeline->builds_gold ? !build_gold(pipeline, err) : !report_gold(pipeline, err))
        return false;
    if (options->diff &&
        !diff_finish(options->diff, pipeline->warehouse, pipeline->is_model_changed, err))
        return false;
    double commit_began = clock_monotonic_s();
    report->gold_seconds = commit_began - gold_began;
    bool ok = pipeline_accept_model(pipeline, err) &&
              record_run(pipeline, report->is_held ? "held" : "done", run_report_exit_code(report),
                         NULL, err) &&
              progress_step(pipeline->progress, 0, err);
    progress_begin(pipeline->progress, "publishing", "", 0);
    report->is_commit_sent = ok && !options->is_dry;
    ok = ok && (options->is_dry || warehouse_commit(pipeline->warehouse, err));
    report->commit_seconds = clock_monotonic_s() - commit_began;
    report->total_seconds = clock_monotonic_s() - began;
    if (options->retry) {
        report->requests = options->retry->sent;
        report->retries = options->retry->repeated;
    }
    return ok;
}

bool pipeline_record_crash(struct warehouse *warehouse, const struct model *model,
                           const struct err *cause, int exit_code) {
    struct arena arena = {0};
    char now[CLOCK_TEXT_SIZE];
    const struct run_options options = {.command = "all"};
    struct pipeline pipeline = {
        .warehouse = warehouse, .model = model, .options = &options, .arena = &arena};
    clock_now_utc(now);
    pipeline.run.run_id = make_run_id(&arena);
    pipeline.run.started_at = now;
    bool ok = record_failure(&pipeline, cause, exit_code);
    arena_free(&arena);
    return ok;
}

bool pipeline_check_inputs(const struct model *model, const char *inputs, struct err *err) {
    char path[4096];
    int reason = access(inputs, F_OK) == 0 ? 0 : errno;
    for (size_t i = 0; i < model->sheet_count && !reason; i++) {
        snprintf(path, sizeof path, "%s/%s", inputs, model->sheets[i].path);
        if (access(path, F_OK) == 0)
            return true;
        reason = errno == ENOENT ? 0 : errno;
    }
    if (reason)
        err_set(err, ERR_USAGE, "%s: %s", inputs, strerror(reason));
    else
        err_set(err, ERR_USAGE, "%s: none of the model's sheets is there (%s, ...)", inputs,
                model->sheets[0].path);
    return err_hint(err, "name the folder of the CSV files with --inputs");
}

bool pipeline_run(struct warehouse *warehouse, const struct model *model,
                  const struct run_options *options, struct progress *progress, struct arena *arena,
                  struct run_report *report, struct err *err) {
    char started_at[CLOCK_TEXT_SIZE];
    struct pipeline pipeline = {.warehouse = warehouse,
                                .model = model,
                                .options = options,
                                .source = options->source,
                                .progress = progress,
                                .arena = arena,
                                .report = report};
    /* Cells with an offset are turned into the model's zone by the C library, which reads it from
     * here; no thread runs yet. */
    setenv("TZ", model->time_zone, 1);
    tzset();
    clock_now_utc(started_at);
    pipeline.run.started_at = arena_string(arena, span_from(started_at));
    pipeline.run.run_id = make_run_id(arena);
    log_set_run(pipeline.run.run_id);
    pipeline.deltas = arena_array(arena, model->sheet_count, sizeof *pipeline.deltas);
    *report = (struct run_report){.run_id = pipeline.run.run_id,
                                  .sheet_count = model->sheet_count,
                                  .gold_count = model->gold_count};
    report->sheets = arena_array(arena, model->sheet_count, sizeof *report->sheets);
    report->gold = arena_array(arena, model->gold_count, sizeof *report->gold);
    if (!options->source)
        csv_source_open(&pipeline.source, model, options->inputs);
    warehouse_stop_when(warehouse, signals_have_come, NULL);
    bool ok = run_stages(&pipeline, err);
    progress_clear(progress);
    if (ok && options->is_dry)
        warehouse_rollback(warehouse);
    if (!ok) {
        /* A statement that a signal cut off only knows that it was cut off. */
        struct err signal;
        warehouse_rollback(warehouse);
        if (!signals_check(&signal))
            *err = signal;
        if (!report->is_model_refused) /* then nothing at all is written */
            (void)record_failure(&pipeline, err, err_exit_code(err->class));
    }
    for (size_t i = 0; i < model->sheet_count; i++)
        silver_delta_free(&pipeline.deltas[i]);
    warehouse_stop_when(warehouse, NULL, NULL);
    if (!options->source)
        source_close(pipeline.source);
    return ok;
}
