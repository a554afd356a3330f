-- Purpose: the oldest snapshot that is kept; NULL: there is none. Grain: one row. No parameters.
SELECT MIN(snapshot_id) FROM audit_snapshots
