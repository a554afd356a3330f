#include "cli/options.h"

#include "base/nearest.h"
#include "run/slots.h"

#include <errno.h>
#include <math.h>

#define MAX_SECONDS 3600
#define MAX_KEPT 1000000000 /* snapshots, or seconds and the like */

bool options_is_on(const struct options *options, enum option_id id) {
    return options->text[id] && strcmp(options->text[id], "1") == 0;
}

bool choice_word(const char *choices, size_t index, struct span *word) {
    for (; index > 0; index--) {
        choices = strchr(choices, '|');
        if (!choices)
            return false;
        choices++;
    }
    *word = (struct span){choices, strcspn(choices, "|")};
    return true;
}

/* ---- the command line ---- */

static int find_long(struct span name) {
    for (int id = 0; id < OPTION_COUNT; id++)
        if (span_is(name, OPTIONS[id].name))
            return id;
    return -1;
}

static int find_letter(char letter) {
    for (int id = 0; id < OPTION_COUNT; id++)
        if (OPTIONS[id].letter && OPTIONS[id].letter == letter)
            return id;
    return -1;
}

static bool unknown_option(struct arena *arena, struct span name, struct err *err) {
    const char *names[OPTION_COUNT];
    for (int id = 0; id < OPTION_COUNT; id++)
        names[id] = OPTIONS[id].name;
    const char *nearest = nearest_word(arena_string(arena, name), names, OPTION_COUNT);
    err_set(err, ERR_USAGE, "unknown option --%.*s", SPAN_ARG(name));
    return nearest ? err_hint(err, "did you mean --%s?", nearest)
                   : err_hint(err, "`goldleaf --help` lists the options");
}

/* Several names in one value are separated by commas. */
static void add_names(struct arena *arena, const char ***list, size_t *count, const char *value) {
    for (; *value; value += value[0] == ',' || value[0] == ' ') {
        size_t size = strcspn(value, ", ");
        if (size) {
            const char **grown = arena_array(arena, *count + 1, sizeof *grown);
            for (size_t i = 0; i < *count; i++)
                grown[i] = (*list)[i];
            grown[(*count)++] = arena_string(arena, (struct span){value, size});
            *list = grown;
        }
        value += size;
    }
}

static void add_to_list(struct arena *arena, struct options *options, enum option_id id,
                        const char *value) {
    if (id == OPTION_ACCEPT)
        add_names(arena, &options->accept, &options->accept_count, value);
    else
        add_names(arena, &options->ignored, &options->ignored_count, value);
}

static void set_value(struct arena *arena, struct options *options, enum option_id id,
                      const char *value, enum option_origin origin) {
    options->text[id] = value;
    options->origin[id] = origin;
    if (OPTIONS[id].kind == KIND_LIST)
        add_to_list(arena, options, id, value);
}

struct parser {
    struct arena *arena;
    int argc, at;
    char **argv;
    struct options *options;
    struct err *err;
};

/* The value behind '=' or in the next word. */
static bool take_value(struct parser *parser, enum option_id id, const char *attached) {
    const char *value = attached;
    if (!value && parser->at + 1 < parser->argc)
        value = parser->argv[++parser->at];
    if (!value) {
        err_set(parser->err, ERR_USAGE, "--%s needs a value: %s", OPTIONS[id].name,
                OPTIONS[id].value);
        return false;
    }
    set_value(parser->arena, parser->options, id, value, FROM_COMMAND_LINE);
    return true;
}

static bool take_long(struct parser *parser, const char *word) {
    struct span name = {word, strcspn(word, "=")};
    const char *attached = word[name.size] == '=' ? word + name.size + 1 : NULL;
    int id = find_long(name);
    if (id < 0)
        return unknown_option(parser->arena, name, parser->err);
    if (OPTIONS[id].kind != KIND_FLAG)
        return take_value(parser, (enum option_id)id, attached);
    if (attached)
        return err_set(parser->err, ERR_USAGE, "--%s takes no value", OPTIONS[id].name);
    set_value(parser->arena, parser->options, (enum option_id)id, "1", FROM_COMMAND_LINE);
    return true;
}

/* "-q", "-vq", "-oFILE", "-o FILE" */
static bool take_letters(struct parser *parser, const char *letters) {
    for (; *letters; letters++) {
        int id = find_letter(*letters);
        if (id < 0) {
            err_set(parser->err, ERR_USAGE, "unknown option -%c", *letters);
            return err_hint(parser->err, "`goldleaf --help` lists the options");
        }
        if (OPTIONS[id].kind != KIND_FLAG)
            return take_value(parser, (enum option_id)id, letters[1] ? letters + 1 : NULL);
        set_value(parser->arena, parser->options, (enum option_id)id, "1", FROM_COMMAND_LINE);
    }
    return true;
}

