/* Sheets pulled from a Google that plays along: which requests, which tabs, which text. */
#include "fake_sheets.h"

#define NOWHERE                                                                                    \
    { .gid = SHEETS_NO_GID }
#define IN(id)                                                                                     \
    { .spreadsheet = id, .gid = SHEETS_NO_GID }
#define SHEETS 5

/* All sheets of the model in one spreadsheet, by their names. */
static const struct sheets_address ALL_IN_S1[SHEETS] = {IN("S1"), IN("S1"), IN("S1"), IN("S1"),
                                                        IN("S1")};

struct world {
    struct fixture model;
    struct fake_google google;
    struct fake_spreadsheet *s1;
    struct fake_pull pull;
};

/* Five small tabs; the order of the tabs is not the model's. */
static int setup(void **state) {
    struct world *world = malloc(sizeof *world);
    assert_non_null(world);
    *world = (struct world){0};
    fixture_read_good(&world->model, GOLDLEAF_FIXTURES_DIR "/shop");
    struct fake_google *google = &world->google;
    fake_open(google, "printf token");
    world->s1 = fake_add_spreadsheet(google, "S1");
    struct fake_tab *lines = fake_add_tab(google, world->s1, "lines", 10, 7);
    fake_fill(google, lines, 0, "line_no,shop,order_no,sku,valid_from,quantity,price");
    fake_fill(google, lines, 2, "1,Pune,7,A,43831,2,9.5");
    struct fake_tab *regions = fake_add_tab(google, world->s1, "regions", 6, 3);
    fake_fill(google, regions, 0, "region_no,name");
    fake_fill(google, regions, 1, "1,North");
    fake_fill(google, regions, 3, "2,South,note");
    struct fake_tab *customers = fake_add_tab(google, world->s1, "Customers", 2, 5);
    fake_fill(google, customers, 0, "customer_no,region_no,joined,vip,score");
    struct fake_tab *prices = fake_add_tab(google, world->s1, "prices", 3, 3);
    fake_fill(google, prices, 0, "sku,valid_from,list_price");
    fake_fill(google, prices, 1, "A,43831,1E+3");
    fake_fill(google, prices, 2, "B,later,12.50");
    fake_add_tab(google, world->s1, "orders", 4, 5);
    *state = world;
    return 0;
}

static int teardown(void **state) {
    struct world *world = *state;
    pull_close(&world->pull);
    fake_close(&world->google);
    fixture_free(&world->model);
    free(world);
    return 0;
}

static void open_pull(struct world *world, const struct sheets_address *addresses,
                      size_t cells_per_request) {
    pull_open(&world->pull, &world->google, world->model.model, addresses, cells_per_request);
}

#define REGIONS "region_no,name\n1,North\n\n2,South,note\n"
#define CUSTOMERS "customer_no,region_no,joined,vip,score\n"
#define PRICES "sku,valid_from,list_price\nA,2020-01-01,1000\nB,later,12.5\n"
#define LINES "line_no,shop,order_no,sku,valid_from,quantity,price\n\n1,Pune,7,A,2020-01-01,2,9.5\n"

static void expect_all(struct fake_pull *pull) {
    expect_sheet(pull, "regions", REGIONS);
    expect_sheet(pull, "customers", CUSTOMERS);
    expect_sheet(pull, "prices", PRICES);
    expect_sheet(pull, "orders", "");
    expect_sheet(pull, "lines", LINES);
}

/* ---- requests ---- */

static void test_one_request(void **state) {
    struct world *world = *state;
    open_pull(world, ALL_IN_S1, 0);
    expect_sheet(&world->pull, "regions", REGIONS);
    assert_string_equal(world->pull.sheet.location,
                        "https://docs.google.com/spreadsheets/d/S1/edit#gid=1000");
    assert_string_equal(buf_text(&world->google.sent), "S1 metadata\nS1 values 5\n");
    expect_sheet(&world->pull, "customers", CUSTOMERS);
    expect_sheet(&world->pull, "prices", PRICES);
    expect_sheet(&world->pull, "orders", "");
    expect_sheet(&world->pull, "lines", LINES);
    assert_string_equal(buf_text(&world->google.sent), "S1 metadata\nS1 values 5\n");
    assert_int_equal(world->google.access.time.wait_count, 0);
}

