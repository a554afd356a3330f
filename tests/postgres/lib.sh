# shellcheck shell=bash
# Shared by the tests of PostgreSQL: those of the fault tests, a schema per test, and what a schema
# publishes as text. Sourced; GOLDLEAF_TEST_POSTGRES is the server of the whole suite, and a test that
# stops servers makes one of its own.
suite_url=${GOLDLEAF_TEST_POSTGRES:?names the server; ctest sets it}
server_url=$suite_url
export PGOPTIONS='-c client_min_messages=warning'
postgres_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$postgres_here/../fault/lib.sh"

own=$work/server # the folder of a server of our own
trap 'leave' EXIT
leave() {
    cleanup_server
    cleanup
}
cleanup_server() {
    [ ! -e "$own/folder" ] || bash "$postgres_here/server.sh" stop "$own"
}

# own_server [--tcp] [SETTING=VALUE...]: starts one; every schema is there from now on.
own_server() {
    mkdir -p "$own"
    bash "$postgres_here/server.sh" start "$own" "$@" || give_up 'no server of our own'
    server_url=$(<"$own/url")
}

halt_server() {
    bash "$postgres_here/server.sh" halt "$own"
}

start_server_again() {
    bash "$postgres_here/server.sh" again "$own" || give_up 'the server does not start again'
}

# ---- SQL ----

# sql TEXT [URL]: as the owner of everything, one line per row, '|' between cells.
sql() {
    psql -XqAt -v ON_ERROR_STOP=1 -c "$1" "${2:-$server_url}"
}

expect_sql() {
    expect "$1" "$3" "$(sql "$2" "$url" 2>&1)"
}

# use_schema NAME: a new one; url and DATABASE_URL are its.
use_schema() {
    schema=$1
    sql "DROP SCHEMA IF EXISTS $1 CASCADE; CREATE SCHEMA $1" || give_up "cannot make schema $1"
    url="$server_url&options=-csearch_path%3D$1"
    export DATABASE_URL=$url
}

# The schemas of a test have its number, since the server serves others at the same time.
unique() {
    printf '%s_%d' "$1" $$
}

# The copy of a schema, with all that is in it.
copy_schema() {
    sql "DROP SCHEMA IF EXISTS $2 CASCADE" || give_up "cannot drop $2"
    pg_dump --schema "$1" "$server_url" | sed "s/\\b$1\\b/$2/g" |
        psql -Xq -v ON_ERROR_STOP=1 "$server_url" >/dev/null || give_up "cannot copy $1 to $2"
}

# read_schema SCHEMA FILE: everything that a run publishes, without what differs from run to run.
read_schema() {
    psql -XqAt -v ON_ERROR_STOP=1 -v schema="$1" "$server_url" >statements <<'SQL' || fail "cannot read $1"
SELECT format('COPY (SELECT %L, %s FROM %I.%I) TO STDOUT;', relname,
              string_agg(quote_ident(attname), ', ' ORDER BY attnum), :'schema', relname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE relnamespace = :'schema'::regnamespace AND attnum > 0 AND NOT attisdropped
  AND (relname ~ '^bronze_.*_snapshots$' AND relkind = 'v' OR relname ~ '^(silver|gold)_' AND relkind = 'r'
       OR relname IN ('audit_rejected_rows', 'audit_warnings', 'audit_headers', 'audit_snapshots'))
  AND attname NOT IN ('run_id', 'loaded_at', '_loaded_at')
GROUP BY relname ORDER BY relname;
SQL
    psql -Xq -v ON_ERROR_STOP=1 "$server_url" <statements | sort >"$2" || fail "cannot read $1"
}

# ---- runs ----

# Whatever is printed never holds the password.
secret=
check_no_secret() {
    [ -z "$secret" ] || expect 'times that the password is printed' 0 \
        "$(grep -cF -e "$secret" "$work/out" "$work/err" | awk -F: '{ n += $2 } END { print n }')"
}

# run CODE ARG...: a command that has to end with this code.
run() {
    local code=$1
    shift
    goldleaf "$@"
    check_no_secret
    expect "exit code of goldleaf $*" "$code" "$status" || printf '%s\n' "$err" >&2
}

# start_all INPUTS ARG...: a run in the background, whose process is $run.
start_all() {
    local inputs=$1
    shift
    "$GOLDLEAF" all --inputs "$inputs" "$@" >"$work/out" 2>"$work/err" &
    run=$!
}

wait_all() {
    status=0
    wait "$run" || status=$?
    take_output
    check_no_secret
}

# when_seen PATTERN ACTION: waits until the run of start_all is at a statement and does ACTION, an
# SQL statement that knows its backend as `found`.
when_seen() {
    sql "DO \$\$ DECLARE found int; BEGIN
        FOR i IN 1..40000 LOOP
            SELECT pid INTO found FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                AND application_name LIKE 'goldleaf pid $run on %' AND query ~ '$1'
                AND datname = current_database();
            IF found IS NOT NULL THEN $2; RETURN; END IF;
            PERFORM pg_stat_clear_snapshot();
            PERFORM pg_sleep(0.0005);
        END LOOP;
        RAISE 'it was never seen';
    END \$\$" || fail "no run was seen at $1"
}

# block TABLE ACTION: another session holds the table, so that the run that comes next waits for it
# there, between two of its statements; then that session does ACTION, which knows the run's backend
# as `found`, and lets go. Its process is $blocker.
block() {
    sql "BEGIN; LOCK TABLE $1 IN EXCLUSIVE MODE; DO \$\$ DECLARE found int; BEGIN
        FOR i IN 1..20000 LOOP
            SELECT pid INTO found FROM pg_stat_activity
                WHERE pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]
                AND application_name LIKE 'goldleaf pid%';
            IF found IS NOT NULL THEN $2; RETURN; END IF;
            PERFORM pg_stat_clear_snapshot();
            PERFORM pg_sleep(0.001);
        END LOOP;
        RAISE 'nobody came';
    END \$\$; COMMIT" &
    blocker=$!
    wait_for "SELECT count(*) FROM pg_locks WHERE relation = '$1'::regclass AND granted
              AND mode = 'ExclusiveLock'" 1
}

# wait_for SQL VALUE: up to ten seconds.
wait_for() {
    local i
    for ((i = 0; i < 200; i++)); do
        [ "$(sql "$1")" != "$2" ] || return 0
        sleep 0.05
    done
    fail "this never became $2: $1"
}
