-- Purpose: forget what is recorded about a sheet. $1 bronze table.
DELETE FROM audit_warnings WHERE source_table = $1
