/* One exchange at the token endpoint: what is sent for a credential, and the token in the answer.
 * Private to this library. */
#ifndef GOLDLEAF_AUTH_TOKEN_EXCHANGE_H
#define GOLDLEAF_AUTH_TOKEN_EXCHANGE_H

#include "auth/secret.h"
#include "auth/token.h"

struct token_exchange {
    const struct token_settings *settings; /* `now_s` is never NULL here */
    struct secret form;                    /* what is sent */
    int64_t asked_s;                       /* when, by our clock */
    struct secret token;                   /* what came back */
    int64_t life_s;                        /* how long it is good, from asked_s on */
    bool is_dated;                         /* the answer said what time it is there */
    int64_t ahead_s;                       /* how far our clock is ahead of that */
};

/* Asks, and asks again where that may help. Starts with all but the settings as {0}. */
bool token_exchange_run(struct token_exchange *exchange, struct err *err);
void token_exchange_free(struct token_exchange *exchange);

/* Says in words why the endpoint gave no token: an answer of a status other than 2xx. Always false;
 * ERR_TEMPORARY where asking again may help, otherwise ERR_ACCESS. */
bool token_refusal_explain(const struct token_exchange *exchange, int status, struct span body,
                           struct err *err);

#endif
