#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* The environment of the test that runs: "NAME=value" lines. */
static const char *const *environment_lines;

static const char *get(const char *name) {
    size_t size = strlen(name);
    for (const char *const *line = environment_lines; line && *line; line++)
        if (strncmp(*line, name, size) == 0 && (*line)[size] == '=')
            return *line + size + 1;
    return NULL;
}

struct outcome {
    struct arena arena;
    struct options options;
    struct arguments arguments;
    struct err err;
    bool ok;
};

/* "all|-v|--limit|3" as a command line. */
static void parse(struct outcome *outcome, const char *line) {
    *outcome = (struct outcome){0};
    char *words[32] = {(char *)"goldleaf"};
    int count = 1;
    char *copy = arena_alloc(&outcome->arena, strlen(line) + 1);
    memcpy(copy, line, strlen(line));
    for (char *word = copy; word && *line; count++) {
        words[count] = word;
        word = strchr(word, '|');
        if (word)
            *word++ = '\0';
    }
    outcome->ok = options_parse(&outcome->arena, count, words, &outcome->options,
                                &outcome->arguments, &outcome->err);
}

static void resolve(struct outcome *outcome, const char *line, const char *env_text,
                    unsigned command) {
    struct env_file file;
    parse(outcome, line);
    assert_true(outcome->ok);
    assert_true(env_file_parse(&outcome->arena, ".env", span_from(env_text), NULL, 0, &file,
                               &outcome->err));
    struct environment environment = {get, &file};
    outcome->ok = options_resolve(&outcome->arena, &outcome->options, &environment, command,
                                  "thing", &outcome->err);
}

static void test_command_line(void **state) {
    (void)state;
    struct outcome outcome;
    parse(&outcome, "--database|x.db|all|--accept=tickets|-q|--accept|events|-oout.csv|--|-v");
    assert_true(outcome.ok);
    assert_int_equal(outcome.arguments.count, 2);
    assert_string_equal(outcome.arguments.words[0], "all");
    assert_string_equal(outcome.arguments.words[1], "-v");
    assert_string_equal(outcome.options.text[OPTION_DATABASE], "x.db");
    assert_string_equal(outcome.options.text[OPTION_OUTPUT], "out.csv");
    assert_int_equal(outcome.options.accept_count, 2);
    assert_string_equal(outcome.options.accept[0], "tickets");
    assert_string_equal(outcome.options.accept[1], "events");
    assert_true(options_is_on(&outcome.options, OPTION_QUIET));
    assert_false(options_is_on(&outcome.options, OPTION_VERBOSE));
    arena_free(&outcome.arena);
}

static void test_forms(void **state) {
    (void)state;
    struct outcome outcome;
    parse(&outcome, "-vqo|a=b|--inputs=|-");
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.text[OPTION_OUTPUT], "a=b");
    assert_string_equal(outcome.options.text[OPTION_INPUTS], "");
    assert_true(options_is_on(&outcome.options, OPTION_VERBOSE));
    assert_string_equal(outcome.arguments.words[0], "-"); /* a word, not an option */
    arena_free(&outcome.arena);
    parse(&outcome, "--inputs=a=b|--inputs|c");
    assert_string_equal(outcome.options.text[OPTION_INPUTS], "c"); /* the last one counts */
    arena_free(&outcome.arena);
    parse(&outcome, "");
    assert_true(outcome.ok);
    assert_int_equal(outcome.arguments.count, 0);
    arena_free(&outcome.arena);
}

