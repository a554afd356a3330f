-- Purpose: what was given back, by event, channel of the sale and day of the refund; sums are those of
-- gold_event_sales and gold_daily_metrics.
-- Grain: one row per refund that counts.
--
-- A ticket's refunds count in the order of refunded_at, then refund_id, until its price is used up.
SELECT event_id, channel, refunded_at AS day,
    CASE WHEN amount_so_far <= price THEN amount ELSE price - (amount_so_far - amount) END / 100.0
        AS refunds
FROM (
    SELECT r.event_id, t.channel, r.refunded_at, r.amount, r.amount_so_far,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price
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
) refund
WHERE amount_so_far - amount < price
