-- Purpose: write one part of a sheet's rows. $1: bronze table, $2: which, then what is in it.
INSERT INTO audit_sheet_parts (table_name, part, runs, digest, hashes) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (table_name, part) DO UPDATE SET runs = excluded.runs, digest = excluded.digest,
    hashes = excluded.hashes
