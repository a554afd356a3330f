-- Purpose: the newest snapshot. Grain: at most one row. No parameters.
SELECT snapshot_id, loaded_at, status, run_id FROM audit_snapshots
ORDER BY snapshot_id DESC LIMIT 1
