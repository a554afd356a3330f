-- Purpose: what there is to watch.
-- Grain: one row per title of the watchlist.
SELECT CAST(content_id AS TEXT) AS content_key, title, content_type AS content_type_name,
    genre AS genre_name, release_year
FROM silver_watchlist
