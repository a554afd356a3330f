#!/usr/bin/env bash
# Measures Goldleaf beside DuckDB and the shell of SQLite; `./run bench` calls it.
#
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM run.sh [--tickets N] [--runs R] [--no-peers]
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM run.sh --scale [--runs R]
#
# Prints medians and how they stand to the goals. Exits with 1 when a program fails or when the
# results differ, not when a goal is missed. README.md says what is measured and how.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gold_sql=$here/../../src/models/ticketing/gold
duckdb_package=@duckdb/node-api@1.5.6-r.1

tickets=1000000
with_peers=1
with_scale=0

usage() {
    sed -n '4,5s/^# *//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# ---- what there is to measure with ----

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --tickets | --runs)
            [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || usage
            [ "$1" = --runs ] && runs=$2 || tickets=$2
            shift 2
            ;;
        --no-peers)
            with_peers=0
            shift
            ;;
        --scale)
            with_scale=1
            shift
            ;;
        *)
            usage
            ;;
        esac
    done
    [ -x "${GENERATE:-}" ] || fail "GENERATE must name the generator; \`./run bench\` does all that"
    GENERATE=$(readlink -f "$GENERATE")
    export -n GENERATE
    forget_settings
}

find_tools() {
    has_duckdb=0 has_sqlite=0
    find_time
    [ $with_peers -eq 1 ] || return 0
    if command -v sqlite3 >/dev/null; then
        has_sqlite=1
    else
        say "bench: no sqlite3, so not beside it, and results are not compared" \
            "(Debian: apt install sqlite3)"
    fi
    if find_package "$duckdb_package"; then
        has_duckdb=1
    fi
}

note_phases() {
    local name=$1 round=$2 phase
    shift 2
    for phase in "$@"; do
        printf 'phase %s %s %s %s\n' "$name" "$round" "$phase" "$(json_number "$phase")" >>results
    done
}

# goldleaf_pull NAME ROUND SHEETS
goldleaf_pull() {
    measure "$1" "$2" "$GOLDLEAF" all --inputs "$3" --database goldleaf.sqlite --format json
    note_phases "$1" "$2" pull silver gold commit
}

goldleaf_round() {
    rm -f goldleaf.sqlite*
    goldleaf_pull goldleaf-first "$1" day1
    [ "$1" -ne 1 ] || write_gold_of_sqlite goldleaf.sqlite gold-first
    goldleaf_pull goldleaf-unchanged "$1" day1
    goldleaf_pull goldleaf-changed "$1" day2
    goldleaf_pull goldleaf-spread "$1" day3
    [ "$1" -ne 1 ] || write_gold_of_sqlite goldleaf.sqlite gold-last
    rm -f goldleaf.sqlite*
}

duckdb_round() {
    [ $has_duckdb -eq 1 ] || return 0
    rm -f duckdb.db*
    measure duckdb "$1" node "$here/duckdb.mjs" load "$packages" day1 duckdb.db
    note_phases duckdb "$1" bronze silver gold close
    [ "$1" -ne 1 ] || write_gold_of_duckdb gold-duckdb
    rm -f duckdb.db*
}

sqlite_round() {
    [ $has_sqlite -eq 1 ] || return 0
    rm -f peer.sqlite*
    measure sqlite3 "$1" sh -c 'cd day1 && exec sqlite3 ../peer.sqlite <../sqlite3.sql'
    [ "$1" -ne 1 ] || write_gold_of_sqlite peer.sqlite gold-sqlite3
    rm -f peer.sqlite*
}

write_sqlite_job() {
    local table
    cat "$here/sqlite3.sql"
    for table in event_sales daily_metrics campaign_roi; do
        printf 'CREATE TABLE gold_%s AS\n' "$table"
        cat "$gold_sql/$table.sql"
        printf ';\n'
    done
    printf 'COMMIT;\n'
}

# ---- do the results agree? ----

write_gold_of_sqlite() {
    [ $has_sqlite -eq 1 ] || return 0
    mkdir -p "$2"
    local table
    for table in event_sales:event_id daily_metrics:date,currency campaign_roi:event_id,channel; do
        sqlite3 -readonly -csv "$1" \
            "SELECT * FROM gold_${table%:*} ORDER BY ${table#*:}" >"$2/${table%:*}.csv"
    done
}

write_gold_of_duckdb() {
    mkdir -p "$1"
    node "$here/duckdb.mjs" export "$packages" duckdb.db "$1"
}

