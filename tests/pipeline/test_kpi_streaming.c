/* The gold tables of the streaming model, definition by definition, with answers worked out by
 * hand. */
#include "harness/harness.h"

/* What is not said stays empty: a sheet without rows. */
struct world {
    const char *users;         /* rows "id,country,region,region name"; user 1 when NULL */
    const char *locations;     /* rows "country,country name,region,region name" */
    const char *subscriptions; /* rows "id,user,plan,start,end,event,moment of the event" */
    const char *payments;      /* rows "id,subscription,amount,moment" */
    const char *sessions;      /* rows "id,user,title,moment"; title 1 is there */
};

static void write_rows(struct scene *scene, const char *name, const char *header,
                       const char *rows) {
    if (rows)
        scene_write_text(scene, name, arena_printf(&scene->run_arena, "%s\n%s", header, rows));
}

static void open_world(struct scene *scene, struct world world) {
    scene_open(scene, "streaming");
    scene_write_headers(scene);
    write_rows(scene, "locations.csv", "country_id,country_name,region_id,region_name",
               world.locations);
    write_rows(scene, "users.csv", "user_legacy_id,country_id,region_id,region_name,name",
               world.users ? world.users : "1,,,,Ann\n");
    write_rows(scene, "subscriptions.csv",
               "sub_id,user_legacy_id,plan_type,start_date,end_date,last_event_type,"
               "last_event_timestamp",
               world.subscriptions);
    write_rows(scene, "payments.csv", "payment_id,sub_id,amount,payment_date", world.payments);
    write_rows(scene, "watchlist.csv", "content_id,title", "1,Title\n");
    write_rows(scene, "viewing_activity.csv",
               "session_id,user_legacy_id,content_id,session_start_ts", world.sessions);
    scene_run_all(scene);
    scene_expect(scene, "SELECT COUNT(*) FROM audit_rejected_rows", "0");
}

/* ---- what a payment did to the recurring revenue ---- */

static void expect_changes(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT payment_id, mrr_change FROM gold_fact_subscription_events"
                 " ORDER BY payment_id",
                 expected);
}

static void test_last_event_says_what_a_payment_means(void **state) {
    static const struct {
        const char *event, *changes; /* of payments of 10 and then 12.505 */
    } cases[] = {
        {"SIGNUP", "1,10\n2,12.51"},
        {"subscribe", "1,10\n2,12.51"},
        {"RESUME", "1,10\n2,12.51"},
        {"RENEW", "1,0\n2,0"},
        {"UPGRADE", "1,10\n2,2.51"},
        {"DOWNGRADE", "1,10\n2,2.51"},
        {"CANCEL", "1,-12.51\n2,-12.51"},
        {"PAUSE", "1,-12.51\n2,-12.51"},
        {"TRIAL", "1,0\n2,0"},
        {"", "1,0\n2,0"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        char subscription[64];
        snprintf(subscription, sizeof subscription, "1,1,,2026-01-01,,%s,\n", cases[i].event);
        open_world(&scene,
                   (struct world){.subscriptions = subscription,
                                  .payments = "1,1,10,2026-01-05\n2,1,12.505,2026-02-05\n"});
        expect_changes(&scene, cases[i].changes);
        scene_close(&scene);
    }
}

static void test_payments_of_another_subscription_are_not_before(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.subscriptions = "1,1,,2026-01-01,,UPGRADE,\n"
                                                       "2,1,,2026-01-01,,UPGRADE,\n",
                                      .payments = "1,1,10,2026-01-05\n2,2,7,2026-01-06\n"
                                                  "3,1,8,2026-01-07\n"});
    expect_changes(&scene, "1,10\n2,7\n3,-2");
    scene_close(&scene);
}

/* Without a date: the midnight with which the subscription began. */
static void test_payments_follow_each_other_by_moment_then_number(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.subscriptions = "1,1,,2026-01-06,,UPGRADE,\n",
                                      .payments = "1,1,10,2026-01-06\n2,1,7,\n"
                                                  "3,1,5,2026-01-05 23:59:59\n"
                                                  "4,1,30,2026-01-06 00:00:01\n"});
    expect_changes(&scene, "1,5\n2,-3\n3,5\n4,23");
    scene_expect(&scene,
                 "SELECT payment_id, date_key FROM gold_fact_subscription_events"
                 " ORDER BY payment_id",
                 "1,20260106\n2,20260106\n3,20260105\n4,20260106");
    scene_close(&scene);
}

/* ---- who is active, with which plan ---- */

static void expect_user(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT first_subscription_date, current_plan_type, is_active FROM gold_dim_user",
                 expected);
}

