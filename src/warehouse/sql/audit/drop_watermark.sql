-- Purpose: forget how far a layer is with a table that is gone. $1 layer, $2 table.
DELETE FROM audit_watermarks WHERE layer = $1 AND table_name = $2
