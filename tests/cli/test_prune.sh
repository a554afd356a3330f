#!/usr/bin/env bash
# Old snapshots go, and nothing else does.
. "$(dirname "$0")/lib.sh"

sql() { sqlite3 warehouse.sqlite "$1"; }
is() { [ "$(sql "$1")" = "$2" ] || fail "$1 is $(sql "$1") and not $2"; }

run 7 prune --keep 3
[ ! -e warehouse.sqlite ] || fail "a prune of nothing left a file"
make_warehouse

# ---- what --keep may be ----

run 2 prune
err_has 'prune needs --keep'
for keep in 0 -1 d 0d 3x 1.5d 90dd '' ' 3' 99999999999999999999 5000000000d; do
    run 2 prune "--keep=$keep"
    err_has '--keep'
done
run 2 status --keep 3
GOLDLEAF_KEEP=x run 2 prune
err_has 'GOLDLEAF_KEEP'

# ---- seven snapshots: tickets change each time, events never, refunds vanish after the third ----

cp inputs/refunds.csv refunds.before
for i in 2 3 4 5 6 7; do
    sed -i "s/^T-1,\(.*\),[0-9.]*,INR,used/T-1,\1,10$i.00,INR,used/" inputs/tickets.csv
    [ $i -lt 4 ] || rm -f inputs/refunds.csv
    run $((i < 4 ? 0 : 4)) all --inputs inputs
done
for i in 1 2 3 4 5 6 7; do
    for sheet in tickets refunds events; do
        run 0 export bronze_$sheet --snapshot $i -o before-$sheet-$i.csv
    done
done
run 0 status --format json
cp out status.before
run 0 diff 3 7 --format json
cp out diff.before
run 0 export gold_event_sales -o gold.before

# ---- a dry run tells and touches nothing ----

chmod a-w warehouse.sqlite
cp -p warehouse.sqlite same.sqlite
run 0 prune --keep 2 --dry-run
out_has '^warehouse.sqlite: 4 snapshots would be dropped, 3 kept, the oldest is 3$'
out_has '^tickets +4 +10 +4$'
out_has '^events +4 +2 +0$'
cmp warehouse.sqlite same.sqlite || fail 'the dry run wrote'
run 0 prune --keep 2 --dry-run --format json
json 'd["dry_run"], d["snapshots"], d["audit_lines"]' \
    "(True, {'kept': [3, 6, 7], 'dropped': [1, 2, 4, 5]}, None)"
json '[s for s in d["sheets"] if s["sheet"] == "tickets"]' \
    "[{'sheet': 'tickets', 'snapshots': 4, 'versions': 10, 'dropped': 4, 'kept': 6}]"
chmod u+w warehouse.sqlite

# ---- the lock is respected ----

flock warehouse.sqlite.lock sleep 30 &
holder=$!
for _ in $(seq 100); do
    flock -n warehouse.sqlite.lock true || break
    sleep 0.05
done
run 5 prune --keep 2
run 0 prune --keep 2 --dry-run
kill $holder
wait $holder 2>/dev/null || true
pkill -P $holder 2>/dev/null || true
rm -f warehouse.sqlite.lock
is 'SELECT COUNT(*) FROM audit_snapshots' 7

# ---- the prune: 3 is the last good load of refunds, which was held since ----

run 0 prune --keep 2 --format csv
out_has '^sheet,snapshots_dropped,versions,versions_dropped$'
out_has '^tickets,4,10,4$'
is "SELECT group_concat(snapshot_id) FROM audit_snapshots" 3,6,7
for i in 3 6 7; do
    for sheet in tickets refunds events; do
        run 0 export bronze_$sheet --snapshot $i -o after.csv
        cmp before-$sheet-$i.csv after.csv || fail "$sheet differs at $i"
    done
done
run 0 status --format json
python3 - <<'PYTHON' || fail 'status differs'
import json
before, after = json.load(open("status.before")), json.load(open("out"))
for sheet in before["sheets"] + after["sheets"]:
    del sheet["age_seconds"]
assert after.pop("snapshots") == 3 and before.pop("snapshots") == 7
assert before == after, after
PYTHON
run 0 diff 3 7 --format json
cmp out diff.before || fail 'the difference of two snapshots that stayed differs'
run 0 diff --format json
json 'd["from"]["snapshot_id"], d["to"]["snapshot_id"]' '(6, 7)'
is "SELECT COUNT(*) FROM audit_runs WHERE snapshot_id IN (2, 4)" 0
is "SELECT COUNT(*) FROM bronze_tickets_snapshots" 12

# ---- what is gone is said to be gone ----

