#include "base/decimal.h"
#include "base/visible.h"
#include "cli/output.h"
#include "cli/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- visible text ---- */

static void test_visible(void **state) {
    (void)state;
    static const struct {
        const char *text, *shown;
        size_t columns;
    } cases[] = {
        {"", "", 0},
        {"plain", "plain", 5},
        {"a\tb\nc\rd", "a\\tb\\nc\\rd", 10},
        {"\x1B[31mred\x07", "\\x1b[31mred\\a", 13},
        {"\x7F", "\\x7f", 4},
        {"C:\\dir", "C:\\dir", 6},
        {"caf\xC3\xA9", "caf\xC3\xA9", 4},
        {"cafe\xCC\x81", "cafe\xCC\x81", 4},                         /* a combining accent */
        {"\xE6\x9D\xB1\xE4\xBA\xAC", "\xE6\x9D\xB1\xE4\xBA\xAC", 4}, /* two wide ones */
        {"\xF0\x9F\x8E\xAB", "\xF0\x9F\x8E\xAB", 2},                 /* a ticket */
        {"\xE2\x82\xB9", "\xE2\x82\xB9", 1},                         /* a rupee sign */
        {"a\xE2\x80\x8B"
         "b",
         "a\\u200bb", 8}, /* zero width space */
        {"\xE2\x80\xAE"
         "evil",
         "\\u202eevil", 10},            /* right-to-left override */
        {"\xE2\x81\xA6", "\\u2066", 6}, /* isolate */
        {"\xEF\xBB\xBF", "\\ufeff", 6},
        {"\xC2\xAD", "\\u00ad", 6},              /* soft hyphen */
        {"\xC2\x9B", "\\u009b", 6},              /* CSI as one C1 character */
        {"\xE2\x80\xA8", "\\u2028", 6},          /* line separator */
        {"\xF3\xA0\x80\xA1", "\\U000e0021", 10}, /* a tag character */
        {"\xFF\xC3", "\\xff\\xc3", 8},
        {"a\xE2\x82", "a\\xe2\\x82", 9},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        struct span text = span_from(cases[i].text);
        assert_int_equal(visible_add(&out, text), cases[i].columns);
        assert_string_equal(buf_text(&out), cases[i].shown);
        assert_int_equal(visible_width(text), cases[i].columns);
        buf_free(&out);
    }
}

static void test_visible_cut(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *shown;
        size_t filled;
    } cases[] = {
        {"abcdef", 6, "abcdef", 6},
        {"abcdef", 5, "abcd…", 5},
        {"abcdef", 1, "…", 1},
        {"abcdef", 0, "", 0},
        {"", 3, "", 0},
        {"\xE6\x9D\xB1\xE4\xBA\xAC", 3, "\xE6\x9D\xB1…", 3},
        {"\xE6\x9D\xB1\xE4\xBA\xAC", 2, "…", 1}, /* no half of a wide one */
        {"ab\x1B", 4, "ab…", 3},                 /* no half of an escape */
        {"abc\xCC\x81", 3, "abc\xCC\x81", 3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        size_t filled = visible_add_cut(&out, span_from(cases[i].text), cases[i].columns);
        assert_string_equal(buf_text(&out), cases[i].shown);
        assert_int_equal(filled, cases[i].filled);
        buf_free(&out);
    }
}

/* ---- numbers and paragraphs ---- */

static void test_grouped(void **state) {
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {-999, "-999"},
                 {-1000, "-1,000"},
                 {1234567, "1,234,567"},
                 {-123456, "-123,456"},
                 {INT64_MIN, "-9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        decimal_add_grouped(&out, cases[i].number);
        assert_string_equal(buf_text(&out), cases[i].text);
        buf_free(&out);
    }
}

static void test_wrapped(void **state) {
    (void)state;
    struct output output = {.descriptor = -1};
    output_add_wrapped(&output, "one two  three\tfour fifteenletters six", 2, 12);
    assert_string_equal(buf_text(&output.text), "one two\n  three\\tfour\n  fifteenletters\n  six");
    output_discard(&output);
}

/* ---- tables ---- */

static const struct table_column COLUMNS[] = {
    {"name", COLUMN_TEXT, 0}, {"tickets_sold", COLUMN_NUMBER, 0}, {"note", COLUMN_TEXT, 1}};

