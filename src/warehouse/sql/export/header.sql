-- Purpose: the header that a sheet had at a snapshot. Grain: at most one row. $1 bronze table,
-- $2 snapshot.
SELECT header FROM audit_headers
WHERE table_name = $1 AND snapshot_id <= $2
ORDER BY snapshot_id DESC LIMIT 1
