/* The KPIs of the ticketing model, definition by definition, with numbers worked out by hand. */
#include "harness/harness.h"

/* What is not said stays empty. */
struct world {
    const char *status;    /* of event E1; "completed" when NULL */
    const char *capacity;  /* of its venue; 10 when NULL */
    const char *tickets;   /* rows "id,event,moment,channel,price,status" */
    const char *checkins;  /* rows "id,ticket,event" */
    const char *refunds;   /* rows "id,ticket,event,amount,moment" */
    const char *campaigns; /* rows "id,event,channel,spend,start,end,impressions" */
};

static void write_rows(struct scene *scene, const char *name, const char *header,
                       const char *rows) {
    scene_write_text(scene, name,
                     arena_printf(&scene->run_arena, "%s\n%s", header, rows ? rows : ""));
}

static void write_world(struct scene *scene, const struct world *world) {
    struct arena *arena = &scene->run_arena;
    const char *capacity = world->capacity ? world->capacity : "10";
    const char *status = world->status ? world->status : "completed";
    scene_write_headers(scene);
    write_rows(scene, "artists.csv", "artist_id,name", "A1,Ann\n");
    write_rows(scene, "venues.csv", "venue_id,name,capacity",
               arena_printf(arena, "V1,Hall,%s\n", capacity));
    write_rows(scene, "events.csv", "event_id,artist_id,venue_id,event_date,status,currency",
               arena_printf(arena,
                            "E1,A1,V1,2026-03-01,%s,EUR\nE2,A1,V1,2026-03-02,scheduled,USD\n",
                            status));
    write_rows(scene, "tickets.csv",
               "ticket_id,event_id,purchase_datetime,channel,price_paid,status", world->tickets);
    write_rows(scene, "checkins.csv", "checkin_id,ticket_id,event_id,scanned_at", world->checkins);
    write_rows(scene, "refunds.csv", "refund_id,ticket_id,event_id,refund_amount,refunded_at",
               world->refunds);
    write_rows(scene, "campaigns.csv",
               "campaign_id,event_id,channel,spend,start_date,end_date,impressions",
               world->campaigns);
}

static void open_world(struct scene *scene, struct world world) {
    scene_open(scene, "ticketing");
    write_world(scene, &world);
    scene_run_all(scene);
    scene_expect(scene, "SELECT COUNT(*) FROM audit_rejected_rows", "0");
}

/* sold, attendance, gross, refunds, net of E1 */
static void expect_sales(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT tickets_sold, attendance, gross_revenue, refunds_amount, net_revenue"
                 " FROM gold_event_sales WHERE event_id = 'E1'",
                 expected);
}

static void expect_days(struct scene *scene, const char *expected) {
    scene_expect(scene, "SELECT * FROM gold_daily_metrics ORDER BY date, currency", expected);
}

static void expect_rates(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT no_show_rate, sell_through FROM gold_event_sales WHERE event_id = 'E1'",
                 expected);
}

/* spend, impressions, conv_tickets, conv_revenue, cpa, roi of each pair */
static void expect_campaigns(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT event_id, channel, currency, spend, impressions, conv_tickets,"
                 " conv_revenue, cpa, roi FROM gold_campaign_roi ORDER BY event_id, channel",
                 expected);
}

static void expect_warned(struct scene *scene, const char *expected) {
    scene_expect(scene,
                 "SELECT rule, checked, failed FROM audit_dq_results"
                 " WHERE table_name = 'gold_event_sales' ORDER BY rule",
                 expected);
}

/* ---- what counts as sold and as paid ---- */

static void test_statuses(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,sold\n"
                                                 "T2,E1,2026-01-01,web,20,used\n"
                                                 "T3,E1,2026-01-01,web,40,refunded\n"
                                                 "T4,E1,2026-01-01,web,80,cancelled\n"
                                                 "T5,E1,2026-01-01,web,160,pending\n"});
    expect_sales(&scene, "2,0,70,0,70");
    expect_days(&scene, "2026-01-01,EUR,2,70,0,70");
    scene_close(&scene);
}