static void fill(struct table *table, struct output *output, size_t limit) {
    table_begin(table, output, COLUMNS, COUNT_OF(COLUMNS), limit);
    table_add_string(table, "Zo\xC3\xAB");
    table_add_count(table, 1234567, STYLE_PLAIN);
    table_add_string(table, "a, \"b\"");
    table_add_string(table, "\xE6\x9D\xB1\xE4\xBA\xAC");
    table_add_count(table, 0, STYLE_WARN);
    table_add_string(table, NULL);
    table_end(table);
}

static void test_text_table(void **state) {
    (void)state;
    struct output output = {.descriptor = -1};
    struct table table;
    fill(&table, &output, 0);
    assert_string_equal(buf_text(&output.text), "name  tickets_sold  note\n"
                                                "----  ------------  ------\n"
                                                "Zo\xC3\xAB      1,234,567  a, \"b\"\n"
                                                "\xE6\x9D\xB1\xE4\xBA\xAC             0\n");
    output_discard(&output);
}

/* First titles break, then columns go, then texts are cut. */
static void test_narrow_table(void **state) {
    (void)state;
    struct output output = {.descriptor = -1};
    struct table table;
    fill(&table, &output, 25);
    assert_string_equal(buf_text(&output.text), "        tickets\n"
                                                "name       sold  note\n"
                                                "----  ---------  ------\n"
                                                "Zo\xC3\xAB   1,234,567  a, \"b\"\n"
                                                "\xE6\x9D\xB1\xE4\xBA\xAC          0\n");
    buf_clear(&output.text);
    fill(&table, &output, 20);
    assert_string_equal(buf_text(&output.text), "name  tickets_sold\n"
                                                "----  ------------\n"
                                                "Zo\xC3\xAB      1,234,567\n"
                                                "\xE6\x9D\xB1\xE4\xBA\xAC             0\n");
    buf_clear(&output.text);
    static const struct table_column texts[] = {{"a", COLUMN_TEXT, 0}, {"b", COLUMN_TEXT, 0}};
    table_begin(&table, &output, texts, 2, 20);
    table_add_string(&table, "short");
    table_add_string(&table, "a text that is far too long");
    table_end(&table);
    assert_string_equal(buf_text(&output.text), "a      b\n"
                                                "-----  -------------\n"
                                                "short  a text that …\n");
    output_discard(&output);
}

static void test_prose_column(void **state) {
    (void)state;
    struct output output = {.descriptor = -1};
    static const struct table_column columns[] = {{"a", COLUMN_TEXT, 0}, {"b", COLUMN_PROSE, 0}};
    struct table table;
    table_begin(&table, &output, columns, 2, 20);
    table_add_string(&table, "short");
    table_add_string(&table, "a text that is far too long");
    table_add_string(&table, "x");
    table_add_string(&table, "y");
    table_end(&table);
    assert_string_equal(buf_text(&output.text), "a      b\n"
                                                "-----  -------------\n"
                                                "short  a text that\n"
                                                "       is far too\n"
                                                "       long\n"
                                                "x      y\n");
    output_discard(&output);
}

static void test_colored_table(void **state) {
    (void)state;
    struct output output = {.descriptor = -1, .is_color = true};
    static const struct table_column columns[] = {{"n", COLUMN_NUMBER, 0}};
    struct table table;
    table_begin(&table, &output, columns, 1, 0);
    table_add_count(&table, 5, STYLE_WARN);
    table_add_count(&table, 0, STYLE_WARN); /* nothing to warn of */
    table_end(&table);
    assert_string_equal(buf_text(&output.text),
                        "\033[1mn\033[0m\n\033[2m-\033[0m\n\033[33m5\033[0m\n0\n");
    output_discard(&output);
}

static void test_csv_table(void **state) {
    (void)state;
    struct output output = {.descriptor = -1, .format = OUTPUT_CSV};
    struct table table;
    fill(&table, &output, 0);
    assert_string_equal(buf_text(&output.text), "name,tickets_sold,note\n"
                                                "Zo\xC3\xAB,1234567,\"a, \"\"b\"\"\"\n"
                                                "\xE6\x9D\xB1\xE4\xBA\xAC,0,\n");
    output_discard(&output);
}

