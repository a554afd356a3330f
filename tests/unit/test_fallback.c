/* When Google cannot be reached: which sheets come from CSV files, which are kept, and when it is
 * an error all the same. */
#include "model_fixture.h"

#include "source/csv_source.h"
#include "source/fallback.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHEETS 5
#define OUTAGE "sheets.googleapis.com: the name is not found (tried 10 times in 180 s)"
#define MODIFIED_S 1790000000 /* when the files were */

static const struct sheets_address ADDRESSES[SHEETS] = {{"S1", SHEETS_NO_GID, NULL},
                                                        {"S1", SHEETS_NO_GID, NULL},
                                                        {"S2", SHEETS_NO_GID, NULL},
                                                        {NULL, SHEETS_NO_GID, NULL},
                                                        {NULL, SHEETS_NO_GID, NULL}};

/* A Google that says one thing, and the fallback over it and a folder. */
struct world {
    struct source google;   /* first: the driver gets back from it to the world */
    enum err_class failure; /* ERR_NONE: every sheet is there */
    size_t asked;
    bool is_closed;
    struct fixture model;
    char folder[64];
    struct arena arena;
    struct source *source;
    struct source_sheet sheet;
    struct err err;
};

static bool google_read(struct source *source, size_t index, const struct source_past *past,
                        struct arena *arena, struct source_sheet *sheet, struct err *err) {
    struct world *world = (struct world *)source;
    (void)past;
    (void)arena;
    assert_non_null(ADDRESSES[index].spreadsheet);
    world->asked++;
    *sheet = (struct source_sheet){.source = "sheets"};
    if (world->failure) {
        err_set(err, world->failure, OUTAGE);
        return err_hint(err, "is this machine connected?");
    }
    sheet->location = "https://docs.google.com/";
    sheet->text = (struct span){strdup("from google"), strlen("from google")};
    return true;
}

static void google_close(struct source *source) {
    struct world *world = (struct world *)source;
    world->is_closed = true;
}

static const char *path_of(struct world *world, const char *file) {
    return arena_printf(&world->arena, "%s/%s", world->folder, file);
}

static void write_file(struct world *world, const char *file, const char *text) {
    const char *path = path_of(world, file);
    const struct timespec times[2] = {{MODIFIED_S, 500}, {MODIFIED_S, 500}};
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int setup(void **state) {
    struct world *world = malloc(sizeof *world);
    assert_non_null(world);
    *world = (struct world){.google = {google_read, google_close},
                            .folder = "/tmp/goldleaf-fallback-XXXXXX"};
    fixture_read_good(&world->model, GOLDLEAF_FIXTURES_DIR "/shop");
    assert_non_null(mkdtemp(world->folder));
    write_file(world, "regions.csv", "region_no,name\n1,North\n");
    write_file(world, "prices.csv", "sku\n");
    write_file(world, "orders.csv", "order_no\n7\n");
    *state = world;
    return 0;
}

static void open_source(struct world *world, enum err_class failure, bool may_fall_back) {
    const struct fallback_settings settings = {.model = world->model.model,
                                               .addresses = ADDRESSES,
                                               .sheets = &world->google,
                                               .folder = world->folder,
                                               .may_fall_back = may_fall_back};
    world->failure = failure;
    fallback_open(&world->source, &settings);
}

static int teardown(void **state) {
    struct world *world = *state;
    free((void *)(uintptr_t)world->sheet.text.data);
    source_close(world->source);
    assert_true(world->is_closed);
    unlink(path_of(world, "regions.csv"));
    unlink(path_of(world, "prices.csv"));
    unlink(path_of(world, "orders.csv"));
    assert_int_equal(rmdir(world->folder), 0);
    fixture_free(&world->model);
    arena_free(&world->arena);
    free(world);
    return 0;
}

static bool read_sheet(struct world *world, const char *sheet, int64_t pulled_at_s) {
    const struct source_past past = {.pulled_at_s = pulled_at_s};
    int index = model_find_sheet(world->model.model, span_from(sheet));
    assert_true(index >= 0);
    free((void *)(uintptr_t)world->sheet.text.data);
    world->sheet = (struct source_sheet){0};
    world->err = (struct err){0};
    return world->source->read(world->source, (size_t)index, &past, &world->arena, &world->sheet,
                               &world->err);
}

static void expect_csv(struct world *world, const char *sheet, int64_t pulled_at_s,
                       const char *text, const char *fallback) {
    if (!read_sheet(world, sheet, pulled_at_s))
        fail_msg("%s", world->err.message);
    assert_string_equal(world->sheet.source, "csv");
    assert_string_equal(world->sheet.location,
                        arena_printf(&world->arena, "%s/%s.csv", world->folder, sheet));
    assert_null(world->sheet.missing);
    assert_null(world->sheet.kept);
    if (fallback)
        assert_string_equal(world->sheet.fallback, fallback);
    else
        assert_null(world->sheet.fallback);
    assert_true(span_is(world->sheet.text, text));
}

static void expect_kept(struct world *world, const char *sheet, int64_t pulled_at_s,
                        const char *format) {
    char expected[400];
    if (!read_sheet(world, sheet, pulled_at_s))
        fail_msg("%s", world->err.message);
    snprintf(expected, sizeof expected, OUTAGE "; %s", format);
    assert_string_equal(world->sheet.kept, expected);
    assert_string_equal(world->sheet.source, "sheets");
    assert_null(world->sheet.location);
    assert_null(world->sheet.missing);
    assert_null(world->sheet.fallback);
    assert_null(world->sheet.text.data);
}

static void test_google_answers(void **state) {
    struct world *world = *state;
    open_source(world, ERR_NONE, true);
    assert_true(read_sheet(world, "regions", -1));
    assert_string_equal(world->sheet.source, "sheets");
    assert_true(span_is(world->sheet.text, "from google"));
    assert_null(world->sheet.fallback);
    assert_true(read_sheet(world, "customers", -1));
    assert_int_equal(world->asked, 2);
}

static void test_outage(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, true);
    expect_csv(world, "regions", -1, "region_no,name\n1,North\n", OUTAGE);
}

