#include "auth/token.h"

#include "auth/credential_parts.h"
#include "auth/token_command.h"
#include "auth/token_exchange.h"

struct token_source {
    struct token_settings settings;
    struct secret authorization; /* "Bearer ..."; empty: there is no token */
    int64_t renew_at_s;
    bool is_dated; /* by the last exchange, see token_clock_skew() */
    int64_t ahead_s;
};

static int64_t system_now_s(void *context) {
    (void)context;
    return (int64_t)time(NULL);
}

void token_source_open(struct token_source **source, const struct token_settings *settings) {
    *source = memory_alloc(sizeof **source);
    **source = (struct token_source){.settings = *settings};
    if (!settings->now_s)
        (*source)->settings.now_s = system_now_s;
}

void token_source_close(struct token_source *source) {
    if (!source)
        return;
    secret_free(&source->authorization);
    free(source);
}

static int64_t now_s(const struct token_source *source) {
    return source->settings.now_s(source->settings.clock_context);
}

static void keep(struct token_source *source, const struct secret *token, int64_t renew_at_s) {
    secret_add_text(&source->authorization, "Bearer ");
    secret_add(&source->authorization, secret_span(token));
    source->renew_at_s = renew_at_s;
}

static bool run_command(struct token_source *source, struct err *err) {
    const struct token_settings *settings = &source->settings;
    int64_t asked_s = now_s(source);
    struct secret token = {0};
    bool is_good = token_command_run(&token, secret_text(&settings->credential->command),
                                     TOKEN_COMMAND_LIMIT_S, settings->retry->waiting, err);
    if (is_good)
        keep(source, &token, asked_s + TOKEN_ASSUMED_LIFE_S);
    secret_free(&token);
    return is_good;
}

static bool ask_endpoint(struct token_source *source, struct err *err) {
    struct token_exchange exchange = {.settings = &source->settings};
    bool is_good = token_exchange_run(&exchange, err);
    source->is_dated = exchange.is_dated;
    source->ahead_s = exchange.ahead_s;
    if (is_good) {
        int64_t half_s = exchange.life_s / 2;
        int64_t early_s = half_s < TOKEN_RENEW_S ? half_s : TOKEN_RENEW_S;
        keep(source, &exchange.token, exchange.asked_s + exchange.life_s - early_s);
    }
    token_exchange_free(&exchange);
    return is_good;
}

bool token_authorization(struct token_source *source, const char **authorization, struct err *err) {
    if (source->authorization.size && now_s(source) >= source->renew_at_s)
        token_drop(source);
    if (!source->authorization.size) {
        bool is_command = source->settings.credential->type == CREDENTIAL_COMMAND;
        if (!(is_command ? run_command(source, err) : ask_endpoint(source, err)))
            return false;
    }
    *authorization = secret_text(&source->authorization);
    return true;
}

void token_drop(struct token_source *source) {
    secret_clear(&source->authorization);
}

bool token_clock_skew(const struct token_source *source, int64_t *ahead_s) {
    if (source->is_dated)
        *ahead_s = source->ahead_s;
    return source->is_dated;
}
