/* Pulling on bad days: spreadsheets that change meanwhile, refused tokens, quotas, answers that are
 * too large or damaged. What is handed out is whole, or there is an error. */
#include "fake_sheets.h"

#include <unistd.h>

#define SHEETS 5
#define NOWHERE                                                                                    \
    { .gid = SHEETS_NO_GID }

/* Three rows of three columns a request, the first sheet of the model only. */
#define CELLS 9

static const struct sheets_address BY_NAME[SHEETS] = {
    {"S1", SHEETS_NO_GID, NULL}, NOWHERE, NOWHERE, NOWHERE, NOWHERE};
static const struct sheets_address BY_GID[SHEETS] = {
    {"S1", 0, NULL}, NOWHERE, NOWHERE, NOWHERE, NOWHERE};

struct world {
    struct fake_google google; /* first: who intercepts gets back from it to the world */
    struct fixture model;
    struct fake_tab *tab;
    struct fake_pull pull;
    char counter[64];   /* a file that counts how often the token command ran */
    size_t from, times; /* the interceptor acts from this values request on, so often */
    int status;
    const char *body;
};

/* A grid of ten rows: a header, the numbers 1 to 8 in wide rows, and a blank one. It takes three or
 * more requests. */
static void fill_tab(struct world *world) {
    static const char text[] = "a name that takes up about as much room as three cells do";
    world->tab =
        fake_add_tab(&world->google, fake_add_spreadsheet(&world->google, "S1"), "regions", 10, 3);
    fake_fill(&world->google, world->tab, 0, "region_no,name,note");
    for (size_t row = 1; row < 9; row++)
        fake_fill(&world->google, world->tab, row,
                  arena_printf(&world->google.arena, "%zu,%s", row, text));
}

/* The tab as CSV, as it stands now. */
static const char *tab_csv(struct world *world) {
    struct buf csv = {0};
    size_t rows = world->tab->rows;
    while (rows && fake_width(world->tab, rows - 1) == 0)
        rows--;
    for (size_t row = 0; row < rows; row++) {
        size_t width = fake_width(world->tab, row);
        for (size_t column = 0; column < width; column++) {
            const char *cell = fake_cell_at(world->tab, row, column);
            struct span text = span_from(cell ? cell : "");
            if (text.size && *text.data == '"')
                text = (struct span){text.data + 1, text.size - 2};
            buf_printf(&csv, "%s%.*s", column ? "," : "", SPAN_ARG(text));
        }
        buf_add_char(&csv, '\n');
    }
    const char *text = arena_string(&world->google.arena, buf_span(&csv));
    buf_free(&csv);
    return text;
}

static int setup_with(void **state, const char *command, const char *counter) {
    struct world *world = malloc(sizeof *world);
    assert_non_null(world);
    *world = (struct world){0};
    fixture_read_good(&world->model, GOLDLEAF_FIXTURES_DIR "/shop");
    fake_open(&world->google, command);
    snprintf(world->counter, sizeof world->counter, "%s", counter);
    fill_tab(world);
    *state = world;
    return 0;
}

static int setup(void **state) {
    return setup_with(state, "printf token", "");
}

/* A command that prints token-1, then token-2, ... */
static int setup_counting(void **state) {
    char path[] = "/tmp/goldleaf-token-XXXXXX", command[300];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof command, "echo >> %s; printf token-%%d $(wc -l < %s)", path, path);
    return setup_with(state, command, path);
}

static int teardown(void **state) {
    struct world *world = *state;
    pull_close(&world->pull);
    fake_close(&world->google);
    fixture_free(&world->model);
    if (*world->counter)
        unlink(world->counter);
    free(world);
    return 0;
}

static void open_pull(struct world *world, const struct sheets_address *addresses, size_t cells) {
    pull_open(&world->pull, &world->google, world->model.model, addresses, cells);
}

