#!/usr/bin/env bash
# A dry run beside everything that goes on around a database: another run, a writer, a disk that is
# full, no right to write, Ctrl-C. It tells what it would tell on an ordinary day and leaves nothing
# behind but what any reader of a SQLite file does: a -shm and an empty -wal beside it.
#
# Rights do not bind root, so for root the program runs as nobody.
. "$(dirname "$0")/lib.sh"

rounds=${GOLDLEAF_SIGNAL_ROUNDS:-8}
runner=()
cp "$GOLDLEAF" program
chmod 755 "$work" program
chmod 1777 tmp

# picture DIR: names, sizes, rights, times and contents, but for what readers leave beside a file.
picture() {
    find "$1" -name '*-shm' -prune -o -name '*-wal' -empty -prune -o -type d -printf '%p %y %m\n' \
        -o -printf '%p %y %s %m %i %T@\n' | sort
    find "$1" -type f ! -name '*-shm' ! \( -name '*-wal' -empty \) -exec cksum {} + | sort
}

# dry_run INPUTS DATABASE ARGS...: sets status, out and err; without the rights of root if there is
# somebody to be, and with a limit on its time, which only something that hangs can reach.
dry_run() {
    local inputs=$1 database=$2
    shift 2
    status=0
    "${runner[@]}" timeout -s KILL 120 "$work/program" all --dry-run --format json \
        --inputs "$inputs" --database "$database" "$@" >"$work/out" 2>"$work/err" || status=$?
    take_output
}

# What was told, without the moment.
told() {
    grep -v '"loaded_at"' "$1"
}

# check_told WHAT FILE: the dry run that was just done told the same as FILE.
check_told() {
    expect "exit code of $1" 0 "$status" || printf '%s\n' "$err" >&2
    expect "messages of $1" '' "$err"
    told "$work/out" >came.told
    expect_state "what was told of $1" "$2" came.told
}

