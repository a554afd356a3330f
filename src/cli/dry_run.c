#include "cli/dry_run.h"

#include "base/log.h"
#include "cli/diff_print.h"
#include "cli/exit_codes.h"
#include "cli/plan.h"
#include "cli/session_run.h"
#include "source/header.h"

#define ENTRIES_SHOWN 20 /* of each list, for people */

/* Who asks for all of them gets them one by one. */
static bool folds_columns(const struct session *session) {
    return session->output.format == OUTPUT_TEXT && session->options.limit != 0;
}

static size_t limit_of(const struct session *session) {
    int64_t limit = session->options.limit;
    bool is_text = session->output.format == OUTPUT_TEXT;
    if (limit < 0)
        return is_text ? ENTRIES_SHOWN : SIZE_MAX;
    return limit == 0 ? SIZE_MAX : (size_t)limit;
}

void dry_run_open_diff(const struct session *session, const struct model *model,
                       struct diff *diff) {
    const struct options *options = &session->options;
    struct diff_options settings = {.limit = limit_of(session),
                                    .ignored = options->ignored,
                                    .ignored_count = options->ignored_count,
                                    .min_change = options->min_change,
                                    .folds_columns = folds_columns(session)};
    diff_open(diff, model, &settings);
}

static bool is_field(const struct model *model, const char *name) {
    for (size_t i = 0; i < model->sheet_count; i++)
        for (size_t j = 0; j < model->sheets[i].field_count; j++) {
            struct header_column column = {.text = SPAN(""),
                                           .name = model->sheets[i].fields[j].name};
            if (header_is_meant(&column, span_from(name)))
                return true;
        }
    return false;
}

bool dry_run_check_names(const struct session *session, const struct model *model,
                         struct err *err) {
    const struct options *options = &session->options;
    const char *sheet = options->text[OPTION_SHEET];
    for (size_t i = 0; i < options->ignored_count; i++)
        if (!is_field(model, options->ignored[i])) /* a sheet may have columns of its own */
            log_line(LOG_LEVEL_WARN, "ignored_column",
                     "--ignore-columns: no sheet of the model %s has a column \"%s\"", model->name,
                     options->ignored[i]);
    if (sheet && !session_check_sheet(session, model, OPTION_SHEET, sheet, err))
        return false;
    const char *only = options->text[OPTION_ONLY], *format = options->text[OPTION_FORMAT];
    if (only && format && strcmp(only, "counts") == 0 && strcmp(format, "csv") == 0) {
        err_set(err, ERR_USAGE, "--only counts has no form as CSV, which has a line per cell");
        return err_hint(err, "use --format json, or text");
    }
    if (!sheet || !only || strcmp(only, "kpis") != 0)
        return true;
    err_set(err, ERR_USAGE, "--sheet leaves KPIs out, and --only kpis everything else");
    return err_hint(err, "KPIs follow from all sheets together: leave --sheet out");
}

static struct diff_view view_of(const struct session *session, bool is_pending) {
    const char *only = session->options.text[OPTION_ONLY];
    const char *sheet = session->options.text[OPTION_SHEET];
    bool has_all = !only;
    return (struct diff_view){.sheet = sheet,
                              .has_rows = has_all || strcmp(only, "rows") == 0,
                              .has_cells = has_all || strcmp(only, "cells") == 0,
                              .has_kpis = !sheet && (has_all || strcmp(only, "kpis") == 0),
                              .is_counts = only && strcmp(only, "counts") == 0,
                              .limit = limit_of(session),
                              .is_pending = is_pending};
}

bool dry_run_print(struct session *session, struct diff *diff, const struct run_report *report,
                   bool is_pending, struct err *err) {
    struct output *output = &session->output;
    struct diff_view view = view_of(session, is_pending);
    if (view.sheet)
        view.hidden_kpis = diff_narrow(diff, view.sheet);
    if (output->format == OUTPUT_JSON)
        diff_add_json(output, diff, report, &view);
    else if (output->format == OUTPUT_CSV)
        diff_add_csv(output, diff, &view);
    else
        diff_add_text(output, diff, report, &view);
    session->exit_code = is_pending ? run_report_exit_code(report) : 0;
    bool is_different = report->model || !diff_is_empty(diff);
    if (options_is_on(&session->options, OPTION_DETAILED_EXITCODE) && is_different)
        session->exit_code = EXIT_DIFFERENT;
    return output_close(output, err);
}

bool dry_run(struct session *session, const struct model *model, struct run_options *run,
             struct err *err) {
    struct warehouse *warehouse = NULL;
    struct run_report report;
    struct diff diff;
    if (!dry_run_check_names(session, model, err))
        return false;
    dry_run_open_diff(session, model, &diff);
    run->is_dry = true;
    run->diff = &diff;
    const char *plan = session->options.text[OPTION_SAVE_PLAN];
    bool ok = session_run(session, model, run, &warehouse, &report, err);
    /* A slow reader of what is printed must not keep the database's log from being cleared. */
    warehouse_close(warehouse);
    ok = ok && (!plan || plan_save(plan, model, run, &report, err)) &&
         dry_run_print(session, &diff, &report, true, err);
    diff_free(&diff);
    return ok;
}
