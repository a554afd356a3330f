-- Purpose: the quarantine as it is before a run, to be compared with it afterwards. No parameters.
DROP TABLE IF EXISTS goldleaf_before_rejects;
CREATE TEMP TABLE goldleaf_before_rejects AS
SELECT source_table, row_id, record_key, cell, column_name, rule, value
FROM audit_rejected_rows
