#!/usr/bin/env bash
# Others at the same warehouse: readers that hold their snapshot, BI views that hang on gold, a second
# agent, somebody who locks a table. Readers are never kept waiting and never see half a build; of
# several runs one runs, and the others say who it is.
. "$(dirname "$0")/lib.sh"

# A session that stays open: its input is descriptor 7, what it prints goes to $work/held.
hold_session() {
    rm -f held.pipe
    mkfifo held.pipe
    psql -XqAt -v ON_ERROR_STOP=1 "$url" <held.pipe >>"$work/held" 2>&1 &
    session=$!
    exec 7>held.pipe
}

# ask SQL: its answer, in `answer`.
ask() {
    local i
    : >"$work/held"
    printf '%s\n\\echo done\n' "$1" >&7
    for ((i = 0; i < 500; i++)); do
        ! grep -q '^done$' "$work/held" || break
        sleep 0.02
    done
    answer=$(sed '/^done$/d' "$work/held")
    [ "$i" -lt 500 ] || fail "the session does not answer to: $1"
}

end_session() {
    exec 7>&-
    wait "$session"
}

gold_sum="SELECT md5(string_agg(g::text, '|' ORDER BY g::text)) FROM gold_event_sales g"

# ---- readers ----

check_snapshot_holder() {
    context='a reader that holds its snapshot'
    local arguments seen
    use_schema "$(unique others)"
    run 0 all --inputs monday
    hold_session
    ask "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '2s'; $gold_sum"
    seen=$answer
    for arguments in tuesday wednesday 'wednesday --full-refresh' monday; do
        # shellcheck disable=SC2086
        run 0 all --inputs $arguments
        ask "$gold_sum"
        expect "what it sees after $arguments" "$seen" "$answer"
    done
    ask 'COMMIT'
    end_session
    context=
}

# Gold's parts agree with each other whenever they are looked at, also through a view.
check_hurried_reader() {
    context='a reader during runs'
    local agree i
    agree="SELECT sum(gross_revenue) = (SELECT sum(gross_revenue) FROM gold_daily_metrics)
        AND sum(tickets_sold) = (SELECT sum(tickets_sold) FROM gold_daily_metrics)
        AND count(*) = (SELECT count(*) FROM silver_events) FROM gold_event_sales"
    sql "$agree" "$url" | grep -q t || fail 'the question is wrong'
    {
        printf "SET statement_timeout = '2s';\n"
        for ((i = 0; i < 3000; i++)); do printf '%s;\n' "$agree"; done
    } >questions
    psql -XqAt "$url" <questions >answers 2>&1 &
    local reader=$!
    for i in tuesday wednesday monday 'tuesday --full-refresh' wednesday monday; do
        # shellcheck disable=SC2086
        run 0 all --inputs $i
    done
    kill "$reader" 2>/dev/null
    wait "$reader" 2>/dev/null
    expect 'answers of another kind' '' "$(grep -vx t answers | sort | uniq -c | head -n 3)"
    expect_less 'questions that were not asked' 0 $((50 - $(wc -l <answers)))
    context=
}

# What hangs on gold stays, and shows what is new.
check_views() {
    context='a view on gold'
    sql "CREATE VIEW best AS SELECT event_id, sum(net_revenue) AS net FROM gold_event_sales GROUP BY 1;
         CREATE VIEW best_of_best AS SELECT max(net) FROM best;
         CREATE MATERIALIZED VIEW kept AS SELECT * FROM gold_campaign_roi;
         CREATE VIEW days AS SELECT date, sum(gross_revenue) AS gross FROM gold_daily_metrics GROUP BY 1;
         CREATE VIEW clean AS SELECT * FROM silver_tickets;
         CREATE FUNCTION totals() RETURNS numeric LANGUAGE sql AS
             'SELECT sum(gross_revenue) FROM gold_event_sales'" "$url" ||
        fail 'cannot make views'
    local tables
    tables=$(sql "SELECT string_agg(oid::text, ' ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = '$schema'::regnamespace AND relkind = 'r'")
    run 0 all --inputs tuesday
    run 0 all --inputs wednesday --full-refresh
    expect_sql 'days against events' 'SELECT (SELECT sum(gross) FROM days) = totals()' t
    expect_sql 'the view on the view' \
        'SELECT (SELECT * FROM best_of_best) = (SELECT max(net_revenue) FROM gold_event_sales)' t
    expect_sql 'tickets through a view' 'SELECT count(*) FROM clean' 3000
    expect 'the tables are the same objects' "$tables" "$(sql "SELECT string_agg(oid::text, ' '
        ORDER BY relname) FROM pg_class WHERE relnamespace = '$schema'::regnamespace
        AND relkind = 'r'")"
    context=
}

# Others may refer to our rows: what goes is theirs to decide, and the run says that they have to.
check_foreign_keys() {
    context='a foreign key on silver'
    local event
    event=$(sql 'SELECT min(event_id) FROM silver_events' "$url")
    sql "CREATE TABLE notes (event_id text REFERENCES silver_events);
         INSERT INTO notes VALUES ('$event')" "$url"
    cp -r monday without
    grep -v "$event" monday/events.csv >without/events.csv
    run 7 all --inputs without
    expect_match 'message' 'violates foreign key constraint .*notes' "$err"
    expect_match 'hint' 'foreign key that Goldleaf did not make .*ON DELETE CASCADE' "$err"
    sql "ALTER TABLE notes DROP CONSTRAINT notes_event_id_fkey, ADD FOREIGN KEY (event_id)
         REFERENCES silver_events ON DELETE SET NULL" "$url"
    run 0 all --inputs without
    expect_sql 'the note' 'SELECT count(*), count(event_id) FROM notes' '1|0'
    sql 'DROP TABLE notes' "$url"
    context=
}

