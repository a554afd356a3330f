/* One values:batchGet: the URL that is asked, and what is made of good, bad and changed answers. */
#include "sheets_fixture.h"

#include "source/sheets_values.h"

#define START "{\"spreadsheetId\":\"S1\",\"valueRanges\":["
#define END "]}\n"
#define RANGE(range, values)                                                                       \
    "{\"range\":\"" range "\",\"majorDimension\":\"ROWS\",\"values\":" values "}"
#define BLANK(range) "{\"range\":\"" range "\",\"majorDimension\":\"ROWS\"}"

/* A server that says bodies one after the other, the last one for ever. */
struct world {
    struct http_client client; /* first: the driver gets back from it to the world */
    const char *const *bodies;
    size_t body_count, sent;
    struct buf url; /* of the last request */
    struct access access;
    struct fixture model;
    struct sheets_settings settings;
    struct sheets_api api;
    struct sheets_request request;
    struct err err;
    bool is_changed;
};

static bool world_send(struct http_client *client, const struct http_request *request,
                       struct http_response *response, struct err *err) {
    struct world *world = (struct world *)client;
    size_t last = world->body_count - 1;
    (void)err;
    assert_string_equal(request->authorization, "Bearer token");
    assert_null(request->form);
    buf_clear(&world->url);
    buf_add_text(&world->url, request->url);
    response->status = 200;
    response->is_json = true;
    buf_add_text(&response->body, world->bodies[world->sent < last ? world->sent : last]);
    world->sent++;
    return true;
}

static bool ask(struct world *world, const char *const *bodies, size_t body_count,
                const struct sheets_block *blocks, size_t block_count) {
    world->bodies = bodies;
    world->body_count = body_count;
    world->sent = 0;
    world->request = (struct sheets_request){.spreadsheet = "S1"};
    world->err = (struct err){0};
    world->is_changed = true;
    access_renew(&world->access);
    world->api.quota = (struct quota){0};
    world->access.retry.tries = 2;
    return sheets_values_read(&world->api, &world->request, blocks, block_count, &world->is_changed,
                              &world->err);
}

static const struct sheets_tab_info PRICES = {"prices", 7, 10, 3, true};

static struct sheets_block whole(struct sheets_tab *tab, const struct sheets_tab_info *info) {
    return (struct sheets_block){
        tab, info, 0, (size_t)info->rows, .is_whole = true, .is_last = true};
}

static struct sheets_block part(struct sheets_tab *tab, const struct sheets_tab_info *info,
                                size_t first_row, size_t row_count) {
    return (struct sheets_block){tab, info, first_row, row_count,
                                 .is_last = first_row + row_count == (size_t)info->rows};
}

/* One block of one tab that stands at `first_row`. */
static void check_answer(struct world *world, struct sheets_tab *tab,
                         const struct sheets_block *block, const char *body, const char *csv,
                         bool is_changed) {
    if (!ask(world, &body, 1, block, 1))
        fail_msg("%s: %s", body, world->err.message);
    assert_int_equal(world->sent, 1);
    assert_int_equal(world->is_changed, is_changed);
    assert_string_equal(buf_text(&tab->csv), csv);
}

static void check_faulty(struct world *world, struct sheets_tab *tab,
                         const struct sheets_block *block, const char *body, const char *message) {
    char expected[300];
    struct sheets_tab_mark before = sheets_tab_mark(tab);
    if (ask(world, &body, 1, block, 1))
        fail_msg("accepted: %s", body);
    assert_int_equal(world->err.class, ERR_TEMPORARY);
    snprintf(expected, sizeof expected, "the answer cannot be read: %s (tried 2 times in ",
             message);
    if (strncmp(world->err.message, expected, strlen(expected)) != 0)
        fail_msg("%s: %s", body, world->err.message);
    assert_int_equal(world->sent, 2);
    assert_int_equal(tab->csv.size, before.size);
    assert_int_equal(tab->row_count, before.row_count);
}

static void start_tab(const struct world *world, struct sheets_tab *tab) {
    sheets_tab_start(tab, sheet_of(world->model.model, "prices"));
}

/* ---- asking ---- */

