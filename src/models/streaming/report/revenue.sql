-- Purpose: what payments did to the monthly recurring revenue, by kind of event, country, plan, day.
-- Grain: one row per payment; the report adds them up.
SELECT f.event_type_name AS event_type, u.country_name AS country,
    COALESCE(u.current_plan_type, 'no plan') AS plan_type, t.full_date AS day,
    1 AS payments, f.mrr_change
FROM gold_fact_subscription_events f
JOIN gold_dim_user u ON u.user_key = f.user_key
JOIN gold_dim_date t ON t.date_key = f.date_key
