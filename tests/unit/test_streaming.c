/* The shipped streaming model against its specification. */
#include "model_fixture.h"

#include "source/header.h"
#include "stages/clean.h"

/* The sheets of the specification, in its order. */
static const struct sheet_spec streaming_sheets[] = {
    {"locations", "country_id country_code country_name region_id region_code region_name",
     "integer string string integer string string", "country_id region_id", "country_id region_id",
     "", "", ""},
    {"users",
     "user_id user_legacy_id name email age country_id region_id region_code region_name "
     "signup_date acquisition_source",
     "integer integer string email integer integer integer string string date string",
     "user_legacy_id", "user_legacy_id name", "user_id email age region_id signup_date", "",
     "country_id > locations country_id;"},
    {"watchlist",
     "content_id title content_type genre release_year seasons episodes content_duration_minutes",
     "integer string enum string integer integer integer integer", "content_id", "content_id title",
     "genre release_year seasons episodes content_duration_minutes", "", ""},
    {"devices", "device_id user_legacy_id device_type operating_system last_used",
     "integer integer enum enum datetime", "device_id", "device_id user_legacy_id", "last_used", "",
     "user_legacy_id > users user_legacy_id;"},
    {"subscriptions",
     "sub_id user_legacy_id plan_type start_date end_date last_event_type last_event_timestamp",
     "integer integer string date date string datetime", "sub_id",
     "sub_id user_legacy_id start_date", "last_event_timestamp", "",
     "user_legacy_id > users user_legacy_id;"},
    {"payments", "payment_id user_legacy_id sub_id amount payment_date method",
     "integer integer integer money datetime string", "payment_id", "payment_id sub_id amount",
     "payment_date", "", "sub_id > subscriptions sub_id;"},
    {"viewing_activity",
     "session_id user_legacy_id content_id device_id session_start_ts duration_watched_sec "
     "completion_percentage rating",
     "integer integer integer integer datetime integer number integer", "session_id",
     "session_id user_legacy_id content_id session_start_ts", "completion_percentage rating", "",
     "user_legacy_id > users user_legacy_id; content_id > watchlist content_id; "
     "device_id > devices device_id;"},
};

static void test_streaming_sheets(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "streaming");
    check_sheets(&fixture, streaming_sheets, COUNT_OF(streaming_sheets));
    const struct sheet_model *users = sheet_of(fixture.model, "users");
    assert_int_equal(users->unique_count, 1);
    check_list(users->fields, users->unique[0].fields, users->unique[0].field_count, "user_id");
    const struct reference *paid_for = &sheet_of(fixture.model, "payments")->references[0];
    assert_int_equal(paid_for->match_count, 1);
    assert_string_equal(paid_for->matches[0].rule, "user_mismatch");
    fixture_free(&fixture);
}

static const struct gold_spec streaming_gold[] = {
    {"gold_dim_date", "date_key full_date year quarter month day day_of_week month_name is_weekend",
     "integer date integer integer integer integer integer string boolean", "date_key", NULL},
    {"gold_dim_user",
     "user_key name email country_name region_name first_subscription_date current_plan_type "
     "is_active",
     "integer string string string string date string boolean", "user_key", NULL},
    {"gold_dim_content", "content_key title content_type_name genre_name release_year",
     "string string string string integer", "content_key", NULL},
    {"gold_fact_subscription_events",
     "payment_id sub_id date_key user_key event_type_name mrr_change",
     "integer integer integer integer string money", "sub_id payment_id", "sub_id"},
    {"gold_fact_viewing_activity",
     "session_id date_key user_key content_key device_id duration_watched_sec user_rating",
     "integer integer integer string integer integer integer", "session_id", "session_id"},
};

static void test_streaming_gold(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "streaming");
    check_gold(fixture.model, streaming_gold, COUNT_OF(streaming_gold));
    check_described(fixture.model);
    fixture_free(&fixture);
}

static const struct cell_spec streaming_cells[] = {
    {"locations", "country_code", "na", "NA"},
    {"locations", "region_id", "", NULL},
    {"users", "user_legacy_id", " 1,001 ", "1001"},
    {"users", "user_legacy_id", "01001", "1001"},
    {"users", "name", "n/a", NULL},
    {"users", "email", "Ann@B.Org", "ann@b.org"},
    {"users", "email", "ann", ""},
    {"users", "age", "12", ""},
    {"users", "age", "13", "13"},
    {"users", "age", "120", "120"},
    {"users", "age", "121", ""},
    {"users", "signup_date", "3/4/2026", "2026-03-04"},
    {"users", "signup_date", "2026-03-04T23:30:00Z", "2026-03-04"},
    {"users", "signup_date", "04.03.2026", ""},
    {"watchlist", "content_type", "Film", "movie"},
    {"watchlist", "content_type", "TV Series", "series"},
    {"watchlist", "content_type", "show", "series"},
    {"watchlist", "content_type", "opera", "other"},
    {"watchlist", "genre", "crime,drama", "Crime"},
    {"watchlist", "genre", "SCI-FI , action", "Sci-Fi"},
    {"watchlist", "genre", "kids & family", "Kids & Family"},
    {"watchlist", "genre", "children's 3D \xC3\x89T\xC3\x89", "Children's 3d \xC3\x89t\xC3\x89"},
    {"watchlist", "genre",
     "true\xC2\xA0"
     "crime",
     "True\xC2\xA0"
     "Crime"},
    {"watchlist", "genre", ", drama", ""},
    {"watchlist", "release_year", "1879", ""},
    {"devices", "device_type", "Mobile (Pixel 8)", "Mobile"},
    {"devices", "device_type", "smart-tv, LG", "SmartTV"},
    {"devices", "device_type", "SMARTTV", "SmartTV"},
    {"devices", "device_type", "mobil", "Unknown"},
    {"devices", "device_type", "", "Unknown"},
    {"devices", "operating_system", "WebOS 6", "WebOS"},
    {"devices", "operating_system", "mac os x", "macOS"},
    {"devices", "operating_system", "MacOS", "macOS"},
    {"devices", "operating_system", "Linux", "Unknown"},
    {"subscriptions", "plan_type", "premium ANNUAL", "Premium Annual"},
    {"subscriptions", "last_event_type", "Subscribe", "SIGNUP"},
    {"subscriptions", "last_event_type", "renew", "RENEW"},
    {"subscriptions", "last_event_type", "trial end", "TRIAL END"},
    {"subscriptions", "start_date", "", NULL},
    {"subscriptions", "end_date", "soon", NULL},
    {"payments", "amount", "$12.345", "12.35"},
    {"payments", "amount", "-1", NULL},
    {"payments", "amount", "", NULL},
    {"payments", "payment_date", "soon", ""},
    {"viewing_activity", "session_start_ts", "1/2/2026 03:04", "2026-01-02 03:04:00"},
    {"viewing_activity", "session_start_ts", "2026-01-02T03:04:05+02:00", "2026-01-02 01:04:05"},
    {"viewing_activity", "session_start_ts", "soon", NULL},
    {"viewing_activity", "duration_watched_sec", "86400", "86400"},
    {"viewing_activity", "duration_watched_sec", "86401", NULL},
    {"viewing_activity", "duration_watched_sec", "-1", NULL},
    {"viewing_activity", "completion_percentage", "33.335", "33.34"},
    {"viewing_activity", "completion_percentage", "100.01", ""},
    {"viewing_activity", "rating", "0", ""},
    {"viewing_activity", "rating", "5", "5"},
    {"viewing_activity", "rating", "6", ""},
};