#define QUERY                                                                                      \
    "https://sheets.googleapis.com/v4/spreadsheets/S1/values:batchGet?majorDimension=ROWS"         \
    "&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER&prettyPrint=false"

static void check_url(struct world *world, const char *title, size_t first_row, size_t row_count,
                      const char *ranges) {
    const struct sheets_tab_info info = {title, 7, 10000, 30, true};
    const char *body = "{}";
    struct sheets_tab tab;
    struct sheets_block block =
        row_count ? part(&tab, &info, first_row, row_count) : whole(&tab, &info);
    start_tab(world, &tab);
    assert_false(ask(world, &body, 1, &block, 1));
    assert_memory_equal(buf_text(&world->url), QUERY, strlen(QUERY));
    assert_string_equal(buf_text(&world->url) + strlen(QUERY), ranges);
    assert_true(strlen(ranges) <= sheets_block_url_size(&info));
    sheets_tab_free(&tab);
}

static void test_urls(void **state) {
    struct world *world = *state;
    check_url(world, "prices", 0, 0, "&ranges=%27prices%27");
    check_url(world, "D3", 0, 0, "&ranges=%27D3%27");
    check_url(world, "Q1 '26", 0, 0, "&ranges=%27Q1%20%27%2726%27");
    check_url(world, "a!b", 0, 0, "&ranges=%27a%21b%27");
    check_url(world, "A&B=C#?/+%", 0, 0, "&ranges=%27A%26B%3DC%23%3F%2F%2B%25%27");
    check_url(world, "\xF0\x9F\x8C\xB5", 0, 0, "&ranges=%27%F0%9F%8C%B5%27");
    check_url(world, "''''''''", 0, 0,
              "&ranges=%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27");
    check_url(world, "prices", 0, 5000,
              "&ranges=%27prices%27%21A1%3AAD5000&ranges=%27prices%27%211%3A1");
    check_url(world, "''''''''''''''''''''", 0, 5000,
              "&ranges=%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27"
              "%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%21A1%3AAD5000"
              "&ranges=%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27"
              "%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%27%211%3A1");
    /* the last block asks for a row that there should not be */
    check_url(world, "x y", 5000, 5000,
              "&ranges=%27x%20y%27%21A5001%3AAD10001&ranges=%27x%20y%27%211%3A1");
}

static void test_several_blocks(void **state) {
    struct world *world = *state;
    static const struct sheets_tab_info second = {"My Tab", 8, 4, 2, true};
    static const char *const body =
        START BLANK("'My Tab'!A1:B4") "," RANGE("prices!A1:C10", "[[\"sku\"],[1]]") END;
    struct sheets_tab tabs[2];
    start_tab(world, &tabs[0]);
    start_tab(world, &tabs[1]);
    const struct sheets_block blocks[] = {whole(&tabs[0], &second), whole(&tabs[1], &PRICES)};
    assert_true(ask(world, &body, 1, blocks, 2));
    assert_false(world->is_changed);
    assert_string_equal(buf_text(&world->url) + strlen(QUERY),
                        "&ranges=%27My%20Tab%27&ranges=%27prices%27");
    assert_int_equal(tabs[0].csv.size, 0);
    assert_string_equal(buf_text(&tabs[1].csv), "sku\n1\n");
    sheets_tab_free(&tabs[0]);
    sheets_tab_free(&tabs[1]);
}

static void test_other_endpoint(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    const char *body = START BLANK("prices!A1:C10") END;
    start_tab(world, &tab);
    const struct sheets_block block = whole(&tab, &PRICES);
    world->settings.endpoint = "http://127.0.0.1:8080";
    assert_true(ask(world, &body, 1, &block, 1));
    world->settings.endpoint = NULL;
    static const char start[] = "http://127.0.0.1:8080/v4/spreadsheets/S1/values:batchGet?";
    assert_memory_equal(buf_text(&world->url), start, strlen(start));
    sheets_tab_free(&tab);
}

/* ---- echoes ---- */

