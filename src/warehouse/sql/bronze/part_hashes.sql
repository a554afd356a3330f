-- Purpose: the hashes of a sheet's rows. Grain: one row per part, in the order of the sheet.
-- $1: bronze table, $2: the first part, $3: the last one.
SELECT part, hashes FROM audit_sheet_parts WHERE table_name = $1 AND part BETWEEN $2 AND $3
ORDER BY part
