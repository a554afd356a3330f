-- Purpose: forget the snapshots in goldleaf_ids. No parameters.
DELETE FROM audit_snapshots WHERE snapshot_id IN (SELECT p0 FROM goldleaf_ids)
