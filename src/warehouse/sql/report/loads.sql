-- Purpose: the pulls of each sheet, the newest first. Grain: one row per run and bronze table.
-- $1 rows at most.
SELECT l.snapshot_id, l.finished_at, l.table_name, l.source, l.status, l.message, l.rows_in,
    l.rows_added, l.rows_changed, l.rows_removed
FROM audit_loads l
WHERE l.layer = 'bronze'
ORDER BY l.run_id COLLATE "C" DESC, l.table_name COLLATE "C"
LIMIT $1
