-- Purpose: events that sold more seats than their venue has.
-- Result: events with a known capacity, and how many of them are oversold.
SELECT COUNT(*) AS checked, COALESCE(SUM(CASE WHEN sell_through > 1 THEN 1 ELSE 0 END), 0) AS failed
FROM gold_event_sales
WHERE sell_through IS NOT NULL