# check_dry_run INPUTS DATABASE EXPECTED: and nothing in the database's folder has changed.
check_dry_run() {
    local before
    before=$(picture "${2%/*}")
    dry_run "$1" "$2"
    check_told "a dry run of $1" "$3"
    expect "${2%/*} after a dry run" "$before" "$(picture "${2%/*}")"
}

# make_folder DIR: with the warehouse in it.
make_folder() {
    mkdir "$1"
    cp warehouse.sqlite "$1/w.sqlite"
    give_to_user "$1"
}

give_to_user() {
    [ ${#runner[@]} -eq 0 ] || chown -R 65534:65534 "$@"
}

become_nobody() {
    [ "$(id -u)" -eq 0 ] || return 0
    setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null || return 1
    runner=(setpriv --reuid=65534 --regid=65534 --clear-groups)
}

# ---- files ----

check_files() {
    context='what is left beside the database'
    make_folder plain
    check_dry_run tuesday plain/w.sqlite tuesday.told
    list_files plain
    expect_match 'files' '^w\.sqlite( w\.sqlite-shm w\.sqlite-wal)?$' "$listed"

    context='a log with something in it, and its owner'
    make_folder logged
    hold logged/w.sqlite 'PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (x); INSERT INTO later VALUES (1);'
    [ -s logged/w.sqlite-wal ] || fail 'there is no log to test with'
    check_dry_run tuesday logged/w.sqlite tuesday.told
    release 'SELECT 1;'

    context='no database'
    mkdir absent
    check_dry_run tuesday absent/w.sqlite first.told
    list_files absent
    expect 'files' '' "$listed"

    context='no folder for the database'
    dry_run tuesday absent/sub/w.sqlite
    check_told 'a dry run' first.told
    list_files absent
    expect 'files' '' "$listed"

    context='a database of zero bytes'
    mkdir zero
    : >zero/w.sqlite
    check_dry_run tuesday zero/w.sqlite first.told

    context='a database without a log'
    make_folder journal
    sqlite3 journal/w.sqlite 'PRAGMA journal_mode = DELETE' >/dev/null
    check_dry_run tuesday journal/w.sqlite tuesday.told
    context=
}

# ---- others ----

check_others() {
    context='another run holds the lock'
    make_folder locked
    exec 7>locked/w.sqlite.lock
    flock -n 7 || give_up 'cannot take the lock'
    goldleaf all --inputs tuesday --database locked/w.sqlite
    expect 'exit code of a run' 5 "$status"
    check_dry_run tuesday locked/w.sqlite tuesday.told
    exec 7>&-

    context='another program writes'
    make_folder written
    hold written/w.sqlite 'BEGIN IMMEDIATE; DELETE FROM silver_tickets;'
    check_dry_run tuesday written/w.sqlite tuesday.told
    release
    context=
}

# A dry run whose reader does not read: a run that comes meanwhile is not kept waiting, and it is
# told of the database as it was.
check_slow_reader() {
    context='a dry run that nobody reads'
    make_folder slow
    rm -f slow.pipe
    mkfifo slow.pipe
    "$GOLDLEAF" all --dry-run --format json --inputs wednesday --database slow/w.sqlite \
        >slow.pipe 2>slow.err &
    local dry=$!
    exec 7<slow.pipe
    head -c 1000 <&7 >slow.out
    run_all tuesday slow/w.sqlite
    run_all monday slow/w.sqlite
    cat <&7 >>slow.out
    exec 7<&-
    status=0
    wait "$dry" || status=$?
    expect 'exit code' 0 "$status"
    told slow.out >came.told
    expect_state 'what was told' wednesday.told came.told
    context=
}

# Stopped at a random moment and woken up when two runs have been: it tells of the database as it
# was when it looked at it first, or as it is when it had not looked yet.
check_runs_meanwhile() {
    local round dry
    for ((round = 0; round < rounds; round++)); do
        pick_moment 0 "$duration"
        context="stopped after $moment s"
        rm -rf busy
        make_folder busy
        "$GOLDLEAF" all --dry-run --format json --inputs wednesday --database busy/w.sqlite \
            >busy.out 2>busy.err &
        dry=$!
        sleep "$moment"
        kill -STOP "$dry" 2>/dev/null
        run_all tuesday busy/w.sqlite
        run_all monday busy/w.sqlite
        kill -CONT "$dry" 2>/dev/null
        status=0
        wait "$dry" || status=$?
        expect 'exit code' 0 "$status" || cat busy.err >&2
        grep -v '"snapshot_id"' busy.out >busy.rest
        told busy.rest >came.told
        cmp -s came.told after.told || expect_state 'what was told' before.told came.told
    done
    context=
}

check_signals() {
    local round before
    make_folder stopped
    before=$(picture stopped)
    for ((round = 0; round < rounds; round++)); do
        pick_moment 0 "$duration"
        context="Ctrl-C after $moment s"
        status=0
        timeout --foreground --preserve-status -k 20 -s INT "$moment" "$GOLDLEAF" all --dry-run \
            --format json --inputs tuesday --database stopped/w.sqlite \
            >"$work/out" 2>"$work/err" || status=$?
        take_output
        if [ "$status" -eq 0 ]; then
            told "$work/out" >came.told
            expect_state 'what was told' tuesday.told came.told
        else
            expect 'exit code' 130 "$status"
            expect 'output' '' "$out"
        fi
        expect 'the folder' "$before" "$(picture stopped)"
    done
    context=
}

# ---- rights ----

check_rights() {
    become_nobody || {
        printf 'not tested without setpriv (util-linux): no right to write\n'
        return
    }
    context='a file without the right to write'
    make_folder half
    chmod 444 half/w.sqlite
    check_dry_run tuesday half/w.sqlite tuesday.told

    context='a folder without the right to write'
    make_folder closed
    chmod 555 closed
    check_dry_run tuesday closed/w.sqlite tuesday.told
    list_files closed
    expect 'files' 'w.sqlite' "$listed"

    context='neither'
    make_folder sealed
    chmod 444 sealed/w.sqlite
    chmod 555 sealed
    check_dry_run tuesday sealed/w.sqlite tuesday.told

    context='neither, and without a log'
    make_folder sealed_journal
    sqlite3 sealed_journal/w.sqlite 'PRAGMA journal_mode = DELETE' >/dev/null
    chmod 444 sealed_journal/w.sqlite
    chmod 555 sealed_journal
    check_dry_run tuesday sealed_journal/w.sqlite tuesday.told

    context='no database in a folder without the right to write'
    mkdir closed_empty
    chmod 555 closed_empty
    check_dry_run tuesday closed_empty/w.sqlite first.told

    context='a folder without the right to look into it'
    make_folder hidden
    chmod 000 hidden
    dry_run tuesday hidden/w.sqlite
    expect 'exit code' 7 "$status"
    expect_match 'message' 'goldleaf: error: hidden/w\.sqlite: .*hint: .+' "${err//$'\n'/ }"

    context='a file without the right to read'
    make_folder unreadable
    chmod 000 unreadable/w.sqlite
    dry_run tuesday unreadable/w.sqlite
    expect 'exit code' 7 "$status"
    expect_match 'message' 'goldleaf: error: unreadable/w\.sqlite: ' "$err"
    runner=()
    context=
}

# ---- a full disk ----

check_full_disk() {
    context='a full disk'
    mkdir full
    if ! mount -t tmpfs -o size=64m tmpfs full 2>/dev/null; then
        printf 'not tested without the right to mount: a full disk\n'
        return
    fi
    mounts+=("$work/full")
    cp warehouse.sqlite full/w.sqlite
    # what a reader needs beside the file is there already
    hold full/w.sqlite 'SELECT count(*) FROM audit_runs;'
    mkdir full/tmp
    dd if=/dev/zero of=full/filler bs=64k >/dev/null 2>&1
    TMPDIR=$work/full/tmp SQLITE_TMPDIR=$work/full/tmp check_dry_run tuesday full/w.sqlite \
        tuesday.told
    release 'SELECT 1;'
    context=
}

printf 'seed %s\n' "$seed"
make_inputs monday 4000
edit_inputs monday tuesday 1
edit_inputs tuesday wednesday 2
chmod -R a+rX monday tuesday wednesday
run_all monday warehouse.sqlite
for day in tuesday wednesday; do
    dry_run "$day" warehouse.sqlite
    told "$work/out" >$day.told
    grep -q '"kind": "changed"' $day.told || give_up "nothing changes on $day"
done
dry_run tuesday nothing.sqlite
told "$work/out" >first.told
now_us
began=$now
dry_run wednesday warehouse.sqlite
now_us
duration=$((now - began))
grep -v '"snapshot_id"' wednesday.told >before.told
cp warehouse.sqlite later.sqlite
run_all tuesday later.sqlite
run_all monday later.sqlite
dry_run wednesday later.sqlite
told "$work/out" | grep -v '"snapshot_id"' >after.told

check_files
check_others
check_slow_reader
check_runs_meanwhile
check_signals
check_rights
check_full_disk
list_files tmp
expect 'temporary files' '' "$listed"
finish