static void test_command_line_faults(void **state) {
    (void)state;
    static const struct {
        const char *line, *message, *hint;
    } cases[] = {
        {"--acept|x", "unknown option --acept", "did you mean --accept?"},
        {"--acept=x", "unknown option --acept", "did you mean --accept?"},
        {"--databse", "unknown option --databse", "did you mean --database?"},
        {"--zzzzzzzz", "unknown option --zzzzzzzz", "`goldleaf --help` lists the options"},
        {"-z", "unknown option -z", "`goldleaf --help` lists the options"},
        {"-qz", "unknown option -z", "`goldleaf --help` lists the options"},
        {"--inputs", "--inputs needs a value: DIR", ""},
        {"-o", "--output needs a value: FILE", ""},
        {"--quiet=1", "--quiet takes no value", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct outcome outcome;
        parse(&outcome, cases[i].line);
        assert_false(outcome.ok);
        assert_int_equal(outcome.err.class, ERR_USAGE);
        assert_string_equal(outcome.err.message, cases[i].message);
        assert_string_equal(outcome.err.hint, cases[i].hint);
        arena_free(&outcome.arena);
    }
}

/* Flag before environment before .env before default. */
static void test_precedence(void **state) {
    (void)state;
    static const char *const set[] = {"GOLDLEAF_INPUTS=environment", NULL};
    static const char *const set_but_empty[] = {"GOLDLEAF_INPUTS=", NULL};
    static const struct {
        const char *line;
        const char *const *environment;
        const char *file, *expected;
        enum option_origin origin;
    } cases[] = {
        {"", NULL, "", "bronze_inputs", FROM_DEFAULT},
        {"", NULL, "GOLDLEAF_INPUTS=file", "file", FROM_ENV_FILE},
        {"", set, "GOLDLEAF_INPUTS=file", "environment", FROM_ENVIRONMENT},
        {"--inputs|flag", set, "GOLDLEAF_INPUTS=file", "flag", FROM_COMMAND_LINE},
        {"--inputs|flag", NULL, "", "flag", FROM_COMMAND_LINE},
        {"", set_but_empty, "GOLDLEAF_INPUTS=file", "bronze_inputs", FROM_DEFAULT},
        {"", NULL, "GOLDLEAF_INPUTS=", "bronze_inputs", FROM_DEFAULT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct outcome outcome;
        environment_lines = cases[i].environment;
        resolve(&outcome, cases[i].line, cases[i].file, FOR_OTHERS);
        assert_true(outcome.ok);
        assert_string_equal(outcome.options.text[OPTION_INPUTS], cases[i].expected);
        assert_int_equal(outcome.options.origin[OPTION_INPUTS], cases[i].origin);
        arena_free(&outcome.arena);
    }
    environment_lines = NULL;
}

static void test_values(void **state) {
    (void)state;
    struct outcome outcome;
    resolve(&outcome, "--max-loss|12.5%|--accept|a", "GOLDLEAF_FULL_REFRESH=Yes", FOR_PULL);
    assert_true(outcome.ok);
    assert_true(outcome.options.max_loss == 12.5);
    assert_true(options_is_on(&outcome.options, OPTION_FULL_REFRESH));
    arena_free(&outcome.arena);
    resolve(&outcome, "--snapshot|3|--limit|0", "", FOR_EXPORT);
    assert_true(outcome.ok);
    assert_int_equal(outcome.options.snapshot, 3);
    assert_int_equal(outcome.options.limit, 0);
    arena_free(&outcome.arena);
    resolve(&outcome, "", "GOLDLEAF_QUIET=0", FOR_EXPORT);
    assert_true(outcome.ok);
    assert_int_equal(outcome.options.snapshot, 0);
    assert_int_equal(outcome.options.limit, -1);
    assert_false(options_is_on(&outcome.options, OPTION_QUIET));
    arena_free(&outcome.arena);
}

static void test_list_from_environment(void **state) {
    (void)state;
    static const char *const set[] = {"GOLDLEAF_ACCEPT=tickets, events", NULL};
    struct outcome outcome;
    environment_lines = set;
    resolve(&outcome, "", "", FOR_PULL);
    assert_true(outcome.ok);
    assert_int_equal(outcome.options.accept_count, 2);
    assert_string_equal(outcome.options.accept[1], "events");
    arena_free(&outcome.arena);
    resolve(&outcome, "--accept|venues", "", FOR_PULL);
    assert_int_equal(outcome.options.accept_count, 1); /* instead of, not in addition to */
    arena_free(&outcome.arena);
    environment_lines = NULL;
}

static void test_value_faults(void **state) {
    (void)state;
    static const struct {
        const char *line, *file, *message, *hint;
        unsigned command;
    } cases[] = {
        {"--format|jsn", "", "--format: \"jsn\" is none of text|json|csv", "did you mean json?",
         FOR_OTHERS},
        {"", "\nGOLDLEAF_FORMAT=xml", ".env:2: GOLDLEAF_FORMAT: \"xml\" is none of text|json|csv",
         "", FOR_OTHERS},
        {"--source|sheet", "", "--source: \"sheet\" is none of auto|sheets|csv",
         "did you mean sheets?", FOR_PULL},
        {"--timeout|0", "", "--timeout: from 1 to 3600 seconds", "", FOR_PULL},
        {"--timeout|3601", "", "--timeout: from 1 to 3600 seconds", "", FOR_GOOGLE},
        {"--patience|soon", "", "--patience: \"soon\" is not a whole number", "", FOR_PULL},
        {"--max-loss|101", "", "--max-loss: \"101\" is not a number from 0 to 100", "", FOR_PULL},
        {"--max-loss|-1", "", "--max-loss: \"-1\" is not a number from 0 to 100", "", FOR_PULL},
        {"--max-loss|nan", "", "--max-loss: \"nan\" is not a number from 0 to 100", "", FOR_PULL},
        {"--max-loss|0x10", "", "--max-loss: \"0x10\" is not a number from 0 to 100", "", FOR_PULL},
        {"--max-loss|5 %", "", "--max-loss: \"5 %\" is not a number from 0 to 100", "", FOR_PULL},
        {"--limit|-1", "", "--limit: \"-1\" is not a whole number", "", FOR_EXPORT},
        {"--limit|1x", "", "--limit: \"1x\" is not a whole number", "", FOR_EXPORT},
        {"--limit|99999999999999999999", "",
         "--limit: \"99999999999999999999\" is not a whole number", "", FOR_EXPORT},
        {"--snapshot|0", "", "--snapshot: snapshots are counted from 1", "", FOR_EXPORT},
        {"--inputs=", "", "--inputs: the value is empty", "", FOR_PULL},
        {"", "GOLDLEAF_QUIET=perhaps", ".env:1: GOLDLEAF_QUIET: \"perhaps\" is neither 1 nor 0", "",
         FOR_OTHERS},
        {"--snapshot|1", "", "thing does not take --snapshot",
         "`goldleaf help thing` lists what it "
         "takes",
         FOR_OTHERS},
        {"--accept|x", "", "thing does not take --accept",
         "`goldleaf help thing` lists what it takes", FOR_BUILD},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct outcome outcome;
        resolve(&outcome, cases[i].line, cases[i].file, cases[i].command);
        assert_false(outcome.ok);
        assert_int_equal(outcome.err.class, ERR_USAGE);
        assert_string_equal(outcome.err.message, cases[i].message);
        assert_string_equal(outcome.err.hint, cases[i].hint);
        arena_free(&outcome.arena);
    }
}

/* A variable for another command is no mistake. */
static void test_foreign_variables(void **state) {
    (void)state;
    struct outcome outcome;
    resolve(&outcome, "", "GOLDLEAF_SNAPSHOT=7\nGOLDLEAF_MAX_LOSS=nonsense", FOR_OTHERS);
    assert_true(outcome.ok);
    assert_int_equal(outcome.options.snapshot, 0);
    arena_free(&outcome.arena);
}

/* Every option but --help and --version can be set from outside, and no name comes twice. */
static void test_table(void **state) {
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        assert_non_null(OPTIONS[i].name);
        assert_non_null(OPTIONS[i].help);
        assert_true((OPTIONS[i].variable == NULL) == (i == OPTION_HELP || i == OPTION_VERSION));
        assert_true((OPTIONS[i].value == NULL) == (OPTIONS[i].kind == KIND_FLAG));
        assert_true((OPTIONS[i].choices != NULL) == (OPTIONS[i].kind == KIND_CHOICE));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(OPTIONS[i].name, OPTIONS[j].name);
            assert_true(OPTIONS[i].letter == 0 || OPTIONS[i].letter != OPTIONS[j].letter);
        }
    }
}

