/* The commands: one table for the dispatcher and for --help. */
#ifndef GOLDLEAF_CLI_COMMANDS_H
#define GOLDLEAF_CLI_COMMANDS_H

#include "cli/session.h"

struct command {
    const char *name;
    const char *operands; /* for the usage line: "TABLE" or "" */
    const char *summary;  /* one line, at most 60 columns */
    const char *details;  /* a paragraph for `help COMMAND`, or NULL */
    unsigned options;     /* its FOR_ bit */
    size_t least_operands, most_operands;
    bool needs_no_env_file; /* it must work whatever the .env looks like */
    bool is_daemon;         /* goes on for long, and somebody reads its messages later */
    /* Does the work and prints the data. False: the error's class is the exit code; else
     * session->exit_code is. */
    bool (*run)(struct session *session, struct err *err);
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

/* By name; '-' stands for '_'. ERR_USAGE names the nearest one for a name that is not known. */
bool command_find(struct arena *arena, const char *name, const struct command **command,
                  struct err *err);

bool cmd_all(struct session *session, struct err *err);
bool cmd_load_bronze(struct session *session, struct err *err);
bool cmd_build_silver(struct session *session, struct err *err);
bool cmd_build_gold(struct session *session, struct err *err);
bool cmd_schedule(struct session *session, struct err *err);
bool cmd_report(struct session *session, struct err *err);
bool cmd_status(struct session *session, struct err *err);
bool cmd_rejects(struct session *session, struct err *err);
bool cmd_export(struct session *session, struct err *err);
bool cmd_apply(struct session *session, struct err *err);
bool cmd_blame(struct session *session, struct err *err);
bool cmd_copy(struct session *session, struct err *err);
bool cmd_prune(struct session *session, struct err *err);
bool cmd_verify(struct session *session, struct err *err);
bool cmd_diff(struct session *session, struct err *err);
bool cmd_doctor(struct session *session, struct err *err);
bool cmd_model(struct session *session, struct err *err);
bool cmd_init(struct session *session, struct err *err);
bool cmd_help(struct session *session, struct err *err);
bool cmd_version(struct session *session, struct err *err);

/* Help without a session: the overview (NULL) or one command, as text. */
void help_add(struct output *output, const struct command *command);

/* The usage line and the commands, for somebody who gave none. */
void help_add_commands(struct output *output);

#endif
