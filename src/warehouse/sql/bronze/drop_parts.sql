-- Purpose: take out the parts behind the last one. $1: bronze table, $2: the first that goes.
DELETE FROM audit_sheet_parts WHERE table_name = $1 AND part >= $2
