-- Purpose: the sheets that were ever recorded. Grain: one row per bronze table. No parameters.
SELECT DISTINCT table_name FROM audit_headers
