-- Purpose: tickets whose refunds come to more than was paid; the excess counts in no KPI.
-- Result: tickets with refunds, and how many of them exceed their price.
SELECT COUNT(*) AS checked, COALESCE(SUM(CASE WHEN r.amount > t.price_paid THEN 1 ELSE 0 END), 0) AS failed
FROM (
    SELECT event_id, ticket_id, SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) / 100.0 AS amount
    FROM silver_refunds
    GROUP BY event_id, ticket_id
) r
JOIN silver_tickets t ON t.event_id = r.event_id AND t.ticket_id = r.ticket_id
