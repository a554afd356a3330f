-- Purpose: forget the loads of snapshots that are gone, but for those that tell how a table is now:
-- its newest line, its newest good one, and the newest in which it changed. No parameters.
DELETE FROM audit_loads
WHERE snapshot_id NOT IN (SELECT snapshot_id FROM audit_snapshots)
AND (layer, table_name, snapshot_id) NOT IN (
    SELECT layer, table_name, MAX(snapshot_id)
    FROM audit_loads
    WHERE snapshot_id IS NOT NULL
    GROUP BY layer, table_name
    UNION ALL
    SELECT layer, table_name, MAX(snapshot_id)
    FROM audit_loads
    WHERE snapshot_id IS NOT NULL AND status NOT IN ('held', 'kept')
    GROUP BY layer, table_name
    UNION ALL
    SELECT layer, table_name, MAX(snapshot_id)
    FROM audit_loads
    WHERE snapshot_id IS NOT NULL AND status = 'loaded'
    GROUP BY layer, table_name)
