-- Purpose: what campaigns cost and brought.
-- Grain: one row per (event_id, channel) that has a campaign.
--
-- Spend is summed before any join with tickets, so that a ticket never multiplies it. A ticket
-- converts once when it was bought within any of the pair's campaigns, both ends included.
WITH campaign AS (
    SELECT event_id, channel,
        CAST(SUM(CAST(ROUND(spend * 100) AS BIGINT)) AS BIGINT) AS spend,
        SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(conversions) AS conversions
    FROM silver_campaigns
    GROUP BY event_id, channel
),
bought AS (
    -- seats sold to the pair within a campaign, and what was given back for them
    SELECT t.event_id, t.channel, CAST(ROUND(t.price_paid * 100) AS BIGINT) AS price,
        COALESCE(r.amount, 0) AS refund
    FROM campaign p
    CROSS JOIN silver_tickets t
    LEFT JOIN (
        SELECT event_id, ticket_id, SUM(CAST(ROUND(refund_amount * 100) AS BIGINT)) AS amount
        FROM silver_refunds
        GROUP BY event_id, ticket_id
    ) r ON r.event_id = t.event_id AND r.ticket_id = t.ticket_id
    WHERE t.event_id = p.event_id AND t.channel = p.channel AND t.status IN ('sold', 'used')
        AND EXISTS (
            SELECT 1 FROM silver_campaigns c
            WHERE c.event_id = t.event_id AND c.channel = t.channel
                AND (c.start_date IS NULL OR c.start_date <= date(t.purchase_datetime))
                AND (c.end_date IS NULL OR c.end_date >= date(t.purchase_datetime)))
),
converted AS (
    -- a ticket whose whole price came back is not a conversion; a free one cannot give back
    SELECT event_id, channel, CAST(COUNT(*) AS BIGINT) AS tickets,
        CAST(SUM(CASE WHEN price > 0 THEN price - refund ELSE 0 END) AS BIGINT) AS revenue
    FROM bought
    WHERE price = 0 OR refund < price
    GROUP BY event_id, channel
)
SELECT c.event_id, c.channel, e.currency,
    c.spend / 100.0 AS spend, c.impressions, c.clicks, c.conversions,
    COALESCE(v.tickets, 0) AS conv_tickets,
    COALESCE(v.revenue, 0) / 100.0 AS conv_revenue,
    -- half a hundredth rounds away from zero, in integers
    CASE WHEN v.tickets > 0 THEN (2 * c.spend + v.tickets) / (2 * v.tickets) / 100.0 END AS cpa,
    CASE WHEN c.spend <> 0
        THEN CAST(COALESCE(v.revenue, 0) - c.spend AS DOUBLE PRECISION) / c.spend
    END AS roi
FROM campaign c
JOIN silver_events e ON e.event_id = c.event_id
LEFT JOIN converted v ON v.event_id = c.event_id AND v.channel = c.channel
