#!/usr/bin/env bash
# Many runs that begin together on one warehouse: one at a time is on, the others exit with 5 and
# name it, or come after it. However many there were, every snapshot is one run, and the data are
# those of one.
#
# GOLDLEAF_SOAK: rounds (8, of two to eight agents; more than 100: 200, of two to twenty)
rounds=${GOLDLEAF_SOAK:-8} most=8
. "$(dirname "$0")/lib.sh"
[ "$rounds" -le 100 ] || rounds=200 most=20
ran=0 refused=0 started=0

# play ROUND COUNT: so many agents, and what became of each.
play() {
    local i agents=() codes=() before after done_now=0 named host
    host=$(hostname)
    before=$(sqlite3 w.sqlite 'SELECT COUNT(*) FROM audit_snapshots')
    for ((i = 0; i < $2; i++)); do
        "$GOLDLEAF" all --inputs "day$(($1 % 2))" --database w.sqlite --quiet >/dev/null 2>"err.$i" &
        agents+=($!)
        [ $((RANDOM % 3)) -ne 0 ] || sleep "0.0$((RANDOM % 10))"
    done
    for ((i = 0; i < $2; i++)); do
        codes[i]=0
        wait "${agents[i]}" || codes[i]=$?
    done
    context="round $1 of $2 agents"
    for ((i = 0; i < $2; i++)); do
        expect_match "exit code of agent $i" '^[05]$' "${codes[i]}" || cat "err.$i" >&2
        if [ "${codes[i]}" -eq 0 ]; then
            done_now=$((done_now + 1))
            continue
        fi
        refused=$((refused + 1))
        expect_match "message of agent $i" \
            "another run holds .*w\.sqlite\.lock: pid [0-9]+ on $host since 20..-..-..T..:..:..Z" "$(<"err.$i")"
        named=$(sed -n 's/.*: pid \([0-9]*\) on .*/\1/p' "err.$i")
        expect_match "the one whom agent $i names" " $named " " ${agents[*]} "
    done
    [ "$done_now" -gt 0 ] || fail 'nobody ran'
    after=$(sqlite3 w.sqlite 'SELECT COUNT(*), MAX(snapshot_id), COUNT(DISTINCT run_id) FROM audit_snapshots')
    expect 'snapshots' "$((before + done_now))|$((before + done_now))|$((before + done_now))" "$after"
    [ ! -e w.sqlite.lock ] || fail 'the lock file is still there'
    ran=$((ran + done_now)) started=$((started + $2))
    context=
}

make_inputs day0 1500
edit_inputs day0 day1 1
run_all day0 w.sqlite
for ((round = 1; round <= rounds; round++)); do
    play "$round" $((2 + RANDOM % (most - 1)))
done
printf 'seed %s: %d rounds, %d agents: %d ran, %d were refused\n' "$seed" "$rounds" "$started" "$ran" "$refused"
[ "$refused" -gt 0 ] || fail 'nobody was refused'
expect 'integrity' ok "$(sqlite3 w.sqlite 'PRAGMA integrity_check')"

# What a run gives now is what it gives in a warehouse that never saw two agents.
run_all day1 w.sqlite
run_all day0 clean.sqlite
run_all day1 clean.sqlite
for database in w clean; do
    for table in $(sqlite3 clean.sqlite "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'gold_*' ORDER BY name"); do
        sqlite3 "$database.sqlite" "SELECT '$table', * FROM \"$table\"" | sort
    done >"$database.state"
done
[ -s clean.state ] || fail 'there is no gold'
expect_state 'gold after all of it' clean.state w.state
finish
