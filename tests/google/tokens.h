/* The access tokens that were handed out and have not expired. */
#ifndef LOOPBACK_TOKENS_H
#define LOOPBACK_TOKENS_H

#include "base/span.h"

#include <pthread.h>
#include <stdio.h>

#define TOKEN_SIZE 224 /* with its NUL; Google says that the length may change at any time */

struct token;

struct token_store {
    pthread_mutex_t mutex;
    struct token *first;
    FILE *log; /* each token that is given, a line; or NULL */
};

enum token_state { TOKEN_UNKNOWN, TOKEN_GOOD, TOKEN_WITHOUT_SCOPE };

/* Makes one that lives so many seconds; `can_read`: its scope lets it read spreadsheets. */
void tokens_issue(struct token_store *store, unsigned life_s, bool can_read,
                  char out[static TOKEN_SIZE]);
enum token_state tokens_check(struct token_store *store, struct span text);

/* All of them are unknown from now on. */
void tokens_drop(struct token_store *store);

#endif
