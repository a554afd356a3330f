-- Purpose: the newest snapshot in which a sheet changed; NULL: never loaded. $1 bronze table.
SELECT MAX(snapshot_id) FROM audit_loads
WHERE layer = 'bronze' AND table_name = $1 AND status = 'loaded'