run 2 export bronze_tickets --snapshot 5
err_has '--snapshot: snapshot 5 was dropped by .goldleaf prune.'
err_has 'the oldest one that is kept is 3, the last one 7'
run 2 diff 2 7
err_has 'snapshot 2 was dropped by'
run 2 blame gold_event_sales event_id=E-1 --to 2
err_has 'snapshot 2 was dropped by'
run 2 blame gold_event_sales event_id=E-1 --from 1
err_has 'snapshot 1 was dropped by'
run 2 export bronze_tickets --snapshot 8
err_has 'there is no snapshot 8; the last one is 7'

# ---- it goes on as if nothing had been ----

cp refunds.before inputs/refunds.csv
run 0 all --inputs inputs --format json
json '[(s["status"], s["added"]) for s in d["sheets"] if s["sheet"] == "refunds"]' "[('unchanged', 0)]"
run 0 export gold_event_sales -o gold.after
cmp gold.before gold.after || fail 'gold differs'
run 0 all --inputs inputs --full-refresh
run 0 export gold_event_sales -o gold.after
cmp gold.before gold.after || fail 'gold differs after a full refresh'
run 0 prune --keep 1
out_has '4 snapshots dropped, 1 kept, the oldest is 9'
run 2 diff
err_has 'there is only one snapshot'
run 0 prune --keep 1 -q
out_is_empty

# ---- by age; a clock that was put back does not matter; what came from Google is remembered ----

rm warehouse.sqlite
run 0 all --inputs inputs
for _ in 2 3 4 5; do run 0 all --inputs inputs; done
sql "UPDATE audit_snapshots SET loaded_at = '2020-01-0' || snapshot_id || 'T00:00:00Z' WHERE snapshot_id < 4;
     UPDATE audit_loads SET source = 'sheets' WHERE snapshot_id = 2 AND table_name = 'bronze_events';
     INSERT INTO audit_runs SELECT '0-old', command, model, model_version, NULL,
         '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z', 'failed', 1, 'x' FROM audit_runs LIMIT 1;
     INSERT INTO audit_runs SELECT '0-new', command, model, model_version, NULL,
         started_at, finished_at, 'failed', 1, 'x' FROM audit_runs ORDER BY started_at DESC LIMIT 1;"
run 0 prune --keep 90d --format json
json 'd["snapshots"]' "{'kept': [2, 4, 5], 'dropped': [1, 3]}"
is "SELECT group_concat(run_id) FROM audit_runs WHERE status = 'failed'" 0-new
is "SELECT COUNT(*) FROM audit_loads WHERE status = 'loaded' AND layer = 'bronze'" 8
sql "UPDATE audit_snapshots SET loaded_at = '2020-01-01T00:00:00Z'"
run 0 prune --keep 36500d --format json
json 'd["snapshots"]["dropped"]' '[]'
run 0 prune --keep 1s --format json
json 'd["snapshots"]' "{'kept': [2, 5], 'dropped': [4]}"
run 0 status
out_has 'all, done, exit 0'

# ---- the room is given back, also while somebody reads ----

rm warehouse.sqlite
for i in 1 2 3; do
    python3 - "$i" >inputs/tickets.csv <<'PYTHON'
import sys
print("ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status")
for i in range(5000):
    print(f"T-{i},E-1,,2026-02-01 09:00:00,web,{int(sys.argv[1]) * 100 + i % 90}.00,INR,sold")
PYTHON
    run 0 all --inputs inputs
done
size=$(stat -c %s warehouse.sqlite)
run 0 prune --keep 1
[ $(($(stat -c %s warehouse.sqlite) * 3)) -lt $((size * 2)) ] || fail 'the file is as large as before'
is 'PRAGMA freelist_count' 0
is 'PRAGMA integrity_check' ok
is 'SELECT COUNT(*) FROM bronze_tickets' 5000

# Rows that went here and there leave no page free. A reader keeps what it reads, and no one waits.
for i in 1 2 3 4; do
    awk -F, -v OFS=, -v i=$i 'NR > 1 && NR % 2 { $6 = i * 7 ".00" } { print }' inputs/tickets.csv >next
    mv next inputs/tickets.csv
    run 0 all --inputs inputs
done
size=$(stat -c %s warehouse.sqlite)
mkfifo pipe
sqlite3 warehouse.sqlite <pipe >held &
reader=$!
exec 8>pipe
echo 'BEGIN; SELECT COUNT(*) FROM bronze_tickets;' >&8
for _ in $(seq 100); do
    [ ! -s held ] || break
    sleep 0.05
done
run 0 prune --keep 1
echo 'SELECT COUNT(*) FROM bronze_tickets; COMMIT;' >&8
exec 8>&-
wait $reader
[ "$(sort -u held)" = 15000 ] || fail "the reader saw $(tr '\n' ' ' <held)"
run 0 all --inputs inputs
is 'SELECT COUNT(*) FROM bronze_tickets' 5000
[ $(($(stat -c %s warehouse.sqlite) * 3)) -lt $((size * 2)) ] || fail 'half empty pages stay'
run 0 verify