/* True while it is the interceptor's turn: in values requests from `from` on, `times` of them. */
static bool is_turn(struct world *world, const struct http_request *request) {
    if (!strstr(request->url, "/values:batchGet"))
        return false;
    size_t number = world->google.values_count + world->google.intercepted + 1;
    return number >= world->from && number < world->from + world->times;
}

/* The text is the tab as it stands now, when it was read. */
static void expect_pull(struct world *world) {
    struct fake_pull *pull = &world->pull;
    if (!pull_read(pull, "regions"))
        fail_msg("%s", pull->err.message);
    if (pull->sheet.missing)
        fail_msg("%s", pull->sheet.missing);
    assert_string_equal(arena_string(&pull->arena, pull->sheet.text), tab_csv(world));
}

/* ---- spreadsheets that change ---- */

static bool rename_tab(struct fake_google *google, const struct http_request *request,
                       struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        world->tab->title = "Regions (old)";
    return false;
}

static void start_change(struct world *world, const struct sheets_address *addresses, size_t from,
                         size_t times,
                         bool (*intercept)(struct fake_google *, const struct http_request *,
                                           struct http_response *)) {
    world->from = from;
    world->times = times;
    world->google.intercept = intercept;
    open_pull(world, addresses, CELLS);
}

static void test_tab_is_renamed(void **state) {
    struct world *world = *state;
    start_change(world, BY_GID, 2, 1, rename_tab);
    expect_pull(world);
    assert_int_equal(world->google.metadata_count, 2);
}

static void test_tab_is_renamed_before_the_first_row(void **state) {
    struct world *world = *state;
    start_change(world, BY_GID, 1, 1, rename_tab);
    expect_pull(world);
    assert_int_equal(world->google.metadata_count, 2);
}

/* Whoever asks by name finds it no more, and says so: half of a tab is none. */
static void test_named_tab_is_renamed(void **state) {
    struct world *world = *state;
    start_change(world, BY_NAME, 2, 1, rename_tab);
    expect_missing(&world->pull, "regions",
                   "spreadsheet S1 has no tab \"regions\"; its tabs: Regions (old)");
}

static bool change_case(struct fake_google *google, const struct http_request *request,
                        struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        world->tab->title = "REGIONS";
    return false;
}

static void test_case_of_title_changes(void **state) {
    struct world *world = *state;
    start_change(world, BY_NAME, 2, 1, change_case);
    expect_pull(world);
    assert_int_equal(world->google.metadata_count, 1);
}

static bool remove_tab(struct fake_google *google, const struct http_request *request,
                       struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        world->google.spreadsheets[0].tab_count = 0;
    return false;
}

static void test_tab_is_removed(void **state) {
    struct world *world = *state;
    start_change(world, BY_GID, 2, 1, remove_tab);
    expect_missing(&world->pull, "regions", "spreadsheet S1 has no tab \"regions\"; its tabs: ");
}

/* Where rows are added or removed: in front of what was read, and behind it. */
static size_t change_row;

static bool insert_row(struct fake_google *google, const struct http_request *request,
                       struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request)) {
        fake_insert_row(google, world->tab, change_row);
        fake_fill(google, world->tab, change_row, "99,new");
    }
    return false;
}

static bool delete_row(struct fake_google *google, const struct http_request *request,
                       struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        fake_delete_row(world->tab, change_row);
    return false;
}

/* Starts with a fresh spreadsheet for each place and time. */
static void check_changes(void **state,
                          bool (*intercept)(struct fake_google *, const struct http_request *,
                                            struct http_response *)) {
    for (size_t from = 1; from <= 3; from++)
        for (size_t row = 0; row < 10; row++) {
            struct world *world = *state;
            change_row = row;
            start_change(world, BY_NAME, from, 1, intercept);
            expect_pull(world);
            assert_true(world->google.metadata_count <= 2);
            teardown(state);
            setup(state);
        }
    struct world *world = *state;
    open_pull(world, BY_NAME, CELLS);
}

static void test_row_is_added(void **state) {
    check_changes(state, insert_row);
}

