-- Purpose: the newest load of a table that counts. Grain: at most one row. $1 layer, $2 table.
SELECT rows_in, rows_out, rows_rejected, source_hash, content_hash, location, source
FROM audit_loads
WHERE layer = $1 AND table_name = $2 AND status NOT IN ('held', 'kept')
ORDER BY snapshot_id DESC, run_id COLLATE "C" DESC
LIMIT 1
