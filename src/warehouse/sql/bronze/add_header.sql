-- Purpose: record a sheet's header from a snapshot on. $1: bronze table, $2: snapshot, $3: JSON.
INSERT INTO audit_headers (table_name, snapshot_id, header) VALUES ($1, $2, $3)
