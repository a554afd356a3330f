/* Access tokens: got with a credential, kept in memory, renewed before they expire.
 *
 * A service account signs an assertion (jwt.h) and a user's refresh token is sent, both to the
 * token endpoint; a token command is run. Tokens are never written anywhere, and nothing that was
 * sent or received is repeated in a message. A token source is used by one thread at a time. */
#ifndef GOLDLEAF_AUTH_TOKEN_H
#define GOLDLEAF_AUTH_TOKEN_H

#include "auth/credential.h"
#include "net/retry.h"

#include <stdint.h>

/* Google's token endpoint: always the audience of our assertions, wherever they are sent. */
#define TOKEN_AUDIENCE "https://oauth2.googleapis.com/token"

/* The one thing that a service account's tokens are good for: reading spreadsheets. */
#define TOKEN_SCOPE "https://www.googleapis.com/auth/spreadsheets.readonly"

/* How long before its end a token is renewed; one that lives less than twice as long, at half of
 * its life. */
#define TOKEN_RENEW_S 225
/* The life of a token that comes without one, and how long a command's token is used. */
#define TOKEN_ASSUMED_LIFE_S 300

struct token_settings {
    const struct credential *credential; /* borrowed */
    const char *endpoint;                /* URL of the exchange; NULL: Google's */
    struct http_client *client;          /* borrowed */
    struct retry *retry;                 /* borrowed */
    int64_t (*now_s)(void *context);     /* seconds since 1970; NULL: the system's clock */
    void *clock_context;
};

struct token_source;

void token_source_open(struct token_source **source, const struct token_settings *settings);
void token_source_close(struct token_source *source); /* wipes; NULL is fine */

/* A token that is good for some minutes at least, as the value of an Authorization header
 * ("Bearer ..."). It is the source's, until the next call. ERR_ACCESS when Google refuses the
 * credential, with the reason in words, or a token command fails; ERR_TEMPORARY when Google cannot
 * be asked, after all tries. */
bool token_authorization(struct token_source *source, const char **authorization, struct err *err);

/* The server did not take the token: the next one is got anew. */
void token_drop(struct token_source *source);

/* How far this machine's clock is ahead of the server's, in seconds, by the Date header of the last
 * exchange; false when none was seen. */
bool token_clock_skew(const struct token_source *source, int64_t *ahead_s);

#endif
