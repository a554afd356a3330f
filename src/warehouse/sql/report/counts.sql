-- Purpose: how many rows each rule turned away, in the runs of the last snapshots and in the run
-- before them that tells each table's counts.
-- Grain: one row per run, silver table and rule, in order of runs. $1 how many snapshots.
WITH first AS (
    SELECT MIN(snapshot_id) AS snapshot_id
    FROM (SELECT snapshot_id FROM audit_snapshots ORDER BY snapshot_id DESC LIMIT $1) recent
),
result AS (
    SELECT q.run_id, q.table_name, q.rule, q.failed, r.snapshot_id
    FROM audit_dq_results q
    JOIN audit_runs r ON r.run_id = q.run_id
    WHERE q.severity = 'error' AND r.snapshot_id IS NOT NULL
),
earlier AS (
    SELECT table_name, MAX(run_id COLLATE "C") AS run_id
    FROM result
    WHERE snapshot_id < (SELECT snapshot_id FROM first)
    GROUP BY table_name
)
SELECT q.snapshot_id, q.run_id, q.table_name, q.rule, q.failed
FROM result q
LEFT JOIN earlier e ON e.table_name = q.table_name AND e.run_id = q.run_id
WHERE q.snapshot_id >= (SELECT snapshot_id FROM first) OR e.run_id IS NOT NULL
ORDER BY q.run_id COLLATE "C", q.table_name COLLATE "C", q.rule COLLATE "C"
