/* Gates: what is missing, emptied, cut of a needed column or much shorter than before does not
 * replace the last good version, and everything else goes on. */
#include "harness/harness.h"

#define ARTISTS "artist_id,name,genre,country,created_at\n"
#define TICKETS                                                                                    \
    "ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status\n"
#define TEN_TICKETS                                                                                \
    "T1,E1,C1,2026-01-01,web,10,,sold\nT2,E1,C1,2026-01-01,web,10,,sold\n"                         \
    "T3,E1,,2026-01-01,web,10,,sold\nT4,E1,,2026-01-01,web,10,,sold\n"                             \
    "T5,E1,,2026-01-02,web,10,,used\nT6,E1,,2026-01-02,web,10,,used\n"                             \
    "T7,E1,,2026-01-02,web,10,,used\nT8,E1,,2026-01-02,web,10,,used\n"                             \
    "T9,E1,,2026-01-03,web,10,,used\nT10,E1,,2026-01-03,web,10,,used\n"
#define FOUR_TICKETS                                                                               \
    "T1,E1,C1,2026-01-01,web,10,,sold\nT2,E1,C1,2026-01-01,web,10,,sold\n"                         \
    "T3,E1,,2026-01-01,web,10,,sold\nT4,E1,,2026-01-01,web,10,,sold\n"
#define FIVE_TICKETS FOUR_TICKETS "T5,E1,,2026-01-02,web,10,,used\n"

/* One event with ten tickets, loaded. */
static void open_scene(struct scene *scene) {
    scene_open(scene, "ticketing");
    scene_write_headers(scene);
    scene_write_text(scene, "artists.csv", ARTISTS "A1,Ann,,,\n");
    scene_write_text(scene, "venues.csv",
                     "venue_id,name,city,state,country,capacity\nV1,Hall,,,,100\n");
    scene_write_text(scene, "events.csv",
                     "event_id,artist_id,venue_id,event_date,status,ticket_price,currency\n"
                     "E1,A1,V1,2026-02-01,completed,10,EUR\n");
    scene_write_text(scene, "customers.csv",
                     "customer_id,name,email,city,state,country,created_at\nC1,Cy,,,,,\n");
    scene_write_text(scene, "tickets.csv", TICKETS TEN_TICKETS);
}

static void open_loaded_scene(struct scene *scene) {
    open_scene(scene);
    assert_false(scene_run_all(scene)->is_held);
    scene_expect(scene, "SELECT tickets_sold FROM gold_event_sales", "10");
}

static const struct run_report *run_with(struct scene *scene, double max_loss, const char *accept) {
    struct run_options options = scene_options(scene);
    options.max_loss = max_loss;
    options.accept = &accept;
    options.accept_count = accept != NULL;
    return scene_run(scene, &options);
}

static void check_tables_of_ten(struct scene *scene) {
    scene_expect(scene, "SELECT COUNT(*) FROM bronze_tickets_current", "10");
    scene_expect(scene, "SELECT COUNT(*) FROM silver_tickets", "10");
    scene_expect(scene, "SELECT tickets_sold FROM gold_event_sales", "10");
}

/* The sheet `tickets` was held, with `why` in the message; its ten rows stand as they were. */
static void check_held(struct scene *scene, const char *why) {
    const struct run_sheet *sheet = report_sheet(&scene->report, "tickets");
    assert_true(scene->report.is_held);
    assert_string_equal(sheet->status, "held");
    assert_non_null(sheet->message);
    if (!strstr(sheet->message, why))
        fail_msg("\"%s\" does not say \"%s\"", sheet->message, why);
    assert_int_equal(sheet->rows, 10);
    assert_int_equal(sheet->added + sheet->changed + sheet->removed + sheet->moved, 0);
    scene_expect(scene,
                 "SELECT l.status, l.message IS NOT NULL FROM audit_loads l"
                 " WHERE l.table_name = 'bronze_tickets' ORDER BY snapshot_id DESC LIMIT 1",
                 "held,1");
    scene_expect(scene, "SELECT status, exit_code FROM audit_runs ORDER BY run_id DESC LIMIT 1",
                 "held,4");
    check_tables_of_ten(scene);
}

/* The sheet went through and has `rows` rows now. */
static void check_passed(struct scene *scene, int64_t rows) {
    const struct run_sheet *sheet = report_sheet(&scene->report, "tickets");
    assert_false(scene->report.is_held);
    assert_string_equal(sheet->status, "loaded");
    assert_int_equal(sheet->rows, rows);
    assert_int_equal(scene_integer(scene, "SELECT COUNT(*) FROM bronze_tickets_current"), rows);
    scene_expect(scene, "SELECT status, exit_code FROM audit_runs ORDER BY run_id DESC LIMIT 1",
                 "done,0");
}

