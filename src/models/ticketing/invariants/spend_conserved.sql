-- Purpose: every campaign's spend is in the KPIs, once.
-- Result: campaigns, and 1 when their spend does not add up to that of the KPI table.
SELECT COUNT(*) AS checked,
    CASE WHEN COALESCE(SUM(CAST(ROUND(spend * 100) AS BIGINT)), 0)
            = (SELECT COALESCE(SUM(CAST(ROUND(spend * 100) AS BIGINT)), 0) FROM gold_campaign_roi)
        THEN 0 ELSE 1 END AS failed
FROM silver_campaigns
