-- Purpose: forget headers that no snapshot has any more, nor the state that silver was built from: a
-- header counts until the next one of its sheet. Run when the snapshots are dropped. No parameters.
DELETE FROM audit_headers
WHERE (SELECT MIN(n.snapshot_id) FROM audit_headers n
       WHERE n.table_name = audit_headers.table_name
           AND n.snapshot_id > audit_headers.snapshot_id)
    <= (SELECT MIN(s.snapshot_id) FROM audit_snapshots s
        WHERE s.snapshot_id >= audit_headers.snapshot_id)
AND NOT EXISTS (
    SELECT 1 FROM audit_watermarks w
    WHERE w.layer = 'silver' AND 'bronze_' || w.table_name = audit_headers.table_name
        AND w.snapshot_id >= audit_headers.snapshot_id
        AND w.snapshot_id < (SELECT MIN(n.snapshot_id) FROM audit_headers n
                             WHERE n.table_name = audit_headers.table_name
                                 AND n.snapshot_id > audit_headers.snapshot_id))
