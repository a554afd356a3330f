/* The findings of `goldleaf doctor`: what was checked, how it stands, what to do. */
#ifndef GOLDLEAF_CLI_DOCTOR_H
#define GOLDLEAF_CLI_DOCTOR_H

#include "cli/session.h"

enum check_status { CHECK_OK, CHECK_WARN, CHECK_FAIL };

struct check {
    const char *name; /* "key", "tickets" */
    enum check_status status;
    const char *message;
    const char *hint; /* or NULL */
};

struct diagnosis {
    struct arena *arena;
    struct check *checks;
    size_t count, capacity;
    int exit_code; /* of the first check that failed */
};

/* Adds a finding; the message is copied. `hint` may be NULL. */
void diagnosis_add(struct diagnosis *diagnosis, const char *name, enum check_status status,
                   const char *hint, const char *format, ...) PRINTF_LIKE(5, 6);

/* Adds an error as a check that failed. Always returns false. */
bool diagnosis_add_failure(struct diagnosis *diagnosis, const char *name, const struct err *err);

/* Prints in the session's format: {"checks": [{"name", "status", "message", "hint"}]}. */
bool diagnosis_print(struct session *session, const struct diagnosis *diagnosis, struct err *err);

/* The Google half of the examination: key, token, clock, spreadsheets, tabs, headers. Nothing is
 * written anywhere. */
void doctor_check_google(struct diagnosis *diagnosis, struct session *session,
                         const struct model *model);

/* The CSV files: under --source csv, and where no spreadsheet is configured, they are what is read.
 */
void doctor_check_files(struct diagnosis *diagnosis, const struct session *session,
                        const struct model *model);

/* What the header of a sheet lacks; `csv` is taken over. */
void doctor_check_header(struct diagnosis *diagnosis, const struct sheet_model *model,
                         const char *place, struct span csv);

#endif
