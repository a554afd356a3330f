-- Purpose: what a check counted when it was run last. Grain: at most one row. $1 table, $2 rule.
SELECT checked, failed
FROM audit_dq_results
WHERE table_name = $1 AND rule = $2
ORDER BY run_id COLLATE "C" DESC
LIMIT 1
