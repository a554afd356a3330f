/* The options: one table for the parser, the environment, --help and the .env that `init` writes.
 *
 * A value comes from the command line, else from the environment, else from .env, else from the
 * table. Only what a command takes is checked, and each fault names where the value came from.
 * Texts are borrowed from argv, the environment or the arena given. */
#ifndef GOLDLEAF_CLI_OPTIONS_H
#define GOLDLEAF_CLI_OPTIONS_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/env_file.h"

#include <stdint.h>

enum option_id {
    OPTION_MODEL,
    OPTION_SOURCE,
    OPTION_INPUTS,
    OPTION_DATABASE,
    OPTION_ENV_FILE,
    OPTION_FORMAT,
    OPTION_OUTPUT,
    OPTION_MAX_LOSS,
    OPTION_ACCEPT,
    OPTION_FULL_REFRESH,
    OPTION_ALLOW_DESTRUCTIVE,
    OPTION_DRY_RUN,
    OPTION_SAVE_PLAN,
    OPTION_DETAILED_EXITCODE,
    OPTION_ONLY,
    OPTION_IGNORE_COLUMNS,
    OPTION_MIN_CHANGE,
    OPTION_TIMEOUT,
    OPTION_PATIENCE,
    OPTION_SNAPSHOT,
    OPTION_FROM,
    OPTION_TO,
    OPTION_FROM_CSV,
    OPTION_FROM_SHEETS,
    OPTION_SHEET,
    OPTION_LIMIT,
    OPTION_KEEP,
    OPTION_EVERY,
    OPTION_CRON,
    OPTION_ZONE,
    OPTION_JITTER,
    OPTION_MAX_RUNS,
    OPTION_METRICS_FILE,
    OPTION_ON_SUCCESS,
    OPTION_ON_FAILURE,
    OPTION_PING,
    OPTION_REPORT,
    OPTION_WARN_AFTER,
    OPTION_FAIL_AFTER,
    OPTION_LOG_FILE,
    OPTION_LOG_MAX_SIZE,
    OPTION_LOG_FORMAT,
    OPTION_LOG_LEVEL,
    OPTION_VERBOSE,
    OPTION_QUIET,
    OPTION_COLOR,
    OPTION_NO_PROGRESS,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT,
};

/* Which commands take an option; a command names its own bit. */
enum {
    FOR_PULL = 1 << 0,    /* all, load_bronze */
    FOR_BUILD = 1 << 1,   /* build_silver, build_gold */
    FOR_REJECTS = 1 << 2, /* rejects */
    FOR_EXPORT = 1 << 3,  /* export */
    FOR_GOOGLE = 1 << 4,  /* doctor, apply */
    FOR_DIFF = 1 << 5,    /* diff */
    FOR_BLAME = 1 << 6,   /* blame */
    FOR_OTHERS = 1 << 7,
    FOR_COPY = 1 << 8,     /* copy */
    FOR_SCHEDULE = 1 << 9, /* schedule */
    FOR_STATUS = 1 << 10,  /* status */
    FOR_PRUNE = 1 << 11,   /* prune */
    FOR_MODEL = 1 << 12,   /* model */
    FOR_REPORT = 1 << 13,  /* report */
    FOR_ALL = (1 << 14) - 1,
};

enum option_kind {
    KIND_FLAG,
    KIND_TEXT,
    KIND_CHOICE,
    KIND_PERCENT, /* 0 to 100, a fraction allowed, "%" may follow */
    KIND_NUMBER,  /* 0 or more, a fraction allowed */
    KIND_COUNT,   /* a whole number from 0 on */
    KIND_SPAN,    /* 90s, 15m, 1h, 1d */
    KIND_URL,     /* of the web; no message repeats it */
    KIND_KEEP,    /* a span, or a whole number from 1 on */
    KIND_LIST,    /* may be repeated; separated by commas in the environment */
};

struct option {
    const char *name; /* without the two dashes */
    char letter;      /* or 0 */
    enum option_kind kind;
    unsigned commands;
    const char *variable;      /* its twin in the environment; NULL: none */
    const char *value;         /* what stands for the value in --help; NULL for a flag */
    const char *default_value; /* NULL: none */
    const char *choices;       /* of a KIND_CHOICE: "auto|csv" */
    const char *help;
};

extern const struct option OPTIONS[OPTION_COUNT];

enum option_origin { FROM_DEFAULT, FROM_ENV_FILE, FROM_ENVIRONMENT, FROM_COMMAND_LINE };

struct options {
    const char
        *text[OPTION_COUNT]; /* NULL where nothing gives a value; "1" for a flag that is on */
    enum option_origin origin[OPTION_COUNT];
    const char **accept; /* the values of --accept */
    size_t accept_count;
    const char **ignored; /* the values of --ignore-columns */
    size_t ignored_count;
    double min_change;
    int64_t snapshot; /* 0: the last one */
    int64_t from;     /* snapshot; 0: the one before the other */
    int64_t limit;    /* -1: not given; 0: no limit */
    double max_loss;
    int64_t keep_s, keep_count; /* one of them; both 0: not given */
    int64_t timeout_s, patience_s;
    int64_t max_runs;                   /* 0: without end */
    int64_t log_max_mib;                /* a log file that is larger is begun anew */
    int64_t warn_after_s, fail_after_s; /* 0: never */
};

/* The words of the command line that are no options: the command and its operands. */
struct arguments {
    const char **words;
    size_t count;
};

/* Takes argv apart. Options and words may come in any order; "--" ends the options. ERR_USAGE
 * names the nearest option for one that is not known. */
bool options_parse(struct arena *arena, int argc, char **argv, struct options *options,
                   struct arguments *arguments, struct err *err);

/* Where the values that the command line does not give come from: `get` is getenv() or a test's,
 * `file` may be NULL. */
struct environment {
    const char *(*get)(const char *name);
    const struct env_file *file;
};

/* What the environment, else the file, says; NULL for a variable that is empty or not set. "" in
 * the environment counts as not given, but it keeps the file from giving a value. */
const char *environment_find(const struct environment *environment, const char *variable);

/* Fills in the rest and checks it. `command` is one of the FOR_ bits and `command_name` its name:
 * an option on the command line that it does not take is ERR_USAGE. */
bool options_resolve(struct arena *arena, struct options *options,
                     const struct environment *environment, unsigned command,
                     const char *command_name, struct err *err);

/* True for a flag that is on. */
bool options_is_on(const struct options *options, enum option_id id);

/* The nth word of "text|json|csv", or false. */
bool choice_word(const char *choices, size_t index, struct span *word);

/* Every variable whose name begins with GOLDLEAF_ that some version of the program reads. */
size_t options_list_variables(struct arena *arena, const char *const **names);

#endif
