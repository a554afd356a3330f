#!/usr/bin/env bash
# Runs that are broken off: the program by kill -9 at random moments, its session by
# pg_terminate_backend, the server by an immediate stop, in every phase. What is published is the old
# version or the new one, whole; nothing is there twice; what was not our fault heals by itself, and
# the rest by the next run.
#
# GOLDLEAF_KILL_ROUNDS: kills in all (24).
. "$(dirname "$0")/lib.sh"

rounds=${GOLDLEAF_KILL_ROUNDS:-24}
tickets=12000

run_in() { # SCHEMA INPUTS
    url="$server_url&options=-csearch_path%3D$1"
    export DATABASE_URL=$url
    run 0 all --inputs "$2"
}

# Three versions of the sheets; old is published, new is on its way.
make_states() {
    make_inputs monday $tickets
    edit_inputs monday tuesday 1
    use_schema old
    run_in old monday
    read_schema old old.state
    copy_schema old new
    run_in new tuesday
    read_schema new new.state
    # the same sheets once more, which is one snapshot more
    copy_schema new newer
    run_in newer tuesday
    read_schema newer newer.state
    : >nothing.state
}

start_over() {
    copy_schema old work
    url="$server_url&options=-csearch_path%3Dwork"
    export DATABASE_URL=$url
}

start_from_nothing() {
    use_schema work
}

# check_version OLD NEW, files: sets state to old, new or mixed.
check_version() {
    read_schema work came.state
    state=old
    cmp -s "$1" came.state && return
    state=new
    cmp -s "$2" came.state && return
    state=mixed
    expect_state 'neither the old version nor the new one' "$2" came.state
}

# Snapshots and runs that were published: each once.
check_counts() {
    expect_sql 'snapshots, and how many of them are recorded twice' \
        'SELECT count(*), count(*) - count(DISTINCT snapshot_id) FROM audit_snapshots' "$1|0"
    expect_sql 'runs that are recorded' \
        "SELECT count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE status <> 'done')
         FROM audit_runs" "$1|0"
    expect_sql 'sessions that are left' \
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf%'" 0
}

# ---- ours is killed ----

# kill_once FROM TO: kills a run at a moment between the two; false when the run was faster.
kill_once() {
    local code=0
    pick_moment "$1" "$2"
    context="killed after $moment s"
    start_over
    timeout --foreground -s KILL "$moment" "$GOLDLEAF" all --inputs tuesday \
        >"$work/out" 2>"$work/err" || code=$?
    take_output
    [ "$code" -eq 137 ]
}

kill_many() {
    local round began duration try kills=0 kept=0
    start_over
    now_us && began=$now
    run_in work tuesday
    now_us && duration=$((now - began))
    for ((round = 0; round < rounds; round++)); do
        for ((try = 0; try < 20; try++)); do
            kill_once $((duration * round / rounds)) $((duration * (round + 1) / rounds)) && break
            # the machine is faster now than when it was measured
            duration=$((duration * 9 / 10))
        done
        [ "$try" -lt 20 ] || continue
        kills=$((kills + 1))
        run 0 status
        # The server has done with the session's last statement, which may be COMMIT, before the
        # state is final.
        wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid%'" 0
        read_schema work came.state
        ! cmp -s old.state came.state || kept=$((kept + 1))
        cmp -s old.state came.state || expect_state 'what a kill left' new.state came.state
        heal_after_kill
    done
    context=
    printf '%d kills, after %d of them the old version stood\n' "$kills" "$kept"
    expect_less 'kills that came too late' $((rounds / 4)) $((rounds - kills))
}

heal_after_kill() {
    local expected=new.state
    cmp -s old.state came.state || expected=newer.state
    run 0 all --inputs tuesday
    read_schema work after.state
    expect_state 'after the next run' "$expected" after.state
}

# ---- the session is ended, or the server, while it is at a statement ----

# Of a first load, by the statement that runs; of a later run, by the table that it waits for.
statements=(
    'making tables|^CREATE TABLE'
    'COPY into bronze|^COPY .bronze_tickets'
    'between tables|^ANALYZE'
    'silver|silver_tickets'
    'gold|^CREATE TEMP TABLE goldleaf_new AS'
)
tables=(
    'connecting|audit_loads'
    'bronze|bronze_tickets'
    'silver|silver_tickets'
    'the audit of silver|audit_dq_results'
    'gold|gold_event_sales'
    'before COMMIT|audit_runs'
)

