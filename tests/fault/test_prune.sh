#!/usr/bin/env bash
# kill -9 at random moments of a prune. Either every snapshot is still there or the old ones are gone,
# whole; what stays is as it was; the next run, and the next prune, go on.
#
# GOLDLEAF_KILL_ROUNDS: kills in all (64). GOLDLEAF_KILL_TICKETS: size of the sheets.
. "$(dirname "$0")/lib.sh"

rounds=$((${GOLDLEAF_KILL_ROUNDS:-64} / 2))
tickets=${GOLDLEAF_KILL_TICKETS:-6000}
days=6
kept_old=0 kept_new=0

# inspect_kept DATABASE: integrity, kept.state (what a prune must not touch) and came (how many there
# are of what it takes out), of a copy.
inspect_kept() {
    copy_database "$1"
    read_kept "inspected/${1##*/}"
}

# read_kept DATABASE: the same without a copy.
read_kept() {
    sqlite3 "$1" >kept.state 2>state.err <<'SQL' || fail "sqlite3 cannot read $1: $(<state.err)"
PRAGMA integrity_check;
SELECT * FROM bronze_tickets_snapshots WHERE snapshot_id >= 5 ORDER BY snapshot_id, _position;
SELECT * FROM bronze_checkins_snapshots WHERE snapshot_id >= 5 ORDER BY snapshot_id, _position;
SELECT * FROM silver_tickets ORDER BY ticket_id;
SELECT * FROM gold_event_sales ORDER BY event_id;
SELECT * FROM audit_loads WHERE snapshot_id >= 5 ORDER BY run_id, layer, table_name;
SELECT * FROM audit_watermarks ORDER BY layer, table_name;
SQL
    expect "integrity of $1" ok "$(head -n 1 kept.state)"
    # what the transaction has to take out together
    came="$(sqlite3 "$1" "SELECT COUNT(*) FROM audit_snapshots; SELECT COUNT(*) FROM bronze_tickets;
        SELECT COUNT(*) FROM audit_loads; SELECT COUNT(*) FROM audit_runs;
        SELECT COUNT(*) FROM audit_headers; SELECT COUNT(*) FROM audit_dq_results" | tr '\n' ' ')"
}

start_over() {
    rm -rf warehouse
    mkdir warehouse
    cp base.sqlite warehouse/w.sqlite
}

# edit_much FROM TO SEED: so many rows that their room is worth giving back.
edit_much() {
    "$generator" --edit 20 --spread --from "$1" --out "$2" --seed "$3" >/dev/null ||
        give_up "cannot edit $1"
}

make_base() {
    local day
    make_inputs day1 "$tickets"
    run_all day1 base.sqlite
    for ((day = 2; day <= days; day++)); do
        edit_much "day$((day - 1))" "day$day" "$day"
        run_all "day$day" base.sqlite
    done
    edit_inputs "day$days" later 99
    inspect_kept base.sqlite
    old=$came
    cp kept.state expected.state
}

# The prune undisturbed: how long it takes, and what it leaves.
measure() {
    local began
    start_over
    now_us
    began=$now
    goldleaf prune --keep 2 --database warehouse/w.sqlite
    expect 'exit code of the prune' 0 "$status"
    now_us
    duration=$((now - began))
    inspect_kept warehouse/w.sqlite
    new=$came
    expect_state 'what the prune leaves' expected.state kept.state
    expect 'free pages' 0 "$(sqlite3 warehouse/w.sqlite 'PRAGMA freelist_count')"
    [ "$old" != "$new" ] || give_up 'the prune does nothing'
}

check_kill() {
    list_files warehouse
    expect_match 'files that the prune left' \
        '^w\.sqlite( ?w\.sqlite-(wal|shm|journal))*( ?w\.sqlite\.lock)?$' "$listed"
    inspect_kept warehouse/w.sqlite
    expect_state 'what stays' expected.state kept.state
    case $came in
    "$old") kept_old=$((kept_old + 1)) ;;
    "$new") kept_new=$((kept_new + 1)) ;;
    *) fail "neither before ($old) nor after ($new): $came" ;;
    esac
    if [ $((round % 2)) -eq 0 ]; then
        goldleaf prune --keep 2 --database warehouse/w.sqlite
        expect 'exit code of the next prune' 0 "$status" || printf '%s\n' "$err" >&2
        read_kept warehouse/w.sqlite
        expect 'the next prune' "$new" "$came"
        expect_state 'what stays after the next prune' expected.state kept.state
    fi
    run_all later warehouse/w.sqlite
    list_files warehouse
    expect 'files after the next run' w.sqlite "$listed"
    goldleaf verify --database warehouse/w.sqlite
    expect 'exit code of verify after the next run' 0 "$status" || printf '%s\n' "$out" >&2
    expect_no_litter
}

kill_many() {
    local round try step
    for ((round = 0; round < rounds; round++)); do
        for ((try = 0; try < 20; try++)); do
            step=$((duration / rounds))
            start_over
            context="round $round"
            if kill_goldleaf $((step * round)) $((step * (round + 1))) prune --keep 2 \
                --database warehouse/w.sqlite; then
                context="round $round, killed after $moment s"
                kills=$((kills + 1))
                check_kill
                break
            fi
            duration=$((duration * 95 / 100))
        done
    done
    context=
}

kills=0
printf 'seed %s, %s tickets\n' "$seed" "$tickets"
make_base
measure
printf 'a prune takes %d ms\n' $((duration / 1000))
kill_many
printf '%d kills: %d times nothing was dropped, %d times all of it was\n' "$kills" "$kept_old" "$kept_new"
expect 'kills' "$rounds" "$kills"
finish