# compare_gold FOLDER FOLDER: cell by cell; numbers may differ by a billionth, as doubles do.
compare_gold() {
    local table
    for table in event_sales daily_metrics campaign_roi; do
        awk -F , -v other="$2/$table.csv" -v table="$table" '
            function is_same(a, b) {
                if (a == b) return 1
                if (a !~ /^-?[0-9.]+(e-?[0-9]+)?$/ || b !~ /^-?[0-9.]+(e-?[0-9]+)?$/) return 0
                return (a - b) ^ 2 <= 1e-18 * (1 + a ^ 2)
            }
            {
                sub(/\r$/, "")
                if ((getline line < other) <= 0) line = ""
                sub(/\r$/, "", line)
                count = split(line, cells, ",")
                same = count == NF
                for (i = 1; i <= NF && same; i++) same = is_same($i, cells[i])
                if (!same && !bad++) printf "  %s, row %d:\n    %s\n    %s\n", table, NR, $0, line
            }
            END {
                if ((getline line < other) > 0) { bad++; print "  " table ": more rows: " line }
                exit bad > 0 || NR == 0
            }' "$1/$table.csv" || return 1
    done
}

count_rows() {
    wc -l <"$1"
}

# check_gold WHOSE WHAT FOLDER FOLDER
check_gold() {
    if compare_gold "$3" "$4" >differences; then
        printf 'Gold of %s agrees cell by cell with %s: %d + %d + %d rows.\n' "$2" "$1" \
            "$(count_rows "$3/event_sales.csv")" "$(count_rows "$3/daily_metrics.csv")" \
            "$(count_rows "$3/campaign_roi.csv")"
    else
        printf 'Gold of %s DIFFERS from %s:\n' "$2" "$1"
        cat differences
        agrees=0
    fi
}

check_results() {
    agrees=1
    [ $has_sqlite -eq 1 ] || return 0
    echo
    check_gold sqlite3 "the first load" gold-first gold-sqlite3
    [ $has_duckdb -eq 1 ] || return 0
    check_gold DuckDB "the first load" gold-first gold-duckdb
    rm -f duckdb.db*
    node "$here/duckdb.mjs" load "$packages" day3 duckdb.db >out
    write_gold_of_duckdb gold-duckdb-last
    check_gold DuckDB "the last pull" gold-last gold-duckdb-last
}

# ---- the report ----

print_table() {
    awk -v has_time=$has_time "$statistics"'
        function fraction(value) {
            return value > 0.2 ? sprintf("%.2f", value) : sprintf("1/%.1f", 1 / value)
        }
        function row(name, label, goal, goal_text,    value, of_duckdb, of_sqlite, verdict, line) {
            if (!known[name]) return
            of_duckdb = of_sqlite = "-"
            if (known["duckdb"]) {
                value = ratio(name, "duckdb")
                of_duckdb = fraction(value)
                if (goal) verdict = value <= goal ? "met" : "missed"
            }
            if (known["sqlite3"]) of_sqlite = fraction(ratio(name, "sqlite3"))
            line = sprintf("%-18s %7.2f %13s %7s %6s %7s %7s %5s %s", label, median(seconds, name),
                sprintf("%.2f-%.2f", lowest(seconds, name), highest(seconds, name)),
                has_time ? sprintf("%.2f", median(cpu, name)) : "-",
                has_time ? sprintf("%.0f", median(mib, name)) : "-",
                of_duckdb, of_sqlite, goal_text, verdict)
            sub(/ +$/, "", line)
            print line
            if (name ~ /^goldleaf/ && highest(mib, name) > peak) peak = highest(mib, name)
        }
        function phases(name, label, names,    i, j, count, list, one) {
            if (!known[name]) return
            count = split(names, list, " ")
            printf "%-18s", label
            for (i = 1; i <= count; i++) {
                for (j = 1; j <= rounds; j++) one[name, j] = phase[name, list[i], j]
                printf " %8.2f", median(one, name)
            }
            for (j = 1; j <= rounds; j++) one[name, j] = seconds[name, j] - phase[name, "all", j]
            printf " %8.2f\n", median(one, name)
        }
        END {
            print "                   seconds                   CPU   peak      of      of"
            print "                    median         range seconds    MiB  DuckDB sqlite3  goal"
            row("goldleaf-first", "first load", 0.5, "0.50")
            row("goldleaf-unchanged", "unchanged pull", 1 / 40, "1/40")
            row("goldleaf-changed", "1 % changed", 1 / 15, "1/15")
            row("goldleaf-spread", "1 % spread", 1 / 15, "1/15")
            row("duckdb", "DuckDB, each time")
            row("sqlite3", "sqlite3, each time")
            if (has_time)
                printf "Goldleaf needs at most %.0f MiB; the goal, less than 512, is %s.\n", peak,
                    (peak < 512) ? "met" : "missed"
            if (has_time && known["duckdb"])
                printf "In CPU seconds the first load takes %.2f of DuckDB.\n",
                    median(cpu, "goldleaf-first") / median(cpu, "duckdb")
            print "\nphases, seconds        pull   silver     gold   commit     rest"
            phases("goldleaf-first", "first load", "pull silver gold commit")
            phases("goldleaf-unchanged", "unchanged pull", "pull silver gold commit")
            phases("goldleaf-changed", "1 % changed", "pull silver gold commit")
            phases("goldleaf-spread", "1 % spread", "pull silver gold commit")
            phases("duckdb", "DuckDB", "bronze silver gold close")
        }' results
}

