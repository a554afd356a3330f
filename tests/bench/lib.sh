# shellcheck shell=bash
# What the benchmarks share: a folder to work in, one measurement, medians. Sourced.
set -euo pipefail
export LC_ALL=C

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
packages=${XDG_CACHE_HOME:-$HOME/.cache}/goldleaf-bench
runs=3
work=

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "bench: $*"
    exit 1
}

# Settings of the user must not change what is measured.
forget_settings() {
    local name
    [ -x "${GOLDLEAF:-}" ] || fail "GOLDLEAF must name the program; \`./run bench\` does all that"
    GOLDLEAF=$(readlink -f "$GOLDLEAF")
    for name in "${!GOLDLEAF_@}" "${!SHEET_@}" DATABASE_URL SPREADSHEET \
        GOOGLE_APPLICATION_CREDENTIALS; do
        unset "$name"
    done
    export -n GOLDLEAF
}

has_time=1
find_time() {
    [ -x /usr/bin/time ] && return
    has_time=0
    say "bench: no /usr/bin/time, so no CPU time and no memory (Debian: apt install time)"
}

# find_package NAME@VERSION FILE: whether npm has it or can install it.
find_package() {
    local version=${1##*@}
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        say "bench: no npm, so not beside ${1%@*} (Debian: apt install nodejs npm)"
        return 1
    fi
    grep -qsF "\"version\": \"$version\"" "$packages/node_modules/${1%@*}/package.json" && return
    say "bench: installing $1 in $packages"
    mkdir -p "$packages"
    npm install --prefix "$packages" --no-audit --no-fund --no-package-lock --silent "$1" >&2 && return
    say "bench: npm could not install it, so not beside ${1%@*}"
    return 1
}

make_work() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/goldleaf-bench.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    cd "$work"
    : >results
}

# read_numbers NAMES ARGUMENT...: options with a number each set the variables of their names.
read_numbers() {
    local names=" $1 "
    shift
    while [ $# -gt 0 ]; do
        [[ $1 == --* && $names == *" ${1#--} "* && ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || {
            sed -n '/^# *GOLDLEAF=PROGRAM/s/^# *//p' "$0" >&2
            exit 2
        }
        printf -v "${1#--}" %s "$2"
        shift 2
    done
}

# What every benchmark begins with, once its options are read.
begin() {
    GENERATE=$(readlink -f "$GENERATE")
    forget_settings
    find_time
    make_work
    cut -d ' ' -f 1 /proc/loadavg >load 2>/dev/null || echo 0 >load
}

# ---- one measurement ----
#
# results: "run NAME ROUND SECONDS CPU KIB", "phase NAME ROUND PHASE SECONDS"

# measure NAME ROUND COMMAND...: output goes to the file out.
measure() {
    local name=$1 round=$2 start end status=0 cpu=- kib=-
    shift 2
    sync -f . # what was written before is not this run's to wait for
    start=${EPOCHREALTIME/./}
    if [ $has_time -eq 1 ]; then
        /usr/bin/time -q -o usage -f '%U %S %M' "$@" >out 2>err || status=$?
    else
        "$@" >out 2>err || status=$?
    fi
    end=${EPOCHREALTIME/./}
    if [ $status -ne 0 ]; then
        cat out err >&2
        fail "exit code $status from: $*"
    fi
    seconds=$(awk -v us=$((end - start)) 'BEGIN { printf "%.3f", us / 1e6 }')
    if [ $has_time -eq 1 ]; then
        read -r cpu kib < <(awk '{ print $1 + $2, $3 }' usage)
    fi
    # DuckDB's time is its own: node has to start first, which is not its fault.
    [ "$name" != duckdb ] || seconds=$(json_number total)
    printf 'run %s %s %s %s %s\n' "$name" "$round" "$seconds" "$cpu" "$kib" >>results
    printf '  round %-3s %-22s %8.2f s\n' "$round" "$name" "$seconds" >&2
}

# The member NAME of "seconds", which stands last in what both programs print.
json_number() {
    tr -d ' \n' <out | sed -n 's/.*"seconds":{[^}]*"'"$1"'":\([0-9.e-]*\).*/\1/p'
}

# Functions for awk. Ratios are taken within each round, since a shared machine may be slower in
# one round than in the next.
# shellcheck disable=SC2016
statistics='
    function sort(list, count,    i, j, value) {
        for (i = 2; i <= count; i++) {
            value = list[i]
            for (j = i - 1; j > 0 && list[j] > value; j--) list[j + 1] = list[j]
            list[j + 1] = value
        }
    }
    function median_of(list, count) {
        sort(list, count)
        return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
    }
    function median(table, name,    i, list) {
        for (i = 1; i <= count_of[name]; i++) list[i] = table[name, i]
        return median_of(list, count_of[name])
    }
    function lowest(table, name,    i, value) {
        value = table[name, 1]
        for (i = 2; i <= count_of[name]; i++) if (table[name, i] < value) value = table[name, i]
        return value
    }
    function highest(table, name,    i, value) {
        value = table[name, 1]
        for (i = 2; i <= count_of[name]; i++) if (table[name, i] > value) value = table[name, i]
        return value
    }
    function ratio(name, other,    i, list) {
        for (i = 1; i <= count_of[name]; i++) list[i] = seconds[name, i] / seconds[other, i]
        return median_of(list, count_of[name])
    }
    $1 == "run" {
        seconds[$2, $3] = $4
        cpu[$2, $3] = $5
        mib[$2, $3] = $6 / 1024
        known[$2] = 1
        count_of[$2] = $3 > count_of[$2] ? $3 : count_of[$2]
        rounds = $3 > rounds ? $3 : rounds
    }
    $1 == "phase" { phase[$2, $4, $3] = $5; phase[$2, "all", $3] += $5 }
'

print_head() {
    printf '%s, %d processors, medians of %d %s\n' "$1" "$(nproc)" "$runs" \
        "$([ "$runs" -eq 1 ] && echo round || echo rounds)"
    awk '$1 > 0.5 { printf "The load was %s at the start: not alone on this machine.\n", $1 }' load
    echo
}
