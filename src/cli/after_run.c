#include "cli/after_run.h"

#include "base/log.h"
#include "cli/hook.h"
#include "cli/metrics.h"
#include "cli/report_file.h"
#include "cli/run_report.h"

/* The run's report, or of one that failed {"run_id": null, "exit_code", "error", "hint"}. */
static void add_json(struct output *output, const struct run_report *report, int exit_code,
                     const struct err *cause) {
    if (report) {
        run_report_add_json(output, report, exit_code);
        return;
    }
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_null(&json, "run_id");
    json_add_integer(&json, "exit_code", exit_code);
    json_add_string(&json, "error", cause->message);
    json_add_string(&json, "hint", *cause->hint ? cause->hint : NULL);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

/* An error, so that it is seen under --quiet, too: an alert that fails would never be missed. */
static void note(bool ok, const char *event, const struct err *err) {
    if (!ok)
        log_line(LOG_LEVEL_ERROR, event, "%s", err->message);
}

void after_run(const struct session *session, const struct model *model,
               const struct run_report *report, int exit_code, const struct err *cause) {
    const struct options *options = &session->options;
    const char *metrics = options->text[OPTION_METRICS_FILE], *ping = options->text[OPTION_PING];
    const char *page = options->text[OPTION_REPORT];
    const char *hook = options->text[report ? OPTION_ON_SUCCESS : OPTION_ON_FAILURE];
    /* Who stops a run knows of it; a hook would only delay the end. */
    bool is_stopped = cause && (cause->class == ERR_INTERRUPTED || cause->class == ERR_TERMINATED);
    struct err err;
    if (page && report)
        note(report_file_write(session, model, page, &err), "report_failed", &err);
    if (metrics)
        note(metrics_write(metrics, report, exit_code, &err), "metrics_failed", &err);
    if (hook && !is_stopped) {
        struct output json = {.descriptor = -1};
        add_json(&json, report, exit_code, cause);
        note(hook_run(hook, buf_span(&json.text), &err), "hook_failed", &err);
        buf_free(&json.text);
    }
    if (ping && report)
        note(hook_ping(ping, &err), "ping_failed", &err);
}