print_scale() {
    awk -v has_time=$has_time "$statistics"'
        function row(tickets,    time) {
            time = median(seconds, tickets)
            printf "%10d %9.2f %15s %14.2f %9s %7s\n", tickets, time,
                sprintf("%.2f-%.2f", lowest(seconds, tickets), highest(seconds, tickets)),
                time / tickets * 1e6, has_time ? sprintf("%.2f", median(cpu, tickets)) : "-",
                has_time ? sprintf("%.0f", highest(mib, tickets)) : "-"
        }
        function slope(less, more) {
            return (median(seconds, more) - median(seconds, less)) / (more - less) * 1e6
        }
        function part(tickets, name,    i, list) {
            for (i = 1; i <= rounds; i++)
                list[i] = name == "rest" ? seconds[tickets, i] - phase[tickets, "all", i] \
                    : phase[tickets, name, i]
            return median_of(list, rounds)
        }
        function part_slope(name, less, more) {
            return (part(more, name) - part(less, name)) / (more - less) * 1e6
        }
        END {
            print "   tickets    median           range    per million  CPU secs     MiB"
            row(100000)
            row(1000000)
            row(5000000)
            low = slope(100000, 1000000)
            high = slope(1000000, 5000000)
            printf "A million more tickets cost %.2f s up to 1 million and %.2f s from there to" \
                " 5 million:\n%+.1f %%; the goal, within 15 %%, is %s.\n", low, high,
                (high / low - 1) * 100, (high / low < 1.15 && high / low > 0.85) ? "met" : "missed"
            print "\nof that, in each phase   pull   silver     gold   commit     rest"
            count = split("pull silver gold commit rest", names, " ")
            printf "up to 1 million    "
            for (i = 1; i <= count; i++) printf " %8.2f", part_slope(names[i], 100000, 1000000)
            printf "\nfrom 1 to 5 million"
            for (i = 1; i <= count; i++) printf " %8.2f", part_slope(names[i], 1000000, 5000000)
            printf "\n"
            if (has_time)
                printf "CPU seconds of a million more: %.2f up to 1 million, %.2f from there on.\n",
                    (median(cpu, 1000000) - median(cpu, 100000)) / 0.9,
                    (median(cpu, 5000000) - median(cpu, 1000000)) / 4
        }' results
}

# ---- what is measured ----

measure_jobs() {
    local round
    say "bench: $tickets tickets in $work"
    "$GENERATE" --tickets "$tickets" --out day1
    "$GENERATE" --edit 1 --from day1 --out day2
    "$GENERATE" --edit 1 --spread --from day2 --out day3 --seed 2
    write_sqlite_job >sqlite3.sql
    for ((round = 1; round <= runs; round++)); do
        if ((round % 2)); then
            goldleaf_round $round
            duckdb_round $round
            sqlite_round $round
        else
            sqlite_round $round
            duckdb_round $round
            goldleaf_round $round
        fi
    done
    print_head "$tickets tickets, $(cat day1/*.csv | wc -l) lines, $(cat day1/*.csv | wc -c |
        awk '{ printf "%.0f", $1 / 1048576 }') MiB of CSV"
    print_table
    check_results
    [ $agrees -eq 1 ] || exit 1
}

measure_scale() {
    local round size
    for size in 100000 1000000 5000000; do
        say "bench: $size tickets in $work"
        "$GENERATE" --tickets $size --out "sheets-$size"
    done
    for ((round = 1; round <= runs; round++)); do
        for size in 100000 1000000 5000000; do
            rm -f goldleaf.sqlite*
            measure $size $round "$GOLDLEAF" all --inputs "sheets-$size" \
                --database goldleaf.sqlite --format json
            note_phases $size $round pull silver gold commit
        done
    done
    print_head "First loads of growing sheets"
    print_scale
}

read_options "$@"
find_tools
make_work
cut -d ' ' -f 1 /proc/loadavg >load 2>/dev/null || echo 0 >load
if [ $with_scale -eq 1 ]; then
    measure_scale
else
    measure_jobs
fi