static void test_row_is_removed(void **state) {
    check_changes(state, delete_row);
}

/* Also many at once, so that the rest is not there any more. */
static bool delete_rows(struct fake_google *google, const struct http_request *request,
                        struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        for (size_t i = 0; i < 8; i++)
            fake_delete_row(world->tab, 1);
    return false;
}

static void test_most_rows_are_removed(void **state) {
    struct world *world = *state;
    start_change(world, BY_NAME, 3, 1, delete_rows);
    expect_pull(world);
    assert_int_equal(world->google.metadata_count, 2);
}

static bool change_header(struct fake_google *google, const struct http_request *request,
                          struct http_response *response) {
    struct world *world = (struct world *)google;
    (void)response;
    if (is_turn(world, request))
        fake_fill(google, world->tab, 0, "name,region_no,note");
    return false;
}

static void test_header_changes(void **state) {
    for (size_t from = 1; from <= 3; from++) {
        struct world *world = *state;
        start_change(world, BY_NAME, from, 1, change_header);
        expect_pull(world);
        assert_int_equal(world->google.metadata_count, from == 1 ? 1 : 2);
        teardown(state);
        setup(state);
    }
    struct world *world = *state;
    open_pull(world, BY_NAME, CELLS);
}

static void test_changes_again_and_again(void **state) {
    struct world *world = *state;
    change_row = 1;
    start_change(world, BY_NAME, 1, 1000, insert_row);
    expect_failure(&world->pull, "regions", ERR_TEMPORARY,
                   "spreadsheet S1 is being changed again and again while it is read");
    assert_true(*world->pull.err.hint);
    assert_int_equal(world->google.metadata_count, 4);
    /* and when it has come to rest the next pull is as if nothing had been */
    world->google.intercept = NULL;
    pull_close(&world->pull);
    open_pull(world, BY_NAME, CELLS);
    expect_pull(world);
}

/* A sheet that was handed out is not read again because another one changes. */
static void test_change_behind_a_finished_sheet(void **state) {
    struct world *world = *state;
    struct fake_google *google = &world->google;
    static const struct sheets_address addresses[SHEETS] = {
        {"S1", 0, NULL}, NOWHERE, {"S1", 1000, NULL}, NOWHERE, NOWHERE};
    struct fake_tab *prices = fake_add_tab(google, &google->spreadsheets[0], "prices", 4, 3);
    fake_fill(google, prices, 0, "sku,valid_from,list_price");
    fake_fill(google, prices, 3, "A,43831,5");
    open_pull(world, addresses, CELLS);
    expect_pull(world);
    assert_int_equal(google->metadata_count, 1);
    prices->title = "Prices (new)";
    buf_clear(&google->sent);
    expect_sheet(&world->pull, "prices", "sku,valid_from,list_price\n\n\nA,2020-01-01,5\n");
    assert_string_equal(buf_text(&google->sent),
                        "S1 values 1\nS1 metadata\nS1 values 2\nS1 values 2\n");
}

/* ---- sizes ---- */

static void grow_tab(struct world *world, size_t rows) {
    world->google.spreadsheet_count = 0;
    world->tab = fake_add_tab(&world->google, fake_add_spreadsheet(&world->google, "S1"), "regions",
                              rows, 4);
    fake_fill(&world->google, world->tab, 0, "region_no,name");
    for (size_t row = 1; row < rows; row++)
        fake_fill(&world->google, world->tab, row,
                  arena_printf(&world->google.arena, "%zu,the name of region %zu", row, row));
}

static void test_too_large_is_halved(void **state) {
    struct world *world = *state;
    grow_tab(world, 4000);
    world->google.max_answer = 50000;
    open_pull(world, BY_NAME, 64000);
    expect_pull(world);
    assert_int_equal(world->google.metadata_count, 1);
    assert_int_equal(world->google.access.time.wait_count, 0);
}

