-- Purpose: how each sheet stands: its newest good load, and why there is no newer one: held back by
-- a gate, or kept because Google could not be reached.
-- Grain: one row per bronze table that was ever pulled. No parameters.
SELECT t.table_name, g.source, g.location, g.rows_in, g.content_hash, s.loaded_at, h.message,
    (SELECT COUNT(*) FROM audit_rejected_rows r WHERE r.source_table = t.table_name) AS rejected
FROM (
    SELECT table_name, MAX(snapshot_id) AS newest,
        MAX(CASE WHEN status NOT IN ('held', 'kept') THEN snapshot_id END) AS good
    FROM audit_loads
    WHERE layer = 'bronze'
    GROUP BY table_name
) t
LEFT JOIN audit_loads g ON g.layer = 'bronze' AND g.table_name = t.table_name
    AND g.snapshot_id = t.good AND g.status NOT IN ('held', 'kept')
LEFT JOIN audit_loads h ON h.layer = 'bronze' AND h.table_name = t.table_name
    AND h.snapshot_id = t.newest AND h.status IN ('held', 'kept')
LEFT JOIN audit_snapshots s ON s.snapshot_id = t.good
ORDER BY t.table_name COLLATE "C"
