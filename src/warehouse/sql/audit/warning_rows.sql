-- Purpose: which rows of a sheet are recorded, and where they stood. $1 bronze table.
SELECT row_id, row_number, cell, column_name FROM audit_warnings WHERE source_table = $1
