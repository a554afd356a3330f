/* What one invocation of the program knows: its options, its output, how it will exit. */
#ifndef GOLDLEAF_CLI_SESSION_H
#define GOLDLEAF_CLI_SESSION_H

#include "cli/options.h"
#include "cli/output.h"
#include "model/model.h"
#include "warehouse/warehouse.h"

#include <stdatomic.h>

struct command;

struct session {
    struct arena *arena; /* of the process */
    const struct command *command;
    struct options options;
    struct options given;           /* those of the command line alone */
    const struct model *model;      /* NULL, or read already: session_read_model() gives this one */
    struct environment environment; /* where options and variables come from */
    const char **operands;          /* the words behind the command's name */
    size_t operand_count;
    struct output output; /* opened by session_open_output() */
    bool is_scheduled;    /* a run of `schedule`: nobody reads a report of it */
    bool needs_env_file;  /* it was there before, so that it is gone is a fault */
    /* Of a run of `schedule`: tells the process that waits for it that it has published. */
    atomic_bool *has_published;
    int exit_code; /* of a command that did what it was asked */
};

/* Opens the output; `default_format` is "text" or "csv". */
bool session_open_output(struct session *session, const char *default_format, struct err *err);

/* Reads the model of --model. Its faults are logged, and the error counts them. The model is the
 * caller's to close. */
bool session_read_model(struct session *session, const struct model **model, struct err *err);

/* Whether the model has the sheet that an option names; ERR_USAGE with the nearest one if not. */
bool session_check_sheet(const struct session *session, const struct model *model,
                         enum option_id id, const char *name, struct err *err);

/* Opens the warehouse for reading. A file that was never loaded is ERR_DATABASE with the hint to
 * run `goldleaf all`, as a missing one is. */
bool session_open_warehouse(const struct session *session, struct warehouse **warehouse,
                            struct err *err);

/* The value of a variable that is no option's twin, from the environment, else from .env; NULL when
 * it is not set, or empty. */
const char *session_variable(const struct session *session, const char *name);

/* The value of an option that always has one. */
const char *session_text(const struct session *session, enum option_id id);

#endif
