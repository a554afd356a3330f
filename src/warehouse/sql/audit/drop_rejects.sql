-- Purpose: forget what is recorded about a sheet. $1 bronze table.
DELETE FROM audit_rejected_rows WHERE source_table = $1