/* A file gets the very bytes; a terminal never gets what it would act on. */
static void test_csv_on_a_terminal(void **state) {
    (void)state;
    static const struct table_column columns[] = {{"a", COLUMN_TEXT, 0}};
    for (int is_terminal = 0; is_terminal <= 1; is_terminal++) {
        struct output output = {.descriptor = -1, .format = OUTPUT_CSV, .is_terminal = is_terminal};
        struct table table;
        table_begin(&table, &output, columns, 1, 0);
        table_add_string(&table, "x\x1B[2J");
        table_end(&table);
        assert_string_equal(buf_text(&output.text),
                            is_terminal ? "a\nx\\x1b[2J\n" : "a\nx\x1B[2J\n");
        output_discard(&output);
    }
}

static void test_values(void **state) {
    (void)state;
    static const struct field money = {.type = FIELD_MONEY}, rate = {.type = FIELD_RATE},
                              number = {.type = FIELD_INTEGER}, yes = {.type = FIELD_BOOLEAN};
    static const struct table_column columns[] = {{"m", COLUMN_NUMBER, 0},
                                                  {"r", COLUMN_NUMBER, 0},
                                                  {"i", COLUMN_NUMBER, 0},
                                                  {"b", COLUMN_TEXT, 0},
                                                  {"n", COLUMN_NUMBER, 0}};
    static const char *const expected[] = {
        [OUTPUT_TEXT] = "          m      r     i  b     n\n"
                        "-----------  -----  ----  ----  -\n"
                        "-123,456.50  0.333  2026  true\n",
        [OUTPUT_CSV] = "m,r,i,b,n\n-123456.50,0.3333333333333333,2026,true,\n"};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        if (!expected[i])
            continue;
        struct output output = {.descriptor = -1, .format = (enum output_format)i};
        struct table table;
        table_begin(&table, &output, columns, COUNT_OF(columns), 0);
        table_add_value(&table, &money, value_real(-123456.5));
        table_add_value(&table, &rate, value_real(1.0 / 3));
        table_add_value(&table, &number, value_integer(2026));
        table_add_value(&table, &yes, value_integer(1));
        table_add_value(&table, &money, value_null());
        table_end(&table);
        assert_string_equal(buf_text(&output.text), expected[i]);
        output_discard(&output);
    }
}

/* Rows beyond the sample are printed with the widths of the first ones. */
static void test_long_table(void **state) {
    (void)state;
    struct output output = {.descriptor = -1};
    static const struct table_column columns[] = {{"n", COLUMN_NUMBER, 0},
                                                  {"text", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, &output, columns, 2, 0);
    for (int i = 0; i < 2500; i++) {
        table_add_integer(&table, i);
        table_add_string(&table, i == 2400 ? "longer" : "text");
    }
    table_end(&table);
    size_t lines = 0;
    for (size_t i = 0; i < output.text.size; i++)
        lines += output.text.data[i] == '\n';
    assert_int_equal(lines, 2502);
    assert_non_null(strstr(output.text.data, "\n999  text\n1000  text\n"));
    output_discard(&output);
}

/* ---- files ---- */

static char *read_file(const char *path) {
    FILE *stream = fopen(path, "r");
    if (!stream)
        return NULL;
    static char text[256];
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    return text;
}

static bool write_file(const char *path, const char *text, struct err *err) {
    struct output output;
    struct output_settings settings = {.path = path, .default_format = "text", .color = "never"};
    if (!output_open(&output, &settings, err))
        return false;
    buf_add_text(&output.text, text);
    return output_close(&output, err);
}

static size_t count_entries(const char *folder) {
    char command[128];
    size_t count = 0;
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *stream = popen(command, "r");
    assert_int_equal(fscanf(stream, "%zu", &count), 1);
    pclose(stream);
    return count;
}

static void test_file(void **state) {
    (void)state;
    char folder[] = "/tmp/goldleaf-output-XXXXXX", path[64], link_path[64];
    struct stat info;
    struct err err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    umask(022);
    assert_true(write_file(path, "first", &err));
    assert_string_equal(read_file(path), "first");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("out", link_path), 0);
    assert_true(write_file(link_path, "second", &err)); /* the link stays one */
    assert_string_equal(read_file(path), "second");
    assert_int_equal(lstat(link_path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640); /* and the rights, too */
    assert_int_equal(count_entries(folder), 2);
    unlink(link_path);
    unlink(path);
    rmdir(folder);
}

/* Until the end nothing is seen, and nothing is left behind by who gives up. */
static void test_file_is_whole_or_not_there(void **state) {
    (void)state;
    char folder[] = "/tmp/goldleaf-output-XXXXXX", path[64];
    struct err err = {0};
    struct output output;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
    assert_true(write_file(path, "old", &err));
    struct output_settings settings = {.path = path, .default_format = "text", .color = "never"};
    assert_true(output_open(&output, &settings, &err));
    for (int i = 0; i < 100000; i++) {
        buf_add_text(&output.text, "new\n");
        assert_true(output_step(&output, &err));
    }
    assert_string_equal(read_file(path), "old");
    output_discard(&output);
    output_discard(&output); /* twice is fine */
    assert_string_equal(read_file(path), "old");
    assert_int_equal(count_entries(folder), 1);
    unlink(path);
    rmdir(folder);
}

static void test_file_faults(void **state) {
    (void)state;
    struct err err = {0};
    assert_false(write_file("/nowhere/out", "x", &err));
    assert_int_equal(err.class, ERR_FAILED);
    assert_string_equal(err.message, "cannot write /nowhere/out: No such file or directory");
    assert_false(write_file("/tmp", "x", &err));
    assert_string_equal(err.message, "cannot write /tmp: Is a directory");
    assert_false(write_file("/dev/full", "x", &err));
    assert_string_equal(err.message, "cannot write /dev/full: No space left on device");
    assert_true(write_file("/dev/null", "x", &err));
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode)); /* not replaced by a file */
}

