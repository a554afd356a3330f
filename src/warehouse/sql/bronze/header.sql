-- Purpose: the header of a sheet as it is now. Grain: at most one row. $1: bronze table.
SELECT header FROM audit_headers WHERE table_name = $1 ORDER BY snapshot_id DESC LIMIT 1
