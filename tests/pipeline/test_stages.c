/* Stages one by one: whatever is run, and in which order, the tables end up the same as after one
 * run of everything. */
#include "harness/harness.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define TICKETS                                                                                    \
    "ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status\n"

static void write_world(struct scene *scene) {
    scene_write_headers(scene);
    scene_write_text(scene, "artists.csv",
                     "artist_id,name,genre,country,created_at\nA1,Ann,Pop,SE,\nA2,Bo,,,soon\n");
    scene_write_text(scene, "venues.csv",
                     "venue_id,name,city,state,country,capacity\nV1,Hall,,,,2\nV2,Barn,,,,no\n");
    scene_write_text(scene, "events.csv",
                     "event_id,artist_id,venue_id,event_date,status,ticket_price,currency\n"
                     "E1,A1,V1,2026-02-01,completed,10,EUR\nE2,A2,V2,2026-02-02,scheduled,,USD\n"
                     "E3,A9,V1,2026-02-03,scheduled,,USD\n");
    scene_write_text(scene, "customers.csv",
                     "customer_id,name,email,city,state,country,created_at\nC1,Cy,,,,,\n");
    scene_write_text(scene, "tickets.csv",
                     TICKETS "T1,E1,C1,2026-01-01,web,10,,sold\nT2,E1,,2026-01-02,web,10,,used\n"
                             "T3,E1,,2026-01-02,app,12.505,,used\nT4,E2,,2026-01-03,web,7,,sold\n"
                             "T4,E2,,2026-01-03,web,8,,sold\nT5,E9,,2026-01-03,web,8,,sold\n");
    scene_write_text(scene, "checkins.csv",
                     "checkin_id,event_id,ticket_id,scanned_at,gate\n"
                     "K1,E1,T2,2026-02-01,a\nK2,E2,T2,2026-02-01,a\n");
    scene_write_text(scene, "refunds.csv",
                     "refund_id,ticket_id,event_id,reason,refund_amount,refunded_at\n"
                     "R1,T1,E1,other,4,2026-01-05\nR2,T3,E1,,99,2026-01-06\n");
    scene_write_text(scene, "campaigns.csv",
                     "campaign_id,event_id,channel,spend,start_date,end_date\n"
                     "M1,E1,web,5,2026-01-02,\nM2,E2,web,0,,2025-01-01\n");
}

/* The sheets a day later: rows in, out, edited, moved; a parent out; a column more. */
static void write_second_day(struct scene *scene) {
    scene_write_text(scene, "events.csv",
                     "event_id,artist_id,venue_id,event_date,status,ticket_price,currency\n"
                     "E9,A1,V2,2026-02-09,scheduled,,EUR\nE1,A1,V1,2026-02-01,completed,10,EUR\n"
                     "E3,A1,V1,2026-02-03,scheduled,,USD\n");
    scene_write_text(scene, "tickets.csv",
                     TICKETS "T6,E3,,2026-01-09,web,3,,sold\nT1,E1,C1,2026-01-01,web,10,,sold\n"
                             "T3,E1,,2026-01-02,app,12.505,,used\nT2,E1,,2026-01-02,web,11,,used\n"
                             "T4,E2,,2026-01-03,web,7,,sold\nT5,E9,,2026-01-03,web,8,,sold\n");
    scene_write_text(scene, "refunds.csv",
                     "refund_id,ticket_id,event_id,reason,refund_amount,refunded_at,notes\n"
                     "R1,T1,E1,other,10,2026-01-05,\nR3,T5,E9,,1,2026-01-06,x\n");
}

/* And another day: part of it is taken back. */
static void write_third_day(struct scene *scene) {
    scene_write_text(scene, "tickets.csv",
                     TICKETS "T1,E1,C1,2026-01-01,web,10,,sold\nT7,E9,,2026-01-09,web,3,,sold\n"
                             "T3,E1,,2026-01-02,app,12.505,,used\nT2,E1,,2026-01-02,web,10,,used\n"
                             "T4,E2,,2026-01-03,web,7,,sold\nT5,E9,,2026-01-03,web,9,,refunded\n");
    scene_write_text(scene, "refunds.csv",
                     "refund_id,ticket_id,event_id,reason,refund_amount,refunded_at\n"
                     "R1,T1,E1,other,4,2026-01-05\nR2,T3,E1,,99,2026-01-06\n");
}

static void open_world(struct scene *scene) {
    scene_open(scene, "ticketing");
    write_world(scene);
}

enum { PULL = 1, SILVER = 2, GOLD = 4, ALL = 7, FULL = 8 };

static const struct run_report *run(struct scene *scene, unsigned stages) {
    struct run_options options = scene_options(scene);
    options.pull = stages & PULL;
    options.silver = stages & SILVER;
    options.gold = stages & GOLD;
    options.full_refresh = stages & FULL;
    return scene_run(scene, &options);
}

