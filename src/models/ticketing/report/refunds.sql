-- Purpose: what was given back, on the day it was, and what that changes about sales.sql, on the day of
-- the purchase. Sums of both are those of gold_event_sales and gold_daily_metrics.
-- Grain: none; rows are added up as they come.
--
-- A ticket's refunds count in the order of refunded_at, then refund_id, until its price is used up. A
-- ticket of which all came back was not sold; one that was cancelled and has a refund was paid.
WITH refund AS MATERIALIZED (
    SELECT r.event_id, r.ticket_id, t.status, t.channel, t.purchase_datetime, r.refunded_at,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price, r.amount, r.amount_so_far, r.is_last
    FROM (
        SELECT event_id, ticket_id, refunded_at,
            CAST(ROUND(refund_amount * 100) AS BIGINT) AS amount,
            CAST(SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) OVER (
                PARTITION BY event_id, ticket_id ORDER BY refunded_at, refund_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS amount_so_far,
            CASE WHEN LEAD(refund_id) OVER (
                PARTITION BY event_id, ticket_id ORDER BY refunded_at, refund_id) IS NULL
                THEN 1 ELSE 0 END AS is_last
        FROM silver_refunds
    ) r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
    WHERE t.status <> 'pending'
)
SELECT event_id, channel, refunded_at AS day, 0 AS tickets, 0 AS came, 0 AS gross,
    CASE WHEN amount_so_far <= price THEN amount ELSE price - (amount_so_far - amount) END / 100.0
        AS refunds
FROM refund
WHERE amount_so_far - amount < price
UNION ALL
SELECT event_id, channel, purchase_datetime, -1,
    CASE WHEN EXISTS (
            SELECT 1 FROM silver_checkins c
            WHERE c.event_id = refund.event_id AND c.ticket_id = refund.ticket_id)
        THEN -1 ELSE 0 END,
    0, 0
FROM refund
WHERE is_last = 1 AND status IN ('sold', 'used') AND price > 0 AND amount_so_far >= price
UNION ALL
SELECT event_id, channel, purchase_datetime, 0, 0, price / 100.0, 0
FROM refund
WHERE is_last = 1 AND status = 'cancelled'
