-- Purpose: what was watched, by title, viewer's country and plan, device and day.
-- Grain: one row per session; the report adds them up.
SELECT v.content_key, u.country_name AS country, COALESCE(u.current_plan_type, 'no plan') AS plan_type,
    COALESCE(d.device_type, 'Unknown') AS device, t.full_date AS day,
    1 AS sessions, v.duration_watched_sec AS seconds,
    CASE WHEN v.user_rating IS NOT NULL THEN 1 ELSE 0 END AS ratings,
    COALESCE(v.user_rating, 0) AS rating_points
FROM gold_fact_viewing_activity v
JOIN gold_dim_user u ON u.user_key = v.user_key
JOIN gold_dim_date t ON t.date_key = v.date_key
LEFT JOIN silver_devices d ON d.device_id = v.device_id