/* Whatever the size of the requests, the text is the same. */
static void test_many_requests(void **state) {
    struct world *world = *state;
    for (size_t cells = 1; cells < 130; cells += cells < 40 ? 1 : 13) {
        open_pull(world, ALL_IN_S1, cells);
        expect_all(&world->pull);
        pull_close(&world->pull);
        world->google.sent_count = 0;
        access_renew(&world->google.access);
    }
    open_pull(world, ALL_IN_S1, 36);
    buf_clear(&world->google.sent);
    expect_all(&world->pull);
    /* regions and customers; prices and orders do not fit beside 28 of these; lines in two */
    assert_string_equal(buf_text(&world->google.sent),
                        "S1 metadata\nS1 values 2\nS1 values 2\nS1 values 2\nS1 values 2\n");
}

static void test_every_row_once(void **state) {
    struct world *world = *state;
    struct buf csv = {0};
    struct fake_spreadsheet *s2 = fake_add_spreadsheet(&world->google, "S2");
    struct fake_tab *regions = fake_add_tab(&world->google, s2, "regions", 1000, 2);
    fake_fill(&world->google, regions, 0, "region_no,name");
    buf_add_text(&csv, "region_no,name\n");
    for (size_t row = 1; row < 1000; row++) {
        char cells[40];
        snprintf(cells, sizeof cells, "%zu,n%zu", row, row);
        if (row % 7)
            fake_fill(&world->google, regions, row, cells);
        buf_printf(&csv, "%s\n", row % 7 ? cells : "");
    }
    const struct sheets_address addresses[SHEETS] = {IN("S2"), NOWHERE, NOWHERE, NOWHERE, NOWHERE};
    open_pull(world, addresses, 2 * 37);
    expect_sheet(&world->pull, "regions", buf_text(&csv));
    assert_true(world->google.values_count > 5);
    assert_int_equal(world->google.range_count, 2 * world->google.values_count);
    buf_free(&csv);
}

/* Long titles make long URLs, which are shared out over requests. */
static void test_long_titles(void **state) {
    struct world *world = *state;
    static const char emoji[] = "\xF0\x9F\x8E\xAB";
    struct sheets_address addresses[SHEETS];
    for (size_t i = 0; i < SHEETS; i++) {
        struct buf title = {0};
        for (int j = 0; j < 30; j++)
            buf_add_text(&title, emoji);
        buf_printf(&title, "%zu", i);
        int index = model_find_sheet(
            world->model.model,
            span_from((const char *[]){"lines", "regions", "customers", "prices", "orders"}[i]));
        world->s1->tabs[i].title = arena_string(&world->google.arena, buf_span(&title));
        addresses[index] = (struct sheets_address){
            .spreadsheet = "S1", .gid = SHEETS_NO_GID, .tab = world->s1->tabs[i].title};
        buf_free(&title);
    }
    open_pull(world, addresses, 0);
    expect_all(&world->pull);
    assert_true(world->google.values_count > 1);
    assert_true(world->google.longest_url < 2300);
}

static void test_two_spreadsheets(void **state) {
    struct world *world = *state;
    struct fake_spreadsheet *s2 = fake_add_spreadsheet(&world->google, "S2");
    struct fake_tab *prices = fake_add_tab(&world->google, s2, "Prices 2026", 2, 1);
    fake_fill(&world->google, prices, 0, "sku");
    const struct sheets_address addresses[SHEETS] = {
        IN("S1"),
        IN("S1"),
        {.spreadsheet = "S2", .gid = SHEETS_NO_GID, .tab = "Prices 2026"},
        IN("S1"),
        IN("S1")};
    open_pull(world, addresses, 0);
    expect_sheet(&world->pull, "regions", REGIONS);
    expect_sheet(&world->pull, "customers", CUSTOMERS);
    expect_sheet(&world->pull, "prices", "sku\n");
    assert_string_equal(world->pull.sheet.location,
                        "https://docs.google.com/spreadsheets/d/S2/edit#gid=0");
    expect_sheet(&world->pull, "orders", "");
    expect_sheet(&world->pull, "lines", LINES);
    assert_string_equal(buf_text(&world->google.sent),
                        "S1 metadata\nS1 values 4\nS2 metadata\nS2 values 1\n");
}

struct progress {
    struct buf lines;
};

