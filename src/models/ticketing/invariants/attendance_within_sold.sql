-- Purpose: nobody attends who has no seat.
-- Result: events, and how many of them have less than nobody or more than all.
SELECT COUNT(*) AS checked,
    COALESCE(SUM(CASE WHEN attendance < 0 OR attendance > tickets_sold THEN 1 ELSE 0 END), 0) AS failed
FROM gold_event_sales
