-- Purpose: record a run. Parameters in the order of the columns.
INSERT INTO audit_runs (run_id, command, model, model_version, snapshot_id, started_at,
    finished_at, status, exit_code, message)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
