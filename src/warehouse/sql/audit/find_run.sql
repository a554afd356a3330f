-- Purpose: whether a run was published. Grain: at most one row. $1 run.
SELECT status FROM audit_runs WHERE run_id = $1
