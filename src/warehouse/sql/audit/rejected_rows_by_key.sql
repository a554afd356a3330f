-- Purpose: rows in quarantine that have a key in goldleaf_keys. $1 bronze table.
SELECT r.row_id
FROM goldleaf_keys k
JOIN audit_rejected_rows r ON r.source_table = $1 AND r.record_key = k.p1
