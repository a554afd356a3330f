-- Purpose: Goldleaf's job in DuckDB, done its ordinary best way, to be timed beside Goldleaf.
--
-- Bronze as text; silver trimmed, typed and cleaned by the model's rules, with every reject kept;
-- the three gold tables. What is left out makes it faster, not slower: no history, no keys or
-- indexes, no warnings, no cell addresses, and the rarer forms of dates and money are not read
-- (clean sheets have none, so that the results must agree). duckdb.mjs runs the statements one by
-- one in the folder of the sheets; a comment "phase" starts the next part to be timed.

-- phase bronze

CREATE TABLE bronze_artists AS FROM read_csv('artists.csv', all_varchar = true);
CREATE TABLE bronze_venues AS FROM read_csv('venues.csv', all_varchar = true);
CREATE TABLE bronze_events AS FROM read_csv('events.csv', all_varchar = true);
CREATE TABLE bronze_customers AS FROM read_csv('customers.csv', all_varchar = true);
CREATE TABLE bronze_tickets AS FROM read_csv('tickets.csv', all_varchar = true);
CREATE TABLE bronze_checkins AS FROM read_csv('checkins.csv', all_varchar = true);
CREATE TABLE bronze_refunds AS FROM read_csv('refunds.csv', all_varchar = true);
CREATE TABLE bronze_campaigns AS FROM read_csv('campaigns.csv', all_varchar = true);

-- phase silver

CREATE TABLE rejected_rows (
    sheet VARCHAR, sheet_row BIGINT, key VARCHAR, rule VARCHAR, raw_row VARCHAR[]
);

-- The cell without white space around it, NULL where it means "missing".
CREATE TEMP MACRO cell(raw) AS
    CASE WHEN lower(trim(raw)) NOT IN ('', 'n/a', '#n/a', 'null', 'none', '-', '--')
        THEN trim(raw) END;
CREATE TEMP MACRO is_error(word) AS
    coalesce(word IN ('#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NUM!', '#NULL!', '#ERROR!',
        'Loading...'), false);
CREATE TEMP MACRO folded(word) AS replace(replace(lower(word), ' ', '_'), '-', '_');
CREATE TEMP MACRO to_datetime(word) AS
    coalesce(TRY_CAST(word AS TIMESTAMP), try_strptime(word, ['%d-%m-%Y', '%d-%m-%Y %H:%M',
        '%d-%m-%Y %H:%M:%S', '%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S', '%d %b %Y',
        '%B %d, %Y']));
CREATE TEMP MACRO to_money(word) AS
    coalesce(TRY_CAST(word AS DECIMAL(11, 2)), TRY_CAST(replace(word, ',', '') AS DECIMAL(11, 2)));
CREATE TEMP MACRO to_count(word) AS
    coalesce(TRY_CAST(word AS BIGINT), TRY_CAST(replace(word, ',', '') AS BIGINT));
CREATE TEMP MACRO to_currency(word) AS
    CASE WHEN regexp_full_match(word, '[A-Za-z]{3}') THEN upper(word)
        WHEN lower(word) IN ('₹', 'rs', 'rs.') THEN 'INR'
        WHEN word = '$' THEN 'USD' WHEN word = '€' THEN 'EUR' WHEN word = '£' THEN 'GBP' END;
CREATE TEMP MACRO to_channel(word) AS
    CASE WHEN word IS NULL THEN NULL
        WHEN folded(word) IN ('web', 'mobile_app', 'box_office', 'partner', 'email', 'social',
            'search', 'display', 'influencer', 'affiliate', 'phone', 'radio', 'other', 'unknown')
            THEN folded(word)
        WHEN folded(word) IN ('online', 'website') THEN 'web'
        WHEN folded(word) IN ('app', 'mobile', 'ios', 'android') THEN 'mobile_app'
        WHEN folded(word) IN ('instagram', 'facebook', 'ig', 'fb', 'tiktok') THEN 'social'
        WHEN folded(word) IN ('google', 'google_ads', 'sem') THEN 'search'
        WHEN folded(word) = 'newsletter' THEN 'email'
        ELSE 'other' END;
CREATE TEMP MACRO to_event_status(word) AS
    CASE WHEN folded(word) IN ('scheduled', 'completed', 'cancelled', 'postponed', 'rescheduled')
            THEN folded(word)
        WHEN folded(word) IN ('active', 'onsale', 'on_sale', 'upcoming') THEN 'scheduled'
        WHEN folded(word) IN ('done', 'finished', 'past') THEN 'completed'
        WHEN folded(word) = 'canceled' THEN 'cancelled' END;
