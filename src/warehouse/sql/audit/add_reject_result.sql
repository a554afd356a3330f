-- Purpose: the count of one rule of a sheet. $1 run, $2 silver table, $3 rule, $4 rows checked,
-- $5 bronze table.
INSERT INTO audit_dq_results (run_id, table_name, rule, severity, checked, failed)
SELECT $1, $2, $3, 'error', $4, COUNT(*)
FROM audit_rejected_rows WHERE source_table = $5 AND rule = $3
