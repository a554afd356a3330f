-- Purpose: every snapshot, from the oldest on. Grain: one row per snapshot. No parameters.
SELECT snapshot_id, loaded_at FROM audit_snapshots ORDER BY snapshot_id
