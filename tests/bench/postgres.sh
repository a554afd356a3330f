#!/usr/bin/env bash
# Measures Goldleaf on PostgreSQL beside psql's \copy and SQL; `./run bench --postgres` calls it.
#
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM postgres.sh [--tickets N] [--runs R]
#
# The server is a private one with PostgreSQL's default settings, which both use. Exits with 1 when a
# program fails or when gold differs, not when a goal is missed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gold_sql=$here/../../src/models/ticketing/gold
server=$here/../postgres/server.sh
tickets=1000000

read_numbers "tickets runs" "$@"
begin

# What server.sh saves for tests is given back here: nothing may be lost.
start_server() {
    bash "$server" start "$work/server" fsync=on full_page_writes=on synchronous_commit=on \
        max_connections=100 >&2 || fail 'no server'
    trap 'bash "$server" stop "$work/server"; rm -rf "$work"' EXIT
    url=$(<server/url)
}

sql() {
    psql -XqAt -v ON_ERROR_STOP=1 -c "$1" "$url"
}

# Each job begins on an empty schema, with what the one before left written down.
make_schema() {
    PGOPTIONS='-c client_min_messages=warning' \
        sql "DROP SCHEMA IF EXISTS $1 CASCADE; CREATE SCHEMA $1; CHECKPOINT"
}

schema_url() {
    printf '%s&options=-csearch_path%%3D%s' "$url" "$1"
}

note_phases() {
    local phase
    for phase in pull silver gold commit; do
        printf 'phase %s %s %s %s\n' "$1" "$2" "$phase" "$(json_number "$phase")" >>results
    done
}

pull() { # NAME ROUND SHEETS
    measure "$1" "$2" "$GOLDLEAF" all --inputs "$3" --database "$(schema_url ours)" --format json
    note_phases "$1" "$2"
}

goldleaf_round() {
    make_schema ours
    pull goldleaf-first "$1" day1
    [ "$1" -ne 1 ] || write_gold ours gold-first
    pull goldleaf-unchanged "$1" day1
    pull goldleaf-changed "$1" day2
    pull goldleaf-spread "$1" day3
    [ "$1" -ne 1 ] || write_gold ours gold-last
    make_schema ours
}

write_job() {
    local table
    cat "$here/postgres.sql"
    for table in event_sales daily_metrics campaign_roi; do
        printf 'CREATE TABLE gold_%s AS\n' "$table"
        cat "$gold_sql/$table.sql"
        printf ';\n'
    done
    printf '\\echo gold\nCOMMIT;\n\\echo commit\n'
}

# The peer's phases end where its script says so.
psql_round() {
    make_schema theirs
    measure psql "$1" sh -c "cd '$2' && exec psql -Xq '$(schema_url theirs)' -f ../postgres.sql |
        while read -r phase; do date +\"\$phase %s.%N\"; done"
    [ "$1" -eq 0 ] || note_psql_phases "$1"
    [ "$1" -gt 1 ] || write_gold theirs "gold-psql-$2"
    make_schema theirs
}

# The first one ends as long before the second as the whole is longer than the rest.
note_psql_phases() {
    awk -v round="$1" -v total="$seconds" '
        { at[NR] = $2; name[NR] = $1 }
        END {
            printf "phase psql %s pull %.3f\n", round, total - (at[NR] - at[1])
            for (i = 2; i <= NR; i++)
                printf "phase psql %s %s %.3f\n", round, name[i], at[i] - at[i - 1]
        }' out >>results
}

# ---- do the results agree? ----

