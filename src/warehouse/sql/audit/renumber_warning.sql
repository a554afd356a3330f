-- Purpose: a recorded cell stands elsewhere now. $1 bronze table, $2 row id, $3 sheet row, $4 cell,
-- $5 column.
UPDATE audit_warnings SET row_number = $3, cell = $4
WHERE source_table = $1 AND row_id = $2 AND column_name = $5