static void check_echo(struct world *world, const char *title, const char *echo, bool is_good) {
    const struct sheets_tab_info info = {title, 7, 10, 3, true};
    struct sheets_tab tab;
    struct buf body = {0};
    start_tab(world, &tab);
    const struct sheets_block block = whole(&tab, &info);
    buf_printf(&body, START BLANK("%s") END, echo);
    if (is_good)
        check_answer(world, &tab, &block, buf_text(&body), "", false);
    else
        check_faulty(world, &tab, &block, buf_text(&body),
                     "another range than the one that was asked for");
    buf_free(&body);
    sheets_tab_free(&tab);
}

/* The answer names the range that it holds, the title in quotes where Google sees a need. */
static void test_echoes(void **state) {
    struct world *world = *state;
    check_echo(world, "prices", "prices!A1:C10", true);
    check_echo(world, "prices", "'prices'!A1:C10", true);
    check_echo(world, "prices", "prices!A1", true);
    check_echo(world, "prices", "Prices!A1:C10", true);
    check_echo(world, "D3", "'D3'!A1:C10", true);
    check_echo(world, "Q1 '26", "'Q1 ''26'!A1:Z1000", true);
    check_echo(world, "a!b", "'a!b'!A1:Z1000", true);
    check_echo(world, "\xF0\x9F\x8C\xB5 1", "'\xF0\x9F\x8C\xB5 1'!A1:Z1000", true);
    check_echo(world, "\xF0\x9F\x8C\xB5 1", "'\\ud83c\\udf35 1'!A1:Z1000", true);
    check_echo(world, "say \"x\"", "'say \\\"x\\\"'!A1:Z1000", true);
    check_echo(world, "prices", "prices", false);
    check_echo(world, "prices", "price!A1:C10", false);
    check_echo(world, "prices", "'prices!A1:C10", false);
    check_echo(world, "prices", "other!A1:C10", false);
    check_echo(world, "prices", "prices!A2:C10", false);
    check_echo(world, "prices", "prices!A0:C10", false);
    check_echo(world, "prices", "prices!A10:C1", false);
    check_echo(world, "prices", "prices!A:C", false);
    check_echo(world, "prices", "prices!A1:C10x", false);
    check_echo(world, "prices", "prices!", false);
    check_echo(world, "prices", "prices!A1:", false);
    check_echo(world, "prices", "", false);
    check_echo(world, "D3", "Sheet1!D3", false);
}

static void test_no_echo(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    start_tab(world, &tab);
    const struct sheets_block block = whole(&tab, &PRICES);
    static const char *const bodies[] = {
        START "{}" END,   START "{\"range\":null}" END,
        START "[]" END,   START "7" END,
        START "null" END, START "{\"range\":[\"prices!A1:C10\"]}" END};
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        check_faulty(world, &tab, &block, bodies[i],
                     "another range than the one that was asked for");
    sheets_tab_free(&tab);
}

/* ---- answers ---- */

#define HEADER "[\"sku\",\"valid_from\"]"

static void test_block_after_block(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    start_tab(world, &tab);
    struct sheets_block block = part(&tab, &PRICES, 0, 4);
    check_answer(world, &tab, &block,
                 START RANGE("prices!A1:C4", "[" HEADER ",[\"A\",43831]]") "," RANGE(
                     "prices!A1:C1", "[" HEADER "]") END,
                 "sku,valid_from\nA,2020-01-01\n", false);
    block = part(&tab, &PRICES, 4, 4);
    check_answer(world, &tab, &block,
                 START BLANK("prices!A5:C8") "," RANGE("prices!A1:C1", "[" HEADER "]") END,
                 "sku,valid_from\nA,2020-01-01\n", false);
    block = part(&tab, &PRICES, 8, 2);
    check_answer(
        world, &tab, &block,
        START RANGE("prices!A9:C10", "[[],[\"B\"]]") "," RANGE("prices!A1:C1", "[" HEADER "]") END,
        "sku,valid_from\nA,2020-01-01\n\n\n\n\n\n\n\nB\n", false);
    sheets_tab_free(&tab);
}

/* A header that is blank has no values when it is asked for alone. */
static void test_blank_header(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    start_tab(world, &tab);
    struct sheets_block block = part(&tab, &PRICES, 0, 4);
    check_answer(world, &tab, &block,
                 START RANGE("prices!A1:C4", "[[]," HEADER "]") "," BLANK("prices!A1:C1") END,
                 "\nsku,valid_from\n", false);
    block = part(&tab, &PRICES, 4, 6);
    check_answer(world, &tab, &block,
                 START RANGE("prices!A5:C10", "[[1]]") "," BLANK("prices!A1:C1") END,
                 "\nsku,valid_from\n\n\n1\n", false);
    sheets_tab_free(&tab);
}