write_gold() { # SCHEMA FOLDER
    local table
    mkdir -p "$2"
    for table in event_sales:event_id daily_metrics:date,currency campaign_roi:event_id,channel; do
        psql -XqAt --csv "$url" -c "SET search_path TO $1" -c "SELECT * FROM gold_${table%:*}
            ORDER BY ${table#*:}" >"$2/${table%:*}.csv" || fail "no gold in $1"
    done
}

# Cell by cell; numbers may differ in how many zeroes end them, and by a billionth.
is_same_gold() {
    python3 - "$1" "$2" <<'PYTHON'
import csv, sys
def same(a, b):
    if a == b:
        return True
    try:
        return abs(float(a) - float(b)) <= 1e-9 * (1 + abs(float(a)))
    except ValueError:
        return False
for table in ("event_sales", "daily_metrics", "campaign_roi"):
    a, b = (list(csv.reader(open(f"{folder}/{table}.csv"))) for folder in sys.argv[1:])
    if len(a) != len(b) or not a:
        sys.exit(f"  {table}: {len(a)} and {len(b)} rows")
    for row, (x, y) in enumerate(zip(a, b)):
        if len(x) != len(y) or not all(map(same, x, y)):
            sys.exit(f"  {table}, row {row + 1}:\n    {x}\n    {y}")
PYTHON
}

check_gold() { # WHAT FOLDER FOLDER
    if is_same_gold "$2" "$3" 2>differences; then
        printf 'Gold of %s agrees cell by cell: %d + %d + %d rows.\n' "$1" \
            "$(wc -l <"$2/event_sales.csv")" "$(wc -l <"$2/daily_metrics.csv")" \
            "$(wc -l <"$2/campaign_roi.csv")"
    else
        printf 'Gold of %s DIFFERS:\n' "$1"
        cat differences
        agrees=0
    fi
}

# ---- the report ----

print_table() {
    awk -v has_time=$has_time "$statistics"'
        function fraction(value) {
            return value > 0.2 ? sprintf("%.2f", value) : sprintf("1/%.1f", 1 / value)
        }
        function row(name, label, goal, goal_text, of,    value, verdict) {
            value = ratio(name, of ? of : "psql")
            if (goal) verdict = value <= goal ? "met" : "missed"
            printf "%-18s %8.2f %13s %8s %8s %8s %8s %s\n", label, median(seconds, name),
                sprintf("%.2f-%.2f", lowest(seconds, name), highest(seconds, name)),
                has_time ? sprintf("%.0f", median(mib, name)) : "-", fraction(ratio(name, "psql")),
                fraction(ratio(name, "goldleaf-first")), goal_text, verdict
        }
        function phases(name, label,    i, j, count, list, one) {
            count = split("pull silver gold commit", list, " ")
            printf "%-18s", label
            for (i = 1; i <= count; i++) {
                for (j = 1; j <= rounds; j++) one[name, j] = phase[name, list[i], j]
                printf " %8.2f", median(one, name)
            }
            print ""
        }
        END {
            print "                    seconds              client      of    of the"
            print "                     median         range    MiB    psql     first     goal"
            row("goldleaf-first", "first load", 1 / 3, "1/3")
            row("goldleaf-unchanged", "unchanged pull")
            row("goldleaf-changed", "1 % changed", 0.1, "1/10", "goldleaf-first")
            row("goldleaf-spread", "1 % spread")
            row("psql", "psql, each time")
            print "\nphases, seconds        pull   silver     gold   commit"
            phases("goldleaf-first", "first load")
            phases("goldleaf-unchanged", "unchanged pull")
            phases("goldleaf-changed", "1 % changed")
            phases("goldleaf-spread", "1 % spread")
            phases("psql", "psql")
        }' results
}

say "bench: $tickets tickets in $work"
"$GENERATE" --tickets "$tickets" --out day1
"$GENERATE" --edit 1 --from day1 --out day2
"$GENERATE" --edit 1 --spread --from day2 --out day3 --seed 2
write_job >postgres.sql
start_server
for ((round = 1; round <= runs; round++)); do
    if ((round % 2)); then
        goldleaf_round $round
        psql_round $round day1
    else
        psql_round $round day1
        goldleaf_round $round
    fi
done
cp results kept
psql_round 0 day3 # for its gold alone
mv kept results
print_head "PostgreSQL $(sql 'SHOW server_version'), $tickets tickets, $(cat day1/*.csv | wc -l) lines, $(cat day1/*.csv |
    wc -c | awk '{ printf "%.0f", $1 / 1048576 }') MiB of CSV"
print_table
agrees=1
echo
check_gold 'the first load' gold-first gold-psql-day1
check_gold 'the last pull' gold-last gold-psql-day3
[ $agrees -eq 1 ] || exit 1
