-- Purpose: the job in the shell of SQLite, as one would write it by hand in an hour.
--
-- Bronze by .import; silver by INSERT ... SELECT with simple casts, where the last row of a key
-- wins; what found no place in silver is kept in rejected_rows. To be run in the folder of the
-- sheets on a new database; run.sh adds gold from the model's own SQL, and COMMIT. It has no
-- history, names no rules and warns of nothing. It has no journal, since a load that fails can be
-- started again, and a quarter of a GiB of cache.

.bail on
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -262144;
BEGIN;

CREATE TABLE bronze_artists (artist_id TEXT, name TEXT, genre TEXT, country TEXT, created_at TEXT);
CREATE TABLE bronze_venues (
    venue_id TEXT, name TEXT, city TEXT, state TEXT, country TEXT, capacity TEXT
);
CREATE TABLE bronze_events (
    event_id TEXT, artist_id TEXT, venue_id TEXT, event_date TEXT, status TEXT, ticket_price TEXT,
    currency TEXT
);
CREATE TABLE bronze_customers (
    customer_id TEXT, name TEXT, email TEXT, city TEXT, state TEXT, country TEXT, created_at TEXT
);
CREATE TABLE bronze_tickets (
    ticket_id TEXT, event_id TEXT, customer_id TEXT, purchase_datetime TEXT, channel TEXT,
    price_paid TEXT, currency TEXT, status TEXT
);
CREATE TABLE bronze_checkins (
    checkin_id TEXT, event_id TEXT, ticket_id TEXT, scanned_at TEXT, gate TEXT
);
CREATE TABLE bronze_refunds (
    refund_id TEXT, ticket_id TEXT, event_id TEXT, reason TEXT, refund_amount TEXT,
    refunded_at TEXT
);
CREATE TABLE bronze_campaigns (
    campaign_id TEXT, event_id TEXT, channel TEXT, spend TEXT, impressions TEXT, clicks TEXT,
    conversions TEXT, start_date TEXT, end_date TEXT
);

.import --csv --skip 1 artists.csv bronze_artists
.import --csv --skip 1 venues.csv bronze_venues
.import --csv --skip 1 events.csv bronze_events
.import --csv --skip 1 customers.csv bronze_customers
.import --csv --skip 1 tickets.csv bronze_tickets
.import --csv --skip 1 checkins.csv bronze_checkins
.import --csv --skip 1 refunds.csv bronze_refunds
.import --csv --skip 1 campaigns.csv bronze_campaigns

CREATE TABLE rejected_rows (sheet TEXT, sheet_row INTEGER, key TEXT, raw_row TEXT);