static void note_progress(void *context, const char *sheet, size_t rows, size_t used) {
    struct progress *progress = context;
    buf_printf(&progress->lines, "%s %zu %zu\n", sheet, rows, used);
}

static void test_progress_is_shown(void **state) {
    struct world *world = *state;
    struct progress progress = {0};
    open_pull(world, ALL_IN_S1, 9);
    world->pull.settings.show = note_progress;
    world->pull.settings.show_context = &progress;
    expect_sheet(&world->pull, "regions", REGIONS);
    assert_string_equal(buf_text(&progress.lines), "regions 2 2\nregions 4 3\n");
    buf_free(&progress.lines);
}

/* ---- tabs ---- */

static void test_tab_by_gid(void **state) {
    struct world *world = *state;
    world->s1->tabs[3].title = "Price list '26 (new!)";
    const struct sheets_address addresses[SHEETS] = {
        IN("S1"), IN("S1"), {"S1", 3000, NULL}, IN("S1"), IN("S1")};
    open_pull(world, addresses, 0);
    expect_all(&world->pull);
    assert_string_equal(buf_text(&world->google.sent), "S1 metadata\nS1 values 5\n");
}

/* A number that is gone is no reason to fail where the name says which tab it is. */
static void test_gid_that_is_gone(void **state) {
    struct world *world = *state;
    const struct sheets_address addresses[SHEETS] = {
        {"S1", 77, NULL}, {"S1", 77, "prices"}, {"S1", 77, "nothing"}, IN("S1"), IN("S1")};
    open_pull(world, addresses, 0);
    expect_sheet(&world->pull, "regions", REGIONS);
    expect_sheet(&world->pull, "customers",
                 "sku,valid_from,list_price\nA,43831,1000\nB,later,12.5\n");
    expect_missing(&world->pull, "prices",
                   "spreadsheet S1 has no tab \"nothing\"; its tabs: lines, regions, Customers, "
                   "prices, orders");
}

static void test_tab_by_title(void **state) {
    struct world *world = *state;
    world->s1->tabs[1].title = "Q1";
    world->s1->tabs[4].title = "q1 x";
    const struct sheets_address addresses[SHEETS] = {
        {"S1", SHEETS_NO_GID, "q1"}, IN("S1"), IN("S1"), {"S1", SHEETS_NO_GID, "Q1 X"}, IN("S1")};
    open_pull(world, addresses, 0);
    expect_all(&world->pull);
}

/* Of two titles that differ in case only (there are none at Google), the one as it is written. */
static void test_exact_title_goes_first(void **state) {
    struct world *world = *state;
    struct fake_tab *tab = fake_add_tab(&world->google, world->s1, "REGIONS", 1, 1);
    fake_fill(&world->google, tab, 0, "x");
    const struct sheets_address addresses[SHEETS] = {
        {"S1", SHEETS_NO_GID, "regions"}, IN("S1"), IN("S1"), IN("S1"), IN("S1")};
    open_pull(world, addresses, 0);
    expect_sheet(&world->pull, "regions", REGIONS);
}

static void test_missing_tab(void **state) {
    struct world *world = *state;
    world->s1->tabs[3].title = "price list";
    open_pull(world, ALL_IN_S1, 0);
    expect_sheet(&world->pull, "regions", REGIONS);
    expect_missing(&world->pull, "prices",
                   "spreadsheet S1 has no tab \"prices\"; its tabs: lines, regions, Customers, "
                   "price list, orders");
    expect_sheet(&world->pull, "orders", "");
    assert_string_equal(buf_text(&world->google.sent), "S1 metadata\nS1 values 4\n");
}

static void test_many_tabs_are_not_all_listed(void **state) {
    struct world *world = *state;
    for (size_t i = 5; i < 14; i++)
        fake_add_tab(&world->google, world->s1, arena_printf(&world->google.arena, "t%zu", i), 1,
                     1);
    world->s1->tabs[3].title = "x";
    open_pull(world, ALL_IN_S1, 0);
    expect_missing(&world->pull, "prices",
                   "spreadsheet S1 has no tab \"prices\"; its tabs: lines, regions, Customers, x, "
                   "orders, t5, t6, t7, t8, t9, t10, t11 and 2 more");
}

