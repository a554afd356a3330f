-- Purpose: no payment is lost on the way, and no fact points to nowhere.
-- Result: payments, and those without exactly one fact whose keys are all in their dimensions.
SELECT COUNT(*) AS checked,
    COUNT(*) - (SELECT COUNT(*)
        FROM gold_fact_subscription_events f
        JOIN silver_payments s ON s.payment_id = f.payment_id
        JOIN gold_dim_date d ON d.date_key = f.date_key
        JOIN gold_dim_user u ON u.user_key = f.user_key) AS failed
FROM silver_payments
