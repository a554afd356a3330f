-- Purpose: the run that ended last, also a failed one. Grain: at most one row. No parameters.
SELECT run_id, command, model, snapshot_id, started_at, finished_at, status, exit_code, message
FROM audit_runs
ORDER BY run_id COLLATE "C" DESC LIMIT 1
