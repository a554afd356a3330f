-- Purpose: forget what is recorded about one bronze row. $1 bronze table, $2 row id.
DELETE FROM audit_rejected_rows WHERE source_table = $1 AND row_id = $2
