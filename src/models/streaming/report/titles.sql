-- Purpose: what titles are called and can be told apart by. Grain: one row per title.
SELECT content_key, title, content_type_name AS content_type, genre_name AS genre,
    CAST(release_year AS TEXT) AS release_year
FROM gold_dim_content
