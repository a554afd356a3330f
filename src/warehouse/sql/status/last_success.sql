-- Purpose: when the last run that published ended. Grain: one row, NULL without one. No parameters.
SELECT MAX(finished_at) FROM audit_runs WHERE status <> 'failed'
