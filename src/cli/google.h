/* The Google side of the configuration: which spreadsheets, which credential, which server; and
 * the source of sheets that follows from it. */
#ifndef GOLDLEAF_CLI_GOOGLE_H
#define GOLDLEAF_CLI_GOOGLE_H

#include "cli/session.h"
#include "run/watch.h"
#include "source/sheets.h"

/* A variable that has no option beside it, for --help and the .env that `init` writes. */
struct google_variable {
    const char *name, *help;
};

extern const struct google_variable GOOGLE_VARIABLES[];
extern const size_t GOOGLE_VARIABLE_COUNT;

/* All that is needed to talk to Google. Zeroed, it is closed. */
struct google {
    const char *spreadsheet;                      /* id of SPREADSHEET, or NULL */
    struct sheets_address *addresses;             /* one a sheet of the model */
    size_t address_count;                         /* of those with a spreadsheet */
    const char *sheets_endpoint, *token_endpoint; /* NULL: Google's own */
    struct credential *credential;
    struct http_client *client;
    struct retry retry;
    struct token_source *tokens;
    struct sheets_settings settings;
};

/* Reads SPREADSHEET, SHEET_... and GOLDLEAF_GOOGLE_ENDPOINT. ERR_USAGE for what cannot be used. */
bool google_read_addresses(struct google *google, const struct session *session,
                           const struct model *model, struct err *err);

bool google_has_credential(const struct session *session);

/* Reads the credential; `*warning` as credential_open() gives it. */
bool google_open_credential(struct google *google, const struct session *session,
                            const char **warning, struct err *err);

/* Opens client and token source behind it. The session, the model and the watch must outlive it. */
bool google_connect(struct google *google, const struct session *session, const struct model *model,
                    struct watch *watch, struct err *err);

void google_close(struct google *google);

/* The source that --source asks for. `google` must outlive it. ERR_USAGE when that is Google and
 * nothing says where the sheets are, and when there is neither a spreadsheet nor a single file. */
bool google_open_source(struct google *google, const struct session *session,
                        const struct model *model, struct watch *watch, struct source **source,
                        struct err *err);

#endif
