-- Purpose: one line per run, layer and table. Parameters in the order of the columns.
INSERT INTO audit_loads (run_id, snapshot_id, layer, table_name, source, location, rows_in,
    rows_out, rows_added, rows_changed, rows_removed, rows_moved, rows_rejected, content_hash,
    source_hash, started_at, finished_at, status, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
