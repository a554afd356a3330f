-- Purpose: whether a sheet's header changed after a snapshot. Grain: one row.
-- $1: bronze table, $2: snapshot.
SELECT COUNT(*) FROM audit_headers WHERE table_name = $1 AND snapshot_id > $2