static void test_database_is_not_overwritten(void **state) {
    (void)state;
    char path[] = "/tmp/goldleaf-output-XXXXXX";
    int descriptor = mkstemp(path);
    struct err err = {0};
    struct output output;
    struct output_settings settings = {
        .path = path, .default_format = "text", .color = "never", .keep_off = path};
    assert_false(output_open(&output, &settings, &err));
    assert_int_equal(err.class, ERR_USAGE);
    close(descriptor);
    unlink(path);
}

static void test_format(void **state) {
    (void)state;
    static const struct {
        const char *path, *format, *by_default;
        enum output_format expected;
    } cases[] = {
        {NULL, NULL, "text", OUTPUT_TEXT},
        {NULL, NULL, "csv", OUTPUT_CSV},
        {"/dev/null", NULL, "csv", OUTPUT_CSV},
        {NULL, "json", "text", OUTPUT_JSON},
        {"/tmp/goldleaf.json", NULL, "csv", OUTPUT_JSON},
        {"/tmp/goldleaf.csv", NULL, "text", OUTPUT_CSV},
        {"/tmp/goldleaf.csv", "json", "text", OUTPUT_JSON},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct output output;
        struct err err = {0};
        struct output_settings settings = {.path = cases[i].path,
                                           .format = cases[i].format,
                                           .default_format = cases[i].by_default,
                                           .color = "never"};
        assert_true(output_open(&output, &settings, &err));
        assert_int_equal(output.format, cases[i].expected);
        output_discard(&output);
    }
}

static void test_color(void **state) {
    (void)state;
    int descriptor = open("/dev/null", O_WRONLY);
    setenv("NO_COLOR", "1", 1);
    assert_false(output_wants_color("auto", descriptor));
    assert_true(output_wants_color("always", descriptor)); /* the flag counts before it */
    unsetenv("NO_COLOR");
    assert_false(output_wants_color("auto", descriptor)); /* no terminal */
    assert_false(output_wants_color("never", descriptor));
    close(descriptor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visible),      cmocka_unit_test(test_visible_cut),
        cmocka_unit_test(test_grouped),      cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_text_table),   cmocka_unit_test(test_narrow_table),
        cmocka_unit_test(test_prose_column), cmocka_unit_test(test_colored_table),
        cmocka_unit_test(test_csv_table),    cmocka_unit_test(test_csv_on_a_terminal),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_long_table),
        cmocka_unit_test(test_file),         cmocka_unit_test(test_file_is_whole_or_not_there),
        cmocka_unit_test(test_file_faults),  cmocka_unit_test(test_database_is_not_overwritten),
        cmocka_unit_test(test_format),       cmocka_unit_test(test_color),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