static void test_commands(void **state) {
    (void)state;
    static const struct {
        const char *name, *found, *hint;
    } cases[] = {
        {"all", "all", NULL},
        {"load_bronze", "load_bronze", NULL},
        {"load-bronze", "load_bronze", NULL},
        {"build-gold", "build_gold", NULL},
        {"build-glod", NULL, "did you mean build_gold?"},
        {"stauts", NULL, "did you mean status?"},
        {"frobnicate", NULL, "`goldleaf help` lists the commands"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena = {0};
        const struct command *command;
        struct err err = {0};
        assert_true(command_find(&arena, cases[i].name, &command, &err) == !cases[i].hint);
        if (cases[i].found)
            assert_string_equal(command->name, cases[i].found);
        else
            assert_string_equal(err.hint, cases[i].hint);
        arena_free(&arena);
    }
}

/* What an error can exit with stands in --help. */
static void test_exit_codes(void **state) {
    (void)state;
    static const struct {
        enum err_class class;
        int code;
    } cases[] = {{ERR_NONE, 0},        {ERR_FAILED, 1},     {ERR_USAGE, 2},
                 {ERR_MODEL, 2},       {ERR_LOCKED, 5},     {ERR_ACCESS, 6},
                 {ERR_DATABASE, 7},    {ERR_TEMPORARY, 75}, {ERR_INTERRUPTED, 130},
                 {ERR_TERMINATED, 143}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool is_documented = false;
        assert_int_equal(err_exit_code(cases[i].class), cases[i].code);
        for (size_t j = 0; j < EXIT_CODE_COUNT; j++)
            is_documented |= EXIT_CODES[j].code == cases[i].code;
        assert_true(is_documented);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_command_line_faults),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_list_from_environment),
        cmocka_unit_test(test_value_faults),
        cmocka_unit_test(test_foreign_variables),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
