-- Purpose: the model that silver and gold are built by from now on. $1 name, $2 version,
-- $3 fingerprint, $4 descriptor, $5 SQL files, $6 run, $7 snapshot or NULL, $8 time.
INSERT INTO audit_models (model_id, name, version, fingerprint, descriptor, sql_files, run_id,
    snapshot_id, started_at)
SELECT COALESCE(MAX(model_id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8 FROM audit_models