/* ---- what is held ---- */

static void test_missing_file_is_held(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_remove(&scene, "tickets.csv");
    scene_run_all(&scene);
    check_held(&scene, "tickets.csv does not exist");
    scene_close(&scene);
}

static void test_empty_file_is_held(void **state) {
    static const char *const empties[] = {"", "\xef\xbb\xbf"};
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    for (size_t i = 0; i < COUNT_OF(empties); i++) {
        scene_write_text(&scene, "tickets.csv", empties[i]);
        scene_run_all(&scene);
        check_held(&scene, "is empty");
    }
    scene_close(&scene);
}

static void test_emptied_sheet_is_held_whatever_may_be_lost(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS);
    run_with(&scene, 100, NULL);
    check_held(&scene, "emptied");
    scene_close(&scene);
}

/* Rows of nothing are no rows. */
static void test_sheet_of_blank_rows_alone_is_held(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS ",,,,,,,\n,,,,,,,\n");
    run_with(&scene, 50, NULL);
    check_held(&scene, "10 of 10 rows");
    scene_close(&scene);
}

static void test_missing_required_column_is_held(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv",
                     "ticket_id,event_id,customer_id,purchase_datetime,channel,currency,status\n"
                     "T1,E1,C1,2026-01-01,web,,sold\n");
    scene_run_all(&scene);
    check_held(&scene, "price_paid");
    scene_close(&scene);
}

static void test_missing_optional_column_passes(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv",
                     "ticket_id,event_id,purchase_datetime,price_paid,status\n"
                     "T1,E1,2026-01-01,10,sold\nT2,E1,2026-01-01,10,sold\n");
    scene_run_all(&scene);
    check_passed(&scene, 2);
    scene_expect(&scene, "SELECT ticket_id, channel, currency FROM silver_tickets ORDER BY 1",
                 "T1,unknown,EUR\nT2,unknown,EUR");
    scene_close(&scene);
}

static void test_loss_is_measured_against_the_limit(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS FOUR_TICKETS);
    run_with(&scene, 50, NULL);
    check_held(&scene, "6 of 10 rows");
    run_with(&scene, 59.9, NULL);
    check_held(&scene, "6 of 10 rows");
    run_with(&scene, 60, NULL);
    check_passed(&scene, 4);
    scene_close(&scene);
}

static void test_loss_up_to_the_limit_passes(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS FIVE_TICKETS);
    run_with(&scene, 50, NULL);
    check_passed(&scene, 5);
    scene_close(&scene);
}

static void test_with_a_limit_of_nothing_no_row_may_go(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "artists.csv", ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    run_with(&scene, 0, NULL);
    assert_false(scene.report.is_held);
    scene_write_text(&scene, "artists.csv", ARTISTS "A1,Ann,,,\n");
    run_with(&scene, 0, NULL);
    assert_true(scene.report.is_held);
    scene_close(&scene);
}

/* Edited and moved rows are still there; blank ones never were. */
static void test_edits_moves_and_blank_rows_are_no_loss(void **state) {
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene_write_text(&scene, "artists.csv", ARTISTS "A1,Ann,,,\n,,,,\n,,,,\nA2,Bo,,,\n,,,,\n");
    run_with(&scene, 0, NULL);
    scene_write_text(&scene, "artists.csv", ARTISTS "A2,Bob,,,\nA1,Anne,,,\n");
    run_with(&scene, 0, NULL);
    assert_false(scene.report.is_held);
    scene_expect(&scene, "SELECT name FROM silver_artists ORDER BY 1", "Anne\nBob");
    scene_close(&scene);
}

/* ---- the first time ---- */

static void test_first_load_of_a_header_alone_passes(void **state) {
    struct scene scene;
    (void)state;
    scene_open(&scene, "ticketing");
    scene_write_headers(&scene);
    run_with(&scene, 50, NULL);
    assert_false(scene.report.is_held);
    assert_string_equal(report_sheet(&scene.report, "tickets")->status, "loaded");
    scene_close(&scene);
}

