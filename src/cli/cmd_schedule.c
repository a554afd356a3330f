/* `goldleaf schedule`: runs `all` at once and then when it is due, for months.
 *
 * This process only waits. Each run is a child of its own, so that nothing of one run, not even its
 * end, outlives it. Settings and model are read anew for each; ones that are broken are told of,
 * and those of before go on. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/after_run.h"
#include "cli/configure.h"
#include "cli/daemon_clock.h"
#include "cli/notify.h"
#include "run/pipeline.h"
#include "run/signals.h"
#include "stages/schedule_note.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_PATIENCE_S 4.5 /* from the first word to a run until it is ended */

/* The settings and the model of one run; another takes their place when they can be read. */
struct settings {
    struct arena arena;
    struct session session;
    const struct model *model;
};

struct daemon {
    const struct session *given; /* as the program was called */
    struct settings *settings;
    struct daemon_clock clock;
    struct schedule schedule;
    char rule[128], host[64];
    char next_run_at[CLOCK_TEXT_SIZE];
    const char *doing; /* for the status line */
    int64_t runs, failures;
    int last_exit_code;
};

/* ---- settings ---- */

static void settings_free(struct settings *settings) {
    if (!settings)
        return;
    model_close(settings->model);
    arena_free(&settings->arena);
    free(settings);
}

static struct settings *settings_read(const struct session *given, struct err *err) {
    struct settings *settings = memory_alloc(sizeof *settings);
    *settings = (struct settings){.session = *given};
    struct session *session = &settings->session;
    session->arena = &settings->arena;
    session->options = given->given;
    if (configure(session, err) && session_read_model(session, &settings->model, err)) {
        session->model = settings->model;
        return settings;
    }
    settings_free(settings);
    return NULL;
}

static void refresh_settings(struct daemon *self) {
    struct err err = {0};
    struct settings *fresh = settings_read(self->given, &err);
    if (!fresh) {
        log_line(LOG_LEVEL_ERROR, "settings_kept", "%s; going on with the settings of before",
                 err.message);
        return;
    }
    settings_free(self->settings);
    self->settings = fresh;
}

/* ---- children ---- */

/* Runs a function in a child; its exit code is the child's. */
static pid_t start(struct daemon *self, int (*work)(struct daemon *self)) {
    pid_t child = fork();
    if (child != 0)
        return child;
    daemon_clock_leave(&self->clock);
    int code = work(self);
    _exit(code);
}

/* Waits for a child; a wish to stop is passed on to it, a second one ends it. Returns its status.
 */
static int wait_for_child(struct daemon *self, pid_t child) {
    double killed_at_s = 0;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        bool was_stopping = self->clock.is_stopping;
        int number = daemon_clock_wait(&self->clock, 1.0);
        bool is_end = number == SIGINT || number == SIGTERM;
        if (is_end && !was_stopping) {
            kill(child, number);
            killed_at_s = clock_monotonic_s() + STOP_PATIENCE_S;
        }
        if (was_stopping && (is_end || clock_monotonic_s() > killed_at_s))
            kill(child, SIGKILL);
    }
    return status;
}

static int run_all(struct daemon *self) {
    struct err err = {0};
    struct session *session = &self->settings->session;
    session->is_scheduled = true;
    if (cmd_all(session, &err))
        return session->exit_code;
    int exit_code = err_exit_code(err.class);
    log_failure(&err, exit_code);
    return exit_code;
}

/* Notes what is planned. A warehouse that cannot be written just now hears of it next time. */
static int note_plan(struct daemon *self) {
    struct err err;
    struct warehouse *warehouse = NULL;
    const char *url = session_text(&self->settings->session, OPTION_DATABASE);
    const char *path = warehouse_file(url);
    struct schedule_note note = {self->host, (int64_t)getppid(), self->rule,
                                 *self->next_run_at ? self->next_run_at : NULL};
    if (path && access(path, F_OK) != 0)
        return 0;
    bool ok = warehouse_open(&warehouse, url, WAREHOUSE_WRITE, &err) &&
              schedule_note_write(warehouse, &note, &err);
    warehouse_close(warehouse);
    if (!ok)
        log_line(LOG_LEVEL_DEBUG, "plan_not_noted", "%s", err.message);
    return 0;
}

/* A run whose process was ended could tell nobody. */
static int record_crash(struct daemon *self) {
    struct session *session = &self->settings->session;
    const char *url = session_text(session, OPTION_DATABASE), *path = warehouse_file(url);
    struct warehouse *warehouse = NULL;
    struct err cause, err;
    err_set(&cause, ERR_FAILED, "the process of the run was ended by signal %d",
            self->last_exit_code - 128);
    err_hint(&cause, "nothing of it was published; did the machine run out of memory?");
    log_failure(&cause, self->last_exit_code);
    if ((!path || access(path, F_OK) == 0) &&
        warehouse_open(&warehouse, url, WAREHOUSE_WRITE, &err))
        pipeline_record_crash(warehouse, self->settings->model, &cause, self->last_exit_code);
    warehouse_close(warehouse);
    after_run(session, NULL, self->last_exit_code, &cause);
    return 0;
}

