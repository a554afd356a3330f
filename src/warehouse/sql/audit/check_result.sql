-- Purpose: what a run counted for a check. Grain: at most one row. $1 run, $2 table, $3 rule.
SELECT checked, failed
FROM audit_dq_results
WHERE run_id = $1 AND table_name = $2 AND rule = $3 AND severity = 'warning'
