#!/usr/bin/env bash
# `goldleaf schedule` under kill -9 and signals at random moments. A run that is killed is recorded
# as failed, told of by the hook, and the schedule goes on. A schedule that is killed takes its run
# with it and leaves nothing locked. TERM and INT end it within five seconds, whatever it does.
#
# GOLDLEAF_SOAK: kills of a run and signals, each; a quarter of that kills of the schedule (16).
rounds=${GOLDLEAF_SOAK:-16}
[ "$rounds" -le 200 ] || rounds=200 # of these, that is enough
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/cli/schedule.sh"
. "$here/postgres.sh"
published=0 recorded=0 idle=0 slowest=0
trap '[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null; stop_postgres; cleanup' EXIT

# Sheets that differ from those of the round before, so that there is work.
turn_sheets() {
    local day=monday
    [ $(($1 % 2)) -eq 0 ] || day=tuesday
    rm -rf sheets.new && cp -r "$day" sheets.new
    rm -rf sheets && mv sheets.new sheets
}

failed_runs() {
    sqlite3 -cmd '.timeout 20000' w.sqlite "SELECT COUNT(*) FROM audit_runs WHERE status = 'failed' AND exit_code = 137"
}

# The run of this round, killed at some moment of it.
kill_run() {
    local before hooks failed cut
    turn_sheets "$1"
    before=$(grep -c 'next_run:' log) failed=$(failed_runs)
    cut=$(grep -c 'run_cut_off' log) hooks=$(grep -c . hooked)
    kill -HUP "$daemon"
    until find_child && [ -n "$child" ]; do sleep 0.002; done
    pick_moment 0 $((duration * 8 / 10 + 50000))
    sleep "$moment"
    find_child
    [ -z "$child" ] || kill -KILL "$child" 2>/dev/null
    context="run $1 killed after $moment s"
    await_count $((before + 1)) 'next_run:' || return
    if [ "$(failed_runs)" -gt "$failed" ]; then
        recorded=$((recorded + 1))
        expect 'calls of the hook for failures' $((hooks + 1)) "$(grep -c . hooked)"
    elif [ "$(grep -c run_cut_off log)" -gt "$cut" ]; then
        published=$((published + 1)) # the hook for success was what was killed
    else
        idle=$((idle + 1)) # it was over, or what was killed was the note of the next run
    fi
    context=
}

check_kills_of_runs() {
    local i
    : >hooked
    begin --every 1d --inputs sheets --database w.sqlite --on-success 'cat >/dev/null; sleep 0.1' \
        --on-failure 'cat >failure.json; echo x >>hooked'
    await_count 1 'next_run:'
    for ((i = 1; i <= rounds; i++)); do kill_run "$i"; done
    kill -0 "$daemon" || fail 'the schedule is gone'
    [ "$recorded" -gt 0 ] || fail 'no run was killed in its middle'
    expect_match 'what the hook is told' '"exit_code": 137.*ended by signal 9' "$(tr '\n' ' ' <failure.json)"
    expect 'messages of killed runs on record' "$recorded" "$(sqlite3 w.sqlite "SELECT COUNT(*) FROM
        audit_runs WHERE status = 'failed' AND message LIKE '%ended by signal 9' AND snapshot_id IS NULL")"
    expect 'crashes told of and recorded' "$recorded" "$(grep -c 'the process of the run was ended by signal 9' log)"
    stop_well
    printf '%d runs killed: %d recorded as failed, %d had published, %d were over\n' \
        "$rounds" "$recorded" "$published" "$idle"
}

