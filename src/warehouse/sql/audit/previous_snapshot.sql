-- Purpose: the snapshot before another one; numbers may be missing. Grain: one row, NULL when there
-- is none. $1 the other one.
SELECT MAX(snapshot_id) FROM audit_snapshots WHERE snapshot_id < $1
