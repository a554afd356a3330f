/* `goldleaf report`: the dashboard, as one HTML page. */
#include "cli/commands.h"

#include "cli/report_file.h"
#include "report/report.h"

#define STALE_AFTER_S (36 * 3600) /* a night was missed */
#define FILE_NAME "report.html"

bool report_write(struct session *session, struct warehouse *warehouse, const struct model *model,
                  struct output *output, struct err *err) {
    int64_t warn_after_s = session->options.warn_after_s;
    struct report_options options = {.stale_after_s = warn_after_s ? warn_after_s : STALE_AFTER_S};
    if (report_add(&output->text, warehouse, model, &options, err) && output_close(output, err))
        return true;
    output_discard(output);
    return false;
}

bool report_refresh(struct session *session, const struct model *model, const char *path,
                    struct err *err) {
    struct warehouse *warehouse = NULL;
    struct output output = {.descriptor = -1};
    struct output_settings settings = {.path = path,
                                       .default_format = "text",
                                       .color = "never",
                                       .keep_off =
                                           warehouse_file(session_text(session, OPTION_DATABASE))};
    bool ok = session_open_warehouse(session, &warehouse, err) &&
              output_open(&output, &settings, err) &&
              report_write(session, warehouse, model, &output, err);
    warehouse_close(warehouse);
    return ok;
}

/* A page on a terminal is of no use to anybody. */
static void choose_file(struct session *session) {
    if (!session->options.text[OPTION_OUTPUT])
        session->options.text[OPTION_OUTPUT] = FILE_NAME;
}

static bool check_format(const struct session *session, struct err *err) {
    const struct options *options = &session->options;
    if (!options->text[OPTION_FORMAT] || options->origin[OPTION_FORMAT] != FROM_COMMAND_LINE)
        return true;
    err_set(err, ERR_USAGE, "--format: the report is one HTML page");
    return err_hint(err, "`goldleaf export gold_NAME` gives a KPI table as data");
}

bool cmd_report(struct session *session, struct err *err) {
    struct warehouse *warehouse = NULL;
    const struct model *model = NULL;
    choose_file(session);
    session->options.text[OPTION_FORMAT] =
        session->options.origin[OPTION_FORMAT] == FROM_COMMAND_LINE
            ? session->options.text[OPTION_FORMAT]
            : NULL;
    bool ok = check_format(session, err) && session_read_model(session, &model, err) &&
              session_open_warehouse(session, &warehouse, err) &&
              session_open_output(session, "text", err) &&
              report_write(session, warehouse, model, &session->output, err);
    warehouse_close(warehouse);
    model_close(model);
    return ok;
}