# check_kill_in_transaction DATABASE: a run that waits for its token has its transaction open, and the
# command that was to give the token outlives it unless somebody ends it.
check_kill_in_transaction() {
    local process descendants sql="SELECT COUNT(*) FROM audit_runs WHERE status = 'failed' AND exit_code = 137"
    context="killed in its transaction on ${1%%:*}"
    run_all sheets "$1"
    rm -f asked
    SPREADSHEET=shop GOLDLEAF_SOURCE=sheets GOLDLEAF_TOKEN_COMMAND='echo x >asked; sleep 50' \
        begin --every 1d --database "$1"
    await x asked
    find_child
    descendants=$(list_descendants "$daemon")
    kill -KILL "$child"
    await_count 1 'next_run:'
    for process in $descendants; do
        ! is_alive "$process" || fail "process $process is left of the run"
    done
    case $1 in
    postgresql:*) expect 'on record' 1 "$(psql -XAtq "$1" -c "$sql")" ;;
    *) expect 'on record' 1 "$(sqlite3 "$1" "$sql")" ;;
    esac
    stop_well
    context=
}

check_kills_of_schedules() {
    local i run descendants tries
    for ((i = 0; i < rounds / 4; i++)); do
        context="schedule $i killed"
        turn_sheets "$i"
        begin --every 1d --inputs sheets --database w.sqlite
        pick_moment 0 $((duration * 3 / 2))
        sleep "$moment"
        kill -STOP "$daemon" # so that it starts nothing after we have looked
        descendants=$(list_descendants "$daemon")
        kill -KILL "$daemon"
        wait "$daemon" 2>/dev/null
        daemon=
        for run in $descendants; do
            for ((tries = 0; tries < 250; tries++)); do
                is_alive "$run" || break
                sleep 0.02
            done
            ! is_alive "$run" || fail "its run $run goes on"
        done
        run_all sheets w.sqlite
    done
    context=
}

# A schedule that gets a signal at some moment of its first run, or of waiting for the second.
signal_once() {
    local number=$1 signals=(TERM INT HUP USR1) signal
    signal=${signals[number % 4]}
    turn_sheets "$number"
    begin --every 1d --inputs sheets --database w.sqlite --on-success 'cat >/dev/null'
    case $signal in HUP | USR1) await schedule_started || return ;; esac
    pick_moment 0 $((duration * 3 / 2))
    sleep "$moment"
    context="signal $number, $signal after $moment s"
    case $signal in
    TERM | INT)
        [ $((number % 8)) -ge 4 ] || signal="$signal TERM"
        # before that, a job in the background does not hear of an INT
        [ "$signal" != INT ] || [ -s log ] || signal='INT TERM'
        # shellcheck disable=SC2086
        stop $signal
        # before the program was set up, a signal does what it does to anybody
        [ -s log ] || [ "$stopped" -lt 128 ] || stopped=0
        expect 'exit code' 0 "$stopped" || cat log
        expect_less 'milliseconds to the end' 5000 "$took"
        [ "$took" -le "$slowest" ] || slowest=$took
        ;;
    HUP)
        kill -HUP "$daemon"
        await_count 2 'run_done'
        stop_well
        ;;
    USR1)
        kill -USR1 "$daemon"
        await 'status: (starting|running|waiting); '
        stop_well
        ;;
    esac
    expect 'integrity' ok "$(sqlite3 w.sqlite 'PRAGMA integrity_check')"
    context=
}

make_inputs monday 4000
edit_inputs monday tuesday 1
run_all monday w.sqlite
turn_sheets 1
now_us
began=$now
run_all sheets w.sqlite
now_us
duration=$((now - began))
printf 'seed %s; a run takes %d ms\n' "$seed" $((duration / 1000))
check_kills_of_runs
check_kill_in_transaction killed.sqlite
if start_postgres; then
    check_kill_in_transaction "$postgres_url"
else
    printf 'PostgreSQL: %s\n' "$postgres_missing"
fi
check_kills_of_schedules
for ((i = 0; i < rounds; i++)); do signal_once "$i"; done
printf '%d signals; the slowest end took %d ms\n' "$rounds" "$slowest"

# After all of that, the data are those of a run that nobody disturbed.
run_all tuesday w.sqlite
run_all tuesday clean.sqlite
content w.sqlite >came.state
content clean.sqlite >expected.state
expect_state 'silver and gold after all of it' expected.state came.state
finish
