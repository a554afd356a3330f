-- Purpose: the rows that a sheet has now, packed; none when they are older than its last change.
-- Grain: one row per text, in the order of the sheet. $1: bronze table.
SELECT p.packed FROM audit_sheet_rows p
JOIN audit_watermarks w ON w.layer = 'rows' AND w.table_name = p.table_name
WHERE p.table_name = $1 AND w.snapshot_id = (
    SELECT MAX(snapshot_id) FROM audit_loads
    WHERE layer = 'bronze' AND table_name = $1 AND status = 'loaded')
ORDER BY p.part
