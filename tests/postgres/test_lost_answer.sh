#!/usr/bin/env bash
# The connection is lost at the COMMIT: before the server hears of it, after it has done it, and while
# it is under way. The run is published exactly once, and says so.
. "$(dirname "$0")/lib.sh"

socket=${server_url#*host=}
socket=${socket%%&*}/.s.PGSQL.${server_url##*port=}

# start_proxy MODE [SECONDS]: sets url, by way of the proxy, and direct, without.
start_proxy() {
    local i
    [ -z "${proxy:-}" ] || { kill "$proxy"; wait "$proxy" 2>/dev/null; }
    use_schema "$(unique lost)"
    direct=$url
    rm -f port
    python3 "$postgres_here/proxy.py" "$socket" port "$@" 2>proxy.err &
    proxy=$!
    for ((i = 0; i < 200; i++)); do
        [ ! -s port ] || break
        sleep 0.05
    done
    [ -s port ] || give_up "the proxy does not start: $(<proxy.err)"
    secret=s3cr3t
    url="postgresql://goldleaf:$secret%25@127.0.0.1:$(<port)/test?sslmode=disable&gssencmode=disable"
    url="$url&options=-csearch_path%3D$schema"
    export DATABASE_URL=$url
}

# check_once SNAPSHOTS: what is published is there once, and agrees with itself.
check_once() {
    local url=$direct
    expect_sql 'snapshots' 'SELECT count(*), max(snapshot_id) FROM audit_snapshots' "$1|$1"
    expect_sql 'runs' 'SELECT count(*), min(status), max(status) FROM audit_runs' "$1|done|done"
    expect_sql 'tickets that are current, and in silver' \
        'SELECT (SELECT count(*) FROM bronze_tickets_current), (SELECT count(*) FROM silver_tickets)' \
        '3000|3000'
    expect_sql 'rows per version' \
        'SELECT count(*) FROM (SELECT 1 FROM bronze_tickets_current GROUP BY ticket_id
         HAVING count(*) > 1) twice' 0
}

# The tried-again run is the only one that is published.
check_retried() {
    expect_match 'a warning that says so' 'trying the run again in' "$err"
}

# The first one was; it is looked up and not repeated.
check_confirmed() {
    expect_match 'a warning that says so' 'trying the run again in' "$err"
    expect_match 'the report' 'Done in|event_sales' "$out"
    expect 'runs that were begun' 1 "$(sql 'SELECT count(*) FROM audit_runs' "$direct")"
    expect_match 'the run that is confirmed' 'was published before' "$err"
}

try_mode() { # MODE SECONDS CHECK
    context="cut: $1"
    start_proxy "$1" "$2"
    run 0 all --inputs monday --verbose
    "$3"
    check_once 1
    # an ordinary run by the same way
    run 0 all --inputs monday
    check_once 2
    context=
}

# Nobody else is there to confirm: the answer is lost, and so is the server.
check_unsure() {
    context='cut, and nobody to ask'
    start_proxy after
    (
        # behind the answer that was kept nobody listens any more
        while ! grep -q 'trying the run again' "$work/err" 2>/dev/null; do sleep 0.02; done
        kill "$proxy"
    ) &
    run 7 all --inputs monday
    expect_match 'hint' 'the answer to COMMIT was lost: .*goldleaf status.* will tell whether run' "$err"
    run_id=$(grep -oE '[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}' <<<"$err" | head -n 1)
    expect 'the run of the hint' "$run_id" "$(sql 'SELECT run_id FROM audit_runs' "$direct")"
    proxy=
    DATABASE_URL=$direct run 0 status
    expect_match 'the run that status names' "$run_id|done" "$out"
    context=
}

make_inputs monday 3000
try_mode before 0 check_retried
try_mode after 0 check_confirmed
try_mode meantime 1.2 check_confirmed
check_unsure
sql "DROP SCHEMA $(unique lost) CASCADE"
finish
