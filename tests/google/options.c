#include "options.h"

#include <limits.h>

const char options_usage[] =
    "usage: loopback_google --root DIR [--port N] [--port-file FILE] [--make-key FILE]\n"
    "       [--key FILE]... [--email ADDR] [--delegate ADDR] [--script FILE] [--log FILE]\n"
    "       [--token-log FILE] [--token-life S] [--delay-ms N] [--threads N] [--once-idle S] "
    "[--text]\n";

static bool read_number(const char *name, const char *value, unsigned *number, struct err *err) {
    char *end;
    unsigned long long read = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end || read > UINT_MAX)
        return err_set(err, ERR_USAGE, "%s: not a number: %s", name, value);
    *number = (unsigned)read;
    return true;
}

/* Where an option's value goes: a text or a number. */
struct target {
    const char *name;
    const char **text;
    unsigned *number;
};

static bool add_key(struct options *options, const char *path, struct err *err) {
    if (options->key_count == OPTIONS_MAX_KEYS)
        return err_set(err, ERR_USAGE, "--key: more than %d", OPTIONS_MAX_KEYS);
    options->keys[options->key_count++] = path;
    return true;
}

static bool read_one(struct options *options, const char *name, const char *value,
                     struct err *err) {
    const struct target targets[] = {
        {"--root", &options->root, NULL},
        {"--port-file", &options->port_file, NULL},
        {"--make-key", &options->make_key, NULL},
        {"--script", &options->script, NULL},
        {"--log", &options->log, NULL},
        {"--email", &options->email, NULL},
        {"--delegate", &options->delegate, NULL},
        {"--port", NULL, &options->port},
        {"--delay-ms", NULL, &options->delay_ms},
        {"--threads", NULL, &options->threads},
        {"--once-idle", NULL, &options->idle_s},
        {"--token-life", NULL, &options->token_life_s},
        {"--token-log", &options->token_log, NULL},
    };
    if (!value)
        return err_set(err, ERR_USAGE, "%s: unknown, or its value is missing", name);
    if (strcmp(name, "--key") == 0)
        return add_key(options, value, err);
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        if (strcmp(name, targets[i].name) != 0)
            continue;
        if (targets[i].number)
            return read_number(name, value, targets[i].number, err);
        *targets[i].text = value;
        return true;
    }
    return err_set(err, ERR_USAGE, "%s: unknown option", name);
}

bool options_read(struct options *options, int count, char **words, struct err *err) {
    *options = (struct options){
        .email = "goldleaf-demo@demo.iam.gserviceaccount.com", .threads = 64, .token_life_s = 3599};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--text") == 0) {
            options->is_text = true;
            continue;
        }
        if (!read_one(options, words[i], words[i + 1], err)) /* argv ends with NULL */
            return false;
        i++;
    }
    if (!options->root)
        return err_set(err, ERR_USAGE, "--root is needed");
    if (options->port > 65535 || options->threads == 0)
        return err_set(err, ERR_USAGE, "--port or --threads is out of range");
    return true;
}
