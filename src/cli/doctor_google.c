/* The Google half of `goldleaf doctor`. Each check leans on the one before it, so the first that
 * fails ends its branch: what cannot be asked is not guessed at. */
#include "cli/doctor.h"

#include "cli/google.h"

#include <inttypes.h>

#define SKEW_NOTED_S 60    /* a clock may be off by so much without a word */
#define SKEW_REFUSED_S 300 /* around this Google stops to take what the key signs */

struct examination {
    struct diagnosis *diagnosis;
    struct session *session;
    const struct model *model;
    struct google google;
    struct watch watch;
    struct source *source;
};

static bool check_key(struct examination *self, struct err *err) {
    struct diagnosis *diagnosis = self->diagnosis;
    const char *warning = NULL;
    if (!google_open_credential(&self->google, self->session, &warning, err))
        return diagnosis_add_failure(diagnosis, "key", err);
    const struct credential *credential = self->google.credential;
    const char *email = credential_email(credential);
    diagnosis_add(diagnosis, "key", CHECK_OK, NULL, "%s from %s%s%s", credential_kind(credential),
                  credential_origin(credential), email ? ", " : "", email ? email : "");
    if (warning)
        diagnosis_add(diagnosis, "key file", CHECK_WARN, "chmod 600 is enough", "%s", warning);
    return true;
}

static void check_clock(struct examination *self) {
    int64_t ahead_s;
    if (!token_clock_skew(self->google.tokens, &ahead_s))
        return;
    int64_t off_s = ahead_s < 0 ? -ahead_s : ahead_s;
    enum check_status status = off_s > SKEW_REFUSED_S ? CHECK_FAIL
                               : off_s > SKEW_NOTED_S ? CHECK_WARN
                                                      : CHECK_OK;
    diagnosis_add(self->diagnosis, "clock", status,
                  status == CHECK_OK ? NULL
                                     : "set the clock, for example with timedatectl set-ntp "
                                       "true; Google refuses keys of a clock that is "
                                       "minutes off",
                  "this machine's clock is %" PRId64 " s %s Google's", off_s,
                  ahead_s < 0 ? "behind" : "ahead of");
}

/* An outage is a finding, too; it is waited for no longer than --patience says. */
static bool check_token(struct examination *self, struct err *err) {
    const char *authorization;
    bool ok = token_authorization(self->google.tokens, &authorization, err);
    if (ok)
        diagnosis_add(self->diagnosis, "token", CHECK_OK, NULL, "an access token was given for it");
    else
        diagnosis_add_failure(self->diagnosis, "token", err);
    check_clock(self);
    return ok;
}

static void check_sheet(struct examination *self, const struct sheets_spreadsheet *spreadsheet,
                        size_t index) {
    struct arena *arena = self->session->arena;
    const struct sheet_model *sheet = &self->model->sheets[index];
    const char *why;
    struct err err = {0};
    struct span csv;
    const struct sheets_tab_info *tab =
        sheets_find_tab(spreadsheet, &self->google.addresses[index], sheet, arena, &why);
    if (!tab) {
        diagnosis_add(self->diagnosis, sheet->name, CHECK_FAIL,
                      "give the tab that name, or say which one it is with SHEET_...=!Tab name",
                      "%s", why);
        return;
    }
    if (!sheets_read_rows(self->source, spreadsheet->id, tab, sheet, 1, &csv, &err)) {
        diagnosis_add_failure(self->diagnosis, sheet->name, &err);
        return;
    }
    doctor_check_header(self->diagnosis, sheet, arena_printf(arena, "the tab \"%s\"", tab->title),
                        csv);
}

static void check_spreadsheet(struct examination *self, const char *id) {
    struct sheets_spreadsheet spreadsheet = {0};
    struct err err = {0};
    const char *name = arena_printf(self->session->arena, "spreadsheet %s", id);
    if (!sheets_read_spreadsheet(self->source, id, self->session->arena, &spreadsheet, &err)) {
        diagnosis_add_failure(self->diagnosis, name, &err);
        return;
    }
    diagnosis_add(self->diagnosis, name, CHECK_OK, NULL,
                  "\"%s\", %zu tabs, locale %s, time zone %s", spreadsheet.title,
                  spreadsheet.tab_count, spreadsheet.locale, spreadsheet.time_zone);
    for (size_t i = 0; i < self->model->sheet_count; i++) {
        const char *own = self->google.addresses[i].spreadsheet;
        if (own && strcmp(own, id) == 0)
            check_sheet(self, &spreadsheet, i);
    }
}

static void check_spreadsheets(struct examination *self) {
    const struct sheets_address *addresses = self->google.addresses;
    sheets_open(&self->source, &self->google.settings);
    for (size_t i = 0; i < self->model->sheet_count; i++) {
        bool is_new = addresses[i].spreadsheet != NULL;
        for (size_t j = 0; j < i && is_new; j++)
            is_new = !addresses[j].spreadsheet ||
                     strcmp(addresses[i].spreadsheet, addresses[j].spreadsheet) != 0;
        if (is_new)
            check_spreadsheet(self, addresses[i].spreadsheet);
    }
    source_close(self->source);
}

static void examine(struct examination *self) {
    struct diagnosis *diagnosis = self->diagnosis;
    struct err err = {0};
    if (!google_read_addresses(&self->google, self->session, self->model, &err)) {
        diagnosis_add_failure(diagnosis, "spreadsheet", &err);
        return;
    }
    bool wants_sheets = strcmp(session_text(self->session, OPTION_SOURCE), "sheets") == 0;
    if (self->google.address_count == 0) {
        diagnosis_add(diagnosis, "spreadsheet", wants_sheets ? CHECK_FAIL : CHECK_WARN,
                      "set SPREADSHEET to the URL of the spreadsheet whose tabs are the sheets",
                      "no spreadsheet is configured%s",
                      wants_sheets ? "" : "; the sheets are read from CSV files");
        if (!google_has_credential(self->session))
            return;
    }
    if (!check_key(self, &err))
        return;
    if (!google_connect(&self->google, self->session, self->model, &self->watch, &err))
        diagnosis_add_failure(diagnosis, "connection", &err);
    else if (check_token(self, &err))
        check_spreadsheets(self);
}

void doctor_check_google(struct diagnosis *diagnosis, struct session *session,
                         const struct model *model) {
    struct examination self = {.diagnosis = diagnosis, .session = session, .model = model};
    watch_open(&self.watch);
    examine(&self);
    google_close(&self.google);
    watch_close(&self.watch);
}
