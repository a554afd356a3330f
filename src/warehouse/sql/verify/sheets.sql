-- Purpose: the sheets that were ever recorded, also those of other models, and those whose header is
-- lost. Grain: one row per bronze table. No parameters.
SELECT table_name
FROM (
    SELECT table_name FROM audit_headers
    UNION
    SELECT table_name FROM audit_loads WHERE layer = 'bronze' AND status = 'loaded'
) AS known
ORDER BY table_name COLLATE "C"
