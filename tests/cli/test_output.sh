#!/usr/bin/env bash
# Where data and messages go, in which form, and what a terminal gets to see.
. "$(dirname "$0")/lib.sh"

make_warehouse
out_has '^goldleaf: snapshot 1, [0-9-]+ [0-9:]+Z, run '
out_has '^tickets +4 +4 '
out_has '^gold_event_sales +2 +2 '
out_has '^gold_event_sales: 2 rows, highest net_revenue first'
out_has 'No row is in quarantine'
err_is_empty
awk 'length($0) > 80 { exit 1 }' out || fail "the report is wider than 80 columns"
run 0 all --inputs inputs -q
out_is_empty
err_is_empty

# Every command prints one JSON document.
run 0 all --inputs inputs --format json
json 'sorted(d)' "['exit_code', 'gold', 'loaded_at', 'requests', 'retries', 'run_id', 'seconds', 'sheets', 'snapshot_id']"
json 'd["exit_code"], d["snapshot_id"], len(d["sheets"]), len(d["gold"])' '(0, 3, 8, 3)'
json 'd["sheets"][0]["status"]' unchanged
run 0 status --format json
json 'd["snapshots"], d["last_snapshot"]["snapshot_id"]' '(3, 3)'
json '[s["rows"] for s in d["sheets"] if s["sheet"] == "tickets"]' '[4]'
json 'sorted(d["sheets"][0])' \
    "['age_seconds', 'content_hash', 'freshness', 'held', 'loaded_at', 'location', 'rejected', 'rows', 'sheet', 'source']"
json 'd["last_run"]["command"], d["last_run"]["exit_code"]' "('all', 0)"
json 'd["gold"][0]' "{'table': 'gold_event_sales', 'rows': 2}"
for command in rejects 'export silver_tickets' 'export gold_event_sales' 'export bronze_tickets' \
    'export audit_loads' model 'model check' load_bronze build_silver build_gold; do
    read -ra words <<<"$command"
    [ "$command" != load_bronze ] || words+=(--inputs inputs)
    run 0 "${words[@]}" --format json
    out_is_json
    err_is_empty
    run 0 "${words[@]}" --format csv
    run 0 "${words[@]}" --format text
    out_lacks "$(printf '\033')"
done

# Messages as JSON lines; the error as well.
run 7 status --database missing.sqlite --log-format json
python3 -c 'import json, sys
line, = open("err")
d = json.loads(line)
assert d["level"] == "error" and d["event"] == "failed" and d["exit_code"] == 7, d
assert "goldleaf all" in d["hint"] and d["time"].endswith("Z"), d' || fail "this is no JSON line"
run 0 all --inputs inputs --log-format json -v
python3 -c 'import json
for line in open("err"):
    assert json.loads(line)["run_id"]' || fail "these are no JSON lines"
run 0 all --inputs inputs --log-level warn
err_is_empty

# -o: whole or not at all, by the ending, and never over the database
run 0 status -o status.json
out_is_empty
python3 -m json.tool status.json >/dev/null || fail "status.json is no JSON"
run 0 export silver_tickets -o tickets.csv
run 0 export silver_tickets
cmp out tickets.csv || fail "-o has other data than standard output"
run 0 export silver_tickets --output=-
cmp out tickets.csv || fail "-o - is not standard output"
run 1 export silver_tickets -o no/such/folder/x.csv
err_has 'cannot write no/such/folder/x\.csv'
run 1 export silver_tickets -o .
err_has 'Is a directory'
run 2 export silver_tickets -o warehouse.sqlite
err_has 'this is the database'
run 1 status -o /dev/full
err_has 'cannot write /dev/full: No space left'
# shellcheck disable=SC2010
! ls -A | grep -q '^\.[a-z]' || fail "a file that was being made is left"

# Standard output that cannot be written
code=0
"$program" export silver_tickets >/dev/full 2>err || code=$?
[ "$code" -eq 1 ] || fail "a full disk is no success"
err_has 'cannot write standard output: No space left'
code=0
"$program" status >&- 2>err || code=$?
[ "$code" -eq 1 ] || fail "a closed standard output is no success"
err_has 'cannot write standard output'
awk 'BEGIN { for (i = 0; i < 20000; i++) print "T" i ",E-1,C-1,2026-02-01,web,1.00,INR,odd" }' >>inputs/tickets.csv
run 0 all --inputs inputs -q
{ "$program" rejects --format csv 2>err || echo $? >code_of_writer; } | head -n 1 >/dev/null
[ "$(cat code_of_writer)" = 1 ] || fail "a closed pipe is no success"
err_has 'cannot write standard output: Broken pipe'
make_inputs

# Colour: not in a file; on demand; NO_COLOR
escape=$(printf '\033')
run 0 status
out_lacks "$escape"
run 0 status --color always
out_has "$escape"
NO_COLOR=1 run 0 status --color always
out_has "$escape"

# on_terminal COMMAND: what somebody at a terminal of 80 columns sees. The shell sets the size.
on_terminal() {
    TERM=xterm script -qec "stty cols 80 rows 40; $*" /dev/null </dev/null >"$work/out" 2>&1 || true
}
on_terminal "$program status"
out_has "$escape"
NO_COLOR=1 on_terminal "$program status"
out_lacks "$escape"
NO_COLOR='' on_terminal "$program status"
out_has "$escape"
on_terminal "$program status --color never"
out_lacks "$escape"

# What a cell holds never acts on the terminal, whichever way it comes there.
printf 'T-9,E-1,C-1,"2026-02-01\033]0;owned\007",web,1.00,INR,"\342\200\256dlos\033[2J"\n' >>inputs/tickets.csv
printf 'A-2,"name\033[31m\342\200\213",x,y,2024-01-01\n' >>inputs/artists.csv
run 0 all --inputs inputs -q --accept tickets
no_raw() {
    LC_ALL=C grep -qaP '\x1b\]|\x1b\[2J|\x1b\[31m|\x07|\xe2\x80\xae|\xe2\x80\x8b' out &&
        fail "a raw sequence reached the terminal: $*"
    return 0
}
for command in 'rejects' 'rejects --format csv' 'rejects --format json' \
    'export bronze_tickets' 'export bronze_tickets --format text' 'export bronze_tickets --format json' \
    'export silver_artists' 'export silver_artists --format text' 'export audit_rejected_rows'; do
    on_terminal "$program $command"
    no_raw "$command"
done
on_terminal "$program rejects"
out_has 'x1b'
run 0 export bronze_tickets # a file gets every byte
grep -qaP '\x1b\[2J' out || fail "the export is not exact"
