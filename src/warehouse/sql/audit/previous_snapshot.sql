-- Purpose: the newest snapshot before another; NULL: there is none. Grain: one row. $1 snapshot.
SELECT MAX(snapshot_id) FROM audit_snapshots WHERE snapshot_id < $1
