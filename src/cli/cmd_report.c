/* `goldleaf report`: the dashboard, as one HTML page. */
#include "cli/commands.h"

#include "base/log.h"
#include "cli/report_file.h"
#include "report/report.h"

#define STALE_AFTER_S (36 * 3600) /* a night was missed */
#define FILE_NAME "report.html"   /* a page on a terminal is of no use to anybody */

static bool write_page(const struct session *session, struct warehouse *warehouse,
                       const struct model *model, const char *path, struct err *err) {
    int64_t warn_after_s = session->options.warn_after_s;
    struct report_options options = {.stale_after_s = warn_after_s ? warn_after_s : STALE_AFTER_S};
    const char *database = warehouse_file(session_text(session, OPTION_DATABASE));
    struct output_settings settings = {
        .path = path, .default_format = "text", .color = "never", .keep_off = database};
    struct output output = {.descriptor = -1};
    if (output_open(&output, &settings, err) &&
        report_add(&output.text, warehouse, model, &options, err) && output_close(&output, err))
        return true;
    output_discard(&output);
    return false;
}

bool report_file_write(const struct session *session, const struct model *model, const char *path,
                       struct err *err) {
    struct warehouse *warehouse = NULL;
    bool ok = session_open_warehouse(session, &warehouse, err) &&
              write_page(session, warehouse, model, path, err);
    warehouse_close(warehouse);
    return ok;
}

/* In .env it may stand there for other commands. */
static bool check_format(const struct options *options, struct err *err) {
    if (!options->text[OPTION_FORMAT] || options->origin[OPTION_FORMAT] != FROM_COMMAND_LINE)
        return true;
    err_set(err, ERR_USAGE, "--format: the report is one HTML page");
    return err_hint(err, "`goldleaf export gold_NAME` gives a KPI table as data");
}

bool cmd_report(struct session *session, struct err *err) {
    const struct model *model = NULL;
    const char *path = session->options.text[OPTION_OUTPUT];
    bool ok = check_format(&session->options, err) && session_read_model(session, &model, err) &&
              report_file_write(session, model, path ? path : FILE_NAME, err);
    if (ok && !path)
        log_line(LOG_LEVEL_INFO, "report_written", "the report is in %s", FILE_NAME);
    model_close(model);
    return ok;
}
