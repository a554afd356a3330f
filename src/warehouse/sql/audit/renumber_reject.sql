-- Purpose: a recorded row stands elsewhere now. $1 bronze table, $2 row id, $3 sheet row, $4 cell.
UPDATE audit_rejected_rows SET row_number = $3, cell = $4 WHERE source_table = $1 AND row_id = $2
