/* `goldleaf schedule`: runs `all` at once and then when it is due, for months.
 *
 * This process only waits. Each run is a child of its own, so that nothing of one run, not even its
 * end, outlives it. Settings and model are read anew for each; ones that are broken are told of,
 * and those of before go on. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/zone.h"
#include "cli/after_run.h"
#include "cli/child.h"
#include "cli/configure.h"
#include "cli/daemon_clock.h"
#include "cli/metrics.h"
#include "cli/notify.h"
#include "run/pipeline.h"
#include "run/signals.h"
#include "stages/schedule_note.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A stop takes five seconds at most: so long after the first word a run is ended, and so long after
 * it whoever still writes down what became of it. */
#define RUN_PATIENCE_S 4.0
#define BOOKS_PATIENCE_S 4.6

#define CRASH_TRIES 20 /* a second apart */
#define LATE_S 5       /* a slot that begins so much later is worth a word */

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
    pid_t pid;
    atomic_bool *has_published; /* by the run that is on or was the last; it tells us */
    int64_t runs, failures;
    int last_exit_code;
    bool was_ended_by_us; /* the last run, because it did not stop */
    struct err crash;     /* of the last run whose process was ended */
};

/* ---- settings ---- */

static void settings_free(struct settings *settings) {
    if (!settings)
        return;
    model_close(settings->model);
    arena_free(&settings->arena);
    free(settings);
}

static struct settings *settings_read(const struct session *given, bool needs_env_file,
                                      struct err *err) {
    struct settings *settings = memory_alloc(sizeof *settings);
    *settings = (struct settings){.session = *given};
    struct session *session = &settings->session;
    session->arena = &settings->arena;
    session->options = given->given;
    session->needs_env_file = needs_env_file;
    if (configure(session, err) && session_read_model(session, &settings->model, err)) {
        session->model = settings->model;
        return settings;
    }
    settings_free(settings);
    return NULL;
}

/* When runs are due is laid down once, or a slip in a file could stop them for a year. */
static void mind_rule(const struct session *before, const struct session *now) {
    static const enum option_id rule[] = {OPTION_EVERY, OPTION_CRON, OPTION_ZONE, OPTION_JITTER};
    for (size_t i = 0; i < COUNT_OF(rule); i++)
        if (strcmp(session_text(before, rule[i]), session_text(now, rule[i])) != 0)
            log_line(LOG_LEVEL_WARN, "rule_kept",
                     "--%s is another one now; that counts once the "
                     "schedule is started anew",
                     OPTIONS[rule[i]].name);
}

static void refresh_settings(struct daemon *self) {
    struct err err = {0}, ignored;
    const struct session *before = &self->settings->session;
    struct settings *fresh = settings_read(self->given, before->environment.file->exists, &err);
    if (!fresh) {
        (void)configure_log(before, &ignored); /* the broken ones may have changed it */
        log_line(LOG_LEVEL_ERROR, "settings_kept", "%s; going on with the settings of before",
                 err.message);
        return;
    }
    mind_rule(before, &fresh->session);
    settings_free(self->settings);
    self->settings = fresh;
}

/* ---- what children do ---- */

static int run_all(void *context) {
    struct daemon *self = context;
    struct err err = {0};
    struct session *session = &self->settings->session;
    session->is_scheduled = true;
    session->has_published = self->has_published;
    if (cmd_all(session, &err))
        return session->exit_code;
    int exit_code = err_exit_code(err.class);
    log_failure(&err, exit_code);
    return exit_code;
}

