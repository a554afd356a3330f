-- Purpose: who watched what, when, and for how long.
-- Grain: one row per session.
SELECT session_id,
    CAST(substr(CAST(session_start_ts AS TEXT), 1, 4) AS INTEGER) * 10000
        + CAST(substr(CAST(session_start_ts AS TEXT), 6, 2) AS INTEGER) * 100
        + CAST(substr(CAST(session_start_ts AS TEXT), 9, 2) AS INTEGER) AS date_key,
    user_legacy_id AS user_key, CAST(content_id AS TEXT) AS content_key, device_id,
    duration_watched_sec, rating AS user_rating
FROM silver_viewing_activity
