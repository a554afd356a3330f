/* The shipped ticketing model against its specification. */
#include "model_fixture.h"

#include "model/cell.h"

/* The sheets of the specification, in its order. */
static const struct sheet_spec ticketing_sheets[] = {
    {"artists", "artist_id name genre country created_at", "string string string string datetime",
     "artist_id", "artist_id name", "created_at", "", ""},
    {"venues", "venue_id name city state country capacity",
     "string string string string string integer", "venue_id", "venue_id name", "capacity", "", ""},
    {"events", "event_id artist_id venue_id event_date status ticket_price currency",
     "string string string date enum money currency", "event_id",
     "event_id artist_id venue_id event_date status currency", "ticket_price", "",
     "artist_id > artists artist_id; venue_id > venues venue_id;"},
    {"customers", "customer_id name email city state country created_at",
     "string string email string string string datetime", "customer_id", "customer_id",
     "email created_at", "", ""},
    {"tickets",
     "ticket_id event_id customer_id purchase_datetime channel price_paid currency status",
     "string string string datetime enum money currency enum", "ticket_id",
     "ticket_id event_id purchase_datetime price_paid status", "", "event_id",
     "event_id > events event_id; customer_id > customers customer_id;"},
    {"checkins", "checkin_id event_id ticket_id scanned_at gate",
     "string string string datetime string", "checkin_id",
     "checkin_id event_id ticket_id scanned_at", "", "event_id ticket_id",
     "ticket_id event_id > tickets ticket_id event_id;"},
    {"refunds", "refund_id ticket_id event_id reason refund_amount refunded_at",
     "string string string enum money datetime", "refund_id",
     "refund_id ticket_id event_id refund_amount refunded_at", "", "event_id ticket_id",
     "ticket_id event_id > tickets ticket_id event_id;"},
    {"campaigns",
     "campaign_id event_id channel spend impressions clicks conversions start_date end_date",
     "string string enum money integer integer integer date date", "campaign_id",
     "campaign_id event_id channel spend", "impressions clicks conversions start_date end_date",
     "event_id", "event_id > events event_id;"},
};

static void test_ticketing_sheets(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "ticketing");
    check_sheets(&fixture, ticketing_sheets, COUNT_OF(ticketing_sheets));
    fixture_free(&fixture);
}

static const struct gold_spec ticketing_gold[] = {
    {"gold_event_sales",
     "event_id event_date artist_id venue_id venue_capacity currency tickets_sold attendance "
     "no_show_rate gross_revenue refunds_amount net_revenue sell_through",
     "string date string string integer currency integer integer rate money money money rate",
     "event_id", "event_id"},
    {"gold_daily_metrics", "date currency tickets_sold gross_revenue refunds_amount net_revenue",
     "date currency integer money money money", "date currency", NULL},
    {"gold_campaign_roi",
     "event_id channel currency spend impressions clicks conversions conv_tickets conv_revenue cpa "
     "roi",
     "string string currency money integer integer integer integer money money rate",
     "event_id channel", "event_id"},
};

static void test_ticketing_gold(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "ticketing");
    const struct model *model = fixture.model;
    check_gold(model, ticketing_gold, COUNT_OF(ticketing_gold));
    assert_int_equal(model->check_count, 2);
    assert_string_equal(model->checks[0].rule, "refund_exceeds_price");
    assert_int_equal(model->checks[0].unit.count, 2);
    assert_string_equal(model->checks[0].unit.columns[1], "ticket_id");
    assert_string_equal(model->checks[1].rule, "oversold");
    assert_int_equal(model->checks[1].unit.count, 0);
    fixture_free(&fixture);
}

static void test_ticketing_is_described(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "ticketing");
    check_described(fixture.model);
    fixture_free(&fixture);
}

