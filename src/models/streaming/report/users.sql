-- Purpose: users and subscribers, by country and plan, and when they first subscribed.
-- Grain: one row per user; the report adds them up.
SELECT country_name AS country, COALESCE(current_plan_type, 'no plan') AS plan_type,
    first_subscription_date, 1 AS users,
    CASE WHEN is_active THEN 1 ELSE 0 END AS active,
    CASE WHEN first_subscription_date IS NOT NULL THEN 1 ELSE 0 END AS subscribed
FROM gold_dim_user
