/* What the sheets of two models may hold. */
#include "harness/world.h"

#define CHANNELS "web|email|web|Google Ads|social|app|box office|IG"
#define MOMENTS                                                                                    \
    "2026-01-05 10:00:00|2026-01-05 23:59:59|2026-01-06|06/01/2026 08:30|46028.5|"                 \
    "2026-01-07T01:00:00+05:30|7 Jan 2026|January 8, 2026 12:00"
#define BAD_MOMENTS "|soon|31/02/2026|n/a|01/13/2026|#VALUE!"
#define DAYS "2026-01-05|2026-01-06|07/01/2026|8 Jan 2026|"
#define TEXTS "one|two, three|say \"four\"|five\nsix| seven |na|-|"

/* ---- ticketing ---- */

enum { ARTISTS, VENUES, EVENTS, CUSTOMERS, TICKETS, CHECKINS, REFUNDS, CAMPAIGNS };

static const struct sheet_pool ticketing_sheets[] = {
    {.name = "artists",
     .rows = 24,
     .weight = 1,
     .optional = "genre",
     .columns = {{"artist_id", "A#14", "|n/a|#REF!|A 1"},
                 {"name", TEXTS "|Ann", "|null"},
                 {"genre", "Rock|POP|", "#NAME?"},
                 {"country", "in|NA|Fr|", "#N/A"},
                 {"created_at", MOMENTS, BAD_MOMENTS}}},
    {.name = "venues",
     .rows = 24,
     .weight = 2,
     .optional = "city",
     .columns = {{"venue_id", "V#14", "|--|#REF!"},
                 {"name", TEXTS "|Hall", "|none"},
                 {"city", TEXTS, "Loading..."},
                 {"state", TEXTS, "#REF!"},
                 {"country", "in|NA|Fr|", "-"},
                 {"capacity", "1|2|3|1,200|5.0", "0|-3|many|"}}},
    {.name = "events",
     .rows = 36,
     .weight = 3,
     .optional = "ticket_price",
     .columns = {{"event_id", "E#22", "|#REF!|e1"},
                 {"artist_id", "A#14", "A99||#N/A"},
                 {"venue_id", "V#14", "V99|"},
                 {"event_date", DAYS "2026-02-01", "|TBA|2026-02-30"},
                 {"status", "scheduled|Completed|canceled|postponed|past|on sale", "|maybe"},
                 {"ticket_price", "10|12.505|$5|", "free|-1"},
                 {"currency", "EUR|eur|EUR|usd|\xe2\x82\xac", "|dollars"}}},
    {.name = "customers",
     .rows = 36,
     .weight = 1,
     .optional = "email",
     .columns = {{"customer_id", "C#24", "|#REF!"},
                 {"name", TEXTS, "#ERROR!"},
                 {"email", "a@b.se|X@Y.ORG|", "nobody|a@b"},
                 {"city", TEXTS, "#NUM!"},
                 {"state", TEXTS, "#NULL!"},
                 {"country", "in|NA|Fr|", "#DIV/0!"},
                 {"created_at", MOMENTS, BAD_MOMENTS}}},
    {.name = "tickets",
     .rows = 130,
     .weight = 5,
     .optional = "channel",
     .columns = {{"ticket_id", "T#90", "|#REF!|t1"},
                 {"event_id", "E#22", "E99|"},
                 {"customer_id", "C#24|||", "C99|null"},
                 {"purchase_datetime", MOMENTS, BAD_MOMENTS},
                 {"channel", CHANNELS "|", "pigeon"},
                 {"price_paid",
                  "10|12.505|0|7.25|\xe2\x82\xac"
                  "20|1,000.00|10",
                  "free|(3)|"},
                 {"currency", "||||EUR|usd", "dollars"},
                 {"status", "sold|used|sold|used|paid|refunded|cancelled|pending|void", "|lost"}}},
    {.name = "checkins",
     .rows = 60,
     .weight = 3,
     .optional = "gate",
     .columns = {{"checkin_id", "K#50", "|#REF!"},
                 {"event_id", "E#22", "E99|"},
                 {"ticket_id", "T#90", "T99|n/a"},
                 {"scanned_at", MOMENTS, BAD_MOMENTS},
                 {"gate", "a|B| c |", "#REF!"}},
     .aims = {{TICKETS, {"ticket_id", "event_id"}}}},
    {.name = "refunds",
     .rows = 60,
     .weight = 4,
     .optional = "reason",
     .columns = {{"refund_id", "R#50", "|#REF!"},
                 {"ticket_id", "T#90", "T99|"},
                 {"event_id", "E#22", "E99|"},
                 {"reason", "duplicate|Customer Request||other", "because"},
                 {"refund_amount", "10|12.51|3|2.505|1000", "0|-2|some|"},
                 {"refunded_at", MOMENTS, BAD_MOMENTS}},
     .aims = {{TICKETS, {"ticket_id", "event_id"}}}},
    {.name = "campaigns",
     .rows = 40,
     .weight = 2,
     .optional = "clicks",
     .columns = {{"campaign_id", "M#34", "|#REF!"},
                 {"event_id", "E#22", "E99|"},
                 {"channel", CHANNELS, "pigeon|"},
                 {"spend", "10|0|33.335|100", "lots||-1"},
                 {"impressions", "1,000|0||7", "few|-2"},
                 {"clicks", "3||", "1.5"},
                 {"conversions", "1|", "-"},
                 {"start_date", DAYS, "soon"},
                 {"end_date", DAYS, "2025-12-01|soon"}}},
};

