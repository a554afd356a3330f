-- Purpose: write one text of a sheet's packed rows. $1: bronze table, $2: which, $3: the text.
INSERT INTO audit_sheet_rows (table_name, part, packed) VALUES ($1, $2, $3)
ON CONFLICT (table_name, part) DO UPDATE SET packed = excluded.packed
