-- Purpose: no session is lost on the way, and no fact points to nowhere.
-- Result: sessions, and those without exactly one fact whose keys are all in their dimensions.
SELECT COUNT(*) AS checked,
    COUNT(*) - (SELECT COUNT(*)
        FROM gold_fact_viewing_activity f
        JOIN silver_viewing_activity s ON s.session_id = f.session_id
        JOIN gold_dim_date d ON d.date_key = f.date_key
        JOIN gold_dim_user u ON u.user_key = f.user_key
        JOIN gold_dim_content c ON c.content_key = f.content_key) AS failed
FROM silver_viewing_activity