/* The tables are those of a warehouse that sees these sheets for the first time. */
static void check_as_if_new(struct scene *scene, const char *model) {
    struct scene other;
    struct buf ours = {0}, theirs = {0};
    scene_open(&other, model);
    struct run_options options = scene_options(&other);
    options.inputs = scene->inputs;
    scene_run(&other, &options);
    scene_dump(scene, &ours);
    scene_dump(&other, &theirs);
    check_same_text("the tables", buf_span(&theirs), buf_span(&ours));
    buf_free(&ours);
    buf_free(&theirs);
    scene_close(&other);
}

static void check_same_as_first_load(struct scene *scene) {
    check_as_if_new(scene, "ticketing");
}

static int64_t count_loads(struct scene *scene, const char *layer) {
    return scene_integer(scene, arena_printf(&scene->run_arena,
                                             "SELECT COUNT(*) FROM audit_loads WHERE layer = '%s'",
                                             layer));
}

/* ---- one after the other ---- */

static void test_three_stages_of_the_sample_equal_one_run(void **state) {
    struct scene scene;
    (void)state;
    scene_open(&scene, "ticketing");
    scene_copy_inputs(&scene, GOLDLEAF_INPUTS_DIR);
    run(&scene, PULL);
    run(&scene, SILVER);
    run(&scene, GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_each_stage_leaves_the_next_ones_alone(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, PULL);
    scene_expect(&scene, "SELECT COUNT(*) FROM bronze_tickets", "6");
    scene_expect(&scene, "SELECT COUNT(*) FROM silver_tickets", "0");
    run(&scene, SILVER);
    scene_expect(&scene, "SELECT COUNT(*) FROM silver_tickets", "4");
    scene_expect(&scene, "SELECT COUNT(*) FROM gold_event_sales", "0");
    run(&scene, GOLD);
    scene_expect(&scene, "SELECT COUNT(*) FROM gold_event_sales", "2");
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* Only a pull is a snapshot. */
static void test_snapshots_are_pulls(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    assert_int_equal(run(&scene, PULL)->snapshot_id, 1);
    assert_int_equal(run(&scene, SILVER)->snapshot_id, 1);
    assert_int_equal(run(&scene, GOLD)->snapshot_id, 1);
    assert_int_equal(run(&scene, ALL)->snapshot_id, 2);
    scene_expect(&scene, "SELECT COUNT(*) FROM audit_snapshots", "2");
    scene_close(&scene);
}

static void test_pull_and_silver_then_gold(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL | SILVER);
    run(&scene, GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_pull_then_silver_and_gold(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL);
    run(&scene, SILVER | GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* ---- several at once ---- */

static void test_two_pulls_then_one_build(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL);
    write_third_day(&scene);
    run(&scene, PULL);
    run(&scene, SILVER);
    run(&scene, GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_pull_that_is_taken_back_before_the_build(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL);
    write_world(&scene);
    run(&scene, PULL);
    run(&scene, SILVER);
    run(&scene, GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* A sheet of many rows, so that only what changed is cleaned. `extra` stands behind the twentieth.
 */
static void write_many_artists(struct scene *scene, const char *twentieth, const char *extra) {
    struct buf csv = {0};
    buf_add_text(&csv, "artist_id,name\n");
    for (int i = 1; i <= 40; i++)
        if (i == 20)
            buf_printf(&csv, "A20,%s\n%s", twentieth, extra);
        else
            buf_printf(&csv, "A%d,Ann\n", i);
    scene_write(scene, "artists.csv", buf_span(&csv));
    buf_free(&csv);
}

/* Versions that began and ended between two builds never were, for silver. */
static void test_rows_that_came_and_went_between_two_builds(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    write_many_artists(&scene, "first", "");
    run(&scene, ALL);
    write_many_artists(&scene, "second", "A41,short\n,no key\nA7,double\n");
    run(&scene, PULL);
    write_many_artists(&scene, "third", "");
    run(&scene, PULL);
    run(&scene, SILVER);
    run(&scene, GOLD);
    scene_expect(&scene, "SELECT name, COUNT(*) FROM silver_artists GROUP BY name ORDER BY name",
                 "Ann,39\nthird,1");
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_pull_then_everything(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL);
    run(&scene, ALL); /* these very sheets again */
    check_same_as_first_load(&scene);
    write_third_day(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_two_silvers_then_one_gold(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL | SILVER);
    write_third_day(&scene);
    run(&scene, PULL | SILVER);
    run(&scene, GOLD);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* Gold that is behind silver does not trust the changes of one run alone. */
static void test_silver_without_gold_then_everything(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, PULL | SILVER);
    write_third_day(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_each_day_at_once(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    write_second_day(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    write_third_day(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    write_world(&scene);
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* ---- nothing to do ---- */

static void test_stages_before_the_first_pull_make_no_warehouse(void **state) {
    struct scene scene;
    const unsigned stages[] = {SILVER, GOLD};
    (void)state;
    open_world(&scene);
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        struct run_options options = scene_options(&scene);
        struct err err;
        options.pull = false;
        options.silver = stages[i] == SILVER;
        options.gold = stages[i] == GOLD;
        assert_false(scene_try_run(&scene, &options, &err));
        assert_int_equal(err.class, ERR_DATABASE);
        assert_non_null(strstr(err.message, "there is no warehouse yet"));
    }
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_second_build_writes_no_line(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    int64_t silver = count_loads(&scene, "silver"), gold = count_loads(&scene, "gold");
    run(&scene, SILVER);
    run(&scene, GOLD);
    run(&scene, ALL);
    assert_int_equal(count_loads(&scene, "silver"), silver);
    assert_int_equal(count_loads(&scene, "gold"), gold);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* What is reported of a sheet that was not touched is how it stands. */
static void test_report_of_an_untouched_sheet(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    struct run_sheet first = *report_sheet(run(&scene, ALL), "artists");
    const struct run_sheet *again = report_sheet(run(&scene, ALL), "artists");
    assert_string_equal(again->status, "unchanged");
    assert_int_equal(again->rows, first.rows);
    assert_int_equal(again->silver_rows, 2);
    assert_int_equal(again->rejected, first.rejected);
    assert_int_equal(again->blank, first.blank);
    assert_int_equal(first.warnings, 1);
    assert_int_equal(again->warnings, first.warnings);
    const struct run_sheet *kept = report_sheet(run(&scene, GOLD), "artists");
    assert_string_equal(kept->status, "kept");
    assert_int_equal(kept->rows, first.rows);
    assert_int_equal(kept->silver_rows, 2);
    for (size_t i = 0; i < scene.report.gold_count; i++)
        if (strcmp(scene.report.gold[i].table, "gold_event_sales") == 0)
            assert_int_equal(scene.report.gold[i].rows, 2);
    scene_close(&scene);
}

/* ---- anew ---- */

static void test_full_refresh_from_bronze_alone(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    write_second_day(&scene);
    run(&scene, ALL);
    run(&scene, SILVER | GOLD | FULL);
    check_same_as_first_load(&scene);
    run(&scene, SILVER | FULL);
    run(&scene, GOLD | FULL);
    check_same_as_first_load(&scene);
    run(&scene, ALL | FULL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_full_refresh_heals_tables_that_somebody_edited(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene);
    run(&scene, ALL);
    scene_write_database(&scene, "DELETE FROM silver_tickets; UPDATE gold_event_sales SET"
                                 " tickets_sold = 99; DELETE FROM audit_rejected_rows;"
                                 " INSERT INTO gold_daily_metrics VALUES"
                                 " ('2030-01-01', 'XXX', 1, 1, 1, 1)");
    run(&scene, ALL | FULL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

/* ---- another model ---- */

static void copy_folder(struct scene *scene, const char *from, const char *to) {
    DIR *folder = opendir(from);
    if (!folder || mkdir(to, 0777) != 0)
        fail_msg("%s, %s: %s", from, to, strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct stat info;
        if (entry->d_name[0] == '.')
            continue;
        const char *source = arena_printf(&scene->arena, "%s/%s", from, entry->d_name);
        const char *target = arena_printf(&scene->arena, "%s/%s", to, entry->d_name);
        assert_int_equal(stat(source, &info), 0);
        if (S_ISDIR(info.st_mode))
            copy_folder(scene, source, target);
        else
            write_file(target, read_file(&scene->arena, source));
    }
    closedir(folder);
}

/* Replaces a text that stands in a file. */
static void edit_file(struct scene *scene, const char *path, const char *old, const char *new) {
    struct span text = read_file(&scene->arena, path);
    const char *at = strstr(text.data, old);
    if (!at)
        fail_msg("%s does not have %s", path, old);
    struct buf edited = {0};
    buf_add(&edited, (struct span){text.data, (size_t)(at - text.data)});
    buf_add_text(&edited, new);
    buf_add_text(&edited, at + strlen(old));
    write_file(path, buf_span(&edited));
    buf_free(&edited);
}

/* A model in which "app" is no word for a channel any more, and a KPI counts otherwise. */
static const char *make_other_model(struct scene *scene) {
    const char *folder = arena_printf(&scene->arena, "%s/model", scene->folder);
    copy_folder(scene, GOLDLEAF_MODELS_DIR "/ticketing", folder);
    edit_file(scene, arena_printf(&scene->arena, "%s/datapackage.json", folder),
              "\"mobile_app\": [\"app\", ", "\"mobile_app\": [");
    edit_file(scene, arena_printf(&scene->arena, "%s/gold/campaign_roi.sql", folder),
              "c.spend / 100.0 AS spend", "2 * c.spend / 100.0 AS spend");
    return folder;
}

static void open_scene_with_other_model(struct scene *scene, const char **folder) {
    open_world(scene);
    run(scene, ALL);
    scene_expect(scene, "SELECT channel FROM silver_tickets WHERE ticket_id = 'T3'", "mobile_app");
    *folder = make_other_model(scene);
    scene_set_model(scene, *folder);
}

static void check_other_model(struct scene *scene, const char *folder) {
    scene_expect(scene, "SELECT channel FROM silver_tickets WHERE ticket_id = 'T3'", "other");
    scene_expect(scene, "SELECT spend FROM gold_campaign_roi WHERE event_id = 'E1'", "10");
    check_as_if_new(scene, folder);
}

static void test_changed_model_rebuilds_with_the_next_run(void **state) {
    struct scene scene;
    const char *folder;
    (void)state;
    open_scene_with_other_model(&scene, &folder);
    run(&scene, ALL);
    check_other_model(&scene, folder);
    scene_set_model(&scene, "ticketing");
    run(&scene, ALL);
    check_same_as_first_load(&scene);
    scene_close(&scene);
}

static void test_changed_model_rebuilds_without_a_pull(void **state) {
    struct scene scene;
    const char *folder;
    (void)state;
    open_scene_with_other_model(&scene, &folder);
    run(&scene, SILVER);
    run(&scene, GOLD);
    check_other_model(&scene, folder);
    scene_close(&scene);
}

/* The run that first sees the new model may be one that builds nothing. */
static void test_changed_model_is_not_forgotten_by_a_pull(void **state) {
    struct scene scene;
    const char *folder;
    (void)state;
    open_scene_with_other_model(&scene, &folder);
    run(&scene, PULL);
    run(&scene, SILVER | GOLD);
    check_other_model(&scene, folder);
    scene_close(&scene);
}

static void test_changed_model_is_not_forgotten_by_gold(void **state) {
    struct scene scene;
    const char *folder;
    (void)state;
    open_scene_with_other_model(&scene, &folder);
    run(&scene, GOLD);
    run(&scene, ALL);
    check_other_model(&scene, folder);
    scene_close(&scene);
}

/* A sheet that a gate holds back is cleaned anew from bronze. */
static void test_changed_model_reaches_a_held_sheet(void **state) {
    struct scene scene;
    const char *folder;
    (void)state;
    open_scene_with_other_model(&scene, &folder);
    struct span good =
        read_file(&scene.arena, arena_printf(&scene.arena, "%s/tickets.csv", scene.inputs));
    scene_write_text(&scene, "tickets.csv", "");
    run(&scene, ALL);
    assert_true(scene.report.is_held);
    scene_write(&scene, "tickets.csv", good);
    check_other_model(&scene, folder);
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_stages_of_the_sample_equal_one_run),
        cmocka_unit_test(test_each_stage_leaves_the_next_ones_alone),
        cmocka_unit_test(test_snapshots_are_pulls),
        cmocka_unit_test(test_pull_and_silver_then_gold),
        cmocka_unit_test(test_pull_then_silver_and_gold),
        cmocka_unit_test(test_two_pulls_then_one_build),
        cmocka_unit_test(test_pull_that_is_taken_back_before_the_build),
        cmocka_unit_test(test_rows_that_came_and_went_between_two_builds),
        cmocka_unit_test(test_pull_then_everything),
        cmocka_unit_test(test_two_silvers_then_one_gold),
        cmocka_unit_test(test_silver_without_gold_then_everything),
        cmocka_unit_test(test_each_day_at_once),
        cmocka_unit_test(test_stages_before_the_first_pull_make_no_warehouse),
        cmocka_unit_test(test_second_build_writes_no_line),
        cmocka_unit_test(test_report_of_an_untouched_sheet),
        cmocka_unit_test(test_full_refresh_from_bronze_alone),
        cmocka_unit_test(test_full_refresh_heals_tables_that_somebody_edited),
        cmocka_unit_test(test_changed_model_rebuilds_with_the_next_run),
        cmocka_unit_test(test_changed_model_rebuilds_without_a_pull),
        cmocka_unit_test(test_changed_model_is_not_forgotten_by_a_pull),
        cmocka_unit_test(test_changed_model_is_not_forgotten_by_gold),
        cmocka_unit_test(test_changed_model_reaches_a_held_sheet),
    };
    return run_group(tests);
}