static void test_sheet_that_never_came_is_held_and_then_taken(void **state) {
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene_remove(&scene, "tickets.csv");
    scene_run_all(&scene);
    assert_true(scene.report.is_held);
    assert_int_equal(report_sheet(&scene.report, "tickets")->rows, 0);
    scene_expect(&scene, "SELECT tickets_sold FROM gold_event_sales", "0");
    scene_write_text(&scene, "tickets.csv", TICKETS TEN_TICKETS);
    scene_run_all(&scene);
    check_passed(&scene, 10);
    check_tables_of_ten(&scene);
    scene_close(&scene);
}

/* Its children are orphans until it comes. */
static void test_parent_that_never_came(void **state) {
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene_write_text(&scene, "venues.csv", "venue_id\nV1\n");
    scene_run_all(&scene);
    assert_true(scene.report.is_held);
    scene_expect(&scene,
                 "SELECT source_table, COUNT(*), MIN(rule), MAX(rule) FROM"
                 " audit_rejected_rows GROUP BY source_table ORDER BY 1",
                 "bronze_events,1,foreign_key,foreign_key\n"
                 "bronze_tickets,10,foreign_key,foreign_key");
    scene_write_text(&scene, "venues.csv", "venue_id,name\nV1,Hall\n");
    scene_run_all(&scene);
    assert_false(scene.report.is_held);
    check_tables_of_ten(&scene);
    scene_expect(&scene, "SELECT COUNT(*) FROM audit_rejected_rows", "0");
    scene_close(&scene);
}

/* ---- accept ---- */

static void test_accept_lets_the_named_sheet_through(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS FOUR_TICKETS);
    run_with(&scene, 50, "artists");
    check_held(&scene, "6 of 10 rows");
    run_with(&scene, 50, "tickets");
    check_passed(&scene, 4);
    scene_expect(&scene, "SELECT tickets_sold FROM gold_event_sales", "4");
    scene_close(&scene);
}

static void test_accept_of_an_emptied_sheet(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS);
    run_with(&scene, 50, "tickets");
    check_passed(&scene, 0);
    scene_expect(&scene, "SELECT COUNT(*) FROM silver_tickets", "0");
    scene_expect(&scene, "SELECT tickets_sold, no_show_rate FROM gold_event_sales", "0,");
    scene_close(&scene);
}

/* Then every row lacks what it needs, and says so. */
static void test_accept_of_a_missing_column(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv",
                     "ticket_id,event_id,purchase_datetime,status\n"
                     "T1,E1,2026-01-01,sold\n");
    run_with(&scene, 100, "tickets");
    check_passed(&scene, 1);
    scene_expect(&scene, "SELECT record_key, rule, column_name, value FROM audit_rejected_rows",
                 "T1,required,price_paid,");
    scene_close(&scene);
}

static void test_accept_makes_nothing_out_of_nothing(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", "");
    run_with(&scene, 100, "tickets");
    check_held(&scene, "is empty");
    scene_remove(&scene, "tickets.csv");
    run_with(&scene, 100, "tickets");
    check_held(&scene, "does not exist");
    scene_close(&scene);
}

static void test_accept_counts_once(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS FIVE_TICKETS);
    run_with(&scene, 10, "tickets");
    check_passed(&scene, 5);
    scene_write_text(&scene, "tickets.csv", TICKETS FOUR_TICKETS);
    run_with(&scene, 10, NULL);
    assert_true(scene.report.is_held);
    scene_expect(&scene, "SELECT COUNT(*) FROM silver_tickets", "5");
    scene_close(&scene);
}

/* ---- beside a held sheet ---- */

static void test_other_sheets_are_updated(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_remove(&scene, "tickets.csv");
    scene_write_text(&scene, "artists.csv", ARTISTS "A1,Anne,,,\nA2,Bo,,,\n");
    scene_run_all(&scene);
    check_held(&scene, "does not exist");
    scene_expect(&scene, "SELECT artist_id, name FROM silver_artists ORDER BY 1", "A1,Anne\nA2,Bo");
    scene_close(&scene);
}

/* The rows that stayed are still judged by their parents of today. */
static void test_held_sheet_follows_its_parents(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_remove(&scene, "tickets.csv");
    scene_write_text(&scene, "customers.csv",
                     "customer_id,name,email,city,state,country,created_at\nC2,Cy,,,,,\n");
    scene_write_text(&scene, "events.csv",
                     "event_id,artist_id,venue_id,event_date,status,ticket_price,currency\n"
                     "E1,A1,V1,2026-02-01,completed,10,USD\n");
    scene_run_all(&scene);
    assert_string_equal(report_sheet(&scene.report, "tickets")->status, "held");
    scene_expect(&scene, "SELECT COUNT(*), MIN(currency), MAX(currency) FROM silver_tickets",
                 "8,USD,USD");
    scene_expect(&scene,
                 "SELECT record_key, rule, cell FROM audit_rejected_rows ORDER BY row_number",
                 "T1,foreign_key,C2\nT2,foreign_key,C3");
    scene_expect(&scene, "SELECT tickets_sold FROM gold_event_sales", "8");
    scene_close(&scene);
}

