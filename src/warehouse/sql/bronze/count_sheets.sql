-- Purpose: how many sheets were ever recorded. Grain: one row. No parameters.
SELECT COUNT(DISTINCT table_name) FROM audit_headers
