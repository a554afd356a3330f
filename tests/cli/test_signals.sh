#!/usr/bin/env bash
# 130 and 143: a run that is stopped leaves what was published before, and the next one goes on.
. "$(dirname "$0")/lib.sh"

make_warehouse
run 0 export silver_tickets
cp out before.csv
awk 'BEGIN {
    print "ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status"
    for (i = 1; i <= 400000; i++)
        printf "T-%d,E-1,C-1,2026-02-01 09:00:00,web,100.00,INR,used\n", i
}' >inputs/tickets.csv

# stop SIGNAL CODE: the signal comes once the run has the lock.
stop() {
    command_line="goldleaf all, stopped by $1"
    "$program" all --inputs inputs >out 2>err &
    local run=$!
    until [ -e warehouse.sqlite.lock ]; do
        kill -0 "$run" 2>/dev/null || break
        sleep 0.01
    done
    sleep 0.1
    kill -s "$1" "$run" || fail "the run was over before it could be stopped"
    code=0
    wait "$run" || code=$?
    [ "$code" -eq "$2" ] || fail "expected exit code $2"
    out_is_empty
    err_has 'nothing of this run was published'
    [ ! -e warehouse.sqlite.lock ] || fail "the lock file is still there"
    run 0 export silver_tickets
    cmp before.csv out || fail "silver is not as it was"
    run 0 status --format json
    json 'd["snapshots"]' 1
    json 'd["last_run"]["exit_code"]' "$2"
}
stop INT 130
stop TERM 143

run 0 all --inputs inputs
run 0 status --format json
json 'd["snapshots"]' 2
json 'd["last_run"]["exit_code"]' 0
