-- Purpose: how many pulls are kept. Grain: one row. No parameters.
SELECT COUNT(*) FROM audit_snapshots