static void start_with_block(struct world *world, struct sheets_tab *tab) {
    start_tab(world, tab);
    struct sheets_block block = part(tab, &PRICES, 0, 5);
    check_answer(world, tab, &block,
                 START RANGE("prices!A1:C5", "[" HEADER ",[\"A\"]]") "," RANGE("prices!A1:C1",
                                                                               "[" HEADER "]") END,
                 "sku,valid_from\nA\n", false);
}

static void test_changes(void **state) {
    struct world *world = *state;
    static const char *const bodies[] = {
        /* another header, none any more */
        START RANGE("prices!A6:C10", "[[\"B\"]]") "," RANGE("prices!A1:C1", "[[\"sku\"]]") END,
        START RANGE("prices!A6:C10", "[[\"B\"]]") "," RANGE("prices!A1:C1",
                                                            "[[\"valid_from\",\"sku\"]]") END,
        START RANGE("prices!A6:C10", "[[\"B\"]]") "," BLANK("prices!A1:C1") END,
        START RANGE("prices!A6:C10", "[[\"B\"]]") "," RANGE("prices!A1:C1", "[]") END,
        /* a row more, a row less */
        START RANGE("prices!A6:C11", "[[\"B\"]]") "," RANGE("prices!A1:C1", "[" HEADER "]") END,
        START RANGE("prices!A6:C9", "[[\"B\"]]") "," RANGE("prices!A1:C1", "[" HEADER "]") END,
        START RANGE("prices!A6:C11", "[[\"B\"],[],[],[],[],[\"C\"]]") "," RANGE("prices!A1:C1",
                                                                                "[" HEADER "]") END,
        START BLANK("prices!A6:C11") "," RANGE("prices!A1:C1", "[" HEADER "]") END,
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct sheets_tab tab;
        start_with_block(world, &tab);
        struct sheets_block block = part(&tab, &PRICES, 5, 5);
        check_answer(world, &tab, &block, bodies[i], "sku,valid_from\nA\n", true);
        assert_int_equal(tab.row_count, 2);
        sheets_tab_free(&tab);
    }
}

/* Only the last block knows where the grid ends; a whole tab is of one piece anyway. */
static void test_no_changes(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    start_tab(world, &tab);
    struct sheets_block block = whole(&tab, &PRICES);
    check_answer(world, &tab, &block, START RANGE("prices!A1:C12", "[[1]]") END, "1\n", false);
    sheets_tab_free(&tab);
}

static void test_faulty_answers(void **state) {
    struct world *world = *state;
#define GOOD_HEADER RANGE("prices!A1:C1", "[" HEADER "]")
    static const struct {
        const char *body, *message;
    } cases[] = {
        {"", "line 1, column 1: the text ends in the middle of the document"},
        {START RANGE("prices!A6:C10", "[[\"B\"]]") ",",
         "line 1, column 105: the text ends in the middle of the document"},
        {"[]", "there is no list \"valueRanges\" in it"},
        {"{}", "there is no list \"valueRanges\" in it"},
        {"{\"valueRanges\":{}}", "there is no list \"valueRanges\" in it"},
        {"{\"valueRanges\":null}", "there is no list \"valueRanges\" in it"},
        {START END, "fewer ranges than were asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"]]") END, "fewer ranges than were asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"]]") "," GOOD_HEADER "," GOOD_HEADER END,
         "more ranges than were asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"]]") "," GOOD_HEADER ",1" END,
         "more ranges than were asked for"},
        {START GOOD_HEADER "," RANGE("prices!A6:C10", "[[\"B\"]]") END,
         "another range than the one that was asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"]]") "," RANGE("prices!A2:C2", "[" HEADER "]") END,
         "another range than the one that was asked for"},
        {START RANGE("prices!A5:C10", "[[\"B\"]]") "," GOOD_HEADER END,
         "another range than the one that was asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"],[],[],[],[],[],[1]]") "," GOOD_HEADER END,
         "more rows than were asked for"},
        {START RANGE("prices!A6:C10", "[[\"B\"],[\"C\",[]]]") "," GOOD_HEADER END,
         "a cell that is a list or an object"},
        {START RANGE("prices!A6:C10", "[[\"B\"],3]") "," GOOD_HEADER END,
         "a row that is no list of cells"},
        {START RANGE("prices!A6:C10", "null") "," GOOD_HEADER END, "\"values\" is no list of rows"},
    };
    struct sheets_tab tab;
    start_with_block(world, &tab);
    struct sheets_block block = part(&tab, &PRICES, 5, 5);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_faulty(world, &tab, &block, cases[i].body, cases[i].message);
    check_answer(world, &tab, &block, START RANGE("prices!A6:C10", "[[\"B\"]]") "," GOOD_HEADER END,
                 "sku,valid_from\nA\n\n\n\nB\n", false);
    sheets_tab_free(&tab);
}

