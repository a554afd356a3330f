-- Purpose: the quarantine of one sheet. Grain: one row per rejected row. $1 bronze table.
SELECT row_id, record_key, cell, column_name, rule, value
FROM audit_rejected_rows
WHERE source_table = $1
