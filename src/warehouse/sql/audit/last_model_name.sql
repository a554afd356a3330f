-- Purpose: the name of the model of the last run that published, for warehouses from before models
-- were kept. Grain: one row, or none. No parameters.
SELECT model FROM audit_runs WHERE status <> 'failed' ORDER BY run_id COLLATE "C" DESC LIMIT 1
