-- Purpose: what was sold and given back on each day.
-- Grain: one row per (date, currency) with a paid ticket bought or a counted refund made.
--
-- Sales count on the day of purchase, refunds on the day they were made. A ticket's refunds count
-- in the order of refunded_at, then refund_id, until its price is used up. As in event_sales, a
-- ticket is first counted as if it had no refunds, and those that have some are put right.
WITH refund AS (
    SELECT r.event_id, r.ticket_id, t.status, t.currency, t.purchase_datetime, r.refunded_at,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price,
        CAST(ROUND(r.refund_amount * 100) AS BIGINT) AS amount,
        CAST(SUM(CAST(ROUND(r.refund_amount * 100) AS BIGINT)) OVER (
            PARTITION BY r.event_id, r.ticket_id ORDER BY r.refunded_at, r.refund_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS amount_so_far
    FROM silver_refunds r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
    WHERE t.status <> 'pending'
),
refunded AS (
    SELECT status, currency, purchase_datetime, price, SUM(amount) AS amount
    FROM refund
    GROUP BY event_id, ticket_id, status, currency, purchase_datetime, price
),
activity AS (
    SELECT date(purchase_datetime) AS date, currency,
        SUM(CASE WHEN status = 'refunded' THEN 0 ELSE 1 END) AS tickets_sold,
        SUM(CAST(ROUND(price_paid * 100) AS BIGINT)) AS gross, 0 AS refunds
    FROM silver_tickets
    WHERE status IN ('sold', 'used', 'refunded')
    GROUP BY date(purchase_datetime), currency
    UNION ALL
    SELECT date(purchase_datetime), currency, -1, 0, 0
    FROM refunded
    WHERE status IN ('sold', 'used') AND price > 0 AND amount >= price
    UNION ALL
    SELECT date(purchase_datetime), currency, 0, price, 0
    FROM refunded
    WHERE status = 'cancelled'
    UNION ALL
    -- the part of each refund that still fits into the price
    SELECT date(refunded_at), currency, 0, 0,
        CASE WHEN amount_so_far <= price THEN amount ELSE price - (amount_so_far - amount) END
    FROM refund
    WHERE amount_so_far - amount < price
)
SELECT date, currency,
    SUM(tickets_sold) AS tickets_sold,
    SUM(gross) / 100.0 AS gross_revenue,
    SUM(refunds) / 100.0 AS refunds_amount,
    (SUM(gross) - SUM(refunds)) / 100.0 AS net_revenue
FROM activity
GROUP BY date, currency
