#!/usr/bin/env bash
# Ctrl-C and SIGTERM at random moments of a run: it stops soon, with exit code 130 or 143, and
# nothing of it is published; or it was through, with exit code 0, and everything is. A second
# signal ends it on the spot. A reader who goes away early is no reason to crash.
#
# GOLDLEAF_SIGNAL_ROUNDS: signals in all (33).
. "$(dirname "$0")/lib.sh"
. "$here/aftermath.sh"

rounds=${GOLDLEAF_SIGNAL_ROUNDS:-33}
stopped=0 finished=0 slowest=0

# signal_once SIGNAL FROM TO: a run that gets the signal at a moment between the two. After five
# seconds more it is killed, which is a failure.
signal_once() {
    local began
    pick_moment "$2" "$3"
    now_us
    began=$now
    status=0
    timeout --foreground --preserve-status -k 5 -s "$1" "$moment" "$GOLDLEAF" all \
        --inputs "$inputs" --database warehouse/w.sqlite "${arguments[@]}" \
        >"$work/out" 2>"$work/err" || status=$?
    now_us
    took=$((now - began - (10#${moment%.*} * 1000000 + 10#${moment#*.})))
    take_output
}

# check_signal CODE: either stopped without a trace or done.
check_signal() {
    check_version
    case $status in
    0)
        finished=$((finished + 1))
        expect 'version after exit code 0' new "$state"
        ;;
    "$1")
        stopped=$((stopped + 1))
        [ "$took" -lt "$slowest" ] || slowest=$took
        expect "version after exit code $1" old "$state" || printf '%s\n' "$err" >&2
        expect 'output' '' "$out"
        # nothing is said by one who was stopped before the program was set up
        [ -z "$err" ] || expect_match 'message' \
            'error: (interrupted|terminated).*hint: nothing of this run was published' \
            "${err//$'\n'/ }"
        list_files warehouse
        expect_match 'files of the stopped run' '^(w\.sqlite)?$' "$listed"
        ;;
    *) expect 'exit code' "0 or $1" "$status" || printf '%s\n' "$err" >&2 ;;
    esac
    [ "$state" != mixed ] || return
    check_next_run
}

# signal_many NAME: turns of SIGINT and SIGTERM, spread evenly over the run.
signal_many() {
    local count=$((rounds / 3)) round step
    set_scene "$1"
    step=$((duration / count))
    for ((round = 0; round < count; round++)); do
        start_over
        if [ $((round % 2)) -eq 0 ]; then
            signal_once INT $((step * round)) $((step * (round + 1)))
            context="$scene, round $round, SIGINT after $moment s"
            check_signal 130
        else
            signal_once TERM $((step * round)) $((step * (round + 1)))
            context="$scene, round $round, SIGTERM after $moment s"
            check_signal 143
        fi
    done
    context=
}

# Twice: the second one does not wait for anything. What was begun is left to the next run.
check_second_signal() {
    local round run
    set_scene 'first load'
    for ((round = 0; round < 4; round++)); do
        context="$scene, two signals, round $round"
        start_over
        pick_moment $((duration / 4)) $((duration * 3 / 4))
        "$GOLDLEAF" all --inputs "$inputs" --database warehouse/w.sqlite >out 2>err &
        run=$!
        sleep "$moment"
        # by job: the shell knows whether it is still there
        kill -TERM %% 2>/dev/null
        kill -TERM %% 2>/dev/null
        status=0
        wait "$run" 2>/dev/null || status=$?
        expect_match 'exit code' '^(143|0)$' "$status"
        check_version
        [ "$state" = mixed ] || check_next_run
    done
    context=
}

# The failed run is on record, and nothing else of it.
check_record() {
    local tries
    context='what is recorded of a run that was stopped'
    set_scene 'incremental run'
    for ((tries = 0; tries < 20; tries++)); do
        start_over
        signal_once TERM $((duration / 3)) $((duration / 2))
        [ "$status" -ne 143 ] || [ -z "$err" ] || break
    done
    context='what is recorded of a run that was stopped'
    expect 'last run' 'failed|143|' "$(sqlite3 warehouse/w.sqlite \
        'SELECT status, exit_code, snapshot_id FROM audit_runs ORDER BY rowid DESC LIMIT 1')"
    context=
}

# into_head ARGS...: output into a pipe whose reader leaves after one line, or before the first.
into_head() {
    local reader
    for reader in 'head -n 1' true; do
        context="goldleaf $* | $reader"
        "$GOLDLEAF" "$@" 2>err | $reader >out
        status=${PIPESTATUS[0]}
        take_output
        expect_match 'exit code' '^[01]$' "$status"
        [ "$status" -eq 0 ] || expect_match 'message' 'standard output: Broken pipe' "$err"
    done
}

check_pipes() {
    local table
    start_over
    cp second.sqlite warehouse/w.sqlite
    for table in silver_tickets gold_event_sales audit_loads 'bronze_tickets --snapshot 1' \
        'silver_tickets --format json' 'silver_tickets --format text'; do
        # shellcheck disable=SC2086
        into_head export $table --database warehouse/w.sqlite
    done
    into_head status --database warehouse/w.sqlite
    into_head rejects --database warehouse/w.sqlite
    into_head help
    into_head model
    into_head all --inputs tuesday --database warehouse/w.sqlite
    context='messages into a pipe without a reader'
    "$GOLDLEAF" all --inputs nowhere --database warehouse/w.sqlite 2>&1 >/dev/null | true
    expect 'exit code' 2 "${PIPESTATUS[0]}"
    context=
    inspect warehouse/w.sqlite came.state
    cp second.sqlite warehouse/w.sqlite
    run_all tuesday warehouse/w.sqlite
    run_all tuesday warehouse/w.sqlite
    inspect warehouse/w.sqlite after.state
    expect_state 'the runs whose report nobody read are published all the same' after.state \
        came.state
}

printf 'seed %s\n' "$seed"
make_days 6000
make_bases
signal_many 'first load'
signal_many 'incremental run'
signal_many 'full refresh'
printf '%d signals: %d runs stopped, %d were through; the slowest stopped after %d ms\n' \
    $((stopped + finished)) "$stopped" "$finished" $((slowest / 1000))
[ "$stopped" -ge $((rounds / 4)) ] || fail "only $stopped runs were stopped"
check_second_signal
check_record
check_pipes
finish