# check_healed OLD NEW RUNS: tried again by itself, and published.
check_healed() {
    expect 'exit code' 0 "$status" || printf '%s\n' "$err" >&2
    expect_match 'a warning that says what happened' 'trying the run again in' "$err"
    check_version "$1" "$2"
    expect 'the version that is published' new "$state"
    check_counts "$3"
}

terminate_in_phases() {
    local phase
    for phase in "${statements[@]}"; do
        context="terminated at ${phase%%|*}, first load"
        start_from_nothing
        start_all monday
        when_seen "${phase#*|}" 'PERFORM pg_terminate_backend(found)'
        wait_all
        check_healed nothing.state old.state 1
    done
    for phase in "${tables[@]}"; do
        context="terminated at ${phase%%|*}"
        start_over
        block "work.${phase#*|}" 'PERFORM pg_terminate_backend(found)'
        start_all tuesday
        wait "$blocker" || fail 'the run did not come there'
        wait_all
        check_healed old.state new.state 2
    done
    context=
}

stop_in_phases() {
    local phase
    for phase in "${tables[@]}"; do
        context="server stopped at ${phase%%|*}"
        start_over
        sql CHECKPOINT # so that the server is soon up again
        block "work.${phase#*|}" 'PERFORM pg_sleep(20)' 2>/dev/null
        start_all tuesday
        wait_for "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'" 1
        halt_server
        wait "$blocker" 2>/dev/null
        sleep 0.7
        start_server_again
        wait_all
        check_healed old.state new.state 2
    done
    context='server stopped in a COPY, first load'
    start_from_nothing
    sql CHECKPOINT
    start_all monday
    when_seen '^COPY .bronze_tickets' NULL
    halt_server
    start_server_again
    wait_all
    check_healed nothing.state old.state 1
    context=
}

# Somebody holds what the run wants, and wants what it holds; the server breaks off the run.
deadlock() {
    context=deadlock
    start_over
    block work.audit_runs "PERFORM set_config('deadlock_timeout', '100s', true);
        LOCK TABLE work.gold_event_sales IN EXCLUSIVE MODE"
    start_all tuesday
    wait "$blocker" || fail 'the other session fell instead'
    wait_all
    check_healed old.state new.state 2
    expect_match 'the reason' 'deadlock detected' "$err"
    context=
}

# ---- what does not heal ----

terminate_always() {
    context='terminated again and again'
    local i
    start_over
    start_all tuesday
    # at every try
    (while kill -0 "$run" 2>/dev/null; do
        sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name LIKE 'goldleaf pid $run on %'" >/dev/null
        sleep 0.02
    done) &
    wait_all
    expect 'exit code' 7 "$status"
    # half a minute of waits that double, up to eight seconds
    expect_match 'tries that were announced' '^[567]$' "$(grep -c 'trying the run again' "$work/err")"
    expect_match 'message' 'terminating connection|connection' "$err"
    check_version old.state new.state
    expect 'the version that is published' old "$state"
    run 0 all --inputs tuesday
    check_version old.state new.state
    expect 'the version after the next run' new "$state"
    context=
}

no_server() {
    context='the server is down'
    start_over
    halt_server
    now_us
    local began=$now
    run 7 all --inputs tuesday
    expect_match 'message' 'No such file or directory|Connection refused' "$err"
    expect_match 'hint' 'check that the server runs' "$err"
    now_us
    expect_less 'milliseconds until it gives up' 5000 $(((now - began) / 1000))
    run 7 status
    start_server_again
    run 0 all --inputs tuesday
    context=
}

# A signal ends a run that waits for the server.
interrupted() {
    local signal code
    for signal in INT:130 TERM:143; do
        context="SIG${signal%:*}"
        start_over
        start_all tuesday
        when_seen 'silver|goldleaf' 'NULL'
        kill -s "${signal%:*}" "$run"
        wait_all
        code=${signal#*:}
        # it may have been at its COMMIT already
        if [ "$status" -ne 0 ]; then
            expect 'exit code' "$code" "$status"
            expect_match 'hint' 'nothing of this run was published' "$err"
        fi
        run 0 all --inputs tuesday
        read_schema work came.state
        cmp -s new.state came.state || expect_state 'after the next run' newer.state came.state
    done
    context=
}

own_server
make_states
kill_many
terminate_in_phases
stop_in_phases
deadlock
interrupted
no_server
terminate_always
finish
