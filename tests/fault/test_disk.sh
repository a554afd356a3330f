#!/usr/bin/env bash
# A disk that is full, from hopelessly small to nearly large enough; a limit on the size of files;
# and /dev/full in the place of what a command prints. The error says which database and what to
# do, the last good version stays, and with room again the run succeeds.
. "$(dirname "$0")/lib.sh"
. "$here/aftermath.sh"

# ---- /dev/full: nothing of this needs root ----

# to_full_device ARGS...: with standard output on a device that is always full.
to_full_device() {
    status=0
    "$GOLDLEAF" "$@" >/dev/full 2>"$work/err" || status=$?
    : >"$work/out"
    take_output
}

check_full_device() {
    local command
    context='standard output on /dev/full'
    cp second.sqlite shown.sqlite
    for command in status rejects 'export silver_tickets' 'export bronze_events --snapshot 1' \
        'status --format json' help 'help all' '--version' 'model'; do
        # shellcheck disable=SC2086
        case $command in
        help* | --version | model) to_full_device $command ;;
        *) to_full_device $command --database shown.sqlite ;;
        esac
        expect "exit code of $command" 1 "$status"
        expect_match "message of $command" 'cannot write standard output: No space left' "$err"
        expect_match "hint of $command" 'hint: .*make room' "$err"
    done
    to_full_device all --inputs tuesday --database shown.sqlite
    expect 'exit code of all' 1 "$status"
    expect_match 'message of all' 'the run is published, but its report is not' "$err"
    to_full_device all --inputs tuesday --database shown.sqlite --quiet
    expect 'exit code of all --quiet, which prints nothing' 0 "$status"
    goldleaf status --database shown.sqlite -o /dev/full
    expect 'exit code of status -o /dev/full' 1 "$status"
    goldleaf status --database shown.sqlite 2>/dev/full
    expect 'exit code of status, messages to /dev/full' 0 "$status"
    context=
}

# ---- a limit on the size of a file: a plain error, not a signal ----

check_file_limit() {
    local kilobytes
    for scene in 'first load' 'incremental run'; do
        set_scene "$scene"
        for kilobytes in 0 1 8 64 256; do
            context="$scene, files of at most $kilobytes KiB"
            start_over
            status=0
            (
                ulimit -f "$kilobytes"
                exec "$GOLDLEAF" all --inputs "$inputs" --database warehouse/w.sqlite 2>&1
            ) | cat >"$work/out"
            status=${PIPESTATUS[0]}
            mv "$work/out" "$work/err"
            : >"$work/out"
            take_output
            check_refused
            check_next_run
        done
    done
    context=
}

# The run must have failed with a clear message and without a trace.
check_refused() {
    expect 'exit code' 7 "$status" || printf '%s\n' "$err" >&2
    expect_match 'message' 'goldleaf: error: [^ ]*/w\.sqlite(\.lock)?: .+' "$err"
    expect_match 'hint' 'hint: .*(disk|room|limit)' "$err"
    check_version
    expect 'version' old "$state"
}

# ---- a full disk ----

# Everything below happens on a small file system that is mounted on warehouse/.
resize_disk() {
    mount -o "remount,size=$1" "$work/warehouse" || fail "cannot resize the file system to $1"
}

# Empties the disk, gives it SIZE kilobytes, and puts the base there.
prepare_disk() {
    resize_disk 64m
    rm -rf warehouse/* warehouse/.[!.]*
    [ -z "$base" ] || cp "$base" warehouse/w.sqlite
    resize_disk "$1k"
}

file_kilobytes() {
    size=0
    [ -z "$1" ] || size=$((($(stat -c %s "$1") + 1023) / 1024))
}

# A disk without a single free block: the file that fills it is called filler.
fill_disk() {
    dd if=/dev/zero of=warehouse/filler bs=4k 2>/dev/null
}

check_disk() {
    local least most percent kilobytes refused=0 done=0
    set_scene "$1"
    shift
    file_kilobytes "$base"
    least=$size
    file_kilobytes warehouse/w.sqlite
    most=$((least + size))
    for percent in "$@"; do
        kilobytes=$((least + 4 + (most - least) * percent / 100 / 4 * 4))
        context="$scene, disk of $kilobytes KiB"
        prepare_disk "$kilobytes"
        goldleaf all --inputs "$inputs" --database warehouse/w.sqlite
        if [ "$status" -eq 0 ]; then
            done=$((done + 1))
            check_version
            expect 'version' new "$state"
        elif [[ $err == *'the run is published, but its report is not'* ]]; then
            # room for the tables, and none for reading them afterwards
            done=$((done + 1))
            expect 'exit code' 7 "$status"
            check_version
            expect 'version' new "$state"
        else
            refused=$((refused + 1))
            expect_match 'hint' 'make room' "$err"
            check_refused
        fi
        resize_disk 64m
        check_reader
        check_next_run
    done
    context=$scene
    printf '%s: %d sizes of the disk were too small, %d were enough\n' "$scene" "$refused" "$done"
    [ "$refused" -gt 0 ] || fail 'no size was too small'
    [ "$done" -gt 0 ] || fail 'no size was enough'
    context=
}

# With not one block free, what is published can still be read.
check_reading() {
    local command
    context='reading on a full disk'
    base=second.sqlite
    prepare_disk 65536
    goldleaf export silver_tickets --database warehouse/w.sqlite
    mv "$work/out" before.csv
    fill_disk
    for command in status rejects 'export silver_tickets' 'export bronze_tickets --snapshot 1'; do
        # shellcheck disable=SC2086
        goldleaf $command --database warehouse/w.sqlite
        expect "exit code of $command" 0 "$status" || printf '%s\n' "$err" >&2
        [ "$command" != 'export silver_tickets' ] || cmp before.csv "$work/out" ||
            fail 'the export is not what it was'
    done
    goldleaf all --inputs tuesday --database warehouse/w.sqlite
    expect 'exit code of a run' 7 "$status"
    expect_match 'message of a run' 'goldleaf: error: warehouse/w\.sqlite(\.lock)?: .+' "$err"
    expect_match 'hint of a run' 'hint: .*make room' "$err"
    goldleaf status --database warehouse/w.sqlite -o warehouse/status.txt
    expect 'exit code of status -o FILE' 1 "$status"
    expect_match 'message of status -o FILE' 'warehouse/status\.txt: No space left' "$err"
    rm warehouse/filler
    state=old old=second.state
    check_version
    expect 'version' old "$state"
    context=
}

printf 'seed %s\n' "$seed"
make_days 3000
make_bases
check_full_device
check_file_limit

mkdir -p warehouse
mounts+=("$work/warehouse")
if ! mount -t tmpfs -o size=64m goldleaf-test "$work/warehouse" 2>/dev/null; then
    [ "$failures" -eq 0 ] || finish
    skip 'a full disk needs the right to mount one (root); what does not need it passed'
fi
start_over() {
    prepare_disk 65536
}
check_disk 'first load' 0 1 2 5 20 50 80 95 99 100 101 103 110 200
check_disk 'incremental run' 0 1 2 3 5 8 10 15 20 30 50 80 100 150
check_disk 'full refresh' 0 2 10 30 50 70 90 100 150 200
check_reading
finish
