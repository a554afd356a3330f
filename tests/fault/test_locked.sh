#!/usr/bin/env bash
# Others at the same database: a program that writes, one that reads, and more runs at once. A run
# waits for a writer, up to ten seconds; readers and a run never wait for each other; of several
# runs at once one runs, and the others say who holds the lock.
. "$(dirname "$0")/lib.sh"

# start_run NAME INPUTS: a run on w.sqlite behind the test's back; its process is in run, its
# output goes to NAME.out and NAME.err.
start_run() {
    "$GOLDLEAF" all --inputs "$2" --database w.sqlite >"$1.out" 2>"$1.err" 8>&- &
    run=$!
}

# wait_run NAME PROCESS: sets status, out and err as `goldleaf` does.
wait_run() {
    status=0
    wait "$2" || status=$?
    mv "$1.out" out
    mv "$1.err" err
    take_output
}

wait_until_locked() {
    local i
    for ((i = 0; i < 500; i++)); do
        [ ! -s w.sqlite.lock ] || return 0
        sleep 0.01
    done
    fail 'no run takes the lock'
}

snapshots() {
    count=$(sqlite3 w.sqlite 'SELECT count(*) FROM audit_snapshots WHERE status IS NOT NULL')
}

# check_state EXPECTED-FILE
check_state() {
    inspect w.sqlite came.state
    expect_state 'state' "$1" came.state
    expect_no_litter
}

start_over() {
    rm -f w.sqlite*
    [ -z "$1" ] || cp "$1" w.sqlite
}

# ---- a program that writes ----

# It is through in time: the run waits and goes on.
check_short_writer() {
    context='another program writes for two seconds'
    start_over first.sqlite
    hold w.sqlite 'BEGIN IMMEDIATE; CREATE TABLE theirs (x);'
    now_us
    local began=$now
    start_run waiting tuesday
    local waiting=$run
    sleep 2
    kill -0 "$waiting" 2>/dev/null || fail 'the run did not wait'
    # who only looks does not wait
    goldleaf status --database w.sqlite
    expect 'exit code of status' 0 "$status"
    release 'DROP TABLE theirs; COMMIT;'
    wait_run waiting "$waiting"
    now_us
    expect 'exit code' 0 "$status" || printf '%s\n' "$err" >&2
    expect_less 'milliseconds' 9000 $(((now - began) / 1000))
    check_state second.state
}

# It holds on for too long: the run gives up after its ten seconds and says why.
check_long_writer() {
    context='another program writes for ever'
    start_over first.sqlite
    hold w.sqlite 'BEGIN IMMEDIATE;'
    now_us
    local began=$now
    goldleaf all --inputs tuesday --database w.sqlite
    now_us
    local waited=$(((now - began) / 1000))
    expect 'exit code' 7 "$status"
    expect_match 'message' 'goldleaf: error: w\.sqlite: .*(locked|busy)' "$err"
    expect_match 'hint' 'hint: another program .*run again' "$err"
    expect 'output' '' "$out"
    [ "$waited" -ge 9500 ] || fail "the run waited for $waited ms and not for ten seconds"
    expect_less 'milliseconds' 13000 "$waited"
    release 'ROLLBACK;'
    check_state first.state
    run_all tuesday w.sqlite
    check_state second.state
}

# Ctrl-C while it waits.
check_stopped_writer() {
    local signal code began
    for signal in 'INT 130' 'TERM 143'; do
        context="another program writes, the run that waits gets SIG${signal% *}"
        start_over first.sqlite
        hold w.sqlite 'BEGIN IMMEDIATE;'
        code=0
        now_us
        began=$now
        timeout --foreground --preserve-status -k 60 -s "${signal% *}" 1 \
            "$GOLDLEAF" all --inputs tuesday --database w.sqlite >out 2>err 8>&- || code=$?
        now_us
        take_output
        expect 'exit code' "${signal#* }" "$code" || printf '%s\n' "$err" >&2
        expect_less 'milliseconds until it ended' 5000 $(((now - began) / 1000 - 1000))
        release 'ROLLBACK;'
        check_state first.state
    done
}

