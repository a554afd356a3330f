-- Purpose: tickets whose refunds come to more than was paid; the excess counts in no KPI.
-- Result: tickets with refunds, and how many of them exceed their price.
SELECT COUNT(*) AS checked, COALESCE(SUM(CASE WHEN amount > price THEN 1 ELSE 0 END), 0) AS failed
FROM (
    SELECT SUM(CAST(ROUND(r.refund_amount * 100) AS BIGINT)) AS amount,
        MAX(CAST(ROUND(t.price_paid * 100) AS BIGINT)) AS price
    FROM silver_refunds r
    JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
    GROUP BY r.event_id, r.ticket_id
) refunded
