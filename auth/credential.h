/* What somebody has to show Google: a service-account key, a user's refresh token, or a command
 * that prints access tokens.
 *
 * Search order, the first that is set counts and must be usable; nothing falls through:
 *   1. GOOGLE_APPLICATION_CREDENTIALS   path of a service-account key or an authorized_user file
 *   2. GOLDLEAF_CREDENTIALS             such a file's content: JSON, or base64 of it
 *   3. GOLDLEAF_TOKEN_COMMAND           a shell command whose output is an access token
 * This library never reads the environment itself: the caller hands the values over.
 *
 * Secrets are kept in memory of their own that is wiped when it is given back; they have no
 * printable form, and no message repeats a part of one. */
#ifndef GOLDLEAF_AUTH_CREDENTIAL_H
#define GOLDLEAF_AUTH_CREDENTIAL_H

#include "base/err.h"

struct credential_settings {
    const char *file;          /* GOOGLE_APPLICATION_CREDENTIALS; NULL or "" when not set */
    const char *text;          /* GOLDLEAF_CREDENTIALS */
    const char *token_command; /* GOLDLEAF_TOKEN_COMMAND */
    const char *subject;       /* GOLDLEAF_SUBJECT: the user to act for (domain-wide delegation) */
};

struct credential;

/* True when any of the three is set. */
bool credential_is_set(const struct credential_settings *settings);

/* Reads and checks the credential, private key included. ERR_ACCESS with what is wrong, where and
 * what to do; ERR_USAGE when none is set. `*warning` is NULL or a sentence about a file that other
 * users can read; it lives in the credential. */
bool credential_open(struct credential **credential, const struct credential_settings *settings,
                     const char **warning, struct err *err);
void credential_close(struct credential *credential); /* wipes; NULL is fine */

/* The address to share spreadsheets with, or NULL (a user's token, a command). */
const char *credential_email(const struct credential *credential);

/* For people: "service account" or "user" or "token command", and where it came from. */
const char *credential_kind(const struct credential *credential);
const char *credential_origin(const struct credential *credential);

#endif
