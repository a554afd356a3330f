# shellcheck shell=bash
# Shared by the fault tests: a work folder, assertions that say what was expected and what came,
# and the published state of a warehouse as text.
#
# A failed assertion is counted and the test goes on; `finish` turns the count into the exit code.
# GOLDLEAF is the program, GOLDLEAF_SEED repeats the random choices of an earlier run.
set -uo pipefail
export LC_ALL=C

[ -n "${GOLDLEAF:-}" ] || {
    printf 'set GOLDLEAF to the program to test\n' >&2
    exit 2
}
GOLDLEAF=$(readlink -f "$GOLDLEAF")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=${GOLDLEAF_SOURCE_DIR:-$here/../..}
work=$(mktemp -d "${TMPDIR:-/tmp}/goldleaf-fault.XXXXXX")

# Nothing of the caller's settings may reach the program, and what it leaves in the folder for
# temporary files is litter.
for variable in $(compgen -e | grep -E '^(GOLDLEAF_|DATABASE_URL$|SHEET_|SPREADSHEET$)'); do
    case $variable in
    GOLDLEAF_SEED | GOLDLEAF_SOAK | GOLDLEAF_KILL_ROUNDS | GOLDLEAF_KILL_TICKETS | GOLDLEAF_SIGNAL_ROUNDS) ;;
    *) unset "$variable" ;;
    esac
done
mkdir "$work/tmp" "$work/inspected"
export TMPDIR=$work/tmp SQLITE_TMPDIR=$work/tmp
cd "$work" || exit 2

mounts=() # folders that a test mounts

cleanup() {
    local process mount
    exec 7>&- 8>&- 2>/dev/null
    # Only what the shell knows to be running: the number of a process that has ended may by now
    # belong to somebody else's.
    for process in $(jobs -pr); do
        kill "$process" 2>/dev/null
    done
    wait 2>/dev/null
    cd /
    for mount in "${mounts[@]}"; do
        umount "$mount" 2>/dev/null || umount -l "$mount" 2>/dev/null
    done
    # a test may have taken its own rights away
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'printf "interrupted\n" >&2; exit 130' INT
trap 'printf "terminated\n" >&2; exit 143' TERM

# ---- chance ----

seed=${GOLDLEAF_SEED:-$((EPOCHSECONDS % 32768))}
RANDOM=$seed

# pick_moment FROM TO: a random number of microseconds, as seconds for sleep and timeout.
pick_moment() {
    local from=$1 to=$2
    local span=$((to > from ? to - from : 1))
    local chosen=$((from + (RANDOM * 32768 + RANDOM) % span))
    moment=$(printf '%d.%06d' $((chosen / 1000000)) $((chosen % 1000000)))
}

now_us() {
    now=${EPOCHREALTIME/./}
}

# ---- assertions ----

failures=0
checks=0
context=

fail() {
    failures=$((failures + 1))
    printf 'FAIL: %s%s\n' "${context:+$context: }" "$*" >&2
}

# expect WHAT EXPECTED ACTUAL
expect() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return
    fail "$1"
    printf '  expected: %s\n  came:     %s\n' "$2" "$3" >&2
    return 1
}

# expect_match WHAT REGEX TEXT
expect_match() {
    checks=$((checks + 1))
    [[ $3 =~ $2 ]] && return
    fail "$1"
    printf '  expected a match of: %s\n  came: %s\n' "$2" "$3" >&2
    return 1
}

# expect_less WHAT LIMIT ACTUAL, whole numbers
expect_less() {
    checks=$((checks + 1))
    [ "$3" -lt "$2" ] && return
    fail "$1"
    printf '  expected: less than %s\n  came:     %s\n' "$2" "$3" >&2
    return 1
}

# expect_state WHAT EXPECTED-FILE FILE: two dumps; shows the first lines that differ.
expect_state() {
    checks=$((checks + 1))
    cmp -s "$2" "$3" && return
    fail "$1"
    printf '  expected (-) %s, came (+):\n' "$2" >&2
    diff "$2" "$3" | grep '^[<>]' | cut -c 1-200 | sed 's/^</  -/; s/^>/  +/' | head -n 20 >&2
    return 1
}

# The test itself does not work; there is nothing to go on with.
give_up() {
    fail "$@"
    exit 2
}

finish() {
    printf '%s: %d checks, %d failed, seed %s\n' "$(basename "$0")" "$checks" "$failures" "$seed"
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}

skip() {
    printf 'SKIP %s: %s\n' "$(basename "$0")" "$*"
    exit 77
}

# ---- the program ----

# goldleaf ARGS...: sets status, out and err.
goldleaf() {
    status=0
    "$GOLDLEAF" "$@" >"$work/out" 2>"$work/err" || status=$?
    take_output
}

take_output() {
    # as a variable holds it: no NUL bytes
    IFS= read -r -d '' out <"$work/out"
    IFS= read -r -d '' err <"$work/err"
    out=${out%$'\n'} err=${err%$'\n'}
}

# run_all INPUTS DATABASE ARGS...: a run that has to succeed.
run_all() {
    local inputs=$1 database=$2
    shift 2
    goldleaf all --inputs "$inputs" --database "$database" "$@"
    expect "exit code of a run on $database" 0 "$status" || printf '%s\n' "$err" >&2
}

# ---- input data ----

generator=

