#!/usr/bin/env bash
# A private PostgreSQL for tests: a cluster in a temporary folder, reached through a socket in it.
# It has nothing to do with a cluster that the machine may run, and needs no rights: when we are root,
# which PostgreSQL refuses, it runs as `postgres` or `nobody`.
#
#   server.sh start DIR [--tcp] [SETTING=VALUE...]   makes and starts one; DIR/url is where it is
#   server.sh with DIR COMMAND...                    runs a command with GOLDLEAF_TEST_POSTGRES set
#   server.sh with-cluster DIR COMMAND...            the same, but the cluster of GOLDLEAF_TEST_CITUS
#                                                    if that is set: the URL of a database with Citus
#   server.sh halt DIR                               what a power cut leaves: no shutdown, no answer
#   server.sh again DIR                              starts it once more after that
#   server.sh stop DIR                               stops it and takes everything away
#
# DIR is the caller's, and remembers: url, folder (the cluster's own, which any user may reach),
# and with --tcp port. Users of the socket need no password; those of the loopback port do.
# Whatever is missing is a failure: a test that wants a server must not pass without one.
set -euo pipefail

fail() {
    printf 'server.sh: %s\n' "$*" >&2
    exit 1
}

# Sets bin to the newest set of programs from 13 on.
find_programs() {
    local candidate
    for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV) \
        "$(dirname "$(command -v initdb || echo /nowhere/x)")"; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && is_new "$candidate"; then
            bin=$candidate
            return
        fi
    done
    fail "no PostgreSQL from 13 on is installed (Debian: apt-get install postgresql)"
}

is_new() {
    local version
    version=$("$1/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    [ "$version" -ge 13 ]
}

# Runs a command as the cluster's owner.
as_owner() {
    local user
    if [ "$(id -u)" -ne 0 ]; then
        (cd / && "$@")
        return
    fi
    user=$(find_user)
    (cd / && setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- \
        env HOME=/ "$@")
}

find_user() {
    id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody
}

make_cluster() {
    folder=$(mktemp -d "/tmp/goldleaf-postgres.XXXXXX")
    printf '%s\n' "$folder" >"$dir/folder"
    mkdir "$folder/socket"
    chmod 755 "$folder" "$folder/socket"
    [ "$(id -u)" -ne 0 ] || chown -R "$(find_user)" "$folder"
    as_owner "$bin/initdb" --pgdata "$folder/data" --username goldleaf --auth trust \
        --encoding UTF8 --locale C --no-sync >"$dir/log" 2>&1 ||
        { cat "$dir/log" >&2; fail 'initdb failed'; }
}

# What a crash of the machine would lose is of no use to a test; a crash of the server loses nothing.
write_settings() {
    local setting
    cat >>"$folder/data/postgresql.conf" <<CONF
unix_socket_directories = '$folder/socket'
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = off
log_min_messages = fatal
lc_messages = 'C'
max_connections = 50
CONF
    for setting in "$@"; do
        printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}" >>"$folder/data/postgresql.conf"
    done
    cat >"$folder/data/pg_hba.conf" <<'CONF'
local all all trust
host all all 127.0.0.1/32 scram-sha-256
CONF
}

# A port may be taken between the moment we choose it and the moment the server does.
start_server() {
    local tries
    for ((tries = 0; tries < 10; tries++)); do
        if [ "$is_tcp" -eq 1 ]; then
            port=$((20000 + RANDOM % 12000))
            printf '%s\n' "$port" >"$dir/port"
            printf "listen_addresses = '127.0.0.1'\nport = %d\n" "$port" \
                >>"$folder/data/postgresql.conf"
        fi
        ! start_cluster || return 0
        [ "$is_tcp" -eq 1 ] || break
    done
    cat "$folder/log" >&2
    fail 'the server does not start'
}

start_cluster() {
    as_owner "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait --timeout 60 \
        start >>"$dir/log" 2>&1
}

start() {
    [ ! -e "$dir/folder" ] || stop # left behind by a run that was killed
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    is_tcp=0 port=5432
    [ "${1:-}" != --tcp ] || { is_tcp=1; shift; }
    make_cluster
    write_settings "$@"
    start_server
    "$bin/createdb" -h "$folder/socket" -p "$port" -U goldleaf test
    printf 'postgresql://goldleaf@/test?host=%s&port=%d\n' "$folder/socket" "$port" >"$dir/url"
}

halt() {
    folder=$(<"$dir/folder")
    as_owner "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --wait stop \
        >>"$dir/log" 2>&1 || true
}

again() {
    folder=$(<"$dir/folder")
    start_cluster || { cat "$folder/log" >&2; fail 'the server does not start again'; }
}

stop() {
    halt
    case $folder in
    /tmp/goldleaf-postgres.*) rm -rf "$folder" ;;
    esac
    rm -f "$dir/folder" "$dir/url" "$dir/port" "$dir/log"
}

action=${1:-} dir=${2:-}
[ -n "$dir" ] || fail 'which folder?'
shift 2
find_programs
case $action in
start | stop | halt | again)
    "$action" "$@"
    ;;
with)
    GOLDLEAF_TEST_POSTGRES=$(<"$dir/url") PATH=$bin:$PATH exec "$@"
    ;;
with-cluster)
    GOLDLEAF_TEST_POSTGRES=${GOLDLEAF_TEST_CITUS:-$(<"$dir/url")} PATH=$bin:$PATH exec "$@"
    ;;
*)
    fail "no action $action"
    ;;
esac