# The first load: there is a database, and another program is writing its first table.
check_first_writer() {
    context='another program writes into the empty database'
    start_over ''
    hold w.sqlite 'BEGIN IMMEDIATE; CREATE TABLE theirs (x);'
    start_run waiting monday
    local waiting=$run
    sleep 1
    kill -0 "$waiting" 2>/dev/null || fail 'the run did not wait'
    release 'ROLLBACK;'
    wait_run waiting "$waiting"
    expect 'exit code' 0 "$status" || printf '%s\n' "$err" >&2
    check_state first.state
}

# Before there is a log a writer shuts readers out for as long as it publishes: they wait, too.
check_exclusive_writer() {
    context='another program shuts readers out for two seconds'
    start_over first.sqlite
    sqlite3 w.sqlite 'PRAGMA journal_mode = DELETE' >/dev/null
    hold w.sqlite 'BEGIN EXCLUSIVE;'
    "$GOLDLEAF" status --database w.sqlite >waiting.out 2>waiting.err 8>&- &
    local waiting=$!
    sleep 2
    kill -0 "$waiting" 2>/dev/null || fail 'status did not wait'
    release 'ROLLBACK;'
    wait_run waiting "$waiting"
    expect 'exit code of status' 0 "$status" || printf '%s\n' "$err" >&2
    check_state first.state
}

# ---- a program that reads ----

ask_prices() {
    ask_holder "SELECT 'prices', sum(price_paid) FROM silver_tickets; SELECT 'events', count(*),
                sum(net_revenue) FROM gold_event_sales; SELECT max(snapshot_id) FROM audit_snapshots;"
    answer=$(grep -v '^ready$' held)
}

# It goes on seeing what it saw at first, through two runs, until it asks anew.
check_reader() {
    local before after began
    context='another program reads'
    start_over first.sqlite
    hold w.sqlite 'BEGIN;'
    ask_prices
    before=$answer
    now_us
    began=$now
    run_all tuesday w.sqlite
    ask_prices
    expect 'what the reader sees after a run' "$before" "$answer"
    run_all wednesday w.sqlite --full-refresh
    now_us
    expect_less 'milliseconds of the two runs, which must not wait' 9000 $(((now - began) / 1000))
    ask_prices
    expect 'what the reader sees after two runs' "$before" "$answer"
    ask_holder 'COMMIT;'
    ask_prices
    after=$answer
    [ "$before" != "$after" ] || fail 'the reader does not see the new version afterwards'
    release 'SELECT 1;'
    expect 'what the reader sees afterwards' \
        "prices|$(sqlite3 w.sqlite 'SELECT sum(price_paid) FROM silver_tickets')" "${after%%$'\n'*}"
    check_state third.state
}

# ---- more runs at once ----

# expect_refused: the run was told who holds the lock. `holder_pid` is the one, if known.
expect_refused() {
    expect 'exit code of the second run' 5 "$status" || printf '%s\n' "$err" >&2
    expect_match 'message of the second run: pid, host and start' \
        "another run holds .*w\\.sqlite\\.lock: pid ${1:-[0-9]+} on $(hostname) since [0-9-]{10}T[0-9:]{8}Z" \
        "$err"
    expect_match 'hint of the second run' 'hint: wait' "$err"
    expect 'output of the second run' '' "$out"
}

check_two_runs() {
    local holding command
    context='two runs at once'
    start_over first.sqlite
    hold w.sqlite 'BEGIN IMMEDIATE;'
    start_run holding tuesday
    holding=$run
    wait_until_locked
    goldleaf all --inputs tuesday --database w.sqlite
    expect_refused "$holding"
    for command in load_bronze build_silver build_gold; do
        goldleaf "$command" --inputs tuesday --database w.sqlite
        expect_refused "$holding"
    done
    # another name of the same file is the same lock
    ln -s w.sqlite other.sqlite
    goldleaf all --inputs tuesday --database "sqlite:///other.sqlite"
    expect_refused "$holding"
    # looking needs no lock
    goldleaf status --database w.sqlite
    expect 'exit code of status' 0 "$status"
    release 'ROLLBACK;'
    wait_run holding "$holding"
    expect 'exit code of the first run' 0 "$status" || printf '%s\n' "$err" >&2
    check_state second.state
    [ ! -e w.sqlite.lock ] || fail 'the lock file is still there'
}

