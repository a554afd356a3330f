-- Purpose: when a sheet last came from Google; NULL: never. $1 bronze table.
SELECT MAX(s.loaded_at)
FROM audit_loads l
JOIN audit_snapshots s ON s.snapshot_id = l.snapshot_id
WHERE l.layer = 'bronze' AND l.table_name = $1 AND l.source = 'sheets'
    AND l.status IN ('loaded', 'unchanged')
