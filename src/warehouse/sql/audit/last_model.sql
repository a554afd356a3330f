-- Purpose: the model that silver and gold are built by. Grain: one row, or none. No parameters.
SELECT name, version, fingerprint, descriptor, sql_files, run_id, snapshot_id, started_at
FROM audit_models
ORDER BY model_id DESC
LIMIT 1
