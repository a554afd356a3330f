#include "auth/credential_parts.h"

#include "auth/rsa_key.h"

#define FILE_VARIABLE "GOOGLE_APPLICATION_CREDENTIALS"
#define TEXT_VARIABLE "GOLDLEAF_CREDENTIALS"
#define COMMAND_VARIABLE "GOLDLEAF_TOKEN_COMMAND"

static bool is_set(const char *value) {
    return value && *value;
}

bool credential_is_set(const struct credential_settings *settings) {
    return is_set(settings->file) || is_set(settings->text) || is_set(settings->token_command);
}

static bool open_file(struct credential *credential, const char *path, const char **warning,
                      struct err *err) {
    credential->origin = FILE_VARIABLE;
    if (credential_is_content(span_from(path))) {
        err_set(err, ERR_ACCESS, "this variable takes the path of a file, not its content");
        return err_hint(err, "put the path there, or the content into " TEXT_VARIABLE);
    }
    credential->origin = arena_printf(&credential->arena, FILE_VARIABLE " (%s)", path);
    struct secret content = {0};
    bool is_good = credential_read_file(credential, path, &content, warning, err) &&
                   credential_parse(credential, secret_span(&content), err);
    secret_free(&content);
    return is_good;
}

static bool open_text(struct credential *credential, const char *text, struct err *err) {
    credential->origin = TEXT_VARIABLE;
    struct secret content = {0};
    bool is_good = credential_read_text(span_from(text), &content, err) &&
                   credential_parse(credential, secret_span(&content), err);
    secret_free(&content);
    return is_good;
}

static bool take_subject(struct credential *credential, const char *subject, struct err *err) {
    if (!is_set(subject))
        return true;
    if (credential->type != CREDENTIAL_SERVICE_ACCOUNT) {
        err_set(err, ERR_ACCESS,
                "GOLDLEAF_SUBJECT works with a service account only, not with a %s",
                credential_kind(credential));
        return err_hint(err, "unset GOLDLEAF_SUBJECT, or use a service account's key");
    }
    if (!strchr(subject, '@')) {
        err_set(err, ERR_ACCESS, "GOLDLEAF_SUBJECT is not an email address");
        return err_hint(err, "it names the user whose spreadsheets the service account reads");
    }
    credential->subject = arena_string(&credential->arena, span_from(subject));
    return true;
}

static bool open_any(struct credential *credential, const struct credential_settings *settings,
                     const char **warning, struct err *err) {
    bool is_good = true;
    if (is_set(settings->file)) {
        is_good = open_file(credential, settings->file, warning, err);
    } else if (is_set(settings->text)) {
        is_good = open_text(credential, settings->text, err);
    } else {
        credential->origin = COMMAND_VARIABLE;
        credential->type = CREDENTIAL_COMMAND;
        secret_add_text(&credential->command, settings->token_command);
    }
    if (!is_good)
        return err_wrap(err, "%s", credential->origin);
    return take_subject(credential, settings->subject, err);
}

bool credential_open(struct credential **credential, const struct credential_settings *settings,
                     const char **warning, struct err *err) {
    *warning = NULL;
    if (!credential_is_set(settings)) {
        err_set(err, ERR_USAGE, "there are no credentials for Google");
        return err_hint(err, "set " FILE_VARIABLE
                             " to the path of a service account's key, " TEXT_VARIABLE
                             " to such a file's content, or " COMMAND_VARIABLE
                             " to a command that prints an access token");
    }
    struct credential *opened = memory_alloc(sizeof *opened);
    *opened = (struct credential){0};
    if (!open_any(opened, settings, warning, err)) {
        *warning = NULL;
        credential_close(opened);
        return false;
    }
    *credential = opened;
    return true;
}

void credential_close(struct credential *credential) {
    if (!credential)
        return;
    rsa_key_free(credential->key);
    secret_free(&credential->client_secret);
    secret_free(&credential->refresh_token);
    secret_free(&credential->command);
    arena_free(&credential->arena);
    free(credential);
}

const char *credential_email(const struct credential *credential) {
    return credential->email;
}

const char *credential_kind(const struct credential *credential) {
    static const char *const kinds[] = {
        [CREDENTIAL_SERVICE_ACCOUNT] = "service account",
        [CREDENTIAL_USER] = "user",
        [CREDENTIAL_COMMAND] = "token command",
    };
    return kinds[credential->type];
}

const char *credential_origin(const struct credential *credential) {
    return credential->origin;
}
