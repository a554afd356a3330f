-- Purpose: how far a layer is with a table. Grain: at most one row. $1 layer, $2 table.
SELECT run_id, snapshot_id FROM audit_watermarks WHERE layer = $1 AND table_name = $2
