-- Purpose: rows in quarantine that have a key. $1 bronze table, $2 key.
SELECT row_id FROM audit_rejected_rows WHERE source_table = $1 AND record_key = $2