# make_inputs DIR TICKETS: clean sheets of a reproducible world.
make_inputs() {
    find_generator
    "$generator" --tickets "$2" --seed 7 --out "$1" >/dev/null || give_up "cannot generate $1"
}

# edit_inputs FROM TO SEED: one per cent of the tickets and check-ins changed in place.
edit_inputs() {
    find_generator
    "$generator" --edit 1 --spread --from "$1" --out "$2" --seed "$3" >/dev/null ||
        give_up "cannot edit $1"
}

find_generator() {
    [ -z "$generator" ] || return
    generator=${GENERATE:-}
    [ ! -x "$generator" ] || return
    generator=$work/generate
    "${CC:-cc}" -std=c17 -O2 -o "$generator" "$source_dir"/tests/bench/generate*.c ||
        give_up 'cannot compile the generator of the inputs'
}

# ---- the published state ----

# Everything that a run publishes: the rows of every snapshot of every sheet, silver, gold, the
# quarantine and the warnings; without the columns that hold the run and the time. For sqlite3,
# which writes the statements to a file first and runs them then.
cat >state.sql <<'SQL'
.bail on
.output integrity
PRAGMA integrity_check;
.output statements.sql
SELECT 'SELECT ' || quote(table_name) || ', ' || group_concat('"' || column_name || '"', ', ')
       || ' FROM "' || table_name || '";'
FROM (SELECT m.name AS table_name, c.name AS column_name
      FROM sqlite_master m, pragma_table_info(m.name) c
      WHERE ((m.type = 'view' AND m.name GLOB 'bronze_*_snapshots')
             OR (m.type = 'table' AND (m.name GLOB 'silver_*' OR m.name GLOB 'gold_*'))
             OR m.name IN ('audit_rejected_rows', 'audit_warnings', 'audit_headers',
                           'audit_snapshots'))
        AND c.name NOT IN ('run_id', 'loaded_at', '_loaded_at')
      ORDER BY m.name, c.cid)
GROUP BY table_name;
.output state
.mode quote
SELECT type, name FROM sqlite_master;
.read statements.sql
SQL

# kill_goldleaf FROM TO ARG...: kills it at a moment between the two; false when it was faster.
kill_goldleaf() {
    local code=0
    pick_moment "$1" "$2"
    timeout --foreground -s KILL "$moment" "$GOLDLEAF" "${@:3}" >"$work/out" 2>"$work/err" || code=$?
    take_output
    [ "$code" -ne 0 ] && [ "$code" -ne 124 ] || return
    expect 'exit code of what is killed' 137 "$code" || printf '%s\n' "$err" >&2
}

# copy_database DATABASE: into inspected/, with its journals, so that the original stays as the program
# left it. One that is not there leaves nothing there.
copy_database() {
    local files=() suffix
    for suffix in '' -wal -journal; do
        [ ! -e "$1$suffix" ] || files+=("$1$suffix")
    done
    rm -f inspected/*
    [ ${#files[@]} -eq 0 ] || cp "${files[@]}" inspected/
}

# inspect DATABASE FILE: integrity and state, both of a copy. A database that is not there is an empty
# one.
inspect() {
    copy_database "$1"
    : >"$2"
    [ ! -e "$1" ] || read_state "inspected/${1##*/}" "$2"
}

# read_state DATABASE FILE: the same without a copy.
read_state() {
    local verdict=
    sqlite3 "$1" <state.sql 2>state.err || fail "sqlite3 cannot read $1: $(<state.err)"
    read -r verdict <integrity
    expect "integrity of $1" ok "$verdict"
    sort state >"$2"
}

# list_files DIR: sets listed to the names in it.
list_files() {
    local path
    listed=
    for path in "$1"/* "$1"/.[!.]*; do
        [ ! -e "$path" ] || listed="$listed${listed:+ }${path##*/}"
    done
}

# Nothing is left of what went to a file for a while. SQLite takes the name of such a file away as
# soon as it is open: a kill between the two leaves it, empty, and no program can do anything about it.
expect_no_litter() {
    find tmp -maxdepth 1 -type f -name 'etilqs_*' -empty -delete
    list_files tmp
    expect 'temporary files' '' "$listed"
}

# ---- holding a database from outside ----

# hold DATABASE SQL: another program that runs the SQL and then waits. Its standard input is
# descriptor 8, what it prints goes to $work/held; `release SQL` ends it.
hold() {
    rm -f "$work/hold.pipe"
    mkfifo "$work/hold.pipe"
    : >"$work/held"
    sqlite3 -bail "$1" <"$work/hold.pipe" >>"$work/held" 2>&1 7>&- 8>&- &
    holder=$!
    exec 8>"$work/hold.pipe"
    ask_holder "$2"
}

# ask_holder SQL: waits until the holder is through with it; its answers are in $work/held.
ask_holder() {
    local i
    : >"$work/held"
    kill -0 "$holder" 2>/dev/null || {
        fail "the other program has ended; it was to do: $1"
        return 1
    }
    printf "%s\nSELECT 'ready';\n" "$1" >&8
    for ((i = 0; i < 500; i++)); do
        ! grep -q '^ready$' "$work/held" || return 0
        sleep 0.02
    done
    fail "the other program does not answer to: $1"
    cat "$work/held" >&2
}

release() {
    ask_holder "${1:-ROLLBACK;}"
    exec 8>&-
    wait "$holder"
}