CREATE TABLE silver_artists (
    artist_id TEXT PRIMARY KEY, name TEXT NOT NULL, genre TEXT, country TEXT, created_at TEXT
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_artists
SELECT trim(artist_id), trim(name), lower(nullif(trim(genre), '')),
    upper(nullif(trim(country), '')), datetime(trim(created_at))
FROM bronze_artists
WHERE trim(artist_id) <> '' AND trim(name) <> ''
ORDER BY rowid;

INSERT INTO rejected_rows
SELECT 'artists', rowid + 1, artist_id, json_array(name, genre, country, created_at)
FROM bronze_artists b
WHERE NOT EXISTS (SELECT 1 FROM silver_artists s WHERE s.artist_id = trim(b.artist_id));

CREATE TABLE silver_venues (
    venue_id TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT, state TEXT, country TEXT,
    capacity INTEGER
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_venues
SELECT trim(venue_id), trim(name), nullif(trim(city), ''), nullif(trim(state), ''),
    upper(nullif(trim(country), '')), nullif(CAST(trim(capacity) AS INTEGER), 0)
FROM bronze_venues
WHERE trim(venue_id) <> '' AND trim(name) <> ''
ORDER BY rowid;

INSERT INTO rejected_rows
SELECT 'venues', rowid + 1, venue_id, json_array(name, city, state, country, capacity)
FROM bronze_venues b
WHERE NOT EXISTS (SELECT 1 FROM silver_venues s WHERE s.venue_id = trim(b.venue_id));

CREATE TABLE silver_events (
    event_id TEXT PRIMARY KEY, artist_id TEXT NOT NULL, venue_id TEXT NOT NULL,
    event_date TEXT NOT NULL, status TEXT NOT NULL, ticket_price REAL, currency TEXT NOT NULL
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_events
SELECT trim(event_id), trim(artist_id), trim(venue_id), date(trim(event_date)),
    lower(trim(status)), CAST(nullif(trim(ticket_price), '') AS REAL), upper(trim(currency))
FROM bronze_events
WHERE trim(event_id) <> '' AND date(trim(event_date)) IS NOT NULL
    AND lower(trim(status)) IN ('scheduled', 'completed', 'cancelled', 'postponed', 'rescheduled')
    AND length(trim(currency)) = 3
    AND trim(artist_id) IN (SELECT artist_id FROM silver_artists)
    AND trim(venue_id) IN (SELECT venue_id FROM silver_venues)
ORDER BY rowid;

INSERT INTO rejected_rows
SELECT 'events', rowid + 1, event_id,
    json_array(artist_id, venue_id, event_date, status, ticket_price, currency)
FROM bronze_events b
WHERE NOT EXISTS (SELECT 1 FROM silver_events s WHERE s.event_id = trim(b.event_id));

CREATE TABLE silver_customers (
    customer_id TEXT PRIMARY KEY, name TEXT, email TEXT, city TEXT, state TEXT, country TEXT,
    created_at TEXT
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_customers
SELECT trim(customer_id), nullif(trim(name), ''),
    CASE WHEN email LIKE '%_@_%._%' THEN lower(trim(email)) END, nullif(trim(city), ''),
    nullif(trim(state), ''), upper(nullif(trim(country), '')), datetime(trim(created_at))
FROM bronze_customers
WHERE trim(customer_id) <> ''
ORDER BY rowid;

INSERT INTO rejected_rows
SELECT 'customers', rowid + 1, customer_id,
    json_array(name, email, city, state, country, created_at)
FROM bronze_customers b
WHERE NOT EXISTS (SELECT 1 FROM silver_customers s WHERE s.customer_id = trim(b.customer_id));

CREATE TABLE silver_tickets (
    ticket_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, customer_id TEXT,
    purchase_datetime TEXT NOT NULL, channel TEXT NOT NULL, price_paid REAL NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_tickets
SELECT trim(b.ticket_id), e.event_id, nullif(trim(b.customer_id), ''),
    datetime(trim(b.purchase_datetime)), coalesce(lower(nullif(trim(b.channel), '')), 'unknown'),
    CAST(trim(b.price_paid) AS REAL), e.currency, lower(trim(b.status))
FROM bronze_tickets b
CROSS JOIN silver_events e ON e.event_id = trim(b.event_id)
WHERE trim(b.ticket_id) <> '' AND datetime(trim(b.purchase_datetime)) IS NOT NULL
    AND trim(b.price_paid) <> '' AND CAST(trim(b.price_paid) AS REAL) >= 0
    AND lower(trim(b.status)) IN ('sold', 'used', 'refunded', 'cancelled', 'pending')
    AND (trim(b.currency) = '' OR upper(trim(b.currency)) = e.currency)
    AND (trim(b.customer_id) = ''
        OR EXISTS (SELECT 1 FROM silver_customers c WHERE c.customer_id = trim(b.customer_id)))
ORDER BY b.rowid;

INSERT INTO rejected_rows
SELECT 'tickets', rowid + 1, ticket_id, json_array(event_id, customer_id, purchase_datetime,
    channel, price_paid, currency, status)
FROM bronze_tickets b
WHERE NOT EXISTS (SELECT 1 FROM silver_tickets s WHERE s.ticket_id = trim(b.ticket_id));

CREATE TABLE silver_checkins (
    checkin_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, ticket_id TEXT NOT NULL,
    scanned_at TEXT NOT NULL, gate TEXT
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_checkins
SELECT trim(b.checkin_id), t.event_id, t.ticket_id, datetime(trim(b.scanned_at)),
    upper(nullif(trim(b.gate), ''))
FROM bronze_checkins b
CROSS JOIN silver_tickets t ON t.ticket_id = trim(b.ticket_id) AND t.event_id = trim(b.event_id)
WHERE trim(b.checkin_id) <> '' AND datetime(trim(b.scanned_at)) IS NOT NULL
ORDER BY b.rowid;

INSERT INTO rejected_rows
SELECT 'checkins', rowid + 1, checkin_id, json_array(event_id, ticket_id, scanned_at, gate)
FROM bronze_checkins b
WHERE NOT EXISTS (SELECT 1 FROM silver_checkins s WHERE s.checkin_id = trim(b.checkin_id));

CREATE TABLE silver_refunds (
    refund_id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL, event_id TEXT NOT NULL, reason TEXT,
    refund_amount REAL NOT NULL, refunded_at TEXT NOT NULL
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_refunds
SELECT trim(b.refund_id), t.ticket_id, t.event_id, lower(nullif(trim(b.reason), '')),
    CAST(trim(b.refund_amount) AS REAL), datetime(trim(b.refunded_at))
FROM bronze_refunds b
CROSS JOIN silver_tickets t ON t.ticket_id = trim(b.ticket_id) AND t.event_id = trim(b.event_id)
WHERE trim(b.refund_id) <> '' AND CAST(trim(b.refund_amount) AS REAL) > 0
    AND datetime(trim(b.refunded_at)) IS NOT NULL
ORDER BY b.rowid;

INSERT INTO rejected_rows
SELECT 'refunds', rowid + 1, refund_id,
    json_array(ticket_id, event_id, reason, refund_amount, refunded_at)
FROM bronze_refunds b
WHERE NOT EXISTS (SELECT 1 FROM silver_refunds s WHERE s.refund_id = trim(b.refund_id));

CREATE TABLE silver_campaigns (
    campaign_id TEXT PRIMARY KEY, event_id TEXT NOT NULL, channel TEXT NOT NULL,
    spend REAL NOT NULL, impressions INTEGER, clicks INTEGER, conversions INTEGER,
    start_date TEXT, end_date TEXT
) WITHOUT ROWID;

INSERT OR REPLACE INTO silver_campaigns
SELECT trim(campaign_id), trim(event_id), lower(trim(channel)), CAST(trim(spend) AS REAL),
    CAST(nullif(trim(impressions), '') AS INTEGER), CAST(nullif(trim(clicks), '') AS INTEGER),
    CAST(nullif(trim(conversions), '') AS INTEGER), date(trim(start_date)), date(trim(end_date))
FROM bronze_campaigns
WHERE trim(campaign_id) <> '' AND trim(channel) <> '' AND trim(spend) <> ''
    AND CAST(trim(spend) AS REAL) >= 0
    AND trim(event_id) IN (SELECT event_id FROM silver_events)
ORDER BY rowid;

INSERT INTO rejected_rows
SELECT 'campaigns', rowid + 1, campaign_id, json_array(event_id, channel, spend, impressions,
    clicks, conversions, start_date, end_date)
FROM bronze_campaigns b
WHERE NOT EXISTS (SELECT 1 FROM silver_campaigns s WHERE s.campaign_id = trim(b.campaign_id));

-- what the gold queries look up
CREATE INDEX silver_tickets_by_event ON silver_tickets (event_id);
CREATE INDEX silver_checkins_by_ticket ON silver_checkins (event_id, ticket_id);
CREATE INDEX silver_refunds_by_ticket ON silver_refunds (event_id, ticket_id);
CREATE INDEX silver_campaigns_by_event ON silver_campaigns (event_id);
