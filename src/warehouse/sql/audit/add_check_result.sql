-- Purpose: the counts of a model's check. $1 run, $2 table, $3 rule, $4 checked, $5 failed.
INSERT INTO audit_dq_results (run_id, table_name, rule, severity, checked, failed)
VALUES ($1, $2, $3, 'warning', $4, $5)
