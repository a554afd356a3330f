-- Purpose: the newest snapshot. Grain: at most one row.
SELECT snapshot_id, loaded_at FROM audit_snapshots ORDER BY snapshot_id DESC LIMIT 1
