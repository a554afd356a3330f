-- Purpose: what the schedule of a host is about to do. $1 host, $2 pid, $3 rule, $4 time of the next
-- run or NULL, $5 now.
INSERT INTO audit_schedules (host, pid, rule, next_run_at, updated_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (host) DO UPDATE SET pid = excluded.pid, rule = excluded.rule,
    next_run_at = excluded.next_run_at, updated_at = excluded.updated_at
