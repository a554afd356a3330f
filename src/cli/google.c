#include "cli/google.h"

#include "base/log.h"
#include "run/pipeline.h"
#include "run/signals.h"
#include "source/csv_source.h"
#include "source/fallback.h"

const struct google_variable GOOGLE_VARIABLES[] = {
    {"SPREADSHEET", "the spreadsheet whose tabs are the sheets: its URL or id"},
    {"SHEET_...", "the same for one sheet, as SHEET_ORDERS: a URL or id, with #gid=N or !Tab name "
                  "behind it for a certain tab, or only !Tab name"},
    {"GOOGLE_APPLICATION_CREDENTIALS", "path of the key of a service account, or of an "
                                       "authorized_user file"},
    {"GOLDLEAF_CREDENTIALS", "the key itself, as JSON or base64"},
    {"GOLDLEAF_TOKEN_COMMAND", "a command that prints an access token"},
    {"GOLDLEAF_SUBJECT", "the user that the service account acts for (domain-wide delegation)"},
    {"GOLDLEAF_GOOGLE_ENDPOINT", "a server instead of Google, for tests: on this machine or https"},
};

const size_t GOOGLE_VARIABLE_COUNT = COUNT_OF(GOOGLE_VARIABLES);

/* ---- addresses ---- */

/* SHEET_TICKETS for tickets. */
static const char *variable_of_sheet(struct arena *arena, const char *sheet) {
    char *name = arena_alloc(arena, strlen("SHEET_") + strlen(sheet) + 1);
    size_t size = strlen("SHEET_");
    memcpy(name, "SHEET_", size);
    for (const char *c = sheet; *c; c++)
        name[size++] = ascii_is_alpha(*c) || ascii_is_digit(*c) ? ascii_upper(*c) : '_';
    return name;
}

/* The address bar's URL names the tab that somebody looked at last; for the spreadsheet that holds
 * all the sheets that means nothing. */
static bool read_common_address(struct google *google, const struct session *session,
                                struct err *err) {
    struct sheets_address address;
    const char *text = session_variable(session, "SPREADSHEET");
    if (!text)
        return true;
    if (!sheets_address_read(session->arena, "SPREADSHEET", text, &address, err))
        return false;
    google->spreadsheet = address.spreadsheet;
    return address.spreadsheet ||
           err_set(err, ERR_USAGE, "SPREADSHEET names a tab, but no spreadsheet");
}

static bool read_address(const struct session *session, const char *sheet, const char *spreadsheet,
                         struct sheets_address *address, struct err *err) {
    const char *variable = variable_of_sheet(session->arena, sheet);
    const char *text = session_variable(session, variable);
    *address = (struct sheets_address){.gid = SHEETS_NO_GID};
    if (text && !sheets_address_read(session->arena, variable, text, address, err))
        return false;
    if (!address->spreadsheet)
        address->spreadsheet = spreadsheet;
    return !text || address->spreadsheet ||
           err_set(err, ERR_USAGE, "%s names only a tab, and SPREADSHEET is not set", variable);
}

/* Secrets go there: nobody but Google and this machine may get them in the clear. */
static bool check_endpoint(const char *endpoint, struct err *err) {
    static const char *const starts[] = {"https://",
                                         "http://127.0.0.1:", "http://localhost:", "http://[::1]:"};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (strncmp(endpoint, starts[i], strlen(starts[i])) == 0 && !strchr(endpoint, '@'))
            return true;
    err_set(err, ERR_USAGE, "GOLDLEAF_GOOGLE_ENDPOINT: neither https nor on this machine");
    return err_hint(err, "an address like http://127.0.0.1:8080");
}

static bool read_endpoint(struct google *google, const struct session *session, struct err *err) {
    const char *text = session_variable(session, "GOLDLEAF_GOOGLE_ENDPOINT");
    if (!text)
        return true;
    size_t size = strlen(text);
    while (size && text[size - 1] == '/')
        size--;
    google->sheets_endpoint = arena_string(session->arena, (struct span){text, size});
    google->token_endpoint = arena_printf(session->arena, "%s/token", google->sheets_endpoint);
    return check_endpoint(text, err);
}

