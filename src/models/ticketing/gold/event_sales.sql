-- Purpose: what each event sold, took, gave back and filled.
-- Grain: one row per silver event, also without sales.
--
-- Every ticket is first counted as if it had no refunds; then the few that have some are put
-- right. That is the definition (a ticket is refunded when its status says so, when refunds come
-- to all of its price, or when it was cancelled with a refund) without a join for every ticket.
-- Money is summed in hundredths, so that sums are exact.
WITH refunded AS (
    SELECT t.event_id, t.ticket_id, t.status,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price, r.amount
    FROM (
        SELECT event_id, ticket_id,
            CAST(SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) AS BIGINT) AS amount
        FROM silver_refunds
        GROUP BY event_id, ticket_id
    ) r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
    WHERE t.status <> 'pending'
),
correction AS (
    SELECT event_id,
        SUM(CASE WHEN status IN ('sold', 'used') AND price > 0 AND amount >= price
            THEN 1 ELSE 0 END) AS unsold,
        SUM(CASE WHEN status IN ('sold', 'used') AND price > 0 AND amount >= price AND EXISTS (
                SELECT 1 FROM silver_checkins c
                WHERE c.event_id = refunded.event_id AND c.ticket_id = refunded.ticket_id)
            THEN 1 ELSE 0 END) AS unattended,
        SUM(CASE WHEN status = 'cancelled' THEN price ELSE 0 END) AS gross,
        SUM(CASE WHEN amount < price THEN amount ELSE price END) AS refunds
    FROM refunded
    GROUP BY event_id
),
sale AS (
    SELECT event_id, COUNT(*) AS tickets,
        SUM(CASE WHEN status IN ('sold', 'used') THEN 1 ELSE 0 END) AS tickets_sold,
        SUM(CASE WHEN status IN ('sold', 'used', 'refunded')
            THEN CAST(ROUND(price_paid * 100) AS BIGINT) ELSE 0 END) AS gross
    FROM silver_tickets
    GROUP BY event_id
),
unused AS (
    -- no seat that stayed sold, and not checked in: NOT EXISTS, since PostgreSQL turns EXISTS round
    -- and looks up the ticket of every check-in, where few tickets have to be asked
    SELECT event_id, COUNT(*) AS tickets
    FROM silver_tickets t
    WHERE status NOT IN ('sold', 'used') AND NOT EXISTS (
        SELECT 1 FROM silver_checkins c
        WHERE c.event_id = t.event_id AND c.ticket_id = t.ticket_id)
    GROUP BY event_id
),
checked_in AS (
    SELECT event_id, COUNT(DISTINCT ticket_id) AS tickets
    FROM silver_checkins
    GROUP BY event_id
),
total AS (
    SELECT e.event_id, e.event_date, e.artist_id, e.venue_id, v.capacity, e.currency, e.status,
        COALESCE(s.tickets_sold, 0) - COALESCE(r.unsold, 0) AS tickets_sold,
        c.tickets AS checked_in,
        -- without who came on a ticket that is no seat: all such tickets (each has a status) but
        -- the unused ones
        COALESCE(c.tickets, 0) - (COALESCE(s.tickets - s.tickets_sold, 0) - COALESCE(u.tickets, 0))
            - COALESCE(r.unattended, 0) AS attendance,
        COALESCE(s.gross, 0) + COALESCE(r.gross, 0) AS gross,
        COALESCE(r.refunds, 0) AS refunds
    FROM silver_events e
    JOIN silver_venues v ON v.venue_id = e.venue_id
    LEFT JOIN sale s ON s.event_id = e.event_id
    LEFT JOIN unused u ON u.event_id = e.event_id
    LEFT JOIN correction r ON r.event_id = e.event_id
    LEFT JOIN checked_in c ON c.event_id = e.event_id
)
SELECT event_id, event_date, artist_id, venue_id, capacity AS venue_capacity, currency,
    tickets_sold, attendance,
    -- unknown without sales, for events that did not take place, and before the doors opened
    CASE WHEN tickets_sold > 0 AND (status = 'completed'
            OR (status NOT IN ('cancelled', 'postponed') AND checked_in > 0))
        THEN CAST(tickets_sold - attendance AS DOUBLE PRECISION) / tickets_sold
    END AS no_show_rate,
    gross / 100.0 AS gross_revenue,
    refunds / 100.0 AS refunds_amount,
    (gross - refunds) / 100.0 AS net_revenue,
    CASE WHEN capacity > 0 THEN CAST(tickets_sold AS DOUBLE PRECISION) / capacity
    END AS sell_through
FROM total
