-- Purpose: the newest load of a table that counts. Grain: at most one row. $1 layer, $2 table.
-- Of several runs at one snapshot, the one that the layer was built by: clocks are set back, too.
SELECT rows_in, rows_out, rows_rejected, source_hash, content_hash, location, source
FROM audit_loads
WHERE layer = $1 AND table_name = $2 AND status NOT IN ('held', 'kept')
ORDER BY snapshot_id DESC,
    CASE WHEN run_id = (
        SELECT w.run_id
        FROM audit_watermarks w
        WHERE w.layer = $1 AND w.layer || '_' || w.table_name = $2
    ) THEN 0 ELSE 1 END,
    run_id COLLATE "C" DESC
LIMIT 1
