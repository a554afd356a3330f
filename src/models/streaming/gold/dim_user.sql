-- Purpose: who watches, and with which plan.
-- Grain: one row per user.
--
-- Whether a subscription is active is judged on the last day on which anything happened in the data,
-- never on today: the same sheets give the same answer next year. A subscription still holds on the
-- day on which it ends.
WITH newest AS (
    SELECT MAX(day) AS day
    FROM (
        SELECT date(MAX(session_start_ts)) AS day FROM silver_viewing_activity
        UNION ALL
        SELECT date(MAX(payment_date)) FROM silver_payments
        UNION ALL
        SELECT date(MAX(last_event_timestamp)) FROM silver_subscriptions
    ) AS happened
),
country AS (
    -- a country stands in several rows, one a region
    SELECT country_id, MIN(country_name) AS country_name
    FROM silver_locations
    GROUP BY country_id
),
subscription AS (
    SELECT user_legacy_id, plan_type, start_date, end_date,
        MIN(start_date) OVER (PARTITION BY user_legacy_id) AS first_date,
        ROW_NUMBER() OVER (
            PARTITION BY user_legacy_id ORDER BY start_date DESC, sub_id DESC) AS place
    FROM silver_subscriptions
)
SELECT u.user_legacy_id AS user_key, u.name, u.email, c.country_name,
    COALESCE(u.region_name, l.region_name) AS region_name,
    s.first_date AS first_subscription_date, s.plan_type AS current_plan_type,
    CASE WHEN s.start_date <= n.day AND (s.end_date IS NULL OR s.end_date >= n.day)
        THEN TRUE ELSE FALSE
    END AS is_active
FROM silver_users u
CROSS JOIN newest n
LEFT JOIN country c ON c.country_id = u.country_id
LEFT JOIN silver_locations l ON l.country_id = u.country_id AND l.region_id = u.region_id
LEFT JOIN subscription s ON s.user_legacy_id = u.user_legacy_id AND s.place = 1
