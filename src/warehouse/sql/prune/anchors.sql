-- Purpose: what must stay however old it is: of each sheet the last good load, which `status` shows
-- and the next run goes on from, and the last pull from Google, which a CSV file must be newer than.
-- Grain: one row per bronze table that was ever pulled. No parameters.
SELECT MAX(CASE WHEN status NOT IN ('held', 'kept') THEN snapshot_id END) AS good,
    MAX(CASE WHEN source = 'sheets' AND status IN ('loaded', 'unchanged') THEN snapshot_id END)
        AS from_google
FROM audit_loads
WHERE layer = 'bronze'
GROUP BY table_name