static void test_snapshot_of_a_held_pull_shows_the_last_good_version(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS);
    scene_run_all(&scene);
    assert_int_equal(scene.report.snapshot_id, 2);
    scene_expect(&scene,
                 "SELECT snapshot_id, COUNT(*) FROM bronze_tickets_snapshots GROUP BY snapshot_id"
                 " ORDER BY 1",
                 "1,10\n2,10");
    scene_close(&scene);
}

static void test_good_sheet_after_a_held_one(void **state) {
    struct scene scene;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "tickets.csv", TICKETS);
    scene_run_all(&scene);
    scene_run_all(&scene); /* the same bad file again is not "unchanged" */
    check_held(&scene, "emptied");
    scene_write_text(&scene, "tickets.csv", TICKETS TEN_TICKETS);
    scene_run_all(&scene);
    assert_false(scene.report.is_held);
    assert_string_equal(report_sheet(&scene.report, "tickets")->status, "unchanged");
    check_tables_of_ten(&scene);
    scene_expect(&scene, "SELECT COUNT(*) FROM bronze_tickets", "10");
    scene_close(&scene);
}

/* ---- what no gate can judge ---- */

static void test_unreadable_sheet_fails_the_run_and_publishes_nothing(void **state) {
    struct scene scene;
    struct err err;
    (void)state;
    open_loaded_scene(&scene);
    scene_write_text(&scene, "artists.csv", ARTISTS "A1,Anne,,,\n");
    scene_write_text(&scene, "tickets.csv", TICKETS "T1,\"never closed\n");
    struct run_options options = scene_options(&scene);
    assert_false(scene_try_run(&scene, &options, &err));
    assert_int_equal(err.class, ERR_FAILED);
    assert_non_null(strstr(err.message, "tickets.csv"));
    check_tables_of_ten(&scene);
    scene_expect(&scene, "SELECT name FROM silver_artists", "Ann");
    scene_expect(&scene, "SELECT MAX(snapshot_id) FROM audit_snapshots", "1");
    scene_expect(&scene, "SELECT status, exit_code FROM audit_runs ORDER BY run_id",
                 "done,0\nfailed,1");
    scene_write_text(&scene, "tickets.csv", TICKETS TEN_TICKETS);
    scene_run_all(&scene);
    scene_expect(&scene, "SELECT name FROM silver_artists ORDER BY 1", "Anne");
    scene_expect(&scene, "SELECT MAX(snapshot_id) FROM audit_snapshots", "2");
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_file_is_held),
        cmocka_unit_test(test_empty_file_is_held),
        cmocka_unit_test(test_emptied_sheet_is_held_whatever_may_be_lost),
        cmocka_unit_test(test_sheet_of_blank_rows_alone_is_held),
        cmocka_unit_test(test_missing_required_column_is_held),
        cmocka_unit_test(test_missing_optional_column_passes),
        cmocka_unit_test(test_loss_is_measured_against_the_limit),
        cmocka_unit_test(test_loss_up_to_the_limit_passes),
        cmocka_unit_test(test_with_a_limit_of_nothing_no_row_may_go),
        cmocka_unit_test(test_edits_moves_and_blank_rows_are_no_loss),
        cmocka_unit_test(test_first_load_of_a_header_alone_passes),
        cmocka_unit_test(test_sheet_that_never_came_is_held_and_then_taken),
        cmocka_unit_test(test_parent_that_never_came),
        cmocka_unit_test(test_accept_lets_the_named_sheet_through),
        cmocka_unit_test(test_accept_of_an_emptied_sheet),
        cmocka_unit_test(test_accept_of_a_missing_column),
        cmocka_unit_test(test_accept_makes_nothing_out_of_nothing),
        cmocka_unit_test(test_accept_counts_once),
        cmocka_unit_test(test_other_sheets_are_updated),
        cmocka_unit_test(test_held_sheet_follows_its_parents),
        cmocka_unit_test(test_snapshot_of_a_held_pull_shows_the_last_good_version),
        cmocka_unit_test(test_good_sheet_after_a_held_one),
        cmocka_unit_test(test_unreadable_sheet_fails_the_run_and_publishes_nothing),
    };
    return run_group(tests);
}