static void test_refunds_that_reach_the_price_give_the_seat_back(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,sold\n"
                                                 "T2,E1,2026-01-01,web,20,sold\n"
                                                 "T3,E1,2026-01-01,web,30,used\n",
                                      .refunds = "R1,T1,E1,9.99,2026-01-02\n"
                                                 "R2,T2,E1,15,2026-01-02\n"
                                                 "R3,T2,E1,5,2026-01-03\n"});
    expect_sales(&scene, "2,0,60,29.99,30.01");
    expect_days(&scene, "2026-01-01,EUR,2,60,0,60\n2026-01-02,EUR,0,0,24.99,-24.99\n"
                        "2026-01-03,EUR,0,0,5,-5");
    scene_close(&scene);
}

static void test_refunds_beyond_the_price_are_a_warning_and_no_sum(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,sold\n"
                                                 "T2,E1,2026-01-01,web,10,sold\n",
                                      .refunds = "R1,T1,E1,7,2026-01-04\n"
                                                 "R2,T1,E1,6,2026-01-03\n"
                                                 "R3,T1,E1,5,2026-01-05\n"
                                                 "R4,T2,E1,10,2026-01-05\n"});
    /* in the order of the days: 6, then 4 of the 7, then nothing */
    expect_sales(&scene, "0,0,20,20,0");
    expect_days(&scene, "2026-01-01,EUR,0,20,0,20\n2026-01-03,EUR,0,0,6,-6\n"
                        "2026-01-04,EUR,0,0,4,-4\n2026-01-05,EUR,0,0,10,-10");
    expect_warned(&scene, "oversold,2,0\nrefund_exceeds_price,2,1");
    scene_close(&scene);
}

static void test_free_ticket_has_nothing_to_give_back(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,0,sold\n",
                                      .refunds = "R1,T1,E1,5,2026-01-02\n",
                                      .campaigns = "M1,E1,web,4,,,\n"});
    expect_sales(&scene, "1,0,0,0,0");
    expect_days(&scene, "2026-01-01,EUR,1,0,0,0");
    expect_campaigns(&scene, "E1,web,EUR,4,,1,0,4,-1");
    expect_warned(&scene, "oversold,2,0\nrefund_exceeds_price,1,1");
    scene_close(&scene);
}

static void test_cancelled_ticket_was_paid_when_something_came_back(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,cancelled\n"
                                                 "T2,E1,2026-01-01,web,20,cancelled\n",
                                      .refunds = "R1,T2,E1,15,2026-01-02\n"});
    expect_sales(&scene, "0,0,20,15,5");
    expect_days(&scene, "2026-01-01,EUR,0,20,0,20\n2026-01-02,EUR,0,0,15,-15");
    scene_close(&scene);
}

static void test_pending_ticket_counts_nowhere_whatever_its_refunds(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,pending\n",
                                      .refunds = "R1,T1,E1,10,2026-01-02\n"});
    expect_sales(&scene, "0,0,0,0,0");
    expect_days(&scene, "");
    scene_close(&scene);
}

static void test_refunded_ticket_without_a_refund_was_paid(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,refunded\n"
                                                 "T2,E1,2026-01-01,web,10,refunded\n",
                                      .refunds = "R1,T2,E1,4,2026-01-02\n"});
    expect_sales(&scene, "0,0,20,4,16");
    scene_close(&scene);
}

static void test_event_without_sales_has_a_row(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){0});
    scene_expect(&scene,
                 "SELECT event_id, currency, venue_capacity, tickets_sold, attendance,"
                 " no_show_rate, gross_revenue, refunds_amount, net_revenue, sell_through"
                 " FROM gold_event_sales ORDER BY event_id",
                 "E1,EUR,10,0,0,,0,0,0,0\nE2,USD,10,0,0,,0,0,0,0");
    expect_days(&scene, "");
    scene_close(&scene);
}

