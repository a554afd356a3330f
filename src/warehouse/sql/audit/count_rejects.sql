-- Purpose: how many are recorded of a sheet. Grain: one row. $1 bronze table.
SELECT COUNT(*) FROM audit_rejected_rows WHERE source_table = $1
