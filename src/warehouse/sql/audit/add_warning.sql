-- Purpose: record a repaired cell. $1 run, $2 snapshot, $3 bronze table, $4 row id, $5 sheet row,
-- $6 cell, $7 key, $8 rule, $9 column, $10 value, $11 reason.
INSERT INTO audit_warnings (run_id, snapshot_id, source_table, row_id, row_number, cell,
    record_key, rule, column_name, value, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