/* Also when Google is back: a run is from one world as far as can be. */
static void test_outage_lasts_for_the_run(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, true);
    expect_csv(world, "regions", -1, "region_no,name\n1,North\n", OUTAGE);
    world->failure = ERR_NONE;
    expect_csv(world, "prices", -1, "sku\n", OUTAGE);
    expect_csv(world, "regions", -1, "region_no,name\n1,North\n", OUTAGE);
    assert_int_equal(world->asked, 1);
}

static void test_outage_in_the_middle(void **state) {
    struct world *world = *state;
    open_source(world, ERR_NONE, true);
    assert_true(read_sheet(world, "regions", -1));
    world->failure = ERR_TEMPORARY;
    expect_csv(world, "prices", -1, "sku\n", OUTAGE);
}

/* What came from Google later than the file was written is not replaced by it. */
static void test_old_file_is_not_taken(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, true);
    const char *why = arena_printf(
        &world->arena, "%s/regions.csv is older than the last pull from Google", world->folder);
    expect_kept(world, "regions", MODIFIED_S + 1000, why);
    expect_kept(world, "regions", MODIFIED_S + 1, why);
    expect_kept(world, "regions", MODIFIED_S, why);
    expect_csv(world, "regions", MODIFIED_S - 1, "region_no,name\n1,North\n", OUTAGE);
    expect_csv(world, "regions", 0, "region_no,name\n1,North\n", OUTAGE);
    expect_csv(world, "prices", -1, "sku\n", OUTAGE);
}

static void test_no_file(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, true);
    const char *why =
        arena_printf(&world->arena, "there is no %s/customers.csv to fall back to", world->folder);
    expect_kept(world, "customers", -1, why);
    expect_kept(world, "customers", MODIFIED_S, why);
}

static void test_unreadable_file(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, true);
    unlink(path_of(world, "regions.csv"));
    assert_int_equal(mkdir(path_of(world, "regions.csv"), 0700), 0);
    assert_false(read_sheet(world, "regions", -1));
    assert_int_equal(world->err.class, ERR_FAILED);
    assert_null(world->sheet.text.data);
    rmdir(path_of(world, "regions.csv"));
}

/* A spreadsheet that is not shared, a key that is refused, Ctrl-C: none is an outage. */
static void test_other_faults_pass_through(void **state) {
    struct world *world = *state;
    static const enum err_class classes[] = {ERR_ACCESS, ERR_FAILED, ERR_INTERRUPTED,
                                             ERR_TERMINATED, ERR_USAGE};
    open_source(world, ERR_NONE, true);
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        world->failure = classes[i];
        assert_false(read_sheet(world, "regions", -1));
        assert_int_equal(world->err.class, classes[i]);
        assert_string_equal(world->err.message, OUTAGE);
        assert_string_equal(world->err.hint, "is this machine connected?");
    }
    assert_int_equal(world->asked, COUNT_OF(classes));
    world->failure = ERR_NONE;
    assert_true(read_sheet(world, "regions", -1));
    assert_string_equal(world->sheet.source, "sheets");
}

static void test_no_fallback_wanted(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, false);
    for (int i = 0; i < 2; i++) {
        assert_false(read_sheet(world, "regions", -1));
        assert_int_equal(world->err.class, ERR_TEMPORARY);
        assert_string_equal(world->err.message, OUTAGE);
        assert_null(world->sheet.text.data);
    }
    assert_int_equal(world->asked, 2);
}

/* A sheet that no spreadsheet has is read from its file, outage or not, and however old that is. */
static void test_sheet_without_spreadsheet(void **state) {
    struct world *world = *state;
    open_source(world, ERR_TEMPORARY, false);
    expect_csv(world, "orders", MODIFIED_S + 1000, "order_no\n7\n", NULL);
    assert_true(read_sheet(world, "lines", -1));
    assert_string_equal(world->sheet.missing,
                        arena_printf(&world->arena, "%s/lines.csv does not exist", world->folder));
    assert_null(world->sheet.fallback);
    assert_int_equal(world->asked, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_google_answers),           TEST(test_outage),
        TEST(test_outage_lasts_for_the_run), TEST(test_outage_in_the_middle),
        TEST(test_old_file_is_not_taken),    TEST(test_no_file),
        TEST(test_unreadable_file),          TEST(test_other_faults_pass_through),
        TEST(test_no_fallback_wanted),       TEST(test_sheet_without_spreadsheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