CREATE TEMP MACRO to_ticket_status(word) AS
    CASE WHEN folded(word) IN ('sold', 'used', 'refunded', 'cancelled', 'pending')
            THEN folded(word)
        WHEN folded(word) IN ('active', 'valid', 'confirmed', 'paid', 'purchased', 'booked',
            'issued') THEN 'sold'
        WHEN folded(word) IN ('checked_in', 'scanned', 'attended') THEN 'used'
        WHEN folded(word) IN ('refund', 'returned') THEN 'refunded'
        WHEN folded(word) IN ('canceled', 'void', 'voided') THEN 'cancelled'
        WHEN folded(word) IN ('reserved', 'hold', 'unpaid') THEN 'pending' END;
CREATE TEMP MACRO to_reason(word) AS
    CASE WHEN word IS NULL THEN NULL
        WHEN folded(word) IN ('event_cancelled', 'event_postponed', 'customer_request',
            'duplicate', 'payment_issue', 'other') THEN folded(word)
        ELSE 'other' END;

-- Every sheet goes the same way: its cells, their types, the fault that the row has by itself (the
-- earliest step wins), older rows of a key, references. What is left becomes silver; the rest goes
-- to rejected_rows with its raw cells. Blank rows are passed over.

CREATE TEMP TABLE clean_artists AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_artists
),
typed AS (
    SELECT id, artist_id, name, lower(genre) AS genre, upper(country) AS country,
        to_datetime(created_at) AS created_at,
        CASE WHEN coalesce(artist_id, name, genre, country, created_at) IS NULL THEN 'blank'
            WHEN is_error(artist_id) OR is_error(name) OR is_error(genre) OR is_error(country)
                OR is_error(created_at) THEN 'formula_error'
            WHEN artist_id IS NULL OR name IS NULL THEN 'required'
        END AS fault
    FROM cells
),
latest AS (
    SELECT artist_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY artist_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (artist_id);

CREATE TABLE silver_artists AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_artists WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'artists', id + 2, c.artist_id, rule, [*COLUMNS(b.*)]
FROM clean_artists c JOIN bronze_artists b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_venues AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_venues
),
typed AS (
    SELECT id, venue_id, name, city, state, upper(country) AS country,
        CASE WHEN to_count(capacity) > 0 THEN to_count(capacity) END AS capacity,
        CASE WHEN coalesce(venue_id, name, city, state, country, capacity) IS NULL THEN 'blank'
            WHEN is_error(venue_id) OR is_error(name) OR is_error(city) OR is_error(state)
                OR is_error(country) OR is_error(capacity) THEN 'formula_error'
            WHEN venue_id IS NULL OR name IS NULL THEN 'required'
        END AS fault
    FROM cells
),
latest AS (
    SELECT venue_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY venue_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (venue_id);

CREATE TABLE silver_venues AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_venues WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'venues', id + 2, c.venue_id, rule, [*COLUMNS(b.*)]
FROM clean_venues c JOIN bronze_venues b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_events AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_events
),
typed AS (
    SELECT id, event_id, artist_id, venue_id, CAST(to_datetime(event_date) AS DATE) AS event_date,
        to_event_status(status) AS status,
        CASE WHEN to_money(ticket_price) >= 0 THEN to_money(ticket_price) END AS ticket_price,
        to_currency(currency) AS currency,
        CASE WHEN coalesce(event_id, artist_id, venue_id, event_date, status, ticket_price,
                currency) IS NULL THEN 'blank'
            WHEN is_error(event_id) OR is_error(artist_id) OR is_error(venue_id)
                OR is_error(event_date) OR is_error(status) OR is_error(ticket_price)
                OR is_error(currency) THEN 'formula_error'
            WHEN (event_date IS NOT NULL AND to_datetime(event_date) IS NULL)
                OR (status IS NOT NULL AND to_event_status(status) IS NULL)
                OR (currency IS NOT NULL AND to_currency(currency) IS NULL) THEN 'parse'
            WHEN event_id IS NULL OR artist_id IS NULL OR venue_id IS NULL OR event_date IS NULL
                OR status IS NULL OR currency IS NULL THEN 'required'
        END AS fault
    FROM cells
),
latest AS (
    SELECT event_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY event_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
        WHEN a.artist_id IS NULL OR v.venue_id IS NULL THEN 'foreign_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (event_id)
LEFT JOIN silver_artists a ON a.artist_id = typed.artist_id
LEFT JOIN silver_venues v ON v.venue_id = typed.venue_id;

CREATE TABLE silver_events AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_events WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'events', id + 2, c.event_id, rule, [*COLUMNS(b.*)]
FROM clean_events c JOIN bronze_events b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_customers AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_customers
),
typed AS (
    SELECT id, customer_id, name,
        CASE WHEN regexp_full_match(email, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+') THEN lower(email)
        END AS email,
        city, state, upper(country) AS country, to_datetime(created_at) AS created_at,
        CASE WHEN coalesce(customer_id, name, email, city, state, country, created_at) IS NULL
                THEN 'blank'
            WHEN is_error(customer_id) OR is_error(name) OR is_error(email) OR is_error(city)
                OR is_error(state) OR is_error(country) OR is_error(created_at)
                THEN 'formula_error'
            WHEN customer_id IS NULL THEN 'required'
        END AS fault
    FROM cells
),
latest AS (
    SELECT customer_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY customer_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (customer_id);

CREATE TABLE silver_customers AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_customers WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'customers', id + 2, c.customer_id, rule, [*COLUMNS(b.*)]
FROM clean_customers c JOIN bronze_customers b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_tickets AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_tickets
),
typed AS (
    SELECT id, ticket_id, event_id, customer_id,
        to_datetime(purchase_datetime) AS purchase_datetime,
        coalesce(to_channel(channel), 'unknown') AS channel, to_money(price_paid) AS price_paid,
        to_currency(currency) AS currency, to_ticket_status(status) AS status,
        CASE WHEN coalesce(ticket_id, event_id, customer_id, purchase_datetime, channel,
                price_paid, currency, status) IS NULL THEN 'blank'
            WHEN is_error(ticket_id) OR is_error(event_id) OR is_error(customer_id)
                OR is_error(purchase_datetime) OR is_error(channel) OR is_error(price_paid)
                OR is_error(currency) OR is_error(status) THEN 'formula_error'
            WHEN (purchase_datetime IS NOT NULL AND to_datetime(purchase_datetime) IS NULL)
                OR (price_paid IS NOT NULL AND to_money(price_paid) IS NULL)
                OR (currency IS NOT NULL AND to_currency(currency) IS NULL)
                OR (status IS NOT NULL AND to_ticket_status(status) IS NULL) THEN 'parse'
            WHEN ticket_id IS NULL OR event_id IS NULL OR purchase_datetime IS NULL
                OR price_paid IS NULL OR status IS NULL THEN 'required'
            WHEN to_money(price_paid) < 0 THEN 'range'
        END AS fault
    FROM cells
),
latest AS (
    SELECT ticket_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY ticket_id
    HAVING count(*) > 1
)
SELECT typed.* REPLACE (coalesce(typed.currency, e.currency) AS currency),
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
        WHEN e.event_id IS NULL THEN 'foreign_key'
        WHEN typed.customer_id IS NOT NULL AND c.customer_id IS NULL THEN 'foreign_key'
        WHEN typed.currency <> e.currency THEN 'currency_mismatch'
    END AS rule
FROM typed
LEFT JOIN latest USING (ticket_id)
LEFT JOIN silver_events e ON e.event_id = typed.event_id
LEFT JOIN silver_customers c ON c.customer_id = typed.customer_id;

CREATE TABLE silver_tickets AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_tickets WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'tickets', id + 2, c.ticket_id, rule, [*COLUMNS(b.*)]
FROM clean_tickets c JOIN bronze_tickets b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_checkins AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_checkins
),
typed AS (
    SELECT id, checkin_id, event_id, ticket_id, to_datetime(scanned_at) AS scanned_at,
        upper(gate) AS gate,
        CASE WHEN coalesce(checkin_id, event_id, ticket_id, scanned_at, gate) IS NULL THEN 'blank'
            WHEN is_error(checkin_id) OR is_error(event_id) OR is_error(ticket_id)
                OR is_error(scanned_at) OR is_error(gate) THEN 'formula_error'
            WHEN scanned_at IS NOT NULL AND to_datetime(scanned_at) IS NULL THEN 'parse'
            WHEN checkin_id IS NULL OR event_id IS NULL OR ticket_id IS NULL
                OR scanned_at IS NULL THEN 'required'
        END AS fault
    FROM cells
),
latest AS (
    SELECT checkin_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY checkin_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
        WHEN t.ticket_id IS NULL THEN 'foreign_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (checkin_id)
LEFT JOIN silver_tickets t ON t.ticket_id = typed.ticket_id AND t.event_id = typed.event_id;

CREATE TABLE silver_checkins AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_checkins WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'checkins', id + 2, c.checkin_id, rule, [*COLUMNS(b.*)]
FROM clean_checkins c JOIN bronze_checkins b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_refunds AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_refunds
),
typed AS (
    SELECT id, refund_id, ticket_id, event_id, to_reason(reason) AS reason,
        to_money(refund_amount) AS refund_amount, to_datetime(refunded_at) AS refunded_at,
        CASE WHEN coalesce(refund_id, ticket_id, event_id, reason, refund_amount,
                refunded_at) IS NULL THEN 'blank'
            WHEN is_error(refund_id) OR is_error(ticket_id) OR is_error(event_id)
                OR is_error(reason) OR is_error(refund_amount) OR is_error(refunded_at)
                THEN 'formula_error'
            WHEN (refund_amount IS NOT NULL AND to_money(refund_amount) IS NULL)
                OR (refunded_at IS NOT NULL AND to_datetime(refunded_at) IS NULL) THEN 'parse'
            WHEN refund_id IS NULL OR ticket_id IS NULL OR event_id IS NULL
                OR refund_amount IS NULL OR refunded_at IS NULL THEN 'required'
            WHEN to_money(refund_amount) <= 0 THEN 'range'
        END AS fault
    FROM cells
),
latest AS (
    SELECT refund_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY refund_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
        WHEN t.ticket_id IS NULL THEN 'foreign_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (refund_id)
LEFT JOIN silver_tickets t ON t.ticket_id = typed.ticket_id AND t.event_id = typed.event_id;

CREATE TABLE silver_refunds AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_refunds WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'refunds', id + 2, c.refund_id, rule, [*COLUMNS(b.*)]
FROM clean_refunds c JOIN bronze_refunds b ON b.rowid = c.id WHERE rule <> 'blank';

CREATE TEMP TABLE clean_campaigns AS
WITH cells AS (
    SELECT rowid AS id, cell(COLUMNS(*)) FROM bronze_campaigns
),
typed AS (
    SELECT id, campaign_id, event_id, to_channel(channel) AS channel, to_money(spend) AS spend,
        CASE WHEN to_count(impressions) >= 0 THEN to_count(impressions) END AS impressions,
        CASE WHEN to_count(clicks) >= 0 THEN to_count(clicks) END AS clicks,
        CASE WHEN to_count(conversions) >= 0 THEN to_count(conversions) END AS conversions,
        CAST(to_datetime(start_date) AS DATE) AS start_date,
        CASE WHEN start_date IS NULL OR to_datetime(end_date) >= to_datetime(start_date)
            THEN CAST(to_datetime(end_date) AS DATE) END AS end_date,
        CASE WHEN coalesce(campaign_id, event_id, channel, spend, impressions, clicks,
                conversions, start_date, end_date) IS NULL THEN 'blank'
            WHEN is_error(campaign_id) OR is_error(event_id) OR is_error(channel)
                OR is_error(spend) OR is_error(impressions) OR is_error(clicks)
                OR is_error(conversions) OR is_error(start_date) OR is_error(end_date)
                THEN 'formula_error'
            WHEN spend IS NOT NULL AND to_money(spend) IS NULL THEN 'parse'
            WHEN campaign_id IS NULL OR event_id IS NULL OR channel IS NULL OR spend IS NULL
                THEN 'required'
            WHEN to_money(spend) < 0 THEN 'range'
        END AS fault
    FROM cells
),
latest AS (
    SELECT campaign_id, max(id) AS id FROM typed WHERE fault IS NULL GROUP BY campaign_id
    HAVING count(*) > 1
)
SELECT typed.*,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN typed.id < latest.id THEN 'duplicate_key'
        WHEN e.event_id IS NULL THEN 'foreign_key'
    END AS rule
FROM typed
LEFT JOIN latest USING (campaign_id)
LEFT JOIN silver_events e ON e.event_id = typed.event_id;

CREATE TABLE silver_campaigns AS
SELECT * EXCLUDE (id, fault, rule) FROM clean_campaigns WHERE rule IS NULL;

INSERT INTO rejected_rows
SELECT 'campaigns', id + 2, c.campaign_id, rule, [*COLUMNS(b.*)]
FROM clean_campaigns c JOIN bronze_campaigns b ON b.rowid = c.id WHERE rule <> 'blank';

-- phase gold

-- Every ticket with its refunds and check-ins, and what it counts as.
CREATE TEMP TABLE fact AS
WITH refund AS (
    SELECT ticket_id, sum(refund_amount) AS amount FROM silver_refunds GROUP BY ticket_id
),
ticket AS (
    SELECT t.*, r.amount,
        t.status <> 'pending' AND (t.status = 'refunded'
            OR (t.price_paid > 0 AND coalesce(r.amount, 0) >= t.price_paid)
            OR (t.status = 'cancelled' AND r.amount IS NOT NULL)) AS is_refunded
    FROM silver_tickets t
    LEFT JOIN refund r USING (ticket_id)
)
SELECT event_id, ticket_id, channel, currency, CAST(purchase_datetime AS DATE) AS date, price_paid,
    status IN ('sold', 'used') AND NOT is_refunded AS is_counted,
    is_refunded OR status IN ('sold', 'used') AS is_paid,
    least(coalesce(amount, 0), price_paid) AS refunds,
    ticket_id IN (SELECT ticket_id FROM silver_checkins) AS is_checked_in
FROM ticket;

CREATE TABLE gold_event_sales AS
WITH sale AS (
    SELECT event_id, count(*) FILTER (is_counted) AS tickets_sold,
        count(*) FILTER (is_counted AND is_checked_in) AS attendance,
        bool_or(is_checked_in) AS has_checkin,
        coalesce(sum(price_paid) FILTER (is_paid), 0) AS gross,
        coalesce(sum(refunds) FILTER (is_paid), 0) AS refunds
    FROM fact
    GROUP BY event_id
)
SELECT e.event_id, e.event_date, e.artist_id, e.venue_id, v.capacity AS venue_capacity, e.currency,
    coalesce(s.tickets_sold, 0) AS tickets_sold, coalesce(s.attendance, 0) AS attendance,
    CASE WHEN s.tickets_sold > 0 AND e.status NOT IN ('cancelled', 'postponed')
            AND (e.status = 'completed' OR s.has_checkin)
        THEN (s.tickets_sold - s.attendance) / s.tickets_sold END AS no_show_rate,
    coalesce(s.gross, 0) AS gross_revenue, coalesce(s.refunds, 0) AS refunds_amount,
    coalesce(s.gross, 0) - coalesce(s.refunds, 0) AS net_revenue,
    coalesce(s.tickets_sold, 0) / v.capacity AS sell_through
FROM silver_events e
JOIN silver_venues v USING (venue_id)
LEFT JOIN sale s USING (event_id);

CREATE TABLE gold_daily_metrics AS
WITH refund AS (
    SELECT CAST(r.refunded_at AS DATE) AS date, f.currency, f.price_paid, r.refund_amount AS amount,
        sum(r.refund_amount) OVER (PARTITION BY r.ticket_id ORDER BY r.refunded_at, r.refund_id
            ROWS UNBOUNDED PRECEDING) AS amount_so_far
    FROM silver_refunds r
    JOIN fact f USING (ticket_id)
    WHERE f.is_paid
),
activity AS (
    SELECT date, currency, CAST(is_counted AS INTEGER) AS tickets_sold, price_paid AS gross,
        0 AS refunds
    FROM fact
    WHERE is_paid
    UNION ALL
    SELECT date, currency, 0, 0, least(amount, price_paid - (amount_so_far - amount))
    FROM refund
    WHERE amount_so_far - amount < price_paid
)
SELECT date, currency, sum(tickets_sold) AS tickets_sold, sum(gross) AS gross_revenue,
    sum(refunds) AS refunds_amount, sum(gross) - sum(refunds) AS net_revenue
FROM activity
GROUP BY date, currency;

CREATE TABLE gold_campaign_roi AS
WITH campaign AS (
    SELECT event_id, channel, sum(spend) AS spend, sum(impressions) AS impressions,
        sum(clicks) AS clicks, sum(conversions) AS conversions
    FROM silver_campaigns
    GROUP BY event_id, channel
),
converted AS (
    SELECT f.event_id, f.channel, count(*) AS tickets, sum(f.price_paid - f.refunds) AS revenue
    FROM fact f
    WHERE f.is_counted AND EXISTS (
        SELECT 1 FROM silver_campaigns c
        WHERE c.event_id = f.event_id AND c.channel = f.channel
            AND f.date >= coalesce(c.start_date, f.date) AND f.date <= coalesce(c.end_date, f.date))
    GROUP BY f.event_id, f.channel
)
SELECT c.event_id, c.channel, e.currency, c.spend, c.impressions, c.clicks, c.conversions,
    coalesce(v.tickets, 0) AS conv_tickets, coalesce(v.revenue, 0) AS conv_revenue,
    -- half a hundredth rounds away from zero, in integers
    (CAST(c.spend * 100 AS BIGINT) * 2 + v.tickets) // (v.tickets * 2) / 100 AS cpa,
    (coalesce(v.revenue, 0) - c.spend) / nullif(c.spend, 0) AS roi
FROM campaign c
JOIN silver_events e USING (event_id)
LEFT JOIN converted v USING (event_id, channel);
