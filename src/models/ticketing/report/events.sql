-- Purpose: what the report can tell events apart by, and how many seats each has.
-- Grain: one row per event.
SELECT g.event_id,
    a.name || ', ' || CAST(g.event_date AS TEXT) AS event,
    a.name AS artist, v.name AS venue, v.city, g.currency, g.event_date, e.status,
    g.venue_capacity AS capacity,
    -- an event without a known capacity, or that does not take place, is never full or empty
    CASE WHEN g.venue_capacity > 0 AND e.status <> 'cancelled' THEN 1 ELSE 0 END AS has_seats,
    -- attendance means something once the event is over
    CASE WHEN g.no_show_rate IS NOT NULL THEN 1 ELSE 0 END AS is_over
FROM gold_event_sales g
JOIN silver_events e ON e.event_id = g.event_id
JOIN silver_artists a ON a.artist_id = g.artist_id
JOIN silver_venues v ON v.venue_id = g.venue_id