static const struct parent_edit ticketing_edits[] = {
    {EVENTS, "currency", "EUR|USD|GBP"},
    {EVENTS, "status", "cancelled|completed|scheduled|postponed"},
    {VENUES, "capacity", "1|2|50|0|"},
    {EVENTS, NULL, NULL},
    {CUSTOMERS, NULL, NULL},
    {VENUES, NULL, NULL},
    {ARTISTS, NULL, NULL},
    {TICKETS, "event_id", "E1|E2|E3|E4|E5|E6|E7|E8|E9|E10"},
    {TICKETS, "status", "sold|used|refunded|cancelled|pending"},
};

const struct theme theme_ticketing = {"ticketing", COUNT_OF(ticketing_sheets), ticketing_sheets,
                                      COUNT_OF(ticketing_edits), ticketing_edits};

/* ---- shop ---- */

enum { REGIONS, BUYERS, PRICES, ORDERS, LINES };

#define VALID_FROM "2026-01-01|2026/1/1|1 Jan 2026|46023|2026-02-01|Feb 1, 2026|2026-03-01"
#define SHOPS "north|north|south| north |a\\\\b"

static const struct sheet_pool shop_sheets[] = {
    {.name = "regions",
     .rows = 14,
     .weight = 2,
     .optional = "name",
     .columns = {{"region_no", "#8", "|x|1.5"}, {"name", "east|West|", "#REF!"}}},
    {.name = "customers",
     .rows = 40,
     .weight = 3,
     .optional = "score",
     .columns = {{"customer_no", "#25", "|#REF!|1.5"},
                 {"region_no", "#8", "99||x"},
                 {"joined", VALID_FROM "|", "soon"},
                 {"vip", "true|no|1||", "perhaps"},
                 {"score", "1|2.505||1,000", "-1|much"}}},
    {.name = "prices",
     .rows = 30,
     .weight = 3,
     .columns = {{"sku", "S#6", "|#REF!"},
                 {"valid_from", VALID_FROM, "|soon"},
                 {"list_price", "1|2.505|0", "|x"}}},
    {.name = "orders",
     .rows = 90,
     .weight = 5,
     .optional = "region_no",
     .columns = {{"shop", SHOPS, "|#REF!"},
                 {"order_no", "#40", "|x|#REF!"},
                 {"customer_no", "#25|#25|", "99|x"},
                 {"region_no", "||||#8", "x"},
                 {"placed",
                  "2026-01-05 10:00|2026-01-05T23:59:59Z|46027.5|2026-01-06|2026-01-07|2026-01-08",
                  "|soon"}}},
    {.name = "lines",
     .rows = 120,
     .weight = 5,
     .columns = {{"line_no", "#3", "|x|0.5"},
                 {"shop", SHOPS, "|#REF!"},
                 {"order_no", "#40", "|x"},
                 {"sku", "S#6|", "S99"},
                 {"valid_from", VALID_FROM "|", "2026-09-09|x"},
                 {"quantity", "1|2|1,000|-1", "|x"},
                 {"price", "1|2.505|$3|(4)|0", "|x"}},
     .aims = {{ORDERS, {"shop", "order_no"}}, {PRICES, {"sku", "valid_from"}}}},
};

static const struct parent_edit shop_edits[] = {
    {REGIONS, NULL, NULL},
    {REGIONS, "name", "east|west|south"},
    {BUYERS, "region_no", "1|2|3|4|5"},
    {BUYERS, NULL, NULL},
    {ORDERS, "customer_no", "1|2|3|4|5|"},
    {ORDERS, "placed", "2026-01-05|2026-01-06|2026-01-09"},
    {ORDERS, NULL, NULL},
    {PRICES, NULL, NULL},
    {LINES, "quantity", "1|2|3|0"},
};

const struct theme theme_shop = {GOLDLEAF_FIXTURES_DIR "/shop", COUNT_OF(shop_sheets), shop_sheets,
                                 COUNT_OF(shop_edits), shop_edits};