bool google_read_addresses(struct google *google, const struct session *session,
                           const struct model *model, struct err *err) {
    google->addresses = arena_array(session->arena, model->sheet_count, sizeof *google->addresses);
    if (!read_endpoint(google, session, err) || !read_common_address(google, session, err))
        return false;
    for (size_t i = 0; i < model->sheet_count; i++) {
        if (!read_address(session, model->sheets[i].name, google->spreadsheet,
                          &google->addresses[i], err))
            return false;
        google->address_count += google->addresses[i].spreadsheet != NULL;
    }
    return true;
}

/* ---- connection ---- */

static struct credential_settings credential_settings(const struct session *session) {
    return (struct credential_settings){
        .file = session_variable(session, "GOOGLE_APPLICATION_CREDENTIALS"),
        .text = session_variable(session, "GOLDLEAF_CREDENTIALS"),
        .token_command = session_variable(session, "GOLDLEAF_TOKEN_COMMAND"),
        .subject = session_variable(session, "GOLDLEAF_SUBJECT")};
}

bool google_has_credential(const struct session *session) {
    struct credential_settings settings = credential_settings(session);
    return credential_is_set(&settings);
}

bool google_open_credential(struct google *google, const struct session *session,
                            const char **warning, struct err *err) {
    struct credential_settings settings = credential_settings(session);
    return credential_open(&google->credential, &settings, warning, err);
}

bool google_connect(struct google *google, const struct session *session, const struct model *model,
                    struct watch *watch, struct err *err) {
    struct http_settings http = {.timeout_s = (double)session->options.timeout_s,
                                 .is_stopped = signals_have_come};
    if (!http_open(&google->client, &http, err))
        return false;
    google->retry = (struct retry){.patience_s = (double)session->options.patience_s,
                                   .tries = RETRY_TRIES,
                                   .waiting = &watch->waiting};
    struct token_settings tokens = {.credential = google->credential,
                                    .endpoint = google->token_endpoint,
                                    .client = google->client,
                                    .retry = &google->retry};
    token_source_open(&google->tokens, &tokens);
    google->settings = (struct sheets_settings){.model = model,
                                                .addresses = google->addresses,
                                                .endpoint = google->sheets_endpoint,
                                                .email = credential_email(google->credential),
                                                .client = google->client,
                                                .tokens = google->tokens,
                                                .retry = &google->retry,
                                                .waiting = &watch->waiting,
                                                .show = watch_show,
                                                .show_context = watch};
    return true;
}

void google_close(struct google *google) {
    token_source_close(google->tokens);
    credential_close(google->credential);
    http_close(google->client);
    *google = (struct google){0};
}

/* ---- source ---- */

static bool check_complete(const struct google *google, const struct model *model,
                           struct arena *arena, struct err *err) {
    for (size_t i = 0; i < model->sheet_count; i++) {
        if (google->addresses[i].spreadsheet)
            continue;
        err_set(err, ERR_USAGE, "--source sheets: nothing says which spreadsheet has the sheet %s",
                model->sheets[i].name);
        return err_hint(err, "set SPREADSHEET, or %s, to its URL; `goldleaf doctor` then checks it",
                        variable_of_sheet(arena, model->sheets[i].name));
    }
    return true;
}

bool google_open_source(struct google *google, const struct session *session,
                        const struct model *model, struct watch *watch, struct source **source,
                        struct err *err) {
    const char *wanted = session_text(session, OPTION_SOURCE);
    const char *inputs = session_text(session, OPTION_INPUTS);
    bool is_csv = strcmp(wanted, "csv") == 0, is_auto = strcmp(wanted, "auto") == 0;
    if (!is_csv && !google_read_addresses(google, session, model, err))
        return false;
    if (is_csv || (is_auto && google->address_count == 0)) {
        csv_source_open(source, model, inputs);
        return pipeline_check_inputs(model, inputs, err);
    }
    const char *warning = NULL;
    if ((!is_auto && !check_complete(google, model, session->arena, err)) ||
        !google_open_credential(google, session, &warning, err))
        return false;
    if (warning)
        log_line(LOG_LEVEL_WARN, "key_readable", "%s", warning);
    if (!google_connect(google, session, model, watch, err))
        return false;
    struct fallback_settings fallback = {
        .model = model, .addresses = google->addresses, .folder = inputs, .may_fall_back = is_auto};
    sheets_open(&fallback.sheets, &google->settings);
    fallback_open(source, &fallback);
    return true;
}
