# shellcheck shell=bash
# For tests of `goldleaf schedule`: one at a time, in the background, its messages in log. Sourced
# after a lib.sh that has fail().

program=${program:-$GOLDLEAF}
daemon=

# begin ARG...: starts it. `daemon` is its process.
begin() {
    command_line="goldleaf schedule $*"
    : >log
    "$program" schedule "$@" >out 2>>log &
    daemon=$!
}

# await REGEX [FILE [SECONDS]]: until a line of the file matches.
await() {
    local file=${2:-log} tries=$((${3:-20} * 50))
    until grep -qsE -- "$1" "$file"; do
        [ $((tries--)) -gt 0 ] || {
            cat log >&2
            fail "$file lacks: $1"
            return 1
        }
        sleep 0.02
    done
}

# await_count NUMBER REGEX: until so many lines of log match.
await_count() {
    local tries=1000
    until [ "$(grep -cE -- "$2" log)" -ge "$1" ]; do
        [ $((tries--)) -gt 0 ] || {
            cat log >&2
            fail "log has fewer than $1 of: $2"
            return 1
        }
        sleep 0.02
    done
}

log_has() { grep -qE -- "$1" log || { cat log >&2; fail "log lacks: $1"; }; }
log_lacks() { ! grep -E -- "$1" log >&2 || fail "log has: $1"; }

# The children of the daemon: the run. `child` is empty without one.
find_child() {
    child=$(cat "/proc/$daemon/task/$daemon/children" 2>/dev/null) || child=
    child=${child%% *}
}

# All processes that stand below one another from the daemon on, without the daemon.
list_descendants() {
    local process
    for process in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        echo "$process"
        list_descendants "$process"
    done
}

# Whether a process is there and no zombie.
is_alive() {
    local state
    state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    [ -n "$state" ] && [ "$state" != Z ]
}

# stop SIGNAL...: sends them one right after the other, and waits for the end. `stopped` is the exit
# code, `took` how many milliseconds it took; nothing that it started may be left.
stop() {
    local began process descendants signal
    descendants=$(list_descendants "$daemon")
    began=${EPOCHREALTIME/./}
    for signal in "$@"; do
        kill -s "$signal" "$daemon" 2>/dev/null || true # it may have ended at the first one
        [ $# -eq 1 ] || sleep 0.1 # two of a kind at once are one
    done
    stopped=0
    wait "$daemon" 2>/dev/null || stopped=$?
    took=$(((${EPOCHREALTIME/./} - began) / 1000))
    daemon=
    for process in $descendants; do
        ! is_alive "$process" || fail "process $process is left after $*"
    done
}

# stop_well: by TERM, within five seconds, and with exit code 0.
stop_well() {
    stop TERM
    [ "$stopped" -eq 0 ] || { cat log >&2; fail "exit code $stopped after TERM"; }
    [ "$took" -lt 5000 ] || { cat log >&2; fail "it took $took ms to stop"; }
}

# ask SQL [DATABASE]: the answer of the warehouse.
ask() {
    python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[2], timeout=20)
for row in c.execute(sys.argv[1]): print("|".join(map(str, row)))
c.commit()' "$1" "${2:-warehouse.sqlite}"
}

# content DATABASE: the business part of a warehouse, which does not tell how it came about.
content() {
    local table columns
    for table in $(sqlite3 "$1" "SELECT name FROM sqlite_master WHERE type = 'table'
            AND (name GLOB 'silver_*' OR name GLOB 'gold_*') ORDER BY name"); do
        columns=$(sqlite3 "$1" "SELECT group_concat('\"' || name || '\"') FROM
            pragma_table_info('$table') WHERE name NOT GLOB '_*'")
        sqlite3 "$1" "SELECT '$table', $columns FROM \"$table\"" | sort
    done
}
