# shellcheck shell=bash
# A PostgreSQL server for one test, in its work folder and without a port. Sourced after lib.sh.

postgres_pid=
postgres_missing='not installed here'

# As root the server does not start, so it is the user postgres who starts it.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# start_postgres: sets postgres_url, or says in postgres_missing why there is none.
start_postgres() {
    local binaries tries
    binaries=$(for path in /usr/lib/postgresql/*/bin; do echo "$path"; done | sort -V | tail -n 1)
    [ -x "$binaries/postgres" ] && command -v psql >/dev/null || return 1
    if [ "$(id -u)" -eq 0 ]; then
        id postgres >/dev/null 2>&1 && command -v runuser >/dev/null || {
            postgres_missing='no user to run it as'
            return 1
        }
        chmod 711 "$work"
    fi
    mkdir -m 777 "$work/server"
    as_postgres "$binaries/initdb" -D "$work/server/data" -U loader -A trust -E UTF8 --locale=C \
        --no-sync >"$work/server.log" 2>&1 || {
        postgres_missing="initdb fails: $(tail -n 1 "$work/server.log")"
        return 1
    }
    (cd "$work/server" && exec 7>&- 8>&- && TMPDIR=/tmp as_postgres "$binaries/postgres" \
        -D "$work/server/data" -k "$work/server" -c listen_addresses= -c fsync=off) \
        >>"$work/server.log" 2>&1 &
    postgres_pid=$!
    postgres_url="postgresql://loader@/postgres?host=$work/server"
    for ((tries = 0; tries < 500; tries++)); do
        ! psql -XAtq "$postgres_url" -c 'SELECT 1' >/dev/null 2>&1 || return 0
        sleep 0.02
    done
    postgres_missing="it does not start: $(tail -n 1 "$work/server.log")"
    return 1
}

stop_postgres() {
    local postmaster
    [ -n "$postgres_pid" ] || return
    postmaster=$(head -n 1 "$work/server/data/postmaster.pid" 2>/dev/null)
    [ -z "$postmaster" ] || kill -INT "$postmaster" 2>/dev/null
    wait "$postgres_pid" 2>/dev/null
    postgres_pid=
}