bool options_parse(struct arena *arena, int argc, char **argv, struct options *options,
                   struct arguments *arguments, struct err *err) {
    *options = (struct options){.limit = -1};
    *arguments = (struct arguments){.words = arena_array(arena, (size_t)argc + 1, sizeof(char *))};
    struct parser parser = {
        .arena = arena, .argc = argc, .argv = argv, .options = options, .err = err};
    bool is_over = false;
    for (parser.at = 1; parser.at < argc; parser.at++) {
        const char *word = argv[parser.at];
        bool ok = true;
        if (is_over || word[0] != '-' || word[1] == '\0')
            arguments->words[arguments->count++] = word;
        else if (strcmp(word, "--") == 0)
            is_over = true;
        else
            ok = word[1] == '-' ? take_long(&parser, word + 2) : take_letters(&parser, word + 1);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- the environment, .env and the defaults ---- */

/* "" counts as not given, but it keeps .env from giving a value. */
static const char *look_up(const struct environment *environment, const char *variable,
                           enum option_origin *origin) {
    const char *value = environment->get(variable);
    if (value) {
        *origin = FROM_ENVIRONMENT;
        return *value ? value : NULL;
    }
    const struct env_entry *entry = env_file_find(environment->file, variable);
    *origin = FROM_ENV_FILE;
    return entry && *entry->value ? entry->value : NULL;
}

static void fill_in(struct arena *arena, struct options *options,
                    const struct environment *environment, enum option_id id) {
    const struct option *option = &OPTIONS[id];
    enum option_origin origin = FROM_DEFAULT;
    if (options->text[id])
        return;
    const char *value = option->variable ? look_up(environment, option->variable, &origin) : NULL;
    if (value)
        set_value(arena, options, id, value, origin);
    else if (option->default_value)
        set_value(arena, options, id, option->default_value, FROM_DEFAULT);
}

/* "--format", "GOLDLEAF_FORMAT" or ".env:3: GOLDLEAF_FORMAT" */
static const char *place_of(struct arena *arena, const struct options *options,
                            const struct environment *environment, enum option_id id) {
    const struct option *option = &OPTIONS[id];
    if (options->origin[id] == FROM_ENVIRONMENT)
        return option->variable;
    const struct env_entry *entry = options->origin[id] == FROM_ENV_FILE
                                        ? env_file_find(environment->file, option->variable)
                                        : NULL;
    return entry ? arena_printf(arena, "%s:%u: %s", environment->file->path, entry->line,
                                option->variable)
                 : arena_printf(arena, "--%s", option->name);
}

static bool check_choice(const struct option *option, const char *value, const char *place,
                         struct arena *arena, struct err *err) {
    const char *words[8];
    size_t count = 0;
    struct span word;
    while (count < COUNT_OF(words) && choice_word(option->choices, count, &word)) {
        if (span_is(word, value))
            return true;
        words[count++] = arena_string(arena, word);
    }
    const char *nearest = nearest_word(value, words, count);
    err_set(err, ERR_USAGE, "%s: \"%s\" is none of %s", place, value, option->choices);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : false;
}

static bool check_flag(struct options *options, enum option_id id, const char *place,
                       struct err *err) {
    static const char *const on[] = {"1", "true", "yes", "on"};
    static const char *const off[] = {"0", "false", "no", "off"};
    const char *value = options->text[id];
    for (size_t i = 0; i < COUNT_OF(on); i++) {
        if (span_equal_nocase(span_from(value), span_from(on[i]))) {
            options->text[id] = "1";
            return true;
        }
        if (span_equal_nocase(span_from(value), span_from(off[i]))) {
            options->text[id] = NULL;
            return true;
        }
    }
    return err_set(err, ERR_USAGE, "%s: \"%s\" is neither 1 nor 0", place, value);
}

/* A plain decimal number and what follows it: strtod() also reads "inf", "nan", hexadecimal numbers
 * and blanks. */
static bool read_decimal(const char *value, double *number, const char **rest) {
    char *end = NULL;
    bool ok = ascii_is_digit(value[0]) && !strpbrk(value, "xXeEiInN");
    *number = ok ? strtod(value, &end) : 0;
    *rest = end;
    return ok;
}

static bool check_number(struct options *options, const char *value, const char *place,
                         struct err *err) {
    const char *rest;
    return (read_decimal(value, &options->min_change, &rest) && *rest == '\0') ||
           err_set(err, ERR_USAGE, "%s: \"%s\" is not a number from 0 on", place, value);
}

static bool check_percent(struct options *options, const char *value, const char *place,
                          struct err *err) {
    const char *rest;
    double percent;
    bool ok = read_decimal(value, &percent, &rest) && (*rest == '\0' || strcmp(rest, "%") == 0) &&
              percent <= 100;
    options->max_loss = percent;
    return ok || err_set(err, ERR_USAGE, "%s: \"%s\" is not a number from 0 to 100", place, value);
}

static int64_t *count_of(struct options *options, enum option_id id) {
    switch (id) {
    case OPTION_SNAPSHOT:
        return &options->snapshot;
    case OPTION_FROM:
        return &options->from;
    case OPTION_TIMEOUT:
        return &options->timeout_s;
    case OPTION_PATIENCE:
        return &options->patience_s;
    case OPTION_MAX_RUNS:
        return &options->max_runs;
    case OPTION_LOG_MAX_SIZE:
        return &options->log_max_mib;
    default:
        return &options->limit;
    }
}

static bool check_count(struct options *options, enum option_id id, const char *place,
                        struct err *err) {
    const char *value = options->text[id];
    char *end = NULL;
    errno = 0;
    long long number = ascii_is_digit(value[0]) ? strtoll(value, &end, 10) : -1;
    if (number < 0 || *end != '\0' || errno)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a whole number", place, value);
    bool is_snapshot = id == OPTION_SNAPSHOT || id == OPTION_FROM;
    if (is_snapshot && number == 0)
        return err_set(err, ERR_USAGE, "%s: snapshots are counted from 1", place);
    if (id == OPTION_TIMEOUT && (number == 0 || number > MAX_SECONDS))
        return err_set(err, ERR_USAGE, "%s: from 1 to %d seconds", place, MAX_SECONDS);
    *count_of(options, id) = number;
    return true;
}

static bool check_span(struct options *options, enum option_id id, const char *place,
                       struct err *err) {
    struct slots span;
    if (!slots_read_every(&span, options->text[id], err))
        return err_wrap(err, "%s", place);
    *(id == OPTION_WARN_AFTER ? &options->warn_after_s : &options->fail_after_s) = span.every_s;
    return true;
}

/* A word that is no URL may be the secret part of one. */
static bool check_url(const char *value, const char *place, struct err *err) {
    return strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0 ||
           err_set(err, ERR_USAGE, "%s: it does not begin with https://", place);
}

/* Ninety of the newest, or those of ninety days. */
static bool check_keep(struct options *options, const char *place, struct err *err) {
    static const char units[] = "smhd";
    static const int64_t seconds[] = {1, 60, 3600, 86400};
    const char *value = options->text[OPTION_KEEP];
    char *end = NULL;
    long long number = ascii_is_digit(value[0]) ? strtoll(value, &end, 10) : 0;
    const char *unit = end && *end && !end[1] ? strchr(units, *end) : NULL;
    if (number > 0 && number <= MAX_KEPT && (!*end || unit)) {
        options->keep_count = unit ? 0 : number;
        options->keep_s = unit ? number * seconds[unit - units] : 0;
        return true;
    }
    err_set(err, ERR_USAGE, "%s: \"%s\" is neither a span nor a number of snapshots", place, value);
    return err_hint(err, "write 90d for ninety days, or 90 for the ninety newest snapshots");
}

static bool check_value(struct arena *arena, struct options *options,
                        const struct environment *environment, enum option_id id, struct err *err) {
    const struct option *option = &OPTIONS[id];
    const char *value = options->text[id];
    if (!value)
        return true;
    const char *place = place_of(arena, options, environment, id);
    switch (option->kind) {
    case KIND_FLAG:
        return check_flag(options, id, place, err);
    case KIND_CHOICE:
        return check_choice(option, value, place, arena, err);
    case KIND_PERCENT:
        return check_percent(options, value, place, err);
    case KIND_NUMBER:
        return check_number(options, value, place, err);
    case KIND_COUNT:
        return check_count(options, id, place, err);
    case KIND_SPAN:
        return check_span(options, id, place, err);
    case KIND_URL:
        return check_url(value, place, err);
    case KIND_KEEP:
        return check_keep(options, place, err);
    case KIND_TEXT:
    case KIND_LIST:
        break;
    }
    return *value || err_set(err, ERR_USAGE, "%s: the value is empty", place);
}

const char *environment_find(const struct environment *environment, const char *variable) {
    enum option_origin ignored;
    return look_up(environment, variable, &ignored);
}

bool options_resolve(struct arena *arena, struct options *options,
                     const struct environment *environment, unsigned command,
                     const char *command_name, struct err *err) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (!(OPTIONS[id].commands & command)) {
            if (!options->text[id])
                continue;
            err_set(err, ERR_USAGE, "%s does not take --%s", command_name, OPTIONS[id].name);
            return err_hint(err, "`goldleaf help %s` lists what it takes", command_name);
        }
        fill_in(arena, options, environment, id);
        if (!check_value(arena, options, environment, id, err))
            return false;
    }
    return true;
}

size_t options_list_variables(struct arena *arena, const char *const **names) {
    /* Those that are no option's twin: the credentials and the endpoint of the Google source. A
     * .env made for them is no mistake. */
    static const char *const others[] = {"GOLDLEAF_CREDENTIALS", "GOLDLEAF_TOKEN_COMMAND",
                                         "GOLDLEAF_SUBJECT", "GOLDLEAF_GOOGLE_ENDPOINT"};
    const char **list = arena_array(arena, OPTION_COUNT + COUNT_OF(others), sizeof *list);
    size_t count = 0;
    for (int id = 0; id < OPTION_COUNT; id++)
        if (OPTIONS[id].variable && strncmp(OPTIONS[id].variable, "GOLDLEAF_", 9) == 0)
            list[count++] = OPTIONS[id].variable;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        list[count++] = others[i];
    *names = list;
    return count;
}
