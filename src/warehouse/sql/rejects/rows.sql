-- Purpose: the quarantine of one sheet, from top to bottom. $1 bronze table, $2 rows at most.
SELECT row_number, cell, column_name, record_key, rule, value, reason, row_json
FROM audit_rejected_rows
WHERE source_table = $1
ORDER BY row_number, row_id
LIMIT $2
