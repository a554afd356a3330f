-- Purpose: the schedule whose run is due next. Grain: at most one row. No parameters.
SELECT host, pid, rule, next_run_at
FROM audit_schedules
WHERE next_run_at IS NOT NULL
ORDER BY next_run_at COLLATE "C", host COLLATE "C"
LIMIT 1