/* Does a piece of book-keeping in a child, and waits for it. */
static void keep_books(struct daemon *self, int (*work)(struct daemon *self)) {
    pid_t child = start(self, work);
    if (child > 0)
        wait_for_child(self, child);
}

/* ---- runs ---- */

static void say_status(void *context) {
    struct daemon *self = context;
    log_line(LOG_LEVEL_INFO, "status",
             "%s; %lld runs, %lld of them failed, the last one ended with %d", self->doing,
             (long long)self->runs, (long long)self->failures, self->last_exit_code);
}

static void write_time(int64_t at_s, char out[static CLOCK_TEXT_SIZE]) {
    struct tm utc;
    gmtime_r(&(time_t){(time_t)at_s}, &utc);
    strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void take_outcome(struct daemon *self, int status) {
    bool is_crash = WIFSIGNALED(status) && !self->clock.is_stopping;
    self->last_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    self->runs++;
    /* 3 and 4 published, and said what is wrong */
    self->failures +=
        self->last_exit_code != 0 && self->last_exit_code != 3 && self->last_exit_code != 4;
    if (is_crash)
        keep_books(self, record_crash);
}

static bool run_slot(void *context, const struct schedule_slot *slot) {
    struct daemon *self = context;
    if (self->clock.is_stopping)
        return false;
    if (slot->missed)
        log_line(LOG_LEVEL_WARN, "slots_missed",
                 "%lld run%s came due while another was on or the "
                 "machine slept; one run makes up for that",
                 (long long)slot->missed, slot->missed == 1 ? "" : "s");
    refresh_settings(self);
    self->doing = "running";
    notify_say("STATUS=running");
    pid_t child = start(self, run_all);
    if (child < 0) {
        log_line(LOG_LEVEL_ERROR, "no_process", "a run could not start: %s", strerror(errno));
        self->failures++;
        return !self->clock.is_stopping;
    }
    take_outcome(self, wait_for_child(self, child));
    return !self->clock.is_stopping;
}

static void expect(void *context, int64_t next_s) {
    struct daemon *self = context;
    write_time(next_s, self->next_run_at);
    keep_books(self, note_plan);
    self->doing = "waiting";
    notify_say("STATUS=the last run ended with %d, the next one is at %s", self->last_exit_code,
               self->next_run_at);
    log_line(LOG_LEVEL_INFO, "next_run", "the next run is at %s", self->next_run_at);
}

/* ---- the command ---- */

static bool read_rule(struct daemon *self, const struct session *session, struct err *err) {
    const char *cron = session->options.text[OPTION_CRON];
    const char *every = session_text(session, OPTION_EVERY);
    struct slots jitter = {0};
    const char *jitter_text = session->options.text[OPTION_JITTER];
    if (cron ? !slots_read_cron(&self->schedule.slots, cron, err)
             : !slots_read_every(&self->schedule.slots, every, err))
        return err_wrap(err, cron ? "--cron" : "--every");
    if (jitter_text && !slots_read_every(&jitter, jitter_text, err))
        return err_wrap(err, "--jitter");
    self->schedule.jitter_s = (double)jitter.every_s;
    self->schedule.max_runs = session->options.max_runs;
    snprintf(self->rule, sizeof self->rule, "%s %s", cron ? "cron" : "every", cron ? cron : every);
    gethostname(self->host, sizeof self->host - 1);
    return true;
}

/* The zone of a cron line; a run sets the model's for itself. */
static bool use_zone(const struct session *session, struct err *err) {
    const char *zone = session->options.text[OPTION_ZONE];
    char path[512];
    if (!zone)
        return true;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
    if (strstr(zone, "..") || zone[0] == '/' || access(path, R_OK) != 0)
        return err_set(err, ERR_USAGE, "--zone: there is no time zone \"%s\"", zone);
    setenv("TZ", zone, 1);
    tzset();
    return true;
}

bool cmd_schedule(struct session *session, struct err *err) {
    struct daemon self = {.given = session, .doing = "starting"};
    if (!read_rule(&self, session, err) || !use_zone(session, err))
        return false;
    self.settings = settings_read(session, err);
    if (!self.settings)
        return false;
    daemon_clock_open(&self.clock, say_status, &self);
    self.schedule.clock = &self.clock.base;
    self.schedule.run = run_slot;
    self.schedule.expect = expect;
    self.schedule.context = &self;
    log_line(LOG_LEVEL_INFO, "schedule_started", "runs now and then %s", self.rule);
    notify_say("READY=1\nSTATUS=started");
    schedule_loop(&self.schedule);
    notify_say("STOPPING=1");
    *self.next_run_at = '\0';
    keep_books(&self, note_plan);
    log_line(LOG_LEVEL_INFO, "schedule_ended", "%lld runs, %lld of them failed",
             (long long)self.runs, (long long)self.failures);
    settings_free(self.settings);
    session->exit_code = 0;
    return true;
}