static void test_never_small_enough(void **state) {
    struct world *world = *state;
    grow_tab(world, 4000);
    world->google.max_answer = 10;
    open_pull(world, BY_NAME, 64000);
    world->google.intercept = NULL;
    assert_false(pull_read(&world->pull, "regions"));
    assert_int_equal(world->pull.err.class, ERR_FAILED);
    assert_true(world->google.values_count <= 8);
}

/* ---- damaged answers ---- */

static bool damage(struct fake_google *google, const struct http_request *request,
                   struct http_response *response) {
    struct world *world = (struct world *)google;
    if (!is_turn(world, request))
        return false;
    google->intercepted++;
    response->status = world->status;
    buf_add_text(&response->body, world->body);
    return true;
}

static void test_damaged_answers(void **state) {
    static const struct {
        int status;
        const char *body;
    } cases[] = {
        {200, ""},
        {200, "{"},
        {200, "{}"},
        {200, "<html>Log in</html>"},
        {200, "{\"valueRanges\":[{\"range\":\"regions!A1:C3\",\"values\":[[\"x\"],[1],[2]]}"},
        {200, "{\"valueRanges\":[{\"range\":\"regions!A1:C3\",\"values\":[[\"x\"],[1],[[]]]}]}"},
        {200, "{\"valueRanges\":[{\"range\":\"regions!A4:C6\",\"values\":[[\"x\"],[1],[2]]}]}"},
        {302, ""},
        {408, ""},
        {500, ""},
        {503, "<html></html>"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (size_t from = 1; from <= 3; from++) {
            struct world *world = *state;
            world->status = cases[i].status;
            world->body = cases[i].body;
            start_change(world, BY_NAME, from, 2, damage);
            expect_pull(world);
            assert_int_equal(world->google.access.time.wait_count, 2);
            assert_int_equal(world->google.metadata_count, 1);
            teardown(state);
            setup(state);
        }
    struct world *world = *state;
    open_pull(world, BY_NAME, CELLS);
}

static void test_outage(void **state) {
    struct world *world = *state;
    world->status = 503;
    world->body = "";
    start_change(world, BY_NAME, 2, 1000, damage);
    expect_failure(&world->pull, "regions", ERR_TEMPORARY,
                   "Google cannot answer just now (HTTP 503) (tried 10 times in ");
    assert_int_equal(world->google.intercepted, 10);
}

/* What no time heals is asked once. */
static void test_refusal(void **state) {
    struct world *world = *state;
    world->status = 403;
    world->body = "{\"error\":{\"code\":403,\"message\":\"The caller does not have permission\","
                  "\"status\":\"PERMISSION_DENIED\"}}";
    start_change(world, BY_NAME, 1, 1000, damage);
    expect_failure(&world->pull, "regions", ERR_ACCESS, "spreadsheet S1: no permission to read it");
    assert_non_null(strstr(world->pull.err.hint, EMAIL));
    assert_int_equal(world->google.intercepted, 1);
}

static void test_unknown_spreadsheet(void **state) {
    struct world *world = *state;
    static const struct sheets_address addresses[SHEETS] = {
        {"S9", SHEETS_NO_GID, NULL}, NOWHERE, NOWHERE, NOWHERE, NOWHERE};
    open_pull(world, addresses, 0);
    expect_failure(&world->pull, "regions", ERR_ACCESS, "spreadsheet S9");
    assert_int_equal(world->google.sent_count, 1);
}

/* Metadata is no less likely to be damaged. */
static bool damage_metadata(struct fake_google *google, const struct http_request *request,
                            struct http_response *response) {
    struct world *world = (struct world *)google;
    if (strstr(request->url, "/values:batchGet") || google->intercepted == world->times)
        return false;
    google->intercepted++;
    response->status = 200;
    buf_add_text(&response->body, world->body);
    return true;
}

static void test_damaged_metadata(void **state) {
#define PROPERTIES "{\"spreadsheetId\":\"S1\",\"properties\":{\"title\":\"x\"},\"sheets\":["
#define GRID_TAB(members)                                                                          \
    PROPERTIES "{\"properties\":{\"sheetId\":0,\"title\":\"regions\"," members "}}]}"
    static const char *const bodies[] = {
        "",
        "{}",
        "[]",
        "{\"properties\":{\"title\":\"x\"}}",
        "{\"properties\":{\"title\":7},\"sheets\":[]}",
        PROPERTIES "{}]}",
        PROPERTIES "7]}",
        PROPERTIES "{\"properties\":{}}]}",
        PROPERTIES "{\"properties\":{\"title\":7}}]}",
        PROPERTIES "{\"properties\":{\"title\":\"regions\",\"sheetId\":\"0\"}}]}",
        GRID_TAB("\"gridProperties\":{\"rowCount\":\"10\",\"columnCount\":3}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":1.5,\"columnCount\":3}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":-10,\"columnCount\":3}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":10,\"columnCount\":-3}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":10,\"columnCount\":0}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":10}"),
        GRID_TAB("\"gridProperties\":{}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":10,\"columnCount\":18279}"),
        GRID_TAB("\"gridProperties\":{\"rowCount\":9223372036854775807,\"columnCount\":3}"),
        GRID_TAB("\"gridProperties\":[]"),
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct world *world = *state;
        world->body = bodies[i];
        start_change(world, BY_NAME, 1, 2, damage_metadata);
        expect_pull(world);
        assert_int_equal(world->google.intercepted, 2);
        assert_int_equal(world->google.access.time.wait_count, 2);
        teardown(state);
        setup(state);
    }
    struct world *world = *state;
    open_pull(world, BY_NAME, CELLS);
}

/* ---- tokens ---- */

/* Takes no token but `world->body`. */
static bool check_token(struct fake_google *google, const struct http_request *request,
                        struct http_response *response) {
    struct world *world = (struct world *)google;
    if (strcmp(request->authorization, world->body) == 0)
        return false;
    google->intercepted++;
    response->status = 401;
    return true;
}

static void start_with_token(struct world *world, const char *token) {
    world->google.intercept = check_token;
    world->body = token;
    open_pull(world, BY_NAME, CELLS);
}

static void test_token_is_renewed(void **state) {
    struct world *world = *state;
    start_with_token(world, "Bearer token-2");
    expect_pull(world);
    assert_int_equal(world->google.intercepted, 1);
}

/* The first token is good for the first rows only. */
static bool check_changing_token(struct fake_google *google, const struct http_request *request,
                                 struct http_response *response) {
    struct world *world = (struct world *)google;
    world->body = google->values_count ? "Bearer token-2" : "Bearer token-1";
    return check_token(google, request, response);
}

static void test_token_is_renewed_in_the_middle(void **state) {
    struct world *world = *state;
    world->google.intercept = check_changing_token;
    open_pull(world, BY_NAME, CELLS);
    expect_pull(world);
    assert_int_equal(world->google.intercepted, 1);
    assert_int_equal(world->google.metadata_count, 1);
}

static void test_stop_before_the_new_token_is_tried(void **state) {
    struct world *world = *state;
    start_with_token(world, "Bearer token-2");
    world->google.access.time.stop_at = 1;
    expect_failure(&world->pull, "regions", ERR_INTERRUPTED, "interrupted");
}

static void test_token_is_refused_twice(void **state) {
    struct world *world = *state;
    start_with_token(world, "Bearer token-3");
    expect_failure(&world->pull, "regions", ERR_ACCESS, "Google does not take the access token");
    assert_int_equal(world->google.intercepted, 2);
    assert_non_null(strstr(world->pull.err.hint, "doctor"));
}

/* Without a second try it is no outage, either. */
static void test_token_is_refused_without_patience(void **state) {
    struct world *world = *state;
    start_with_token(world, "Bearer token-2");
    world->google.access.retry.patience_s = 0;
    expect_failure(&world->pull, "regions", ERR_ACCESS, "Google does not take the access token");
    assert_int_equal(world->google.intercepted, 1);
}

/* First the token is refused, then the line is dead: that is an outage. */
static bool refuse_and_break(struct fake_google *google, const struct http_request *request,
                             struct http_response *response) {
    (void)request;
    response->status = google->intercepted++ ? 503 : 401;
    return true;
}

static void test_outage_after_a_refused_token(void **state) {
    struct world *world = *state;
    world->google.intercept = refuse_and_break;
    open_pull(world, BY_NAME, CELLS);
    expect_failure(&world->pull, "regions", ERR_TEMPORARY, "HTTP 503");
    assert_int_equal(world->google.intercepted, 10);
}

/* ---- quotas ---- */

static void test_exhausted_quota(void **state) {
    struct world *world = *state;
    world->status = 429;
    world->body = "";
    start_change(world, BY_NAME, 2, 3, damage);
    expect_pull(world);
    assert_int_equal(world->google.access.time.wait_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(world->google.access.time.waits_s[i] >= 20);
    assert_string_equal(world->google.access.time.reason, "the quota of read requests is used up");
}

/* No minute ever has more than sixty requests, repeated ones included, and waiting for that costs
 * no patience. */
static void test_own_quota(void **state) {
    struct world *world = *state;
    grow_tab(world, 200);
    open_pull(world, BY_NAME, 1);
    world->google.access.retry.patience_s = 0;
    expect_pull(world);
    assert_true(world->google.sent_count > 130);
    for (size_t i = 60; i < world->google.sent_count; i++)
        assert_true(world->google.sent_s[i] - world->google.sent_s[i - 60] >= 60);
    assert_int_equal(world->google.access.time.wait_count, (world->google.sent_count - 1) / 60);
}

static void test_quota_of_repeated_requests(void **state) {
    struct world *world = *state;
    grow_tab(world, 100);
    world->status = 500;
    world->body = "";
    world->google.access.retry.tries = 100;
    start_change(world, BY_NAME, 1, 70, damage);
    world->google.access.retry.patience_s = 10000;
    expect_pull(world);
    for (size_t i = 60; i < world->google.sent_count; i++)
        assert_true(world->google.sent_s[i] - world->google.sent_s[i - 60] >= 60);
}

static void test_stop_while_waiting(void **state) {
    struct world *world = *state;
    grow_tab(world, 200);
    open_pull(world, BY_NAME, 1);
    world->google.access.time.stop_at = 2;
    expect_failure(&world->pull, "regions", ERR_INTERRUPTED, "interrupted");
    assert_int_equal(world->google.sent_count, 120);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TOKEN_TEST(name) cmocka_unit_test_setup_teardown(name, setup_counting, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_tab_is_renamed),
        TEST(test_tab_is_renamed_before_the_first_row),
        TEST(test_named_tab_is_renamed),
        TEST(test_case_of_title_changes),
        TEST(test_tab_is_removed),
        TEST(test_row_is_added),
        TEST(test_row_is_removed),
        TEST(test_most_rows_are_removed),
        TEST(test_header_changes),
        TEST(test_changes_again_and_again),
        TEST(test_change_behind_a_finished_sheet),
        TEST(test_too_large_is_halved),
        TEST(test_never_small_enough),
        TEST(test_damaged_answers),
        TEST(test_outage),
        TEST(test_refusal),
        TEST(test_unknown_spreadsheet),
        TEST(test_damaged_metadata),
        TOKEN_TEST(test_token_is_renewed),
        TOKEN_TEST(test_token_is_renewed_in_the_middle),
        TOKEN_TEST(test_stop_before_the_new_token_is_tried),
        TOKEN_TEST(test_token_is_refused_twice),
        TOKEN_TEST(test_token_is_refused_without_patience),
        TEST(test_outage_after_a_refused_token),
        TEST(test_exhausted_quota),
        TEST(test_own_quota),
        TEST(test_quota_of_repeated_requests),
        TEST(test_stop_while_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
