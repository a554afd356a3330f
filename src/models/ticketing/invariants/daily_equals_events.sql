-- Purpose: the days add up to what the events add up to, in every currency.
-- Result: currencies, and in how many of them tickets, gross, refunds or net differ.
SELECT COUNT(*) AS checked,
    COALESCE(SUM(CASE WHEN tickets = 0 AND gross = 0 AND refunds = 0 AND net = 0 THEN 0 ELSE 1 END), 0) AS failed
FROM (
    SELECT currency, SUM(tickets) AS tickets, SUM(gross) AS gross, SUM(refunds) AS refunds, SUM(net) AS net
    FROM (
        SELECT currency, tickets_sold AS tickets, CAST(ROUND(gross_revenue * 100) AS BIGINT) AS gross,
            CAST(ROUND(refunds_amount * 100) AS BIGINT) AS refunds,
            CAST(ROUND(net_revenue * 100) AS BIGINT) AS net
        FROM gold_event_sales
        UNION ALL
        SELECT currency, -tickets_sold, -CAST(ROUND(gross_revenue * 100) AS BIGINT),
            -CAST(ROUND(refunds_amount * 100) AS BIGINT), -CAST(ROUND(net_revenue * 100) AS BIGINT)
        FROM gold_daily_metrics
    ) lines
    GROUP BY currency
) sums
