#include "cli/env_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const KNOWN[] = {"GOLDLEAF_MODEL", "GOLDLEAF_INPUTS", "GOLDLEAF_ACCEPT",
                                    "GOLDLEAF_ENV_FILE"};

static bool parse(struct arena *arena, struct span text, struct env_file *file, struct err *err) {
    *err = (struct err){0};
    return env_file_parse(arena, ".env", text, KNOWN, COUNT_OF(KNOWN), file, err);
}

/* The entries as "name=[value]" with a blank between two; or the error. */
static const char *render(struct arena *arena, struct span text) {
    struct env_file file;
    struct err err;
    const char *out = "";
    if (!parse(arena, text, &file, &err)) {
        assert_int_equal(err.class, ERR_USAGE);
        return arena_printf(arena, "error: %s", err.message);
    }
    for (size_t i = 0; i < file.count; i++)
        out = arena_printf(arena, "%s%s%s=[%s]", out, i ? " " : "", file.entries[i].name,
                           file.entries[i].value);
    return out;
}

struct env_case {
    const char *text, *expected;
};

static void run_cases(const struct env_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        assert_string_equal(render(&arena, span_from(cases[i].text)), cases[i].expected);
        arena_free(&arena);
    }
}

static void test_lines(void **state) {
    (void)state;
    static const struct env_case cases[] = {
        {"", ""},
        {"\n\r\n  \n\t\n", ""},
        {"A=1", "A=[1]"},
        {"A=1\nB=2\n", "A=[1] B=[2]"},
        {"A=1\r\nB=2\r\n", "A=[1] B=[2]"},
        {"A=1\r", "A=[1]"},
        {"A=1\rB=2\n", "A=[1\rB=2]"}, /* a lone CR ends no line */
        {"\xEF\xBB\xBF"
         "A=1\n",
         "A=[1]"},
        {"# A=1\nB=2", "B=[2]"},
        {"   # A=1\nB=2", "B=[2]"},
        {"A=", "A=[]"},
        {"A=\nB=2", "A=[] B=[2]"},
        {"  A  =  1  ", "A=[1]"},
        {"export A=1", "A=[1]"},
        {"export\t A=1", "A=[1]"},
        {"export=1", "export=[1]"},
        {"export =1", "export=[1]"},
        {"_a9=1", "_a9=[1]"},
        {"A=1\nA=2", "A=[1] A=[2]"},
    };
    run_cases(cases, COUNT_OF(cases));
}

static void test_values(void **state) {
    (void)state;
    static const struct env_case cases[] = {
        {"A=a b  c", "A=[a b  c]"},
        {"A=a # comment", "A=[a]"},
        {"A=a#b", "A=[a#b]"},
        {"A=#b", "A=[]"},
        {"A=x=y", "A=[x=y]"},
        {"A=$HOME `id` $(id) ~", "A=[$HOME `id` $(id) ~]"}, /* nothing is expanded */
        {"A=C:\\data\\new", "A=[C:\\data\\new]"},
        {"A=it's", "A=[it's]"},
        {"A='x'", "A=[x]"},
        {"A=' x # y '", "A=[ x # y ]"},
        {"A='a\\n$B\"'", "A=[a\\n$B\"]"},
        {"A=''", "A=[]"},
        {"A='x' # comment\nB=1", "A=[x] B=[1]"},
        {"A='x'#comment", "A=[x]"},
        {"A=\"x y\"", "A=[x y]"},
        {"A=\"a\\nb\\tc\\r\\\"d\\\\\"", "A=[a\nb\tc\r\"d\\]"},
        {"A=\"\\$5 \\d \\'\"", "A=[$5 \\d \\']"}, /* other backslashes stand for themselves */
        {"A=\"line 1\nline 2\"\nB=1", "A=[line 1\nline 2] B=[1]"},
        {"A=\"line 1\r\nline 2\"\r\nB=1", "A=[line 1\nline 2] B=[1]"},
        {"A='{\n \"key\": 1\n}'\nB=1", "A=[{\n \"key\": 1\n}] B=[1]"},
        {"A=\xC3\xA9\xE2\x82\xAC", "A=[\xC3\xA9\xE2\x82\xAC]"},
    };
    run_cases(cases, COUNT_OF(cases));
}

static void test_bad_lines(void **state) {
    (void)state;
    static const struct env_case cases[] = {
        {"A", "error: .env:1: there is no '=' behind the key"},
        {"A=1\n\nsecret words\n", "error: .env:3: there is no '=' behind the key"},
        {"=1", "error: .env:1: there is no key"},
        {"1A=1", "error: .env:1: there is no key"},
        {"A-B=1", "error: .env:1: there is no '=' behind the key"},
        {"export A", "error: .env:1: there is no '=' behind the key"},
        {"A=1\nB='x\ny\n", "error: .env:2: the quote that opens here is never closed"},
        {"B=\"x\\\"", "error: .env:1: the quote that opens here is never closed"},
        {"A=1\nB='x' y\n", "error: .env:2: there is text behind the closing quote"},
        {"B='x\ny' z\n", "error: .env:2: there is text behind the closing quote"},
    };
    run_cases(cases, COUNT_OF(cases));
    struct arena arena = {0};
    assert_string_equal(render(&arena, SPAN("A=1\nB=\0x")),
                        "error: .env:2: there is a NUL byte; this is not a text file");
    arena_free(&arena);
}

