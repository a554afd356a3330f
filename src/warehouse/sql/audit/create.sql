-- Purpose: the audit tables, made on the first run. Portable: TEXT and BIGINT only.
-- Times are UTC text, "2026-11-24T06:00:00Z".

-- One row per pull that was recorded.
CREATE TABLE IF NOT EXISTS audit_snapshots (
    snapshot_id BIGINT NOT NULL PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    status TEXT NOT NULL,
    run_id TEXT NOT NULL
);

-- One row per run, failed ones included.
CREATE TABLE IF NOT EXISTS audit_runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    command TEXT NOT NULL,
    model TEXT NOT NULL,
    model_version TEXT,
    snapshot_id BIGINT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    status TEXT NOT NULL,
    exit_code BIGINT NOT NULL,
    message TEXT
);

-- One row per run, layer (bronze, silver, gold) and table.
CREATE TABLE IF NOT EXISTS audit_loads (
    run_id TEXT NOT NULL,
    snapshot_id BIGINT,
    layer TEXT NOT NULL,
    table_name TEXT NOT NULL,
    source TEXT,
    location TEXT,
    rows_in BIGINT NOT NULL,
    rows_out BIGINT NOT NULL,
    rows_added BIGINT NOT NULL,
    rows_changed BIGINT NOT NULL,
    rows_removed BIGINT NOT NULL,
    rows_moved BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    content_hash TEXT,
    source_hash TEXT,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY (run_id, layer, table_name)
);

-- The header of each sheet from a snapshot on, until the next one: a JSON array of
-- {"header": as written, "column": bronze column}; "header" is null beyond the header row's end.
CREATE TABLE IF NOT EXISTS audit_headers (
    table_name TEXT NOT NULL,
    snapshot_id BIGINT NOT NULL,
    header TEXT NOT NULL,
    PRIMARY KEY (table_name, snapshot_id)
);

-- The quarantine: every row of the current snapshot that did not reach silver. row_id is the
-- row's _row_id in source_table; run_id and snapshot_id tell who put it here.
CREATE TABLE IF NOT EXISTS audit_rejected_rows (
    run_id TEXT NOT NULL,
    snapshot_id BIGINT NOT NULL,
    source_table TEXT NOT NULL,
    target_table TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    cell TEXT NOT NULL,
    record_key TEXT,
    rule TEXT NOT NULL,
    column_name TEXT,
    value TEXT,
    reason TEXT NOT NULL,
    row_json TEXT NOT NULL,
    PRIMARY KEY (source_table, row_id)
);
CREATE INDEX IF NOT EXISTS audit_rejected_rows_key ON audit_rejected_rows (source_table, record_key);

-- Cells of the current snapshot that were repaired: the row is in silver, the cell's value is not.
CREATE TABLE IF NOT EXISTS audit_warnings (
    run_id TEXT NOT NULL,
    snapshot_id BIGINT NOT NULL,
    source_table TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    cell TEXT NOT NULL,
    record_key TEXT,
    rule TEXT NOT NULL,
    column_name TEXT NOT NULL,
    value TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (source_table, row_id, column_name)
);

-- Per run and table: how many rows a rule looked at and how many broke it. The newest run of a
-- table describes it as it is now.
CREATE TABLE IF NOT EXISTS audit_dq_results (
    run_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    checked BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    PRIMARY KEY (run_id, table_name, rule, severity)
);

-- How far each layer is: silver of a sheet was built from this snapshot; gold from the silver of
-- this run; the packed rows of a sheet are those of this snapshot. Of the layers model and schema
-- run_id is a fingerprint: by which model a layer was made, in which form a table.
CREATE TABLE IF NOT EXISTS audit_watermarks (
    layer TEXT NOT NULL,
    table_name TEXT NOT NULL,
    run_id TEXT NOT NULL,
    snapshot_id BIGINT NOT NULL,
    PRIMARY KEY (layer, table_name)
);

-- Every version of the model that silver and gold were built by, the newest last; run, its start and
-- snapshot are those that brought it. sql_files is a JSON array of {"path", "sql"}.
CREATE TABLE IF NOT EXISTS audit_models (
    model_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    descriptor TEXT NOT NULL,
    sql_files TEXT NOT NULL,
    run_id TEXT NOT NULL,
    snapshot_id BIGINT,
    started_at TEXT NOT NULL
);

-- The rows that each sheet has now, some thousand to a part: their ids and labels, and their hashes
-- and the digest of these. All that stands in bronze, too, packed so that comparing a pull needs no
-- pass over it.
CREATE TABLE IF NOT EXISTS audit_sheet_parts (
    table_name TEXT NOT NULL,
    part BIGINT NOT NULL,
    runs TEXT NOT NULL,
    digest BIGINT NOT NULL,
    hashes TEXT NOT NULL,
    PRIMARY KEY (table_name, part)
);
-- Its form up to version 0.1.
DROP TABLE IF EXISTS audit_sheet_rows;

-- One row per host on which `goldleaf schedule` filled this warehouse. next_run_at is NULL once it
-- has ended.
CREATE TABLE IF NOT EXISTS audit_schedules (
    host TEXT NOT NULL PRIMARY KEY,
    pid BIGINT NOT NULL,
    rule TEXT NOT NULL,
    next_run_at TEXT,
    updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_loads_table ON audit_loads (table_name, snapshot_id);
