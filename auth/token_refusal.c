#include "auth/credential_parts.h"
#include "auth/redact.h"
#include "auth/token_exchange.h"
#include "json/json.h"

/* What the endpoint said; "" for what it did not. */
struct refusal {
    const struct token_exchange *exchange;
    const struct credential *credential;
    int status;
    const char *code; /* "invalid_grant" */
    const char *text; /* "Invalid JWT Signature." */
};

/* What a hint or a meaning needs beyond fixed words. */
enum detail { PLAIN, CLOCK, DELEGATION };

/* The first row that fits counts. The words are those that people have quoted over the years; a row
 * asks for as few of them as tell it from the others. */
static const struct reason {
    const char *code;
    const char *text; /* somewhere in the text, whatever its case; NULL: any */
    const char *meaning, *hint;
    enum detail detail;
} REASONS[] = {
    {"invalid_grant", "Invalid JWT Signature", "the signature of its key is not accepted",
     "the key was deleted, disabled or replaced, or client_email was changed by hand; create a new "
     "key for this service account and use that file as it is",
     PLAIN},
    {"invalid_grant", "Token must be a short-lived token",
     "the time that this machine says it is is not accepted",
     "set this machine's clock (timedatectl set-ntp true) and run again", CLOCK},
    {"invalid_grant", "account not found", "there is no such account",
     "it was deleted or disabled, or its address is wrong: look at client_email in the key, and at "
     "GOLDLEAF_SUBJECT if that is set",
     PLAIN},
    {"invalid_grant", "valid email", "an address is not one of an account",
     "look at client_email in the key, and at GOLDLEAF_SUBJECT if that is set", PLAIN},
    {"invalid_grant", "Invalid email", "an address is not one of an account",
     "look at client_email in the key, and at GOLDLEAF_SUBJECT if that is set", PLAIN},
    {"invalid_grant", "has been deleted", "the account was deleted",
     "use the key of another service account, or set GOLDLEAF_SUBJECT to another user", PLAIN},
    {"invalid_grant", "audience", "what was sent is not meant for this endpoint",
     "is what answers there Google's token endpoint?", PLAIN},
    {"invalid_request", "impersonation", "the user to act for does not exist",
     "set GOLDLEAF_SUBJECT to the address of a user of your organisation, or unset it", PLAIN},
    {"invalid_scope", NULL, "reading spreadsheets is not a permission that it can have",
     "the permission asked for is " TOKEN_SCOPE "; an administrator may have restricted it", PLAIN},
    {"unauthorized_client", NULL, "it may not act for this user", "", DELEGATION},
    {"access_denied", NULL, "access was denied",
     "ask the administrator of the account which policy denies it", PLAIN},
    {"admin_policy_enforced", NULL, "a policy of its organisation does not allow it",
     "ask the administrator to allow the permission " TOKEN_SCOPE, PLAIN},
    {"org_internal", NULL, "its OAuth client is for members of one organisation only",
     "log in as a member of that organisation, or use a service account's key", PLAIN},
    {"invalid_client", NULL, "its OAuth client is not known, or the client's secret is wrong",
     "make the file again: log in anew, or create a new key", PLAIN},
    {"deleted_client", NULL, "its OAuth client was deleted",
     "make the file again with another OAuth client, or create a new key", PLAIN},
    {"disabled_client", NULL, "its OAuth client was disabled",
     "ask who owns the client's project to enable it, or use a service account's key", PLAIN},
    {"unsupported_grant_type", NULL, "the endpoint does not know this way to ask",
     "is what answers there Google's token endpoint?", PLAIN},
};

static const struct reason EXPIRED_LOGIN = {
    "invalid_grant", NULL, "the login has expired or was revoked",
    "log in again: gcloud auth application-default login --scopes=" TOKEN_SCOPE
    ",https://www.googleapis.com/auth/cloud-platform",
    PLAIN};

static const struct reason UNKNOWN = {NULL, NULL, "it gives no reason that is known here",
                                      "check the account in the Google Cloud console", PLAIN};

static const char *text_of(const struct json *value) {
    return value && value->kind == JSON_STRING ? value->text.data : "";
}

/* {"error": "code", "error_description": "text"}, or, from the servers in front,
 * {"error": {"status": "CODE", "message": "text"}}. */
static void read_body(struct refusal *refusal, const struct json *document) {
    const struct json *error = json_find(document, "error");
    bool is_object = error && error->kind == JSON_OBJECT;
    refusal->code = text_of(is_object ? json_find(error, "status") : error);
    refusal->text =
        text_of(is_object ? json_find(error, "message") : json_find(document, "error_description"));
}

static bool is_temporary(const struct refusal *refusal) {
    static const char *const words[] = {"internal_failure", "server_error",
                                        "temporarily_unavailable"};
    if (refusal->status == 408 || refusal->status == 429 || refusal->status >= 500)
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (!strcmp(refusal->code, words[i]) || !strcmp(refusal->text, words[i]))
            return true;
    return false;
}