static void test_hundredths_are_exact(void **state) {
    struct scene scene;
    struct buf tickets = {0};
    (void)state;
    for (int i = 0; i < 300; i++)
        buf_printf(&tickets, "T%d,E1,2026-01-01,web,0.10,sold\n", i);
    open_world(&scene, (struct world){.tickets = buf_text(&tickets), .capacity = "300"});
    expect_sales(&scene, "300,0,30,0,30");
    buf_free(&tickets);
    scene_close(&scene);
}

/* ---- attendance ---- */

static void test_attendance_counts_seats_that_stayed_sold_once(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,used\n"
                                                 "T2,E1,2026-01-01,web,10,sold\n"
                                                 "T3,E1,2026-01-01,web,10,used\n"
                                                 "T4,E1,2026-01-01,web,10,refunded\n"
                                                 "T5,E1,2026-01-01,web,10,pending\n"
                                                 "T6,E1,2026-01-01,web,10,cancelled\n"
                                                 "T7,E1,2026-01-01,web,10,used\n",
                                      .checkins = "K1,T1,E1,2026-03-01\nK2,T1,E1,2026-03-01\n"
                                                  "K3,T2,E1,2026-03-01\nK4,T4,E1,2026-03-01\n"
                                                  "K5,T5,E1,2026-03-01\nK6,T6,E1,2026-03-01\n"
                                                  "K7,T7,E1,2026-03-01\n",
                                      .refunds = "R1,T7,E1,10,2026-03-02\n"});
    /* T1, T2 and T3 stay sold; T1 and T2 came */
    expect_sales(&scene, "3,2,50,10,40");
    expect_rates(&scene, "0.3333333333333333,0.3");
    scene_close(&scene);
}

static void test_no_show_rate_is_known_only_after_the_doors_opened(void **state) {
    static const struct {
        const char *status, *tickets, *checkins, *rate;
    } cases[] = {
        {"completed", "T1,E1,2026-01-01,web,1,sold\n", NULL, "1"},
        {"completed", "T1,E1,2026-01-01,web,1,sold\n", "K1,T1,E1,2026-03-01\n", "0"},
        {"completed", NULL, NULL, ""},
        {"completed", "T1,E1,2026-01-01,web,1,refunded\n", "K1,T1,E1,2026-03-01\n", ""},
        {"cancelled", "T1,E1,2026-01-01,web,1,sold\n", "K1,T1,E1,2026-03-01\n", ""},
        {"postponed", "T1,E1,2026-01-01,web,1,sold\n", "K1,T1,E1,2026-03-01\n", ""},
        {"scheduled", "T1,E1,2026-01-01,web,1,sold\n", NULL, ""},
        {"rescheduled", "T1,E1,2026-01-01,web,1,sold\n", NULL, ""},
        {"scheduled", "T1,E1,2026-01-01,web,1,sold\nT2,E1,2026-01-01,web,1,sold\n",
         "K1,T1,E1,2026-03-01\n", "0.5"},
        {"rescheduled", "T1,E1,2026-01-01,web,1,sold\n", "K1,T1,E1,2026-03-01\n", "0"},
        /* somebody came, though with a ticket that does not count */
        {"scheduled", "T1,E1,2026-01-01,web,1,sold\nT2,E1,2026-01-01,web,1,refunded\n",
         "K1,T2,E1,2026-03-01\n", "1"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        open_world(&scene, (struct world){.status = cases[i].status,
                                          .tickets = cases[i].tickets,
                                          .checkins = cases[i].checkins});
        scene_expect(&scene, "SELECT no_show_rate FROM gold_event_sales WHERE event_id = 'E1'",
                     cases[i].rate);
        scene_close(&scene);
    }
}

static void test_sell_through_may_exceed_one(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.capacity = "2",
                                      .tickets = "T1,E1,2026-01-01,web,1,sold\n"
                                                 "T2,E1,2026-01-01,web,1,sold\n"
                                                 "T3,E1,2026-01-01,web,1,sold\n"
                                                 "T4,E2,2026-01-01,web,1,sold\n"
                                                 "T5,E2,2026-01-01,web,1,sold\n"});
    expect_rates(&scene, "1,1.5");
    expect_warned(&scene, "oversold,2,1\nrefund_exceeds_price,0,0");
    scene_close(&scene);
}

