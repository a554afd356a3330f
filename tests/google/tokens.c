#include "tokens.h"
#include "base/arena.h"
#include "base/clock.h"
#include "keys.h"

struct token {
    char text[TOKEN_SIZE];
    double end_s; /* on the monotonic clock */
    bool can_read;
    struct token *next;
};

void tokens_issue(struct token_store *store, unsigned life_s, bool can_read,
                  char out[static TOKEN_SIZE]) {
    struct token *token = memory_alloc(sizeof *token);
    *token = (struct token){.end_s = clock_monotonic_s() + life_s, .can_read = can_read};
    memcpy(token->text, "ya29.c.", 7);
    keys_random_text(token->text + 7, TOKEN_SIZE - 8);
    memcpy(out, token->text, TOKEN_SIZE);
    pthread_mutex_lock(&store->mutex);
    token->next = store->first;
    store->first = token;
    if (store->log) {
        fprintf(store->log, "%s\n", token->text);
        fflush(store->log);
    }
    pthread_mutex_unlock(&store->mutex);
}

enum token_state tokens_check(struct token_store *store, struct span text) {
    enum token_state state = TOKEN_UNKNOWN;
    double now_s = clock_monotonic_s();
    pthread_mutex_lock(&store->mutex);
    for (struct token *token = store->first; token; token = token->next)
        if (span_is(text, token->text) && token->end_s > now_s)
            state = token->can_read ? TOKEN_GOOD : TOKEN_WITHOUT_SCOPE;
    pthread_mutex_unlock(&store->mutex);
    return state;
}

void tokens_drop(struct token_store *store) {
    pthread_mutex_lock(&store->mutex);
    while (store->first) {
        struct token *token = store->first;
        store->first = token->next;
        free(token);
    }
    pthread_mutex_unlock(&store->mutex);
}
