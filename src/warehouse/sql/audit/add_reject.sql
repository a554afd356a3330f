-- Purpose: put a bronze row into the quarantine. $1 run, $2 snapshot, $3 bronze table, $4 row id,
-- $5 sheet row, $6 cell, $7 key, $8 rule, $9 column, $10 value, $11 reason, $12 row as JSON,
-- $13 silver table.
INSERT INTO audit_rejected_rows (run_id, snapshot_id, source_table, target_table, row_id,
    row_number, cell, record_key, rule, column_name, value, reason, row_json)
VALUES ($1, $2, $3, $13, $4, $5, $6, $7, $8, $9, $10, $11, $12)
