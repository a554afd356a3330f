-- Purpose: the sheets that were ever recorded, also those of other models, and the first snapshot
-- that each has a header of. Grain: one row per bronze table. No parameters.
SELECT table_name, MIN(snapshot_id) AS first_snapshot_id
FROM audit_headers
GROUP BY table_name
ORDER BY table_name COLLATE "C"
