-- Purpose: the rows that a sheet has now, without their hashes; none when they are older than its last
-- change. Grain: one row per part, in the order of the sheet. $1: bronze table.
SELECT p.part, p.runs, p.digest FROM audit_sheet_parts p
JOIN audit_watermarks w ON w.layer = 'parts' AND w.table_name = p.table_name
WHERE p.table_name = $1 AND w.snapshot_id = (
    SELECT MAX(snapshot_id) FROM audit_loads
    WHERE layer = 'bronze' AND table_name = $1 AND status = 'loaded')
ORDER BY p.part
