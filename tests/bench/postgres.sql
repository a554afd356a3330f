-- Purpose: the job in psql, as one would write it by hand for PostgreSQL, to be timed beside Goldleaf.
--
-- Bronze by \copy, as text, in the order of the sheet; silver by INSERT ... SELECT, trimmed, typed where
-- a cell has the form of the type, the last row of a key, with keys, required cells, ranges, references
-- and currencies; what found no place in silver is kept in rejected_rows. To be run in the folder of the
-- sheets on an empty schema; postgres.sh adds gold from the model's own SQL, and COMMIT. All of it is
-- one transaction, so that readers see all or nothing. It has no history, names no rules, warns of nothing
-- and reads no alias and no rarer form. Tables are looked at (ANALYZE) where later queries read them.

\set ON_ERROR_STOP on
BEGIN;

CREATE TABLE bronze_artists (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    artist_id TEXT, name TEXT, genre TEXT, country TEXT, created_at TEXT
);
CREATE TABLE bronze_venues (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    venue_id TEXT, name TEXT, city TEXT, state TEXT, country TEXT, capacity TEXT
);
CREATE TABLE bronze_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    event_id TEXT, artist_id TEXT, venue_id TEXT, event_date TEXT, status TEXT, ticket_price TEXT,
    currency TEXT
);
CREATE TABLE bronze_customers (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    customer_id TEXT, name TEXT, email TEXT, city TEXT, state TEXT, country TEXT, created_at TEXT
);
CREATE TABLE bronze_tickets (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    ticket_id TEXT, event_id TEXT, customer_id TEXT, purchase_datetime TEXT, channel TEXT,
    price_paid TEXT, currency TEXT, status TEXT
);
CREATE TABLE bronze_checkins (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    checkin_id TEXT, event_id TEXT, ticket_id TEXT, scanned_at TEXT, gate TEXT
);
CREATE TABLE bronze_refunds (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    refund_id TEXT, ticket_id TEXT, event_id TEXT, reason TEXT, refund_amount TEXT, refunded_at TEXT
);
CREATE TABLE bronze_campaigns (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    campaign_id TEXT, event_id TEXT, channel TEXT, spend TEXT, impressions TEXT, clicks TEXT,
    conversions TEXT, start_date TEXT, end_date TEXT
);

\copy bronze_artists (artist_id, name, genre, country, created_at) FROM artists.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (artist_id, name, genre, country, created_at))
\copy bronze_venues (venue_id, name, city, state, country, capacity) FROM venues.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (venue_id, name, city, state, country, capacity))
\copy bronze_events (event_id, artist_id, venue_id, event_date, status, ticket_price, currency) FROM events.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (event_id, artist_id, venue_id, event_date, status, ticket_price, currency))
\copy bronze_customers (customer_id, name, email, city, state, country, created_at) FROM customers.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (customer_id, name, email, city, state, country, created_at))
\copy bronze_tickets (ticket_id, event_id, customer_id, purchase_datetime, channel, price_paid, currency, status) FROM tickets.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (ticket_id, event_id, customer_id, purchase_datetime, channel, price_paid, currency, status))
\copy bronze_checkins (checkin_id, event_id, ticket_id, scanned_at, gate) FROM checkins.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (checkin_id, event_id, ticket_id, scanned_at, gate))
\copy bronze_refunds (refund_id, ticket_id, event_id, reason, refund_amount, refunded_at) FROM refunds.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (refund_id, ticket_id, event_id, reason, refund_amount, refunded_at))
\copy bronze_campaigns (campaign_id, event_id, channel, spend, impressions, clicks, conversions, start_date, end_date) FROM campaigns.csv (FORMAT csv, HEADER, FORCE_NOT_NULL (campaign_id, event_id, channel, spend, impressions, clicks, conversions, start_date, end_date))
ANALYZE bronze_artists, bronze_venues, bronze_events, bronze_customers, bronze_tickets,
    bronze_checkins, bronze_refunds, bronze_campaigns;

\echo bronze