static void test_sell_through_needs_a_capacity(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene,
               (struct world){.capacity = "many", .tickets = "T1,E1,2026-01-01,web,1,sold\n"});
    expect_rates(&scene, "1,");
    expect_warned(&scene, "oversold,0,0\nrefund_exceeds_price,0,0");
    scene_close(&scene);
}

/* ---- days ---- */

static void test_days_and_currencies_are_kept_apart(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01 23:59:59,web,10,sold\n"
                                                 "T2,E2,2026-01-01 00:00:00,web,20,sold\n"
                                                 "T3,E1,2026-01-02T00:30:00+01:00,web,40,sold\n"
                                                 "T4,E1,2026-01-02,web,80,sold\n",
                                      .refunds = "R1,T2,E2,5,2026-01-02 12:00\n"});
    expect_days(&scene, "2026-01-01,EUR,2,50,0,50\n2026-01-01,USD,1,20,0,20\n"
                        "2026-01-02,EUR,1,80,0,80\n2026-01-02,USD,0,0,5,-5");
    scene_close(&scene);
}

/* ---- campaigns ---- */

static void test_campaign_counts_tickets_bought_while_it_ran(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-09 23:59:59,web,1,sold\n"
                                                 "T2,E1,2026-01-10 00:00:00,web,2,sold\n"
                                                 "T3,E1,2026-01-20 23:59:59,web,4,used\n"
                                                 "T4,E1,2026-01-21 00:00:00,web,8,sold\n"
                                                 "T5,E1,2026-01-15,email,16,sold\n"
                                                 "T6,E2,2026-01-15,web,32,sold\n"
                                                 "T7,E1,2026-01-15,web,64,cancelled\n",
                                      .campaigns = "M1,E1,web,3,2026-01-10,2026-01-20,100\n"});
    expect_campaigns(&scene, "E1,web,EUR,3,100,2,6,1.5,1");
    scene_close(&scene);
}

static void test_absent_ends_are_open(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene,
               (struct world){.tickets = "T1,E1,1990-01-01,web,1,sold\n"
                                         "T2,E1,2026-01-10,web,2,sold\n"
                                         "T3,E1,2090-01-01,web,4,sold\n"
                                         "T4,E1,1990-01-01,email,8,sold\n"
                                         "T5,E1,2090-01-01,email,16,sold\n"
                                         "T6,E1,1990-01-01,social,32,sold\n"
                                         "T7,E1,2090-01-01,social,64,sold\n",
                              .campaigns = "M1,E1,web,1,,2026-01-10,\n"
                                           "M2,E1,email,1,2026-01-10,,\nM3,E1,social,1,,,\n"});
    expect_campaigns(&scene, "E1,email,EUR,1,,1,16,1,15\nE1,social,EUR,1,,2,96,0.5,95\n"
                             "E1,web,EUR,1,,2,3,0.5,2");
    scene_close(&scene);
}

/* Two campaigns that overlap: spend and impressions add up, each ticket counts once. */
static void test_campaigns_of_a_pair_do_not_multiply_tickets(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-10,web,10,sold\n"
                                                 "T2,E1,2026-01-12,web,20,sold\n"
                                                 "T3,E1,2026-01-30,web,40,sold\n",
                                      .campaigns = "M1,E1,web,2.50,2026-01-01,2026-01-12,5\n"
                                                   "M2,E1,web,0.50,2026-01-10,2026-01-15,\n"
                                                   "M3,E1,web,1,2026-02-01,2026-02-28,7\n"});
    expect_campaigns(&scene, "E1,web,EUR,4,12,2,30,2,6.5");
    scene_close(&scene);
}

static void test_refunds_lower_what_a_campaign_brought(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-10,web,10,sold\n"
                                                 "T2,E1,2026-01-10,web,20,sold\n"
                                                 "T3,E1,2026-01-10,web,40,refunded\n",
                                      .refunds = "R1,T1,E1,4,2026-01-11\n"
                                                 "R2,T2,E1,20,2026-01-11\n",
                                      .campaigns = "M1,E1,web,12,,,\n"});
    expect_campaigns(&scene, "E1,web,EUR,12,,1,6,12,-0.5");
    scene_close(&scene);
}

