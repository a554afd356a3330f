-- Purpose: whether there is this snapshot, and of when. Grain: at most one row. $1 snapshot.
SELECT loaded_at FROM audit_snapshots WHERE snapshot_id = $1