# All ten are there before the one with the lock may go on: exactly one runs.
check_ten_held() {
    local i names=() runs=() succeeded=0
    context='ten runs at once, held up'
    start_over first.sqlite
    hold w.sqlite 'BEGIN IMMEDIATE;'
    for ((i = 0; i < 10; i++)); do
        start_run "run$i" tuesday
        runs+=("$run")
        names+=("run$i")
    done
    for ((i = 0; i < 600; i++)); do
        # shellcheck disable=SC2009
        [ "$(jobs -r -p | grep -c -F -x -f <(printf '%s\n' "${runs[@]}"))" -gt 1 ] || break
        sleep 0.02
    done
    release 'ROLLBACK;'
    for ((i = 0; i < 10; i++)); do
        wait_run "${names[i]}" "${runs[i]}"
        if [ "$status" -eq 0 ]; then
            succeeded=$((succeeded + 1))
        else
            expect_refused
        fi
    done
    expect 'runs that ran' 1 "$succeeded"
    check_state second.state
}

# Ten that begin at once and go on as fast as they can: each either runs, whole and alone, or is
# refused. As many snapshots as runs, and none that changed anything but the first.
check_ten_free() {
    local round i runs succeeded
    for ((round = 0; round < 5; round++)); do
        context="ten runs at once, round $round"
        succeeded=0 runs=()
        start_over "$([ $((round % 2)) -eq 0 ] || echo first.sqlite)"
        for ((i = 0; i < 10; i++)); do
            start_run "run$i" monday
            runs+=("$run")
        done
        for ((i = 0; i < 10; i++)); do
            wait_run "run$i" "${runs[i]}"
            if [ "$status" -eq 0 ]; then
                succeeded=$((succeeded + 1))
            else
                expect_refused
            fi
        done
        snapshots
        expect 'snapshots' $((succeeded + round % 2)) "$count"
        [ "$succeeded" -gt 0 ] || fail 'none ran'
        inspect w.sqlite came.state
        # what there is must be a first load and nothing but unchanged pulls after it
        start_over ''
        for ((i = 0; i < count; i++)); do
            run_all monday w.sqlite
        done
        inspect w.sqlite alone.state
        expect_state 'state, against runs one after the other' alone.state came.state
    done
}

check_killed_holder() {
    local holding round
    for ((round = 0; round < 3; round++)); do
        context='the holder of the lock is killed'
        start_over first.sqlite
        hold w.sqlite 'BEGIN IMMEDIATE;'
        start_run holding tuesday
        holding=$run
        wait_until_locked
        kill -KILL "$holding"
        wait "$holding" 2>/dev/null
        [ -s w.sqlite.lock ] || fail 'the lock file of the killed run is gone'
        release 'ROLLBACK;'
        run_all tuesday w.sqlite
        check_state second.state
        list_files .
        [[ $listed != *w.sqlite.lock* ]] || fail 'the lock file is still there'
    done
}

printf 'seed %s\n' "$seed"
make_inputs monday 1500
edit_inputs monday tuesday 1
edit_inputs tuesday wednesday 2
run_all monday first.sqlite
inspect first.sqlite first.state
cp first.sqlite next.sqlite
run_all tuesday next.sqlite
inspect next.sqlite second.state
run_all wednesday next.sqlite
inspect next.sqlite third.state

check_two_runs
check_ten_held
check_ten_free
check_killed_holder
check_reader
check_first_writer
check_exclusive_writer
check_short_writer
check_stopped_writer
check_long_writer
finish