static void test_campaign_without_sales_or_without_cost(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-10,web,10,sold\n",
                                      .campaigns = "M1,E1,web,0,,,\nM2,E1,radio,5,,,\n"
                                                   "M3,E2,radio,0,,,\n"});
    expect_campaigns(&scene, "E1,radio,EUR,5,,0,0,,-1\nE1,web,EUR,0,,1,10,0,\n"
                             "E2,radio,USD,0,,0,0,,");
    scene_close(&scene);
}

static void test_cost_per_ticket_is_rounded_half_away_from_zero(void **state) {
    static const struct {
        const char *spend, *cpa;
        int tickets;
    } cases[] = {{"10", "3.33", 3},   {"20", "6.67", 3}, {"0.05", "0.03", 2}, {"0.03", "0.02", 2},
                 {"0.01", "0.01", 2}, {"0.01", "0", 3},  {"1.15", "0.29", 4}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scene scene;
        struct buf tickets = {0};
        char campaign[64];
        for (int t = 0; t < cases[i].tickets; t++)
            buf_printf(&tickets, "T%d,E1,2026-01-01,web,1,sold\n", t);
        snprintf(campaign, sizeof campaign, "M1,E1,web,%s,,,\n", cases[i].spend);
        open_world(&scene, (struct world){.tickets = buf_text(&tickets), .campaigns = campaign});
        scene_expect(&scene, "SELECT cpa FROM gold_campaign_roi", cases[i].cpa);
        buf_free(&tickets);
        scene_close(&scene);
    }
}

/* Two moments of one day: the later refund finds what the earlier one left. */
static void test_refunds_of_one_day_count_in_their_order(void **state) {
    struct scene scene;
    (void)state;
    open_world(&scene, (struct world){.tickets = "T1,E1,2026-01-01,web,10,sold\n",
                                      .refunds = "R1,T1,E1,8,2026-01-03 00:00\n"
                                                 "R2,T1,E1,1,2026-01-02 23:59:59\n"
                                                 "R3,T1,E1,3,2026-01-03 00:00\n"});
    expect_days(&scene, "2026-01-01,EUR,0,10,0,10\n2026-01-02,EUR,0,0,1,-1\n"
                        "2026-01-03,EUR,0,0,9,-9");
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_refunds_that_reach_the_price_give_the_seat_back),
        cmocka_unit_test(test_refunds_beyond_the_price_are_a_warning_and_no_sum),
        cmocka_unit_test(test_free_ticket_has_nothing_to_give_back),
        cmocka_unit_test(test_cancelled_ticket_was_paid_when_something_came_back),
        cmocka_unit_test(test_pending_ticket_counts_nowhere_whatever_its_refunds),
        cmocka_unit_test(test_refunded_ticket_without_a_refund_was_paid),
        cmocka_unit_test(test_event_without_sales_has_a_row),
        cmocka_unit_test(test_hundredths_are_exact),
        cmocka_unit_test(test_attendance_counts_seats_that_stayed_sold_once),
        cmocka_unit_test(test_no_show_rate_is_known_only_after_the_doors_opened),
        cmocka_unit_test(test_sell_through_may_exceed_one),
        cmocka_unit_test(test_sell_through_needs_a_capacity),
        cmocka_unit_test(test_days_and_currencies_are_kept_apart),
        cmocka_unit_test(test_campaign_counts_tickets_bought_while_it_ran),
        cmocka_unit_test(test_absent_ends_are_open),
        cmocka_unit_test(test_campaigns_of_a_pair_do_not_multiply_tickets),
        cmocka_unit_test(test_refunds_lower_what_a_campaign_brought),
        cmocka_unit_test(test_campaign_without_sales_or_without_cost),
        cmocka_unit_test(test_cost_per_ticket_is_rounded_half_away_from_zero),
        cmocka_unit_test(test_refunds_of_one_day_count_in_their_order),
    };
    return run_group(tests);
}
