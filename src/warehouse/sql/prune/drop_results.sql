-- Purpose: forget the counts of rules of snapshots that are gone, but for the newest of each table
-- and rule, which describe it as it is. No parameters.
DELETE FROM audit_dq_results
WHERE run_id NOT IN (
    SELECT r.run_id FROM audit_runs r JOIN audit_snapshots s ON s.snapshot_id = r.snapshot_id)
AND (table_name, rule, run_id) NOT IN (
    SELECT table_name, rule, MAX(run_id COLLATE "C")
    FROM audit_dq_results
    GROUP BY table_name, rule)
