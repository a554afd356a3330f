#include "cli/session_run.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/model_changes.h"
#include "run/lock.h"
#include "run/signals.h"
#include "stages/copy.h"

#include <time.h>
#include <unistd.h>

static void wipe_progress(void *context) {
    progress_clear(context);
}

void session_begin_progress(const struct session *session, struct progress *progress) {
    const struct options *options = &session->options;
    const char *terminal = getenv("TERM");
    bool is_shown = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0) &&
                    !options_is_on(options, OPTION_NO_PROGRESS) &&
                    !options_is_on(options, OPTION_QUIET) &&
                    strcmp(session_text(session, OPTION_LOG_FORMAT), "text") == 0;
    *progress = (struct progress){
        .stream = is_shown ? stderr : NULL,
        .is_color = output_wants_color(session_text(session, OPTION_COLOR), STDERR_FILENO)};
    log_before_line(wipe_progress, progress);
}

void session_end_progress(struct progress *progress) {
    progress_clear(progress);
    log_before_line(NULL, NULL);
}

bool session_run_on(struct session *session, struct warehouse *warehouse, const struct model *model,
                    const struct run_options *run, struct run_report *report, struct err *err) {
    struct progress progress;
    session_begin_progress(session, &progress);
    bool ok = pipeline_run(warehouse, model, run, &progress, session->arena, report, err);
    session_end_progress(&progress);
    return ok;
}

/* ---- trying again ----
 *
 * A run is one transaction, so what a deadlock, a restart of the server or a lost connection broke
 * off is tried again as a whole. One case is different: when the answer to COMMIT did not come, the
 * run may well be published, and only the database knows. */

#define RETRY_BUDGET_S 30.0

struct attempts {
    struct session *session;
    const struct model *model;
    const struct run_options *run;
    struct warehouse **warehouse;
    struct run_report *report;
    unsigned count;
    double lost_s; /* when the first try failed; long runs get their time, too */
};

/* Twice as long each time, up to eight seconds. */
static double wait_of(const struct attempts *attempts) {
    unsigned doublings = attempts->count - 1 < 4 ? attempts->count - 1 : 4;
    return 0.5 * (double)(1U << doublings);
}

/* Our own session may hold the lock until the server sees that we are gone, and a server that
 * starts refuses connections; but neither is a reason to try a first time again. */
static bool is_worth_a_retry(const struct attempts *attempts, const struct err *err) {
    bool is_passing = err->class == ERR_DATABASE_RETRY ||
                      (attempts->count > 1 && !*attempts->warehouse) ||
                      (attempts->count > 1 && err->class == ERR_LOCKED);
    double spent_s = clock_monotonic_s() - attempts->lost_s;
    return is_passing && !attempts->run->is_dry && spent_s + wait_of(attempts) < RETRY_BUDGET_S;
}

static bool wait_for_retry(const struct attempts *attempts, const struct err *cause,
                           struct err *err) {
    double wait_s = wait_of(attempts);
    double until_s = clock_monotonic_s() + wait_s;
    log_line(LOG_LEVEL_WARN, "database_retry", "%s; trying the run again in %.1f s", cause->message,
             wait_s);
    while (clock_monotonic_s() < until_s && signals_check(err))
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return signals_check(err);
}

/* Under the lock of the run, so that a COMMIT that is still under way comes first. */
static bool find_out(const struct attempts *attempts, const char *run_id, bool *is_published,
                     struct err *err) {
    struct warehouse *warehouse = *attempts->warehouse;
    struct value status = value_null(), parameter = value_string(run_id);
    bool has_table = false;
    bool ok =
        warehouse_begin(warehouse, err) &&
        warehouse_has_table(warehouse, "audit_runs", &has_table, err) &&
        (!has_table || warehouse_value(warehouse, attempts->session->arena,
                                       sql_file("audit/find_run"), &parameter, 1, &status, err));
    warehouse_rollback(warehouse);
    *is_published = ok && status.kind != VALUE_NULL;
    return ok;
}

static bool attempt(struct attempts *attempts, bool *is_published, struct err *err) {
    const struct session *session = attempts->session;
    const char *url = session_text(session, OPTION_DATABASE);
    bool is_unsure = attempts->count && attempts->report->is_commit_sent;
    const char *run_id = attempts->report->run_id;
    attempts->count++;
    bool is_open = attempts->run->is_dry
                       ? copy_open_fork(attempts->warehouse, url, attempts->model, err)
                       : warehouse_open(attempts->warehouse, url, WAREHOUSE_WRITE, err);
    if (!is_open || (is_unsure && !find_out(attempts, run_id, is_published, err)))
        return false;
    return *is_published || session_run_on(attempts->session, *attempts->warehouse, attempts->model,
                                           attempts->run, attempts->report, err);
}

/* Gives up. Whoever reads this has to know when a failed run may not have failed. */
static bool give_up(const struct attempts *attempts, struct err *err) {
    /* also when another run holds the lock by now: then it could not be looked up */
    bool is_later = err->class == ERR_DATABASE || err->class == ERR_LOCKED;
    bool is_lost = err->class == ERR_DATABASE_RETRY || (attempts->count > 1 && is_later);
    if (is_lost && attempts->report->is_commit_sent)
        err_hint(err,
                 "the answer to COMMIT was lost: `goldleaf status` will tell whether run %s was "
                 "published",
                 attempts->report->run_id);
    return false;
}

static bool run_until_done(struct attempts *attempts, struct err *err) {
    bool is_published = false;
    while (!attempt(attempts, &is_published, err)) {
        struct err cause = *err;
        if (attempts->count == 1)
            attempts->lost_s = clock_monotonic_s();
        if (!is_worth_a_retry(attempts, &cause))
            return give_up(attempts, err);
        warehouse_close(*attempts->warehouse);
        *attempts->warehouse = NULL;
        if (!wait_for_retry(attempts, &cause, err))
            return false;
    }
    if (is_published)
        log_line(LOG_LEVEL_INFO, "commit_confirmed",
                 "the connection was lost, but the run %s was published before",
                 attempts->report->run_id);
    return true;
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
    struct attempts attempts = {session, model, run, warehouse, report, 0, 0};
    *report = (struct run_report){0};
    bool ok = run_until_done(&attempts, err);
    lock_release(&lock);
    if (!ok && report->is_model_refused)
        model_changes_log(report);
    if (!ok && (err->class == ERR_INTERRUPTED || err->class == ERR_TERMINATED))
        err_hint(err, "nothing of this run was published; the last good version stays");
    return ok;
}