static void test_plan_is_that_of_the_subscription_that_starts_last(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.subscriptions = "9,1,basic,2026-01-02,2026-01-03,,\n"
                                                       "7,1,student,2026-02-01,,,\n"
                                                       "8,1,family,2026-02-01,,,2026-03-01\n"
                                                       "10,1,premium,2026-01-15,,,\n"});
    expect_user(&scene, "2026-01-02,Family,1");
    scene_close(&scene);
}

static void test_user_without_a_subscription_has_no_plan(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.sessions = "1,1,1,2026-01-01\n"});
    expect_user(&scene, ",,0");
    scene_close(&scene);
}

static void test_active_is_judged_on_the_newest_day_of_the_data(void **state) {
    static const struct {
        const char *start, *end, *event, *paid, *seen, *expected;
    } cases[] = {
        {"2026-01-05", "", "2026-01-05", "", "", "1"}, /* from its first day */
        {"2026-01-06", "", "2026-01-05", "", "", "0"},
        {"2026-01-01", "2026-01-05", "2026-01-05 23:59", "", "", "1"}, /* up to its last */
        {"2026-01-01", "2026-01-05", "2026-01-05", "2026-01-06", "", "0"},
        {"2026-01-01", "2026-01-05", "2026-01-05", "", "2026-01-06", "0"},
        {"2026-01-01", "2026-01-05", "2026-01-06", "2026-01-04", "2026-01-03", "0"},
        {"2026-01-01", "", "", "", "", "0"}, /* nothing ever happened */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        char subscription[96], payment[64] = "", session[64] = "";
        snprintf(subscription, sizeof subscription, "1,1,,%s,%s,,%s\n", cases[i].start,
                 cases[i].end, cases[i].event);
        if (*cases[i].paid)
            snprintf(payment, sizeof payment, "1,1,10,%s\n", cases[i].paid);
        if (*cases[i].seen)
            snprintf(session, sizeof session, "1,1,1,%s\n", cases[i].seen);
        open_world(&scene, (struct world){.subscriptions = subscription,
                                          .payments = payment,
                                          .sessions = session});
        scene_expect(&scene, "SELECT is_active FROM gold_dim_user", cases[i].expected);
        scene_close(&scene);
    }
}

/* ---- where the user lives ---- */

static void test_region_is_the_users_own_before_that_of_the_sheet(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.locations = "1,Sweden,1,Skane\n1,Sverige,2,Uppland\n2,,1,\n",
                                      .users = "1,1,2,,Ann\n2,1,1,Own,Bo\n3,1,9,,Cy\n4,2,1,,Di\n"
                                               "5,,2,,Ed\n6,1,,,Flo\n"});
    scene_expect(&scene,
                 "SELECT user_key, country_name, region_name FROM gold_dim_user ORDER BY user_key",
                 "1,Sverige,Uppland\n2,Sverige,Own\n3,Sverige,\n4,,\n5,,\n6,Sverige,");
    scene_close(&scene);
}

/* ---- days ---- */

static void test_days_are_those_of_whole_years_with_facts(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.subscriptions = "1,1,,2023-05-05,,,2027-01-01\n",
                                      .payments = "1,1,10,\n2,1,10,2000-12-31 23:00\n",
                                      .sessions = "1,1,1,2024-06-01\n"});
    scene_expect(&scene, "SELECT year, COUNT(*) FROM gold_dim_date GROUP BY year ORDER BY year",
                 "2000,366\n2023,365\n2024,366");
    scene_expect(&scene,
                 "SELECT * FROM gold_dim_date WHERE date_key IN (20000229, 20230101, 20241231)"
                 " ORDER BY date_key",
                 "20000229,2000-02-29,2000,1,2,29,2,February,0\n"
                 "20230101,2023-01-01,2023,1,1,1,7,January,1\n"
                 "20241231,2024-12-31,2024,4,12,31,2,December,0");
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_event_says_what_a_payment_means),
        cmocka_unit_test(test_payments_of_another_subscription_are_not_before),
        cmocka_unit_test(test_payments_follow_each_other_by_moment_then_number),
        cmocka_unit_test(test_plan_is_that_of_the_subscription_that_starts_last),
        cmocka_unit_test(test_user_without_a_subscription_has_no_plan),
        cmocka_unit_test(test_active_is_judged_on_the_newest_day_of_the_data),
        cmocka_unit_test(test_region_is_the_users_own_before_that_of_the_sheet),
        cmocka_unit_test(test_days_are_those_of_whole_years_with_facts),
    };
    return run_group(tests);
}
