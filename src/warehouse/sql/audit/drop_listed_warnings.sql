-- Purpose: forget what is recorded about the rows in goldleaf_ids. $1 bronze table.
DELETE FROM audit_warnings
WHERE source_table = $1 AND row_id IN (SELECT p0 FROM goldleaf_ids)