static void test_streaming_cells(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, "streaming");
    check_typed(&fixture, streaming_cells, COUNT_OF(streaming_cells));
    fixture_free(&fixture);
}

/* Cleans one row whose columns are the model's, in its order. */
static enum clean_outcome clean(struct fixture *fixture, const struct sheet_model *model,
                                const char *const *texts, struct value *values,
                                struct clean_faults *rejects, struct clean_faults *warnings) {
    struct span cells[16];
    int columns[16];
    for (size_t i = 0; i < model->field_count; i++) {
        cells[i] = span_from(texts[i]);
        columns[i] = (int)i;
    }
    struct header header = {.field_columns = columns};
    return clean_row(model, &header, 0, cells, model->field_count, values, rejects, warnings,
                     &fixture->arena);
}

static void test_a_movie_has_no_seasons(void **state) {
    (void)state;
    struct fixture fixture;
    struct value values[16];
    struct clean_faults rejects = {0}, warnings = {0};
    fixture_read_good(&fixture, "streaming");
    const struct sheet_model *watchlist = sheet_of(fixture.model, "watchlist");
    const char *const film[] = {"1", "A", "Film", "drama", "1999", "2", "", "90"};
    assert_int_equal(clean(&fixture, watchlist, film, values, &rejects, &warnings), CLEAN_KEPT);
    assert_int_equal(values[5].kind, VALUE_NULL);
    assert_int_equal(values[6].kind, VALUE_NULL);
    assert_int_equal(warnings.count, 1); /* an empty cell loses nothing */
    assert_string_equal(warnings.items[0].rule, RULE_NOT_APPLICABLE);
    assert_int_equal(warnings.items[0].field, 5);
    const char *const series[] = {"1", "A", "tv", "drama", "1999", "2", "16", "50"};
    assert_int_equal(clean(&fixture, watchlist, series, values, &rejects, &warnings), CLEAN_KEPT);
    assert_int_equal(values[5].integer, 2);
    assert_int_equal(values[6].integer, 16);
    assert_int_equal(warnings.count, 1);
    struct field fields[16];
    memcpy(fields, watchlist->fields, watchlist->field_count * sizeof *fields);
    fields[6].default_value = "1"; /* which goes, too, and was no cell */
    struct sheet_model defaulted = *watchlist;
    defaulted.fields = fields;
    assert_int_equal(clean(&fixture, &defaulted, film, values, &rejects, &warnings), CLEAN_KEPT);
    assert_int_equal(values[6].kind, VALUE_NULL);
    assert_int_equal(warnings.count, 2);
    free(rejects.items);
    free(warnings.items);
    fixture_free(&fixture);
}

static void test_an_end_before_the_start_rejects_a_subscription(void **state) {
    (void)state;
    struct fixture fixture;
    struct value values[16];
    struct clean_faults rejects = {0}, warnings = {0};
    fixture_read_good(&fixture, "streaming");
    const struct sheet_model *subscriptions = sheet_of(fixture.model, "subscriptions");
    const char *texts[] = {"1", "7", "basic", "2/1/2026", "2026-01-31", "RENEW", ""};
    assert_int_equal(clean(&fixture, subscriptions, texts, values, &rejects, &warnings),
                     CLEAN_REJECTED);
    assert_string_equal(rejects.items[0].rule, RULE_RANGE);
    assert_int_equal(rejects.items[0].field, 4);
    texts[4] = "2026-02-01";
    assert_int_equal(clean(&fixture, subscriptions, texts, values, &rejects, &warnings),
                     CLEAN_KEPT);
    free(rejects.items);
    free(warnings.items);
    fixture_free(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streaming_sheets),
        cmocka_unit_test(test_streaming_gold),
        cmocka_unit_test(test_streaming_cells),
        cmocka_unit_test(test_a_movie_has_no_seasons),
        cmocka_unit_test(test_an_end_before_the_start_rejects_a_subscription),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
