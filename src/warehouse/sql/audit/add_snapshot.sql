-- Purpose: record a pull. $1 snapshot, $2 time, $3 run.
INSERT INTO audit_snapshots (snapshot_id, loaded_at, status, run_id) VALUES ($1, $2, 'complete', $3)