/* Notes what is planned. A warehouse that cannot be written just now hears of it next time. */
static int note_plan(void *context) {
    struct daemon *self = context;
    struct err err;
    struct warehouse *warehouse = NULL;
    const char *url = session_text(&self->settings->session, OPTION_DATABASE);
    const char *path = warehouse_file(url);
    struct schedule_note note = {self->host, (int64_t)self->pid, self->rule,
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

static void describe_crash(const struct daemon *self, struct err *cause) {
    if (self->was_ended_by_us) {
        err_set(cause, ERR_TERMINATED, "the run did not stop when it was told to, and was ended");
        return;
    }
    err_set(cause, ERR_FAILED, "the process of the run was ended by signal %d",
            self->last_exit_code - 128);
    err_hint(cause, "nothing of it was published; did the machine run out of memory?");
}

static bool write_crash(const struct daemon *self, const struct err *cause) {
    const char *url = session_text(&self->settings->session, OPTION_DATABASE);
    const char *path = warehouse_file(url);
    struct warehouse *warehouse = NULL;
    struct err err;
    if (path && access(path, F_OK) != 0)
        return true;
    bool ok = warehouse_open(&warehouse, url, WAREHOUSE_WRITE, &err) &&
              pipeline_record_crash(warehouse, self->settings->model, cause, self->last_exit_code);
    warehouse_close(warehouse);
    return ok;
}

/* A run whose process was ended could tell nobody. */
static int record_crash(void *context) {
    struct daemon *self = context;
    struct err stop;
    for (int tries = 1;
         !write_crash(self, &self->crash) && tries < CRASH_TRIES && signals_check(&stop); tries++)
        sleep(1); /* a signal ends it, too */
    after_run(&self->settings->session, self->settings->model, NULL, self->last_exit_code,
              &self->crash);
    return 0;
}

/* Does a piece of book-keeping in a child, and waits for it, unless there is no time for that. */
static void keep_books(struct daemon *self, int (*work)(void *context)) {
    if (daemon_clock_is_late(&self->clock, BOOKS_PATIENCE_S))
        return;
    pid_t child = child_start(&self->clock, work, self);
    if (child > 0)
        child_wait(&self->clock, child, BOOKS_PATIENCE_S);
}

/* ---- runs ---- */

static void say_status(void *context) {
    struct daemon *self = context;
    log_answer("status", "%s; %lld runs, %lld of them failed, the last one ended with %d%s%s",
               self->doing, (long long)self->runs, (long long)self->failures, self->last_exit_code,
               *self->next_run_at ? "; the next one is at " : "", self->next_run_at);
}

/* It was through, and what follows a run was cut off. */
static void say_cut_off(const struct daemon *self) {
    log_line(LOG_LEVEL_WARN, "run_cut_off",
             "the run was published; then its process was ended by signal %d, so that its hook or "
             "ping may be missing",
             self->last_exit_code - 128);
}

static void take_outcome(struct daemon *self, int status) {
    bool is_stopping = self->clock.is_stopping, has_published = atomic_load(self->has_published);
    self->last_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    self->was_ended_by_us = is_stopping;
    self->failures += !has_published && !is_stopping;
    if (!WIFSIGNALED(status))
        return;
    if (has_published) {
        say_cut_off(self);
        return;
    }
    describe_crash(self, &self->crash);
    log_failure(&self->crash, self->last_exit_code); /* here: the child may not come about */
    keep_books(self, record_crash);
}

/* There is no process for a hook either, but whoever watches the metrics hears of it. */
static void take_no_process(struct daemon *self, int error) {
    const char *metrics = self->settings->session.options.text[OPTION_METRICS_FILE];
    struct err err;
    log_line(LOG_LEVEL_ERROR, "no_process", "a run could not start: %s", strerror(error));
    self->last_exit_code = 1;
    self->failures++;
    if (metrics && !metrics_write(metrics, NULL, self->last_exit_code, &err))
        log_line(LOG_LEVEL_ERROR, "metrics_failed", "%s", err.message);
}

static void run(struct daemon *self) {
    refresh_settings(self);
    self->doing = "running";
    *self->next_run_at = '\0';
    notify_say("STATUS=running");
    atomic_store(self->has_published, false);
    pid_t child = child_start(&self->clock, run_all, self);
    if (child > 0)
        take_outcome(self, child_wait(&self->clock, child, RUN_PATIENCE_S));
    else
        take_no_process(self, errno);
    self->runs++;
}

static void note_delay(const struct schedule_slot *slot) {
    if (slot->missed)
        log_line(LOG_LEVEL_WARN, "slots_missed",
                 "%lld run%s came due while another was on or the machine slept; one run makes up "
                 "for that",
                 (long long)slot->missed, slot->missed == 1 ? "" : "s");
    else if (slot->late_s > LATE_S)
        log_line(LOG_LEVEL_INFO, "slot_late", "this run begins %.0f s late", slot->late_s);
}

static bool run_slot(void *context, const struct schedule_slot *slot) {
    struct daemon *self = context;
    if (self->clock.is_stopping)
        return false;
    note_delay(slot);
    run(self);
    return !self->clock.is_stopping;
}

static void expect(void *context, int64_t next_s) {
    struct daemon *self = context;
    clock_write_utc(next_s, self->next_run_at);
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
    if (!cron && jitter.every_s >= self->schedule.slots.every_s)
        return err_set(err, ERR_USAGE, "--jitter: %s is not less than --every %s", jitter_text,
                       every);
    self->schedule.jitter_s = (double)jitter.every_s;
    self->schedule.max_runs = session->options.max_runs;
    snprintf(self->rule, sizeof self->rule, "%s %s", cron ? "cron" : "every", cron ? cron : every);
    gethostname(self->host, sizeof self->host - 1);
    return true;
}

/* The zone of a cron line; a run sets the model's for itself. */
static bool use_zone(const struct session *session, struct err *err) {
    const char *zone = session->options.text[OPTION_ZONE];
    if (!zone)
        return true;
    if (!zone_check(zone, err))
        return err_wrap(err, "--zone");
    setenv("TZ", zone, 1);
    tzset();
    return true;
}

/* A page that we share with the run, so that it can tell us even if it is killed. */
static bool share_page(struct daemon *self, struct err *err) {
    void *page = mmap(NULL, sizeof *self->has_published, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return err_set(err, ERR_FAILED, "no memory to share: %s", strerror(errno));
    self->has_published = page;
    return true;
}

static void go_on(struct daemon *self) {
    self->schedule.clock = &self->clock.base;
    self->schedule.run = run_slot;
    self->schedule.expect = expect;
    self->schedule.context = self;
    child_adopt_orphans();
    log_line(LOG_LEVEL_INFO, "schedule_started", "runs now and then %s", self->rule);
    notify_say("READY=1\nSTATUS=started");
    schedule_loop(&self->schedule);
    if (!self->clock.is_stopping)
        notify_say("STOPPING=1");
    *self->next_run_at = '\0';
    keep_books(self, note_plan);
    log_line(LOG_LEVEL_INFO, "schedule_ended", "%lld runs, %lld of them failed",
             (long long)self->runs, (long long)self->failures);
}

bool cmd_schedule(struct session *session, struct err *err) {
    struct daemon self = {.given = session, .doing = "starting", .pid = getpid()};
    if (!read_rule(&self, session, err) || !use_zone(session, err) || !share_page(&self, err))
        return false;
    self.settings = settings_read(session, false, err);
    if (!self.settings)
        return false;
    daemon_clock_open(&self.clock, say_status, &self);
    go_on(&self);
    settings_free(self.settings);
    munmap(self.has_published, sizeof *self.has_published);
    session->exit_code = 0;
    return true;
}
