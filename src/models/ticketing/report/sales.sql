-- Purpose: what was sold and who came, by event, channel and day of purchase, as if there were no
-- refunds; refunds.sql puts that right.
-- Grain: one row per ticket; rows are added up as they come, which is quicker than to sort a million of
-- them here.
--
-- Who came counts on the day of purchase, too, so that it can be held against what was sold.
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
