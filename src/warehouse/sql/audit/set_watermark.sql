-- Purpose: move a watermark. $1 layer, $2 table, $3 run, $4 snapshot.
INSERT INTO audit_watermarks (layer, table_name, run_id, snapshot_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (layer, table_name) DO UPDATE SET run_id = excluded.run_id,
    snapshot_id = excluded.snapshot_id