static void test_chart_tab(void **state) {
    struct world *world = *state;
    world->s1->tabs[3].type = "OBJECT";
    open_pull(world, ALL_IN_S1, 0);
    expect_missing(&world->pull, "prices",
                   "the tab \"prices\" of spreadsheet S1 is a chart or a connected table");
    expect_sheet(&world->pull, "orders", "");
}

static void test_smallest_tab(void **state) {
    struct world *world = *state;
    struct fake_spreadsheet *s2 = fake_add_spreadsheet(&world->google, "S2");
    struct fake_tab *tab = fake_add_tab(&world->google, s2, "regions", 1, 1);
    fake_fill(&world->google, tab, 0, "region_no");
    const struct sheets_address addresses[SHEETS] = {IN("S2"), NOWHERE, NOWHERE, NOWHERE, NOWHERE};
    open_pull(world, addresses, 0);
    expect_sheet(&world->pull, "regions", "region_no\n");
}

/* The header row may be blank, also in a tab that is read in blocks. */
static void test_blank_header(void **state) {
    struct world *world = *state;
    fake_insert_row(&world->google, &world->s1->tabs[1], 0);
    for (size_t cells = 3; cells < 30; cells += 3) {
        open_pull(world, ALL_IN_S1, cells);
        expect_sheet(&world->pull, "regions", "\n" REGIONS);
        pull_close(&world->pull);
    }
    assert_int_equal(world->google.metadata_count, 9);
    open_pull(world, ALL_IN_S1, 0);
}

/* ---- hash, doctor ---- */

static uint64_t hash_of(struct world *world, size_t cells) {
    open_pull(world, ALL_IN_S1, cells);
    assert_true(pull_read(&world->pull, "regions"));
    uint64_t hash = world->pull.sheet.hash;
    pull_close(&world->pull);
    return hash;
}

static void test_hash(void **state) {
    struct world *world = *state;
    uint64_t hash = hash_of(world, 0);
    assert_true(hash_of(world, 0) == hash);
    assert_true(hash_of(world, 6) == hash);
    world->s1->tabs[1].title = "REGIONS";
    assert_true(hash_of(world, 0) == hash);
    fake_fill(&world->google, &world->s1->tabs[1], 1, "1,north");
    assert_true(hash_of(world, 0) != hash);
    open_pull(world, ALL_IN_S1, 0);
}

static void test_doctor(void **state) {
    struct world *world = *state;
    struct sheets_spreadsheet spreadsheet = {0};
    world->s1->tabs[4].type = "OBJECT";
    open_pull(world, ALL_IN_S1, 0);
    struct fake_pull *pull = &world->pull;
    assert_true(
        sheets_read_spreadsheet(pull->source, "S1", &pull->arena, &spreadsheet, &pull->err));
    assert_string_equal(spreadsheet.id, "S1");
    assert_string_equal(spreadsheet.title, "Box office");
    assert_string_equal(spreadsheet.locale, "en_GB");
    assert_string_equal(spreadsheet.time_zone, "Asia/Kolkata");
    assert_int_equal(spreadsheet.tab_count, 5);
    assert_string_equal(spreadsheet.tabs[2].title, "Customers");
    assert_int_equal(spreadsheet.tabs[2].gid, 2000);
    assert_int_equal(spreadsheet.tabs[2].rows, 2);
    assert_int_equal(spreadsheet.tabs[2].columns, 5);
    assert_true(spreadsheet.tabs[2].is_grid);
    assert_false(spreadsheet.tabs[4].is_grid);
    assert_false(
        sheets_read_spreadsheet(pull->source, "S9", &pull->arena, &spreadsheet, &pull->err));
    assert_int_equal(pull->err.class, ERR_ACCESS);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_one_request),      TEST(test_many_requests),
        TEST(test_every_row_once),   TEST(test_long_titles),
        TEST(test_two_spreadsheets), TEST(test_progress_is_shown),
        TEST(test_tab_by_gid),       TEST(test_gid_that_is_gone),
        TEST(test_tab_by_title),     TEST(test_exact_title_goes_first),
        TEST(test_missing_tab),      TEST(test_many_tabs_are_not_all_listed),
        TEST(test_chart_tab),        TEST(test_smallest_tab),
        TEST(test_blank_header),     TEST(test_hash),
        TEST(test_doctor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
