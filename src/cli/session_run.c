#include "cli/session_run.h"

#include "base/log.h"
#include "run/lock.h"

#include <unistd.h>

static void wipe_progress(void *context) {
    progress_clear(context);
}

static struct progress make_progress(const struct session *session) {
    const struct options *options = &session->options;
    const char *terminal = getenv("TERM");
    bool is_shown = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0) &&
                    !options_is_on(options, OPTION_NO_PROGRESS) &&
                    !options_is_on(options, OPTION_QUIET) &&
                    strcmp(session_text(session, OPTION_LOG_FORMAT), "text") == 0;
    return (struct progress){
        .stream = is_shown ? stderr : NULL,
        .is_color = output_wants_color(session_text(session, OPTION_COLOR), STDERR_FILENO)};
}

bool session_run_on(struct session *session, struct warehouse *warehouse, const struct model *model,
                    const struct run_options *run, struct run_report *report, struct err *err) {
    struct progress progress = make_progress(session);
    log_before_line(wipe_progress, &progress);
    bool ok = pipeline_run(warehouse, model, run, &progress, session->arena, report, err);
    log_before_line(NULL, NULL);
    return ok;
}

/* The lock is given back before anything is printed, so that a slow reader of the report keeps
 * nobody waiting. A dry run needs none. */
bool session_run(struct session *session, const struct model *model, const struct run_options *run,
                 struct warehouse **warehouse, struct run_report *report, struct err *err) {
    const char *url = session_text(session, OPTION_DATABASE), *path = warehouse_file(url);
    struct lock lock = {.descriptor = -1};
    bool is_shared = path && *path && strcmp(path, ":memory:") != 0;
    if (!run->is_dry && is_shared && !lock_take(&lock, path, err))
        return false;
    bool ok = warehouse_open(warehouse, url, run->is_dry ? WAREHOUSE_FORK : WAREHOUSE_WRITE, err) &&
              session_run_on(session, *warehouse, model, run, report, err);
    lock_release(&lock);
    if (!ok && (err->class == ERR_INTERRUPTED || err->class == ERR_TERMINATED))
        err_hint(err, "nothing of this run was published; the last good version stays");
    return ok;
}