# A cell that is too long for an index is no puzzle.
check_long_key() {
    context='a key of 9000 bytes'
    cp -r monday long
    printf '%s,Ann\n' "$(for ((i = 0; i < 281; i++)); do printf '%s' "$i" | sha256sum | cut -c 1-32; done | tr -d '\n')" \
        >>long/artists.csv
    run 7 all --inputs long
    expect_match 'message' 'index row' "$err"
    expect_match 'hint' 'no key of more than .* columns of ids' "$err"
    context=
}

# ---- agents ----

check_second_agent() {
    context='a second agent'
    local pid
    block "$schema.gold_event_sales" "PERFORM pg_sleep(2)"
    start_all tuesday
    wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid $run on %'
              AND wait_event_type = 'Lock'" 1
    pid=$run
    now_us
    local began=$now
    "$GOLDLEAF" all --inputs monday >"$work/second.out" 2>"$work/second.err"
    expect 'exit code of the second' 5 $?
    now_us
    expect_less 'milliseconds that the second took' 1500 $(((now - began) / 1000))
    expect_match 'who it names' \
        "another run holds .*: pid $pid on $(hostname | cut -c 1-23) since 20[0-9-]+T[0-9:]+Z" \
        "$(<"$work/second.err")"
    # and who only looks is served
    "$GOLDLEAF" status >"$work/second.out" 2>"$work/second.err"
    expect 'exit code of status' 0 $?
    wait "$blocker"
    wait_all
    expect 'exit code of the first' 0 "$status" || printf '%s\n' "$err" >&2
    context=
}

# Warehouses in other schemas are no concern of each other's.
check_other_schema() {
    context='an agent in another schema'
    local first=$schema
    block "$first.gold_event_sales" "PERFORM pg_sleep(2)"
    start_all monday
    wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid $run on %'
              AND wait_event_type = 'Lock'" 1
    use_schema "$(unique elsewhere)"
    "$GOLDLEAF" all --inputs monday >"$work/second.out" 2>"$work/second.err"
    expect 'exit code' 0 $? || cat "$work/second.err" >&2
    wait "$blocker"
    wait_all
    expect 'exit code of the first' 0 "$status"
    sql "DROP SCHEMA $schema CASCADE"
    schema=$first url="$server_url&options=-csearch_path%3D$first"
    export DATABASE_URL=$url
    context=
}

# The server lets go of the lock as soon as the session has ended.
check_killed_holder() {
    context='the holder is killed'
    block "$schema.gold_event_sales" "PERFORM pg_sleep(0.5)"
    start_all tuesday
    wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid $run on %'
              AND wait_event_type = 'Lock'" 1
    kill -KILL "$run"
    wait "$run" 2>/dev/null
    wait "$blocker"
    now_us
    local began=$now try
    for ((try = 0; try < 100; try++)); do
        goldleaf all --inputs tuesday
        [ "$status" -eq 5 ] || break
        sleep 0.05
    done
    now_us
    expect 'exit code of the next' 0 "$status" || printf '%s\n' "$err" >&2
    expect_less 'milliseconds until the lock was free and the run done' 5000 $(((now - began) / 1000))
    context=
}

# Many at once: whoever gets the lock runs, nobody waits or fails otherwise, and all that ran is there
# once.
check_many_agents() {
    context='eight agents at once'
    local agents=() i codes='' done_before done_after
    done_before=$(sql 'SELECT count(*) FROM audit_runs' "$url")
    for i in 1 2 3 4 5 6 7 8; do
        "$GOLDLEAF" all --inputs monday >"$work/agent$i" 2>&1 &
        agents+=($!)
    done
    for i in "${agents[@]}"; do
        wait "$i"
        codes="$codes $?"
    done
    expect_match 'exit codes' '^( 0| 5)+$' "$codes"
    expect_match 'at least one that ran' ' 0' "$codes"
    done_after=$(sql 'SELECT count(*) FROM audit_runs' "$url")
    expect 'runs that are recorded' "$(grep -o ' 0' <<<"$codes" | wc -l)" $((done_after - done_before))
    context=
}

# ---- a lock on a table ----

check_locked_table() {
    context='somebody locks a table for long'
    block "$schema.gold_event_sales" 'PERFORM pg_sleep(14)'
    run 7 all --inputs wednesday
    expect_match 'message' 'lock timeout' "$err"
    expect_match 'hint' 'another session holds a lock on a table' "$err"
    wait "$blocker"
    run 0 all --inputs wednesday
    context=
}

make_inputs monday 3000
edit_inputs monday tuesday 1
edit_inputs tuesday wednesday 2
check_snapshot_holder
check_hurried_reader
check_views
check_foreign_keys
check_long_key
check_second_agent
check_other_schema
check_killed_holder
check_many_agents
check_locked_table
sql "DROP SCHEMA $schema CASCADE"
finish
