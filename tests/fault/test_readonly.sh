#!/usr/bin/env bash
# Databases and inputs that cannot be used: no right to write or to read, the wrong kind of file,
# not there. Each is refused with the right exit code and a message that says what, where and what
# to do, and nothing changes. What is published can be read wherever the file can be read.
#
# Rights do not bind root, so for root the program runs as nobody.
. "$(dirname "$0")/lib.sh"

runner=()
if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null ||
        skip 'root needs setpriv (util-linux) to run as nobody'
    runner=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
cp "$GOLDLEAF" program
chmod 755 "$work" program
chmod 1777 tmp

# as_user ARGS...: the program, without the rights of root and with a limit on its time, which only
# something that hangs can reach.
as_user() {
    status=0
    "${runner[@]}" timeout -s KILL 60 "$work/program" "$@" >"$work/out" 2>"$work/err" || status=$?
    take_output
}

# make_folder DIR MODE: with the warehouse in it unless MODE says `empty`.
make_folder() {
    mkdir "$1"
    cp warehouse.sqlite "$1/w.sqlite"
}

give_to_user() {
    [ ${#runner[@]} -eq 0 ] || chown -R 65534:65534 "$@"
}

# picture DIR: names, sizes, rights, times and contents. A folder's time changes with the lock file
# that comes and goes in it.
picture() {
    find "$1" -type d -printf '%p %y %m\n' -o -printf '%p %y %s %m %T@\n' | sort
    find "$1" -type f -exec cksum {} + 2>/dev/null | sort
}

# refused CODE MESSAGE-REGEX HINT-REGEX FOLDER ARGS...: must fail so and leave the folder alone. No
# hint is asked for where the message says all: HINT-REGEX is empty.
refused() {
    local code=$1 message=$2 hint=$3 folder=$4 before
    shift 4
    before=$(picture "$folder")
    as_user "$@"
    expect "exit code of $1" "$code" "$status"
    expect_match "message of $1" "goldleaf: error: $message" "$err"
    [ -z "$hint" ] || expect_match "hint of $1" "hint: .*($hint)" "$err"
    expect "output of $1" '' "$out"
    expect "$folder after $1" "$before" "$(picture "$folder")"
}

refuse_run() {
    refused 7 "$1" "$2" "$3" all --inputs tuesday --database "$4"
}

refuse_reading() {
    local command
    for command in status rejects 'export silver_events' report; do
        # shellcheck disable=SC2086
        refused 7 "$1" "$2" "$3" $command --database "$4"
    done
}

# ---- the database ----

check_rights() {
    context='folder without the right to write, no database'
    mkdir closed_empty
    chmod 555 closed_empty
    refuse_run 'closed_empty/w\.sqlite.*: Permission denied' 'rights' closed_empty closed_empty/w.sqlite

    context='folder without the right to write, a database with it'
    make_folder closed
    give_to_user closed/w.sqlite
    chmod 555 closed
    refuse_run 'closed/w\.sqlite.*: Permission denied|/closed/w\.sqlite.*: Permission denied' \
        'rights' closed closed/w.sqlite
    check_reading closed

    context='database without the right to write'
    make_folder half
    chmod 444 half/w.sqlite
    give_to_user half
    chmod 444 half/w.sqlite
    refuse_run 'half/w\.sqlite: .*(readonly|Permission denied)' 'rights' half half/w.sqlite
    check_reading half

    context='neither the folder nor the database with the right to write'
    make_folder sealed
    chmod 444 sealed/w.sqlite
    chmod 555 sealed
    refuse_run '.*sealed/w\.sqlite.*: Permission denied' 'rights' sealed sealed/w.sqlite
    check_reading sealed

    context='a version written without a log, and no right to write'
    make_folder plain
    sqlite3 plain/w.sqlite 'PRAGMA journal_mode = DELETE' >/dev/null
    chmod 444 plain/w.sqlite
    chmod 555 plain
    check_reading plain

    context='database without the right to read'
    make_folder unreadable
    give_to_user unreadable
    chmod 000 unreadable/w.sqlite
    refuse_run 'unreadable/w\.sqlite: ' 'rights|may be' unreadable unreadable/w.sqlite
    refuse_reading 'unreadable/w\.sqlite: ' 'rights|may be' unreadable unreadable/w.sqlite

    context='a lock file of somebody else, left behind'
    make_folder stale
    give_to_user stale
    printf 'pid 1 on nowhere since 2020-01-01T00:00:00Z\n' >stale/w.sqlite.lock
    chmod 444 stale/w.sqlite.lock
    [ ${#runner[@]} -eq 0 ] ||
        refuse_run '.*stale/w\.sqlite\.lock: Permission denied' 'rights' stale stale/w.sqlite
    rm -f stale/w.sqlite.lock
    as_user all --inputs tuesday --database stale/w.sqlite
    expect 'exit code of all without it' 0 "$status" || printf '%s\n' "$err" >&2
}

# check_reading FOLDER: its warehouse is shown and exported, and is not touched by that.
check_reading() {
    local before table
    before=$(picture "$1" | grep -v -- '-\(shm\|wal\)')
    as_user status --database "$1/w.sqlite"
    expect 'exit code of status' 0 "$status" || printf '%s\n' "$err" >&2
    as_user rejects --database "$1/w.sqlite"
    expect 'exit code of rejects' 0 "$status" || printf '%s\n' "$err" >&2
    as_user report -o - --database "$1/w.sqlite"
    expect 'exit code of report' 0 "$status" || printf '%s\n' "$err" >&2
    for table in silver_tickets gold_event_sales 'bronze_tickets --snapshot 1'; do
        # shellcheck disable=SC2086
        as_user export $table --database "$1/w.sqlite"
        expect "exit code of export $table" 0 "$status" || printf '%s\n' "$err" >&2
        cmp "${table%% *}.csv" out || fail "export $table is not what it was"
    done
    # SQLite's reader may leave an empty log where it may make one but not remove it
    expect "$1 after reading" "$before" "$(picture "$1" | grep -v -- '-\(shm\|wal\)')"
}

# A run that was killed has left its log, and nobody may write here: what it had published before
# is either shown as it was or refused with a reason.
check_reading_beside_log() {
    context='a log beside the database, and no right to write'
    make_folder logged
    hold logged/w.sqlite 'SELECT count(*) FROM silver_events;'
    sqlite3 logged/w.sqlite 'CREATE TABLE later (x); INSERT INTO later VALUES (1)'
    mkdir logged_copy
    cp logged/w.sqlite logged/w.sqlite-wal logged_copy
    release 'SELECT 1;'
    [ -s logged_copy/w.sqlite-wal ] || fail 'there is no log to test with'
    chmod 444 logged_copy/*
    chmod 555 logged_copy
    as_user export silver_tickets --database logged_copy/w.sqlite
    if [ "$status" -eq 0 ]; then
        cmp silver_tickets.csv out || fail 'export silver_tickets is not what it was'
    else
        expect 'exit code of export' 7 "$status"
        expect_match 'message of export' 'goldleaf: error: logged_copy/w\.sqlite: ' "$err"
        expect_match 'hint of export' 'hint: .+' "$err"
    fi
}

check_wrong_kind() {
    context='a folder in the place of the database'
    mkdir -p kinds/folder
    give_to_user kinds
    refuse_run 'kinds/folder: .*directory' '' kinds kinds/folder
    refuse_reading 'kinds/folder: .*directory' '' kinds kinds/folder

    context='a CSV file in the place of the database'
    cp monday/tickets.csv kinds/garbage
    give_to_user kinds
    refuse_run 'kinds/garbage: file is not a database' 'another file' kinds kinds/garbage
    refuse_reading 'kinds/garbage: file is not a database' 'another file' kinds kinds/garbage

    context='a few bytes in the place of the database'
    printf 'SQLite format 3' >kinds/short
    give_to_user kinds
    refuse_run 'kinds/short: .*(not a database|malformed|Permission denied)' '(another file|rights)' kinds kinds/short

    context='half a database'
    head -c $(($(stat -c %s warehouse.sqlite) / 2)) warehouse.sqlite >kinds/half
    give_to_user kinds
    as_user all --inputs tuesday --database kinds/half
    expect 'exit code of all' 7 "$status"
    expect_match 'message of all' 'goldleaf: error: kinds/half: .*malformed' "$err"
    expect_match 'hint of all' 'hint: .*restore a copy' "$err"

    context='a device in the place of the database'
    refuse_run '/dev/full.*: ' '' kinds /dev/full

    context='a database of zero bytes'
    : >kinds/zero
    give_to_user kinds
    refuse_reading 'kinds/zero: there is no warehouse' 'goldleaf all' kinds kinds/zero
    as_user all --inputs monday --database kinds/zero
    expect 'exit code of all' 0 "$status" || printf '%s\n' "$err" >&2
    as_user export silver_tickets --database kinds/zero
    cmp silver_tickets.csv out || fail 'export silver_tickets is not what it should be'
}

check_missing() {
    context='no folder for the database'
    mkdir missing
    give_to_user missing
    refuse_run 'missing/sub/w\.sqlite.*: No such file' 'folder' missing missing/sub/w.sqlite
    refuse_reading 'missing/sub/w\.sqlite: No such file' 'goldleaf all' missing \
        missing/sub/w.sqlite

    context='no database'
    refuse_reading 'missing/w\.sqlite: No such file' 'goldleaf all' missing missing/w.sqlite
    refused 7 'missing/w\.sqlite: ' 'goldleaf all' missing build_silver --database missing/w.sqlite
    refused 7 'missing/w\.sqlite: ' 'goldleaf all' missing build_gold --database missing/w.sqlite

    context='a file where a folder should be'
    refuse_run 'monday/tickets\.csv/w\.sqlite.*: Not a directory' 'folder' monday \
        monday/tickets.csv/w.sqlite

    context='a name that is too long'
    printf -v long '%0300d' 0
    refuse_run ".*$long.*: File name too long" '' missing "missing/$long"
}

# ---- the inputs ----

# refuse_inputs CODE MESSAGE HINT INPUTS: the warehouse must stay as it was, but for the line that
# tells of the failed run.
refuse_inputs() {
    context=$5
    as_user all --inputs "$4" --database inputs_test/w.sqlite
    expect 'exit code' "$1" "$status"
    expect_match 'message' "goldleaf: error: $2" "$err"
    [ -z "$3" ] || expect_match 'hint' "hint: .*($3)" "$err"
    expect 'output' '' "$out"
    inspect inputs_test/w.sqlite came.state
    expect_state 'state' before.state came.state
    list_files inputs_test
    expect 'files' w.sqlite "$listed"
    # and no database is made for a run that cannot begin
    as_user all --inputs "$4" --database fresh/w.sqlite
    expect 'exit code without a database' "$1" "$status"
    if [ "$1" -eq 2 ]; then
        list_files fresh
        expect 'files without a database' '' "$listed"
    fi
    rm -rf fresh/*
}

# spoil NAME: a copy of the sheets whose tickets.csv is to be replaced.
spoil() {
    cp -r tuesday "$1"
    rm "$1/tickets.csv"
}

check_inputs() {
    mkdir fresh
    make_folder inputs_test
    give_to_user inputs_test fresh
    inspect inputs_test/w.sqlite before.state

    spoil csv_secret
    cp tuesday/tickets.csv csv_secret
    chmod 000 csv_secret/tickets.csv
    refuse_inputs 1 'csv_secret/tickets\.csv: Permission denied' 'rights|read' csv_secret \
        'a CSV without the right to read'

    spoil csv_folder
    mkdir csv_folder/tickets.csv
    refuse_inputs 1 'csv_folder/tickets\.csv: .*directory' '' csv_folder \
        'a folder in the place of a CSV'

    spoil csv_pipe
    mkfifo -m 666 csv_pipe/tickets.csv
    refuse_inputs 1 'csv_pipe/tickets\.csv: not a regular file' '' csv_pipe \
        'a FIFO in the place of a CSV'

    spoil csv_device
    ln -s /dev/zero csv_device/tickets.csv
    refuse_inputs 1 'csv_device/tickets\.csv: not a regular file' '' csv_device \
        'an endless device in the place of a CSV'

    spoil csv_binary
    head -c 3000 "$work/program" >csv_binary/tickets.csv
    refuse_inputs 1 'csv_binary/tickets\.csv|tickets\.csv: line 1' '' csv_binary \
        'a program in the place of a CSV'

    refuse_inputs 2 'nowhere: No such file' '--inputs' nowhere 'no inputs folder'

    refuse_inputs 2 'tuesday/events\.csv: ' '--inputs' tuesday/events.csv \
        'a file in the place of the inputs folder'

    mkdir csv_none
    refuse_inputs 2 'csv_none: none of .* is there' '--inputs' csv_none 'an empty inputs folder'

    cp -r tuesday csv_closed
    chmod 000 csv_closed
    refuse_inputs 2 'csv_closed.*: Permission denied' 'rights|--inputs' csv_closed \
        'an inputs folder without the right to enter'

    context='a CSV that is not there'
    spoil csv_missing
    as_user all --inputs csv_missing --database inputs_test/w.sqlite
    expect 'exit code' 4 "$status"
    expect_match 'message' 'tickets.*csv_missing/tickets\.csv' "$out$err"
    as_user export silver_tickets --database inputs_test/w.sqlite
    cmp silver_tickets.csv out || fail 'the last good tickets are not there any more'
    context=
}

printf 'seed %s\n' "$seed"
make_inputs monday 1000
edit_inputs monday tuesday 1
chmod -R a+rX monday tuesday
run_all monday warehouse.sqlite
for table in silver_tickets gold_event_sales 'bronze_tickets --snapshot 1'; do
    # shellcheck disable=SC2086
    goldleaf export $table --database warehouse.sqlite
    cp out "${table%% *}.csv"
done
check_rights
check_reading_beside_log
check_wrong_kind
check_missing
check_inputs
list_files tmp
expect 'temporary files' '' "$listed"
finish
