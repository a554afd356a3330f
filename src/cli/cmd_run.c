/* all, load_bronze, build_silver, build_gold: one run, its lock around it and its report behind. */
#include "cli/commands.h"

#include "base/log.h"
#include "cli/after_run.h"
#include "cli/dry_run.h"
#include "cli/google.h"
#include "cli/model_changes.h"
#include "cli/plan.h"
#include "cli/run_report.h"
#include "cli/session_run.h"

#include <unistd.h>

/* A sheet that the model does not have can only be a slip of the hand. */
static bool check_accept(const struct session *session, const struct model *model,
                         struct err *err) {
    const struct options *options = &session->options;
    for (size_t i = 0; i < options->accept_count; i++)
        if (!session_check_sheet(session, model, OPTION_ACCEPT, options->accept[i], err))
            return false;
    return true;
}

/* A build without a pull needs a warehouse; it must not make an empty one. */
static bool check_database(const struct session *session, const struct run_options *run,
                           struct err *err) {
    const char *path = warehouse_file(session_text(session, OPTION_DATABASE));
    if (run->pull || !path || access(path, F_OK) == 0)
        return true;
    err_set(err, ERR_DATABASE, "%s: there is no warehouse yet", path);
    return err_hint(err, "`goldleaf all` makes one");
}

/* What happened, for those who do not read the report: it goes to a program, to a file, or
 * nowhere. */
static void log_report(const struct run_report *report, bool is_read_elsewhere) {
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct run_sheet *sheet = &report->sheets[i];
        bool is_held = strcmp(sheet->status, "held") == 0;
        if (is_held && !is_read_elsewhere)
            log_line(LOG_LEVEL_ERROR, "sheet_held", "%s was held back: %s", sheet->sheet,
                     sheet->message ? sheet->message : "no reason given");
        else if (!is_held && sheet->message)
            log_line(LOG_LEVEL_WARN, "sheet_notice", "%s: %s", sheet->sheet, sheet->message);
        log_line(LOG_LEVEL_DEBUG, "sheet_done", "%s: %s, %lld rows, %lld rejected", sheet->sheet,
                 sheet->status, (long long)sheet->rows, (long long)sheet->rejected);
    }
    for (size_t i = 0; i < report->gold_count; i++)
        log_line(LOG_LEVEL_DEBUG, "gold_done", "%s: %lld rows", report->gold[i].table,
                 (long long)report->gold[i].rows);
}

/* The one line that stays of a run in a log. */
static void log_summary(const struct run_report *report, bool is_wanted) {
    size_t changed = 0;
    int64_t rows = 0, rejected = 0;
    for (size_t i = 0; i < report->sheet_count; i++) {
        changed += strcmp(report->sheets[i].status, "loaded") == 0;
        rows += report->sheets[i].rows;
        rejected += report->sheets[i].rejected;
    }
    log_line(is_wanted ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "run_done",
             "snapshot %lld: %zu of %zu sheets changed, %lld rows, %lld rejected; exit %d, %.2f s",
             (long long)report->snapshot_id, changed, report->sheet_count, (long long)rows,
             (long long)rejected, run_report_exit_code(report), report->total_seconds);
}

/* In one transaction, so that the KPIs are of one version. */
static bool add_text(struct session *session, struct warehouse *warehouse,
                     const struct model *model, const struct run_options *run,
                     const struct run_report *report, struct err *err) {
    bool ok = warehouse_begin_read(warehouse, err) &&
              run_report_add_text(&session->output, report, warehouse, model, run, err);
    warehouse_rollback(warehouse);
    return ok;
}

static bool print_report(struct session *session, struct warehouse *warehouse,
                         const struct model *model, const struct run_options *run,
                         const struct run_report *report, struct err *err) {
    struct output *output = &session->output;
    bool has_file = session->options.text[OPTION_OUTPUT];
    bool is_quiet = options_is_on(&session->options, OPTION_QUIET) && output->format == OUTPUT_TEXT;
    bool is_silent = !has_file && (session->is_scheduled || is_quiet);
    bool is_read = output->format == OUTPUT_TEXT && !is_silent && !output->path;
    bool ok = true;
    if (!is_read)
        model_changes_log(report);
    log_report(report, is_read);
    log_summary(report, session->is_scheduled || session->options.text[OPTION_LOG_FILE]);
    if (!is_silent && output->format == OUTPUT_JSON)
        run_report_add_json(output, report, session->exit_code);
    else if (!is_silent && output->format == OUTPUT_CSV)
        run_report_add_sheets(output, report);
    else if (!is_silent)
        ok = add_text(session, warehouse, model, run, report, err);
    if (ok && output_close(output, err))
        return true;
    return err_wrap(err, "the run is published, but its report is not");
}

