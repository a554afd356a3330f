-- Purpose: what was sold and who came, by event, channel and day of purchase; sums are those of
-- gold_event_sales and gold_daily_metrics.
-- Grain: none; rows are added up as they come, which is quicker than to sort a million of them here.
--
-- As there, a ticket is first counted as if it had no refunds, and those that have some are put
-- right. Who came counts on the day of purchase, too, so that it can be held against what was sold.
WITH refunded AS MATERIALIZED (
    SELECT t.event_id, t.ticket_id, t.status, t.channel, t.purchase_datetime,
        CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price, r.amount
    FROM (
        SELECT event_id, ticket_id, SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) AS amount
        FROM silver_refunds
        GROUP BY event_id, ticket_id
    ) r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
)
SELECT event_id, channel, purchase_datetime AS day,
    CASE WHEN status = 'refunded' THEN 0 ELSE 1 END AS tickets,
    CASE WHEN status <> 'refunded' AND EXISTS (
            SELECT 1 FROM silver_checkins c
            WHERE c.event_id = t.event_id AND c.ticket_id = t.ticket_id)
        THEN 1 ELSE 0 END AS came,
    price_paid AS gross
FROM silver_tickets t
-- sold, used, refunded: two comparisons are quicker than a list of three
WHERE status <> 'pending' AND status <> 'cancelled'
UNION ALL
SELECT event_id, channel, purchase_datetime, -1,
    CASE WHEN EXISTS (
            SELECT 1 FROM silver_checkins c
            WHERE c.event_id = refunded.event_id AND c.ticket_id = refunded.ticket_id)
        THEN -1 ELSE 0 END,
    0
FROM refunded
WHERE status IN ('sold', 'used') AND price > 0 AND amount >= price
UNION ALL
SELECT event_id, channel, purchase_datetime, 0, 0, price / 100.0
FROM refunded
WHERE status = 'cancelled'
