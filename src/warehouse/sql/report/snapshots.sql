-- Purpose: the last snapshots, the oldest first. Grain: one row per snapshot. $1 how many.
SELECT snapshot_id, loaded_at
FROM (SELECT snapshot_id, loaded_at FROM audit_snapshots ORDER BY snapshot_id DESC LIMIT $1) recent
ORDER BY snapshot_id
