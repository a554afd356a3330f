/* What a Sheets request needs besides a server: time, patience, and a token that a command
 * prints. */
#ifndef GOLDLEAF_TESTS_SHEETS_FIXTURE_H
#define GOLDLEAF_TESTS_SHEETS_FIXTURE_H

#include "model_fixture.h"
#include "time_fixture.h"

#include "auth/token.h"
#include "source/sheets.h"

#define TRIES 10 /* of one request */
#define EMAIL "reader@project-1.iam.gserviceaccount.com"

struct access {
    struct fake_time time;
    struct retry retry;
    struct credential *credential;
    struct token_source *tokens;
};

/* It has pointers to itself, so it must not be moved. */
static inline void access_open(struct access *access, const char *command) {
    const struct credential_settings settings = {.token_command = command};
    const char *warning;
    struct err err;
    fake_time_start(&access->time);
    access->retry =
        (struct retry){.patience_s = 1000, .tries = TRIES, .waiting = &access->time.waiting};
    if (!credential_open(&access->credential, &settings, &warning, &err))
        fail_msg("%s", err.message);
    const struct token_settings tokens = {.credential = access->credential,
                                          .retry = &access->retry};
    token_source_open(&access->tokens, &tokens);
}

static inline void access_close(struct access *access) {
    token_source_close(access->tokens);
    credential_close(access->credential);
}

/* Time and patience as at the start, the token as it is. */
static inline void access_renew(struct access *access) {
    fake_time_start(&access->time);
    access->retry.patience_s = 1000;
    access->retry.tries = TRIES;
}

#endif
