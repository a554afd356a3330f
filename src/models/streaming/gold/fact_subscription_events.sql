-- Purpose: what each payment did to the monthly recurring revenue.
-- Grain: one row per payment.
--
-- The kind of event is the subscription's last one. A sign-up or a return brings the amount, a
-- renewal changes nothing, a change of plan brings what it is more than the payment before (all of it
-- where there was none), and an end or a pause takes away what was paid last. Payments follow each
-- other by moment, then by number; one without a date counts as of the midnight with which the
-- subscription began.
WITH payment AS (
    SELECT p.payment_id, p.sub_id, s.user_legacy_id, s.last_event_type,
        CAST(ROUND(p.amount * 100) AS BIGINT) AS amount,
        COALESCE(CAST(p.payment_date AS TEXT), CAST(s.start_date AS TEXT) || ' 00:00:00') AS paid_at
    FROM silver_payments p
    JOIN silver_subscriptions s ON s.sub_id = p.sub_id
),
placed AS (
    SELECT payment_id, sub_id, user_legacy_id, last_event_type, amount, paid_at,
        LAG(amount) OVER (
            PARTITION BY sub_id ORDER BY paid_at, payment_id) AS amount_before,
        LAST_VALUE(amount) OVER (
            PARTITION BY sub_id ORDER BY paid_at, payment_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS amount_last
    FROM payment
)
SELECT payment_id, sub_id,
    CAST(substr(paid_at, 1, 4) AS INTEGER) * 10000
        + CAST(substr(paid_at, 6, 2) AS INTEGER) * 100
        + CAST(substr(paid_at, 9, 2) AS INTEGER) AS date_key,
    user_legacy_id AS user_key, last_event_type AS event_type_name,
    CASE
        WHEN last_event_type IN ('SIGNUP', 'RESUME') THEN amount
        WHEN last_event_type IN ('UPGRADE', 'DOWNGRADE') THEN amount - COALESCE(amount_before, 0)
        WHEN last_event_type IN ('CANCEL', 'PAUSE') THEN -amount_last
        ELSE 0
    END / 100.0 AS mrr_change
FROM placed
