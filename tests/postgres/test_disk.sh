#!/usr/bin/env bash
# The server's disk is full: in bronze, in silver, in gold, in what a run sorts. The run fails with what
# the server says, the last good version stays, and once there is room the next run goes on.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip 'only root can mount a small file system'
own_server
owner=$(stat -c %U "$(<"$own/folder")/data")
chmod 711 "$work" # the server's user has to come through
place=$work/small
mkdir "$place"
mount -t tmpfs -o "size=24m,uid=$(id -u "$owner"),gid=$(id -g "$owner"),mode=700" none "$place" \
    2>/dev/null || skip 'no file system can be mounted here'
mounts+=("$place")

sql "CREATE TABLESPACE small LOCATION '$place'"
make_inputs monday 4000
make_inputs large 40000
use_schema disk

# Whatever is made from here on, temporary files included, is in the small place.
small="$url%20-cdefault_tablespace%3Dsmall%20-ctemp_tablespaces%3Dsmall"

context='a first load that does not fit'
run 7 all --inputs large --database "$small"
expect_match 'message' 'No space left on device|could not extend file|could not write' "$err"
expect_match 'hint' 'disk is full; make room' "$err"
expect_sql 'tables that it left' "SELECT count(*) FROM pg_tables WHERE schemaname = 'disk'" 0

context='a first load that fits'
run 0 all --inputs monday --database "$small"
read_schema disk small.state

context='a pull that does not fit'
run 7 all --inputs large --max-loss 100 --database "$small"
expect_match 'hint' 'disk is full; make room' "$err"
read_schema disk came.state
expect_state 'what is published' small.state came.state
run 0 status --database "$small"
run 0 export gold_event_sales --database "$small"

# leave MIB: somebody else takes the rest.
leave_room() {
    local available
    rm -f "$place/theirs"
    available=$(df --output=avail --block-size=1K "$place" | tail -n 1)
    head -c $(((available - $1 * 1024) * 1024)) /dev/zero >"$place/theirs" 2>/dev/null
}

# without the snapshots, of which a run that is done has one more
without_snapshots() {
    grep -vE '^(audit_snapshots|bronze_.*_snapshots)' "$1"
}

without_snapshots small.state >expected
for size in 0 1 2 3 5 8; do
    context="$size MiB are left"
    leave_room $size
    goldleaf all --inputs monday --full-refresh --database "$small"
    expect_match 'exit code' '^[07]$' "$status"
    [ "$status" -eq 0 ] || expect_match 'hint' 'disk is full; make room' "$err"
    read_schema disk came.state
    without_snapshots came.state >came
    expect_state 'silver, gold and quarantine' expected came
    codes="${codes:-}$status"
done
rm "$place/theirs"
expect_match 'exit codes, from no room on' '^7' "$codes"

context='room again'
sql 'VACUUM FULL'
mount -o remount,size=96m "$place"
run 0 all --inputs large --max-loss 100 --database "$small"
expect_sql 'tickets' 'SELECT count(*) FROM silver_tickets' 40000
context=
finish
