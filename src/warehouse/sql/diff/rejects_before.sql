-- Purpose: the remembered quarantine of one sheet. Grain: one row per rejected row. $1 bronze table.
SELECT row_id, record_key, cell, column_name, rule, value
FROM goldleaf_before_rejects
WHERE source_table = $1