static const struct reason *find_reason(const struct refusal *refusal) {
    for (size_t i = 0; i < COUNT_OF(REASONS); i++) {
        const struct reason *reason = &REASONS[i];
        if (!strcmp(refusal->code, reason->code) &&
            (!reason->text || strcasestr(refusal->text, reason->text)))
            return reason;
    }
    bool is_user = refusal->credential->type == CREDENTIAL_USER;
    return is_user && !strcmp(refusal->code, "invalid_grant") ? &EXPIRED_LOGIN : &UNKNOWN;
}

/* "HTTP 400, invalid_grant: Invalid JWT Signature." */
static void add_words(struct buf *out, const struct refusal *refusal) {
    struct span sent = secret_span(&refusal->exchange->form);
    buf_printf(out, "HTTP %d", refusal->status);
    if (*refusal->code) {
        buf_add_text(out, ", ");
        redact_add(out, span_from(refusal->code), sent, 60);
    }
    if (*refusal->text) {
        buf_add_text(out, *refusal->code ? ": " : ", ");
        redact_add(out, span_from(refusal->text), sent, 200);
    }
}

static void add_duration(struct buf *out, int64_t seconds) {
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (seconds < 2 * units[i].seconds && i + 1 < COUNT_OF(units))
        i++;
    buf_printf(out, "%lld %s", (long long)(seconds / units[i].seconds), units[i].unit);
}

/* Less than that is the network, or the Date header's whole seconds. */
#define CLOCKS_AGREE_S 30

static void add_meaning(struct buf *out, const struct refusal *refusal,
                        const struct reason *reason) {
    const struct token_exchange *exchange = refusal->exchange;
    int64_t ahead_s = exchange->ahead_s;
    if (reason->detail != CLOCK || !exchange->is_dated) {
        buf_add_text(out, reason->meaning);
    } else if (ahead_s > -CLOCKS_AGREE_S && ahead_s < CLOCKS_AGREE_S) {
        buf_printf(out, "%s, although its clock and the server's agree", reason->meaning);
    } else {
        buf_add_text(out, "this machine's clock is ");
        add_duration(out, ahead_s < 0 ? -ahead_s : ahead_s);
        buf_add_text(out, ahead_s < 0 ? " behind" : " ahead");
    }
}

static bool hint_delegation(const struct credential *credential, struct err *err) {
    if (credential->type == CREDENTIAL_USER)
        return err_hint(err, "its OAuth client may not do this; log in again with another one");
    return err_hint(err,
                    "an administrator has to grant %s%s the scope " TOKEN_SCOPE
                    " (admin console: Security, API controls, Domain-wide delegation), and it may "
                    "take 24 hours to count; or unset GOLDLEAF_SUBJECT and share the spreadsheets "
                    "with %s",
                    credential->client_id ? "client id " : "the numeric client id of this account",
                    credential->client_id ? credential->client_id : "", credential->email);
}

static bool explain_refusal(const struct refusal *refusal, const char *words, struct err *err) {
    const struct credential *credential = refusal->credential;
    const struct reason *reason = find_reason(refusal);
    struct buf who = {0}, meaning = {0};
    buf_printf(&who, "the %s", credential_kind(credential));
    if (credential->email)
        buf_printf(&who, " %s", credential->email);
    if (credential->subject)
        buf_printf(&who, " acting for %s", credential->subject);
    add_meaning(&meaning, refusal, reason);
    err_set(err, ERR_ACCESS, "Google refuses %s: %s (%s)", buf_text(&who), buf_text(&meaning),
            words);
    buf_free(&who);
    buf_free(&meaning);
    return reason->detail == DELEGATION ? hint_delegation(credential, err)
                                        : err_hint(err, "%s", reason->hint);
}

static bool explain(const struct refusal *refusal, struct err *err) {
    struct buf words = {0};
    add_words(&words, refusal);
    if (is_temporary(refusal)) {
        err_set(err, ERR_TEMPORARY, "the token endpoint is not available now (%s)",
                buf_text(&words));
        err_hint(err, "try again in some minutes");
    } else if (refusal->status >= 300 && refusal->status <= 399) {
        err_set(err, ERR_ACCESS, "the token endpoint redirects, which is never followed (%s)",
                buf_text(&words));
        err_hint(err, "a proxy or a login page may have answered in Google's place");
    } else if (!*refusal->code) {
        err_set(err, ERR_ACCESS, "the token endpoint refuses without saying why (%s)",
                buf_text(&words));
        err_hint(err, "a proxy or a firewall may have answered in Google's place");
    } else {
        explain_refusal(refusal, buf_text(&words), err);
    }
    buf_free(&words);
    return false;
}

bool token_refusal_explain(const struct token_exchange *exchange, int status, struct span body,
                           struct err *err) {
    struct arena arena = {0};
    const struct json *document = NULL;
    struct refusal refusal = {exchange, exchange->settings->credential, status, "", ""};
    if (json_read(&arena, body, &document, err))
        read_body(&refusal, document);
    explain(&refusal, err);
    arena_free_wiped(&arena);
    return false;
}