/* The run is published; that the database went away behind it takes nothing from that. */
static bool tolerate_lost_database(const struct err *err) {
    if (err->class != ERR_DATABASE && err->class != ERR_DATABASE_RETRY)
        return false;
    log_line(LOG_LEVEL_WARN, "report_lost", "%s", err->message);
    return true;
}

/* What says how a difference is shown means nothing where none is. From .env it may stand there for
 * other commands. */
static bool check_dry_options(const struct session *session, struct err *err) {
    static const enum option_id ids[] = {
        OPTION_SAVE_PLAN,      OPTION_DETAILED_EXITCODE, OPTION_ONLY,
        OPTION_IGNORE_COLUMNS, OPTION_MIN_CHANGE,        OPTION_SHEET,
        OPTION_LIMIT,
    };
    const struct options *options = &session->options;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        if (!options->text[ids[i]] || options->origin[ids[i]] != FROM_COMMAND_LINE ||
            options_is_on(options, OPTION_DRY_RUN))
            continue;
        err_set(err, ERR_USAGE, "--%s goes with --dry-run", OPTIONS[ids[i]].name);
        return err_hint(err, "a run without --dry-run does what it does at once");
    }
    return true;
}

static bool run_with_model(struct session *session, const struct model *model,
                           struct run_options *run, bool *has_published, struct err *err) {
    struct warehouse *warehouse = NULL;
    struct run_report report;
    bool ok = check_accept(session, model, err) && check_dry_options(session, err) &&
              check_database(session, run, err) && session_open_output(session, "text", err);
    if (ok && options_is_on(&session->options, OPTION_DRY_RUN))
        return dry_run(session, model, run, err);
    ok = ok && session_run(session, model, run, &warehouse, &report, err);
    if (ok) {
        *has_published = true;
        if (session->has_published)
            atomic_store(session->has_published, true);
        session->exit_code = run_report_exit_code(&report);
        ok = print_report(session, warehouse, model, run, &report, err) ||
             tolerate_lost_database(err);
    }
    warehouse_close(warehouse); /* a hook may take its time, or want the database for itself */
    if (*has_published)
        after_run(session, model, &report, session->exit_code, NULL);
    return ok;
}

static bool run_with_source(struct session *session, const struct model *model,
                            struct run_options *run, bool *has_published, struct err *err) {
    struct google google = {0};
    struct watch watch;
    watch_open(&watch);
    run->watch = &watch;
    run->retry = &google.retry;
    bool ok = google_open_source(&google, session, model, &watch, &run->source, err) &&
              run_with_model(session, model, run, has_published, err);
    source_close(run->source);
    google_close(&google);
    watch_close(&watch);
    return ok;
}

/* Whoever watches hears of a run that failed, too, whatever it failed for. */
static bool run_model(struct session *session, const struct model *model, struct run_options *run,
                      struct err *err) {
    bool has_published = false;
    bool ok = run->pull ? run_with_source(session, model, run, &has_published, err)
                        : run_with_model(session, model, run, &has_published, err);
    if (!ok && !has_published && !options_is_on(&session->options, OPTION_DRY_RUN))
        after_run(session, model, NULL, err_exit_code(err->class), err);
    return ok;
}

static bool run_stages(struct session *session, struct run_options run, struct err *err) {
    const struct model *model;
    if (!session_read_model(session, &model, err))
        return false;
    run.inputs = session_text(session, OPTION_INPUTS);
    run.full_refresh = options_is_on(&session->options, OPTION_FULL_REFRESH);
    run.allow_destructive = options_is_on(&session->options, OPTION_ALLOW_DESTRUCTIVE);
    run.max_loss = session->options.max_loss;
    run.accept = session->options.accept;
    run.accept_count = session->options.accept_count;
    bool ok = run_model(session, model, &run, err);
    model_close(model);
    return ok;
}

bool cmd_all(struct session *session, struct err *err) {
    return run_stages(
        session, (struct run_options){.command = "all", .pull = true, .silver = true, .gold = true},
        err);
}

bool cmd_load_bronze(struct session *session, struct err *err) {
    return run_stages(session, (struct run_options){.command = "load_bronze", .pull = true}, err);
}

bool cmd_build_silver(struct session *session, struct err *err) {
    return run_stages(session, (struct run_options){.command = "build_silver", .silver = true},
                      err);
}

bool cmd_build_gold(struct session *session, struct err *err) {
    return run_stages(session, (struct run_options){.command = "build_gold", .gold = true}, err);
}

/* Does what a saved dry run showed, or nothing. */
bool cmd_apply(struct session *session, struct err *err) {
    const struct model *model;
    struct run_options run = {.inputs = session_text(session, OPTION_INPUTS)};
    struct run_plan plan;
    if (!session_read_model(session, &model, err))
        return false;
    bool ok = plan_read(session->operands[0], model, session->arena, &run, &plan, err) &&
              run_model(session, model, &run, err);
    model_close(model);
    return ok;
}