-- A cell as a value where it has the value's form, else NULL; the server puts them in the query.
CREATE FUNCTION pg_temp.cell(raw TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS
    $$ SELECT nullif(btrim(raw), '') $$;
CREATE FUNCTION pg_temp.moment(raw TEXT) RETURNS TIMESTAMP LANGUAGE sql STABLE AS
    $$ SELECT CASE WHEN raw ~ '^\s*\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?\s*$' THEN raw::timestamp END $$;
CREATE FUNCTION pg_temp.money(raw TEXT) RETURNS NUMERIC LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN raw ~ '^\s*-?\d{1,9}(\.\d{1,2})?\s*$' THEN raw::numeric(14, 2) END $$;
CREATE FUNCTION pg_temp.count(raw TEXT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN raw ~ '^\s*\d{1,15}\s*$' THEN raw::bigint END $$;

CREATE TABLE rejected_rows (sheet TEXT, sheet_row BIGINT, key TEXT, raw_row JSONB);

CREATE TABLE silver_artists (
    artist_id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, genre TEXT, country TEXT,
    created_at TIMESTAMP
);
INSERT INTO silver_artists
SELECT DISTINCT ON (1) btrim(artist_id), btrim(name), lower(pg_temp.cell(genre)),
    upper(pg_temp.cell(country)), pg_temp.moment(created_at)
FROM bronze_artists
WHERE btrim(artist_id) <> '' AND btrim(name) <> ''
ORDER BY 1, id DESC;
INSERT INTO rejected_rows
SELECT 'artists', id + 1, artist_id, to_jsonb(b) FROM bronze_artists b
WHERE NOT EXISTS (SELECT 1 FROM silver_artists s WHERE s.artist_id = btrim(b.artist_id));

CREATE TABLE silver_venues (
    venue_id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, city TEXT, state TEXT, country TEXT,
    capacity BIGINT
);
INSERT INTO silver_venues
SELECT DISTINCT ON (1) btrim(venue_id), btrim(name), pg_temp.cell(city), pg_temp.cell(state),
    upper(pg_temp.cell(country)), nullif(pg_temp.count(capacity), 0)
FROM bronze_venues
WHERE btrim(venue_id) <> '' AND btrim(name) <> ''
ORDER BY 1, id DESC;
INSERT INTO rejected_rows
SELECT 'venues', id + 1, venue_id, to_jsonb(b) FROM bronze_venues b
WHERE NOT EXISTS (SELECT 1 FROM silver_venues s WHERE s.venue_id = btrim(b.venue_id));

CREATE TABLE silver_events (
    event_id TEXT COLLATE "C" PRIMARY KEY, artist_id TEXT NOT NULL, venue_id TEXT NOT NULL,
    event_date DATE NOT NULL, status TEXT NOT NULL, ticket_price NUMERIC(14, 2),
    currency TEXT NOT NULL
);
INSERT INTO silver_events
SELECT DISTINCT ON (1) btrim(event_id), btrim(artist_id), btrim(venue_id),
    pg_temp.moment(event_date)::date, lower(btrim(status)), pg_temp.money(ticket_price),
    upper(btrim(currency))
FROM bronze_events b
WHERE btrim(event_id) <> '' AND pg_temp.moment(event_date) IS NOT NULL
    AND lower(btrim(status)) IN ('scheduled', 'completed', 'cancelled', 'postponed', 'rescheduled')
    AND length(btrim(currency)) = 3
    AND EXISTS (SELECT 1 FROM silver_artists a WHERE a.artist_id = btrim(b.artist_id))
    AND EXISTS (SELECT 1 FROM silver_venues v WHERE v.venue_id = btrim(b.venue_id))
ORDER BY 1, id DESC;
INSERT INTO rejected_rows
SELECT 'events', id + 1, event_id, to_jsonb(b) FROM bronze_events b
WHERE NOT EXISTS (SELECT 1 FROM silver_events s WHERE s.event_id = btrim(b.event_id));

CREATE TABLE silver_customers (
    customer_id TEXT COLLATE "C" PRIMARY KEY, name TEXT, email TEXT, city TEXT, state TEXT,
    country TEXT, created_at TIMESTAMP
);
INSERT INTO silver_customers
SELECT DISTINCT ON (1) btrim(customer_id), pg_temp.cell(name),
    CASE WHEN email LIKE '%_@_%._%' THEN lower(btrim(email)) END, pg_temp.cell(city),
    pg_temp.cell(state), upper(pg_temp.cell(country)), pg_temp.moment(created_at)
FROM bronze_customers
WHERE btrim(customer_id) <> ''
ORDER BY 1, id DESC;
INSERT INTO rejected_rows
SELECT 'customers', id + 1, customer_id, to_jsonb(b) FROM bronze_customers b
WHERE NOT EXISTS (SELECT 1 FROM silver_customers s WHERE s.customer_id = btrim(b.customer_id));
ANALYZE silver_artists, silver_venues, silver_events, silver_customers;

CREATE TABLE silver_tickets (
    ticket_id TEXT COLLATE "C" PRIMARY KEY, event_id TEXT COLLATE "C" NOT NULL, customer_id TEXT,
    purchase_datetime TIMESTAMP NOT NULL, channel TEXT NOT NULL, price_paid NUMERIC(14, 2) NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL
);
INSERT INTO silver_tickets
SELECT DISTINCT ON (1) btrim(b.ticket_id), e.event_id, pg_temp.cell(b.customer_id),
    pg_temp.moment(b.purchase_datetime), coalesce(lower(pg_temp.cell(b.channel)), 'unknown'),
    pg_temp.money(b.price_paid), e.currency, lower(btrim(b.status))
FROM bronze_tickets b
JOIN silver_events e ON e.event_id = btrim(b.event_id)
WHERE btrim(b.ticket_id) <> '' AND pg_temp.moment(b.purchase_datetime) IS NOT NULL
    AND pg_temp.money(b.price_paid) >= 0
    AND lower(btrim(b.status)) IN ('sold', 'used', 'refunded', 'cancelled', 'pending')
    AND (btrim(b.currency) = '' OR upper(btrim(b.currency)) = e.currency)
    AND (btrim(b.customer_id) = ''
        OR EXISTS (SELECT 1 FROM silver_customers c WHERE c.customer_id = btrim(b.customer_id)))
ORDER BY 1, b.id DESC;
INSERT INTO rejected_rows
SELECT 'tickets', id + 1, ticket_id, to_jsonb(b) FROM bronze_tickets b
WHERE NOT EXISTS (SELECT 1 FROM silver_tickets s WHERE s.ticket_id = btrim(b.ticket_id));
ANALYZE silver_tickets;

CREATE TABLE silver_checkins (
    checkin_id TEXT COLLATE "C" PRIMARY KEY, event_id TEXT COLLATE "C" NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL, scanned_at TIMESTAMP NOT NULL, gate TEXT
);
INSERT INTO silver_checkins
SELECT DISTINCT ON (1) btrim(b.checkin_id), t.event_id, t.ticket_id, pg_temp.moment(b.scanned_at),
    upper(pg_temp.cell(b.gate))
FROM bronze_checkins b
JOIN silver_tickets t ON t.ticket_id = btrim(b.ticket_id) AND t.event_id = btrim(b.event_id)
WHERE btrim(b.checkin_id) <> '' AND pg_temp.moment(b.scanned_at) IS NOT NULL
ORDER BY 1, b.id DESC;
INSERT INTO rejected_rows
SELECT 'checkins', id + 1, checkin_id, to_jsonb(b) FROM bronze_checkins b
WHERE NOT EXISTS (SELECT 1 FROM silver_checkins s WHERE s.checkin_id = btrim(b.checkin_id));

CREATE TABLE silver_refunds (
    refund_id TEXT COLLATE "C" PRIMARY KEY, ticket_id TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL, reason TEXT, refund_amount NUMERIC(14, 2) NOT NULL,
    refunded_at TIMESTAMP NOT NULL
);
INSERT INTO silver_refunds
SELECT DISTINCT ON (1) btrim(b.refund_id), t.ticket_id, t.event_id, lower(pg_temp.cell(b.reason)),
    pg_temp.money(b.refund_amount), pg_temp.moment(b.refunded_at)
FROM bronze_refunds b
JOIN silver_tickets t ON t.ticket_id = btrim(b.ticket_id) AND t.event_id = btrim(b.event_id)
WHERE btrim(b.refund_id) <> '' AND pg_temp.money(b.refund_amount) > 0
    AND pg_temp.moment(b.refunded_at) IS NOT NULL
ORDER BY 1, b.id DESC;
INSERT INTO rejected_rows
SELECT 'refunds', id + 1, refund_id, to_jsonb(b) FROM bronze_refunds b
WHERE NOT EXISTS (SELECT 1 FROM silver_refunds s WHERE s.refund_id = btrim(b.refund_id));

CREATE TABLE silver_campaigns (
    campaign_id TEXT COLLATE "C" PRIMARY KEY, event_id TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL, spend NUMERIC(14, 2) NOT NULL, impressions BIGINT,
    clicks BIGINT, conversions BIGINT, start_date DATE, end_date DATE
);
INSERT INTO silver_campaigns
SELECT DISTINCT ON (1) btrim(campaign_id), btrim(event_id), lower(btrim(channel)),
    pg_temp.money(spend), pg_temp.count(impressions), pg_temp.count(clicks),
    pg_temp.count(conversions), pg_temp.moment(start_date)::date, pg_temp.moment(end_date)::date
FROM bronze_campaigns b
WHERE btrim(campaign_id) <> '' AND btrim(channel) <> '' AND pg_temp.money(spend) >= 0
    AND EXISTS (SELECT 1 FROM silver_events e WHERE e.event_id = btrim(b.event_id))
ORDER BY 1, id DESC;
INSERT INTO rejected_rows
SELECT 'campaigns', id + 1, campaign_id, to_jsonb(b) FROM bronze_campaigns b
WHERE NOT EXISTS (SELECT 1 FROM silver_campaigns s WHERE s.campaign_id = btrim(b.campaign_id));

-- what the gold queries look up
CREATE INDEX silver_tickets_by_event ON silver_tickets (event_id);
CREATE INDEX silver_checkins_by_ticket ON silver_checkins (event_id, ticket_id);
CREATE INDEX silver_refunds_by_ticket ON silver_refunds (event_id, ticket_id);
CREATE INDEX silver_campaigns_by_event ON silver_campaigns (event_id);
ANALYZE silver_checkins, silver_refunds, silver_campaigns;

\echo silver