static const struct cell_spec ticketing_cells[] = {
    {"events", "status", "On Sale", "scheduled"},
    {"events", "status", "past", "completed"},
    {"events", "status", "CANCELED", "cancelled"},
    {"events", "status", "sold", NULL},
    {"events", "ticket_price", "-1", ""},
    {"events", "ticket_price", "0", "0.00"},
    {"events", "currency", "rs.", "INR"},
    {"events", "currency", "none", NULL},
    {"tickets", "status", "Checked-In", "used"},
    {"tickets", "status", "hold", "pending"},
    {"tickets", "status", "voided", "cancelled"},
    {"tickets", "status", "returned", "refunded"},
    {"tickets", "status", "issued", "sold"},
    {"tickets", "status", "lost", NULL},
    {"tickets", "channel", "", "unknown"},
    {"tickets", "channel", "carrier pigeon", "other"},
    {"tickets", "channel", "Google Ads", "search"},
    {"tickets", "channel", "tiktok", "social"},
    {"tickets", "channel", "iOS", "mobile_app"},
    {"tickets", "channel", "Newsletter", "email"},
    {"tickets", "price_paid", "-0.01", NULL},
    {"tickets", "price_paid", "", NULL},
    {"tickets", "currency", "\xE2\x82\xAC", "EUR"},
    {"tickets", "currency", "", ""},
    {"tickets", "currency", "euros", NULL},
    {"tickets", "customer_id", "N/A", ""},
    {"tickets", "purchase_datetime", "03/04/2026 10:00", "2026-04-03 10:00:00"},
    {"campaigns", "channel", "", NULL},
    {"campaigns", "channel", "fb", "social"},
    {"campaigns", "clicks", "-1", ""},
    {"campaigns", "clicks", "1,200", "1200"},
    {"refunds", "reason", "", ""},
    {"refunds", "reason", "no idea", "other"},
    {"refunds", "reason", "Event Cancelled", "event_cancelled"},
    {"refunds", "refund_amount", "0", NULL},
    {"refunds", "refund_amount", "0.01", "0.01"},
    {"venues", "capacity", "0", ""},
    {"venues", "capacity", "1", "1"},
    {"venues", "country", "na", "NA"},
    {"artists", "genre", "Indie ROCK", "indie rock"},
    {"checkins", "gate", "north a", "NORTH A"},
    {"customers", "email", "nobody", ""},
    {"customers", "email", "A@B.Org", "a@b.org"},
    {"customers", "created_at", "soon", ""},
};

static void test_ticketing_cells(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "ticketing");
    check_typed(&fixture, ticketing_cells, COUNT_OF(ticketing_cells));
    fixture_free(&fixture);
}

static void test_ticketing_rules_of_two_cells(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "ticketing");
    const struct sheet_model *campaigns = sheet_of(fixture.model, "campaigns");
    const struct sheet_model *tickets = sheet_of(fixture.model, "tickets");
    const struct field *end = field_of(fixture.model, "campaigns", "end_date");
    assert_string_equal(campaigns->fields[end->not_before].name, "start_date");
    assert_int_equal(field_of(fixture.model, "campaigns", "start_date")->not_before, -1);
    assert_int_equal(tickets->references[0].match_count, 1);
    const struct reference_match *match = &tickets->references[0].matches[0];
    assert_string_equal(tickets->fields[match->field].name, "currency");
    assert_string_equal(sheet_of(fixture.model, "events")->fields[match->parent_field].name,
                        "currency");
    assert_string_equal(match->rule, "currency_mismatch");
    assert_true(match->inherit);
    fixture_free(&fixture);
}

static void test_folder_and_shipped_model_are_the_same(void **state) {
    (void)state;
    struct fixture folder, shipped;
    fixture_read_good(&folder, GOLDLEAF_MODELS_DIR "/ticketing");
    fixture_read_good(&shipped, "ticketing");
    assert_string_equal(folder.model->name, shipped.model->name);
    assert_int_equal(folder.model->gold_count, shipped.model->gold_count);
    for (size_t i = 0; i < folder.model->gold_count; i++)
        assert_string_equal(folder.model->gold[i].sql, shipped.model->gold[i].sql);
    fixture_free(&folder);
    fixture_free(&shipped);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticketing_sheets),
        cmocka_unit_test(test_ticketing_gold),
        cmocka_unit_test(test_ticketing_is_described),
        cmocka_unit_test(test_ticketing_cells),
        cmocka_unit_test(test_ticketing_rules_of_two_cells),
        cmocka_unit_test(test_folder_and_shipped_model_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
