#!/usr/bin/env bash
# Many runs that begin together on one warehouse: one at a time is on, the others exit with 5 and
# name it, or come after it. However many there were, every snapshot is one run, and the data are
# those of one. The same on SQLite and, where a server can be started, on PostgreSQL.
#
# GOLDLEAF_SOAK: rounds (6, of two to eight agents; more than 100: 200, of two to twenty)
rounds=${GOLDLEAF_SOAK:-6} most=8
. "$(dirname "$0")/lib.sh"
. "$here/postgres.sh"
[ "$rounds" -le 100 ] || rounds=200 most=20
trap 'stop_postgres; cleanup' EXIT

# ask SQL [DATABASE]
ask() {
    case ${2:-$database} in
    postgresql:*) psql -XAtq "${2:-$database}" -c "$1" ;;
    *) sqlite3 "${2:-$database}" "$1" ;;
    esac
}

# play ROUND COUNT: so many agents, and what became of each.
play() {
    local i agents=() codes=() before after done_now=0 named
    before=$(ask 'SELECT COUNT(*) FROM audit_snapshots')
    for ((i = 0; i < $2; i++)); do
        "$GOLDLEAF" all --inputs "day$(($1 % 2))" --database "$database" --quiet >/dev/null 2>"err.$i" &
        agents+=($!)
        [ $((RANDOM % 3)) -ne 0 ] || sleep "0.0$((RANDOM % 10))"
    done
    for ((i = 0; i < $2; i++)); do
        codes[i]=0
        wait "${agents[i]}" || codes[i]=$?
    done
    context="$kind, round $1 of $2 agents"
    for ((i = 0; i < $2; i++)); do
        expect_match "exit code of agent $i" '^[05]$' "${codes[i]}" || cat "err.$i" >&2
        if [ "${codes[i]}" -eq 0 ]; then
            done_now=$((done_now + 1))
            continue
        fi
        refused=$((refused + 1))
        expect_match "message of agent $i" \
            "another run holds .*: pid [0-9]+ on $host since 20..-..-..T..:..:..Z" "$(<"err.$i")"
        named=$(sed -n 's/.*: pid \([0-9]*\) on .*/\1/p' "err.$i")
        expect_match "the one whom agent $i names" " $named " " ${agents[*]} "
    done
    [ "$done_now" -gt 0 ] || fail 'nobody ran'
    after=$(ask 'SELECT COUNT(*), MAX(snapshot_id), COUNT(DISTINCT run_id) FROM audit_snapshots')
    expect 'snapshots' "$((before + done_now))|$((before + done_now))|$((before + done_now))" "$after"
    [ ! -e w.sqlite.lock ] || fail 'the lock file is still there'
    ran=$((ran + done_now)) started=$((started + $2))
    context=
}

# check KIND DATABASE: all rounds; what a run gives afterwards is what it gives in a warehouse that
# never saw two agents.
check() {
    local round table
    kind=$1 database=$2
    host=$(hostname | cut -c 1-$([ "$1" = SQLite ] && echo 63 || echo 23))
    ran=0 refused=0 started=0
    run_all day0 "$database"
    for ((round = 1; round <= rounds; round++)); do
        play "$round" $((2 + RANDOM % (most - 1)))
    done
    printf '%s, seed %s: %d rounds, %d agents: %d ran, %d were refused\n' "$kind" "$seed" "$rounds" \
        "$started" "$ran" "$refused"
    [ "$refused" -gt 0 ] || fail 'nobody was refused'
    run_all day1 "$database"
    : >came.state
    for table in event_sales daily_metrics campaign_roi; do
        goldleaf export "gold_$table" --database "$database"
        printf '%s\n' "$out" | sort >>came.state
    done
    expect_state "$kind: gold after all of it" clean.state came.state
}

make_inputs day0 1500
edit_inputs day0 day1 1
run_all day0 clean.sqlite
run_all day1 clean.sqlite
for table in event_sales daily_metrics campaign_roi; do
    goldleaf export "gold_$table" --database clean.sqlite
    printf '%s\n' "$out" | sort >>clean.state
done
check SQLite w.sqlite
expect 'integrity' ok "$(ask 'PRAGMA integrity_check')"
if start_postgres; then
    check PostgreSQL "$postgres_url"
else
    printf 'PostgreSQL: %s\n' "$postgres_missing"
fi
finish
