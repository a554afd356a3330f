#!/usr/bin/env bash
# Through a pooler that lends out its sessions by the transaction (pgbouncer): the lock holds, nothing of
# one run's session disturbs the next, and what a run sets stays in its transaction.
. "$(dirname "$0")/lib.sh"

command -v pgbouncer >/dev/null || PATH=$PATH:/usr/sbin
command -v pgbouncer >/dev/null || give_up 'pgbouncer is not installed'

socket=${server_url#*host=}
socket=${socket%%&*}
schema=$(unique pooled)
sql "CREATE ROLE $schema LOGIN; CREATE SCHEMA $schema AUTHORIZATION $schema;
     ALTER ROLE $schema SET search_path = $schema" || give_up 'no role'

# start_pooler SESSIONS: that many for everybody. Sets url.
start_pooler() {
    local port i runner=()
    chmod 711 "$work"
    mkdir -p pooler
    printf '"%s" ""\n' "$schema" >pooler/users
    [ "$(id -u)" -ne 0 ] || {
        runner=(setpriv --reuid nobody --regid nogroup --clear-groups --)
        chown -R nobody pooler
    }
    for ((i = 0; i < 20; i++)); do
        port=$((20000 + RANDOM % 12000))
        cat >pooler/ini <<INI
[databases]
test = host=$socket port=${server_url##*port=} dbname=test
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = trust
auth_file = $work/pooler/users
pool_mode = transaction
default_pool_size = $1
logfile = $work/pooler/log
INI
        "${runner[@]}" pgbouncer -q "$work/pooler/ini" >/dev/null 2>&1 &
        pooler=$!
        url="postgresql://$schema@127.0.0.1:$port/test?sslmode=disable"
        sleep 0.5
        ! sql 'SELECT 1' "$url" >/dev/null 2>&1 || return 0
        kill "$pooler" 2>/dev/null
    done
    give_up "the pooler does not start: $(<pooler/log)"
}

unset PGOPTIONS # pgbouncer does not pass them on
make_inputs monday 2000
edit_inputs monday tuesday 1
start_pooler 1
context='one session for all'
for inputs in monday tuesday monday 'tuesday --full-refresh'; do
    # shellcheck disable=SC2086
    run 0 all --database "$url" --inputs $inputs
done
run 0 status --database "$url"
run 0 diff --database "$url"
run 0 export gold_event_sales --database "$url"
run 0 blame event_sales "$(sed -n '2s/,.*//p' "$work/out")" net_revenue --database "$url"
run 0 all --inputs monday --dry-run --database "$url"
expect_sql 'what a run set and did not take back' \
    "SELECT current_setting('application_name') LIKE 'goldleaf pid%', current_setting('lock_timeout')" \
    'f|0'
kill "$pooler"
wait "$pooler" 2>/dev/null

start_pooler 8
context='a second agent by another session'
server_url=$suite_url
block "$schema.gold_event_sales" 'PERFORM pg_sleep(2)'
start_all monday --database "$url"
wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid $run on %'
          AND wait_event_type = 'Lock'" 1
first=$run
"$GOLDLEAF" all --inputs tuesday --database "$url" >second.out 2>second.err
expect 'exit code of the second' 5 $?
expect_match 'who it names' "pid $first on" "$(<second.err)"
wait "$blocker"
wait_all
expect 'exit code of the first' 0 "$status" || printf '%s\n' "$err" >&2
context='many, in turns'
for inputs in tuesday monday tuesday monday; do
    run 0 all --inputs $inputs --database "$url"
done
context='the pooler is stopped in a run'
block "$schema.gold_event_sales" 'PERFORM pg_sleep(1)'
start_all tuesday --database "$url"
wait_for "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'goldleaf pid $run on %'
          AND wait_event_type = 'Lock'" 1
kill -KILL "$pooler"
wait "$blocker"
wait_all
expect 'exit code' 7 "$status"
expect_match 'message' 'trying the run again|connection|refused' "$err"
DATABASE_URL="$server_url&options=-csearch_path%3D$schema" run 0 all --inputs tuesday
sql "DROP OWNED BY $schema CASCADE; DROP ROLE $schema"
finish
