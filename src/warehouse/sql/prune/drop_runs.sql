-- Purpose: forget runs whose snapshot is gone, and failed ones from before a time, unless a line
-- that stays names them; the last run and the last success stay. $1 time.
DELETE FROM audit_runs
WHERE ((snapshot_id IS NOT NULL AND snapshot_id NOT IN (SELECT snapshot_id FROM audit_snapshots))
    OR (snapshot_id IS NULL AND started_at COLLATE "C" < $1))
AND run_id NOT IN (SELECT run_id FROM audit_loads)
AND run_id NOT IN (SELECT run_id FROM audit_dq_results)
AND run_id NOT IN (SELECT run_id FROM audit_rejected_rows)
AND run_id NOT IN (SELECT run_id FROM audit_warnings)
AND run_id NOT IN (SELECT run_id FROM audit_watermarks)
AND run_id <> (SELECT MAX(run_id COLLATE "C") FROM audit_runs)
AND run_id <> COALESCE((
    SELECT MAX(run_id COLLATE "C")
    FROM audit_runs
    WHERE status <> 'failed'
        AND finished_at = (SELECT MAX(finished_at) FROM audit_runs WHERE status <> 'failed')), '')
