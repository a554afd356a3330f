-- Purpose: the calendar of the facts.
-- Grain: one row per day of every whole year that a session or a payment falls into.
--
-- Days are made by counting, with whole numbers only: no function of dates is the same everywhere.
WITH RECURSIVE year_of AS (
    SELECT CAST(substr(CAST(session_start_ts AS TEXT), 1, 4) AS INTEGER) AS year
    FROM silver_viewing_activity
    UNION
    SELECT CAST(substr(COALESCE(CAST(p.payment_date AS TEXT), CAST(s.start_date AS TEXT)), 1, 4)
        AS INTEGER)
    FROM silver_payments p
    JOIN silver_subscriptions s ON s.sub_id = p.sub_id
),
number AS (
    SELECT 1 AS n
    UNION ALL
    SELECT n + 1 FROM number WHERE n < 31
),
month_of AS (
    SELECT y.year, m.n AS month,
        CASE WHEN m.n <= 2 THEN y.year - 1 ELSE y.year END AS march_year,
        CASE
            WHEN m.n IN (4, 6, 9, 11) THEN 30
            WHEN m.n <> 2 THEN 31
            WHEN y.year % 4 = 0 AND (y.year % 100 <> 0 OR y.year % 400 = 0) THEN 29
            ELSE 28
        END AS days
    FROM year_of y
    JOIN number m ON m.n <= 12
),
day_of AS (
    -- the number of days since 1 March of the year 0, a Wednesday; years begin in March for that
    SELECT m.year, m.month, d.n AS day,
        365 * m.march_year + m.march_year / 4 - m.march_year / 100 + m.march_year / 400
            + (153 * ((m.month + 9) % 12) + 2) / 5 + d.n - 1 AS number
    FROM month_of m
    JOIN number d ON d.n <= m.days
)
SELECT year * 10000 + month * 100 + day AS date_key,
    date(CAST(year AS TEXT) || CASE WHEN month < 10 THEN '-0' ELSE '-' END || CAST(month AS TEXT)
        || CASE WHEN day < 10 THEN '-0' ELSE '-' END || CAST(day AS TEXT)) AS full_date,
    year, (month + 2) / 3 AS quarter, month, day,
    (number + 2) % 7 + 1 AS day_of_week,
    CASE month
        WHEN 1 THEN 'January' WHEN 2 THEN 'February' WHEN 3 THEN 'March' WHEN 4 THEN 'April'
        WHEN 5 THEN 'May' WHEN 6 THEN 'June' WHEN 7 THEN 'July' WHEN 8 THEN 'August'
        WHEN 9 THEN 'September' WHEN 10 THEN 'October' WHEN 11 THEN 'November'
        ELSE 'December'
    END AS month_name,
    CASE WHEN (number + 2) % 7 >= 5 THEN TRUE ELSE FALSE END AS is_weekend
FROM day_of