/* A faulty answer leaves nothing behind, in none of the tabs that it was for. */
static void test_good_answer_after_a_faulty_one(void **state) {
    struct world *world = *state;
    static const struct sheets_tab_info second = {"other", 8, 4, 2, true};
    static const char *const bodies[] = {
        START RANGE("prices!A1:C10", "[[\"valid_from\"],[1],[2]]") "," RANGE("other!A1:B4",
                                                                             "[[\"x\"],[[]]]") END,
        START RANGE("prices!A1:C10", "[[\"sku\"],[43831]]") "," RANGE("other!A1:B4", "[[\"y\"]]")
            END,
    };
    struct sheets_tab tabs[2];
    start_tab(world, &tabs[0]);
    start_tab(world, &tabs[1]);
    const struct sheets_block blocks[] = {whole(&tabs[0], &PRICES), whole(&tabs[1], &second)};
    assert_true(ask(world, bodies, 2, blocks, 2));
    assert_int_equal(world->sent, 2);
    assert_false(world->is_changed);
    assert_string_equal(buf_text(&tabs[0].csv), "sku\n43831\n");
    assert_string_equal(buf_text(&tabs[1].csv), "y\n");
    sheets_tab_free(&tabs[0]);
    sheets_tab_free(&tabs[1]);
}

/* The members may come in any order, and there may be more than are known. */
static void test_order_of_members(void **state) {
    struct world *world = *state;
    struct sheets_tab tab;
    start_tab(world, &tab);
    const struct sheets_block block = whole(&tab, &PRICES);
    check_answer(world, &tab, &block,
                 "{\"new\": [{\"range\": 1}], \"valueRanges\": [{\"values\": [[\"sku\"], [\"A\"]], "
                 "\"majorDimension\": \"ROWS\", \"range\": \"prices!A1:C10\"}],\n"
                 "\"spreadsheetId\": \"S1\"}",
                 "sku\nA\n", false);
    sheets_tab_free(&tab);
}

static int setup(void **state) {
    static struct world world;
    world = (struct world){.client = {.send = world_send}};
    access_open(&world.access, "printf token");
    fixture_read_good(&world.model, GOLDLEAF_FIXTURES_DIR "/shop");
    world.settings = (struct sheets_settings){.model = world.model.model,
                                              .email = EMAIL,
                                              .client = &world.client,
                                              .tokens = world.access.tokens,
                                              .retry = &world.access.retry,
                                              .waiting = &world.access.time.waiting};
    world.api = (struct sheets_api){.settings = &world.settings};
    *state = &world;
    return 0;
}

static int teardown(void **state) {
    struct world *world = *state;
    buf_free(&world->url);
    access_close(&world->access);
    fixture_free(&world->model);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_several_blocks),
        cmocka_unit_test(test_other_endpoint),
        cmocka_unit_test(test_echoes),
        cmocka_unit_test(test_no_echo),
        cmocka_unit_test(test_block_after_block),
        cmocka_unit_test(test_blank_header),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_no_changes),
        cmocka_unit_test(test_faulty_answers),
        cmocka_unit_test(test_good_answer_after_a_faulty_one),
        cmocka_unit_test(test_order_of_members),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
