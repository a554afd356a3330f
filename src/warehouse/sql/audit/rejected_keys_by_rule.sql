-- Purpose: keys of a sheet's rows that one rule turned away. $1 bronze table, $2 rule.
SELECT DISTINCT record_key FROM audit_rejected_rows
WHERE source_table = $1 AND rule = $2 AND record_key IS NOT NULL