/* A value may be a password: no error and no warning repeats one. */
static void test_secrets_stay_out_of_messages(void **state) {
    (void)state;
    static const char *const texts[] = {"A='hunter2",         "A='x' hunter2",
                                        "hunter2hunter2",     "GOLDLEAF_MODLE=hunter2",
                                        "LD_PRELOAD=hunter2", "A=1\nB hunter2"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct arena arena = {0};
        struct env_file file;
        struct err err;
        parse(&arena, span_from(texts[i]), &file, &err);
        assert_null(strstr(err.message, "hunter2"));
        for (size_t j = 0; j < file.warning_count; j++)
            assert_null(strstr(file.warnings[j], "hunter2"));
        arena_free(&arena);
    }
}

static void test_warnings(void **state) {
    (void)state;
    static const struct {
        const char *text, *warning;
        size_t entries;
    } cases[] = {
        {"GOLDLEAF_MODEL=x", NULL, 1},
        {"OTHER=x", NULL, 1},
        {"SHEET_TICKETS=x", NULL, 1},
        {"\nGOLDLEAF_MODLE=x", ".env:2: GOLDLEAF_MODLE is not known; did you mean GOLDLEAF_MODEL?",
         1},
        {"GOLDLEAF_ZZZZZZZZZZ=x", ".env:1: GOLDLEAF_ZZZZZZZZZZ is not known", 1},
        {"LD_PRELOAD=x", ".env:1: LD_PRELOAD is ignored: it is not for a .env", 0},
        {"LD_LIBRARY_PATH=x", ".env:1: LD_LIBRARY_PATH is ignored: it is not for a .env", 0},
        {"PATH=x", ".env:1: PATH is ignored: it is not for a .env", 0},
        {"export PATH=x", ".env:1: PATH is ignored: it is not for a .env", 0},
        {"GOLDLEAF_ACCEPT=x", ".env:1: GOLDLEAF_ACCEPT is ignored here: give it to a run", 0},
        {"GOLDLEAF_ENV_FILE=x", ".env:1: GOLDLEAF_ENV_FILE is ignored here: give it to a run", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena = {0};
        struct env_file file;
        struct err err;
        assert_true(parse(&arena, span_from(cases[i].text), &file, &err));
        assert_int_equal(file.count, cases[i].entries);
        assert_int_equal(file.warning_count, cases[i].warning ? 1 : 0);
        if (cases[i].warning)
            assert_string_equal(file.warnings[0], cases[i].warning);
        arena_free(&arena);
    }
}

static void test_find(void **state) {
    (void)state;
    struct arena arena = {0};
    struct env_file file;
    struct err err;
    assert_true(parse(&arena, SPAN("A=1\n\nA=2\nB=3"), &file, &err));
    assert_string_equal(env_file_find(&file, "A")->value, "2");
    assert_int_equal(env_file_find(&file, "A")->line, 3);
    assert_int_equal(env_file_find(&file, "B")->line, 4);
    assert_null(env_file_find(&file, "a"));
    assert_null(env_file_find(NULL, "A"));
    arena_free(&arena);
}

static void write_text(const char *path, const char *text) {
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void test_files(void **state) {
    (void)state;
    char folder[] = "/tmp/goldleaf-env-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct arena arena = {0};
    struct env_file file;
    struct err err = {0};
    const char *path = arena_printf(&arena, "%s/.env", folder);
    assert_true(env_file_read(&arena, path, false, NULL, 0, &file, &err));
    assert_int_equal(file.count, 0);
    assert_false(env_file_read(&arena, path, true, NULL, 0, &file, &err));
    assert_int_equal(err.class, ERR_USAGE);
    write_text(path, "A=1\nB=2\n");
    assert_true(env_file_read(&arena, path, true, NULL, 0, &file, &err));
    assert_int_equal(file.count, 2);
    assert_false(env_file_read(&arena, folder, false, NULL, 0, &file, &err));
    assert_non_null(strstr(err.message, "is a folder"));
    assert_int_equal(truncate(path, (off_t)ENV_FILE_MAX_BYTES + 1), 0);
    assert_false(env_file_read(&arena, path, true, NULL, 0, &file, &err));
    assert_non_null(strstr(err.message, "larger than 1 MiB"));
    unlink(path);
    rmdir(folder);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_bad_lines), cmocka_unit_test(test_secrets_stay_out_of_messages),
        cmocka_unit_test(test_warnings),  cmocka_unit_test(test_find),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
