# shellcheck shell=bash
# What the tests against the loopback Google share: the server, its script, the spreadsheet "shop",
# and what has to hold after a run that failed. Sourced; sources tests/cli/lib.sh.
#
# A test calls make_shop once. From then on the spreadsheet is one edit ahead of the warehouse
# base.sqlite, so anything that a failing run lets through is seen. Each case works on a copy of it,
# warehouse.sqlite. `name` is the case's name, which a failure prints.

. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"
: "${LOOPBACK_GOOGLE:?names the loopback server}"
google=$(readlink -f "$LOOPBACK_GOOGLE")
for tool in curl sqlite3 python3; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool"
        exit 77
    }
done
python=$(python3 -c 'import sys; print(sys.executable)') # python3 itself may be a slow script
PATH=$(dirname "$python"):$PATH
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY no_proxy NO_PROXY

google_pids=()
google_options=()
stop_children() {
    local pid
    for pid in "${google_pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
trap 'stop_children; rm -rf "$work" "$work".[0-9]' EXIT

name=
faults=0
fail() {
    printf 'FAILED: %s%s\n' "${name:+[$name] }" "$*" >&2
    printf -- '--- exit code %s of: %s\n' "${code:-}" "${command_line:-}" >&2
    sed 's/^/out: /' "$work/out" >&2 || true
    sed 's/^/err: /' "$work/err" >&2 || true
    sed 's/^/script: /' "$work/script" >&2 || true
    [ -z "${endpoint:-}" ] || curl -s -m 5 "$endpoint/__log" | tail -n 12 | cut -c 1-200 |
        sed 's/^/google: /' >&2 || true
    exit 1
}

# ---- the server ----

# start_google OPTION...: starts one more server on root/; `endpoint` is where it listens.
start_google() {
    local port_file
    port_file=$(mktemp -u "$work/port.XXXXXX")
    "$google" --root "$work/root" --port 0 --port-file "$port_file" "$@" >/dev/null 2>>"$work/google.err" &
    google_pids+=($!)
    until [ -s "$port_file" ]; do
        kill -0 "${google_pids[-1]}" 2>/dev/null || fail "the server does not start: $(cat google.err)"
        sleep 0.02
    done
    endpoint=http://127.0.0.1:$(<"$port_file")
}

# use_google OPTION...: the server that the program is to ask, with a script and a key of its own.
use_google() {
    google_options=("$@")
    : >script
    mkdir -p root
    start_google --script "$work/script" --make-key "$work/key.json" "$@"
    export GOLDLEAF_GOOGLE_ENDPOINT=$endpoint SPREADSHEET=shop
    export GOOGLE_APPLICATION_CREDENTIALS=$work/key.json
}

# fault LINE...: the script from now on; requests are counted from 1 again.
fault() {
    printf '%s\n' "$@" >script
    curl -s -m 20 "$endpoint/__reset" >/dev/null || fail "the server does not answer"
}

# requests ENDPOINT [SERVER]: how many came since the last `fault`; "requests" for all of them.
requests() {
    curl -s -m 20 "${2:-$endpoint}/__stats" | sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p"
}

asked() {
    local count
    count=$(requests "$1")
    [ "$count" -eq "$2" ] || fail "$count requests of $1, not $2"
}

# complaints: what the server itself found wrong, which is a fault of the test.
check_google() {
    [ ! -s google.err ] || fail "the server complains: $(cat google.err)"
}

# ---- the data ----

# All that a warehouse says about the business, without times and names of runs.
content() {
    [ -s "$work/content.sql" ] || sqlite3 "$1" "
        SELECT 'SELECT ''' || m.name || ''', ' || group_concat('\"' || c.name || '\"', ', ') ||
            ' FROM \"' || m.name || '\" ORDER BY 2, 3;'
        FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.name NOT IN ('_loaded_at', 'run_id', 'loaded_at')
            AND (m.name GLOB '[bsg][rio]*_*' OR m.name IN ('audit_rejected_rows',
                'audit_warnings', 'audit_headers', 'audit_snapshots', 'audit_watermarks'))
        GROUP BY m.name ORDER BY m.name" >"$work/content.sql"
    sqlite3 -batch "$1" <"$work/content.sql"
}

# Everything but the list of runs.
all_but_runs() {
    sqlite3 -batch "$1" .dump | grep -v '^INSERT INTO audit_runs '
}

# make_shop: root/shop, base.sqlite before its last edit, expected with it; fresh: the same in a
# warehouse that never saw the time before.
make_shop() {
    make_inputs
    mkdir -p root
    cp -r inputs root/shop
    mv inputs before
    mkdir no-files
    use_google "$@"
    pull 0 --database base.sqlite
    edit_shop
    cp base.sqlite warehouse.sqlite
    pull 0
    content warehouse.sqlite >expected
    pull 0 --database fresh.sqlite
    content fresh.sqlite >expected.fresh
    grep -q 'T-5' expected || fail "the edit is not in what is expected"
    all_but_runs base.sqlite >base.dump
    run 0 export gold_event_sales --database base.sqlite -o gold.before
    rm warehouse.sqlite fresh.sqlite
}

# A row more, one changed, one gone; another sheet changed.
edit_shop() {
    sed -i -e '/^T-3,/d' -e 's/^T-2,E-1,,/T-2,E-1,C-1,/' root/shop/tickets.csv
    echo 'T-5,E-2,C-1,2026-02-04 09:00:00,web,12.50,EUR,sold' >>root/shop/tickets.csv
    echo 'A-2,Zoë & the Žs,Jazz,DE,2025-01-05 10:00:00' >>root/shop/artists.csv
}

# pull CODE OPTION...: a run that takes nothing but Google's sheets.
pull() {
    local expected=$1
    shift
    run "$expected" all --source sheets --inputs no-files "$@"
}

# out_says REGEX: the same for text that is wrapped at some column.
out_says() {
    tr -s ' \n' '  ' <out | grep -qE -- "$1" || fail "standard output does not say: $1"
}

# ---- cases ----

# case_begin NAME: on a warehouse that is one edit behind.
case_begin() {
    name=$1
    faults=$((faults + 1))
    [ ! -e warehouse.sqlite.lock ] || fail "the lock file is still there"
    cp base.sqlite warehouse.sqlite
}

# After a run that failed with the given code: of all tables only audit_runs has one line more.
check_untouched() {
    local failed_code=$code failed_line=$command_line runs
    cp err err.failed
    [ ! -e warehouse.sqlite.lock ] || fail "the lock file is still there"
    all_but_runs warehouse.sqlite >after.dump
    cmp -s base.dump after.dump ||
        fail "something of it was published: $(diff base.dump after.dump | head -n 5)"
    runs=$(sqlite3 warehouse.sqlite "SELECT COUNT(*) || ' ' || SUM(status = 'failed' AND
        exit_code = $failed_code AND snapshot_id IS NULL AND message <> '') FROM audit_runs")
    [ "$runs" = '2 1' ] || fail "audit_runs: $runs"
    run 0 status --format json # says what the tables say
    out_has '^ *"snapshots": 1,$'
    out_has "^ *\"exit_code\": $failed_code,\$"
    run 0 export gold_event_sales
    cmp gold.before out || fail "gold is another one"
    code=$failed_code command_line=$failed_line
    cp err.failed err
}

# The next run gives what it would have given without the fault.
check_heals() {
    fault
    pull 0
    check_complete
}

check_complete() {
    content warehouse.sqlite >found
    cmp -s expected found || fail "not the right data: $(diff expected found | head -n 5)"
}

workers=3 # of a table; most of a case's time is waiting

# rows FUNCTION: the lines of a table on standard input, "a | b | c", as arguments; lines that begin
# with # and empty ones are for people. The cases lean on nothing but what was there before, so
# several workers share them, each with a copy of the folder and a server of its own.
rows() {
    local line lines=() pids=() pid worker status=0
    while IFS= read -r line; do
        case $line in '' | '#'*) ;; *) lines+=("$line") ;; esac
    done
    for ((worker = 0; worker < workers; worker++)); do
        (work_on "$1" "$worker") </dev/null &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=1; done
    [ "$status" -eq 0 ] || exit 1 # the worker has said why
    for ((worker = 0; worker < workers; worker++)); do
        faults=$((faults + $(<"$work.$worker/faults")))
    done
    rm -rf "$work".[0-9]
}

# One worker's share of `lines`.
work_on() {
    local i fields line
    google_pids=()
    faults=0
    cp -a "$work" "$work.$2"
    work=$work.$2
    trap stop_children EXIT
    cd "$work"
    start_google --script "$work/script" --key "$work/key.json" "${google_options[@]}"
    export GOLDLEAF_GOOGLE_ENDPOINT=$endpoint GOOGLE_APPLICATION_CREDENTIALS=$work/key.json
    for ((i = $2; i < ${#lines[@]}; i += workers)); do
        line=${lines[i]}
        fields=()
        while [[ $line == *' | '* ]]; do
            fields+=("$(trim "${line%%' | '*}")")
            line=${line#*' | '}
        done
        fields+=("$(trim "$line")")
        "$1" "${fields[@]}"
    done
    name=
    check_google
    echo "$faults" >faults
}

trim() {
    local text=${1#"${1%%[! ]*}"}
    printf '%s' "${text%"${text##*[! ]}"}"
}

# Script lines that stand in one cell of a table, with ";" between them.
fault_of() {
    local lines
    IFS=';' read -ra lines <<<"$1"
    fault "${lines[@]# }"
}

# refused NAME | SCRIPT | CODE | MESSAGE | HINT [| OPTIONS]: a fault that stays. Nothing is
# published, and the next run without it gives what it should. HINT "-": there is none.
refused() {
    local options
    read -ra options <<<"${6:-}"
    case_begin "$1"
    fault_of "$2"
    pull "$3" --patience 0 "${options[@]}"
    err_has "^goldleaf: error: .*$4"
    if [ "$5" = - ]; then
        err_lacks '^  hint: '
    else
        err_has "^  hint: .*$5"
    fi
    out_is_empty
    check_untouched
    check_heals
}

# healed NAME | SCRIPT | WHAT IS SAID WHILE WAITING [| OPTIONS]: a fault that goes away. "-": it
# goes away without a wait.
healed() {
    local options
    read -ra options <<<"${4:-}"
    case_begin "$1"
    fault_of "$2"
    pull 0 --patience 20 "${options[@]}"
    if [ "$3" = - ]; then
        err_is_empty
    else
        err_has "^goldleaf: warning: .*$3.*; going on in [0-9.]+ s"
    fi
    check_complete
}

finish() {
    check_google
    name=
    printf '%d faults\n' "$faults"
}
