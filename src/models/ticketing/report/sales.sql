-- Purpose: what was sold, came and was given back, by event, channel and day; sums are those of
-- gold_event_sales and gold_daily_metrics.
-- Grain: none; rows are added up as they come, which is quicker than to sort a million of them here.
--
-- As there, a ticket is first counted as if it had no refunds, and those that have some are put
-- right. Who came counts on the day of purchase, so that it can be held against what was sold.
WITH refund AS (
    SELECT r.event_id, r.ticket_id, t.status, t.channel, t.purchase_datetime, r.refunded_at,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price, r.amount, r.amount_so_far
    FROM (
        SELECT event_id, ticket_id, refunded_at,
            CAST(ROUND(refund_amount * 100) AS BIGINT) AS amount,
            CAST(SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) OVER (
                PARTITION BY event_id, ticket_id ORDER BY refunded_at, refund_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS amount_so_far
        FROM silver_refunds
    ) r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
    WHERE t.status <> 'pending'
),
refunded AS (
    SELECT event_id, ticket_id, status, channel, purchase_datetime, price, SUM(amount) AS amount
    FROM refund
    GROUP BY event_id, ticket_id, status, channel, purchase_datetime, price
)
SELECT event_id, channel, purchase_datetime AS day,
    CASE WHEN status = 'refunded' THEN 0 ELSE 1 END AS tickets,
    CASE WHEN status <> 'refunded' AND EXISTS (
            SELECT 1 FROM silver_checkins c
            WHERE c.event_id = t.event_id AND c.ticket_id = t.ticket_id)
        THEN 1 ELSE 0 END AS came,
    price_paid AS gross, 0 AS refunds
FROM silver_tickets t
-- sold, used, refunded: two comparisons are quicker than a list of three
WHERE status <> 'pending' AND status <> 'cancelled'
UNION ALL
SELECT event_id, channel, purchase_datetime, -1,
    CASE WHEN EXISTS (
            SELECT 1 FROM silver_checkins c
            WHERE c.event_id = refunded.event_id AND c.ticket_id = refunded.ticket_id)
        THEN -1 ELSE 0 END,
    0, 0
FROM refunded
WHERE status IN ('sold', 'used') AND price > 0 AND amount >= price
UNION ALL
SELECT event_id, channel, purchase_datetime, 0, 0, price / 100.0, 0
FROM refunded
WHERE status = 'cancelled'
UNION ALL
-- the part of each refund that still fits into the price
SELECT event_id, channel, refunded_at, 0, 0, 0,
    CASE WHEN amount_so_far <= price THEN amount ELSE price - (amount_so_far - amount) END / 100.0
FROM refund
WHERE amount_so_far - amount < price
