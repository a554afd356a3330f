#!/usr/bin/env bash
# SQLite and PostgreSQL say the same: every table that can be exported, every sheet at every snapshot,
# the differences between them, the quarantine and the reasons of a KPI; after a first load of dirty
# sheets, after edits, after a full refresh, and on a database whose language sorts otherwise than
# bytes do. What a copy carries from one to the other is the same, too.
. "$(dirname "$0")/lib.sh"

# edit FROM TO: rows out, doubled, moved and spoilt, a column more, a parent gone.
edit() {
    python3 - "$1" "$2" <<'PYTHON'
import csv, os, random, sys
source, target = sys.argv[1:]
random.seed(int(target[-1]))
os.makedirs(target)
for name in sorted(os.listdir(source)):
    if not name.endswith(".csv"):
        continue
    with open(f"{source}/{name}", newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        file.seek(0)
        rows = list(csv.reader(file, delimiter=";" if first.count(";") > first.count(",") else ","))
    header, body = rows[0], rows[1:]
    for step in range(max(3, len(body) // 60)):
        at = random.randrange(len(body))
        kind = random.randrange(6)
        if kind == 0 and len(body) > 20:
            del body[at]
        elif kind == 1:
            body.insert(random.randrange(len(body)), list(body[at]))
        elif kind == 2:
            body.insert(random.randrange(len(body)), body.pop(at))
        elif body[at]:
            body[at][random.randrange(len(body[at]))] = random.choice(
                ["", "N/A", "#REF!", "12.345", "-1", "refunded", "a\\b", "two\nlines", "tab\there",
                 "\\N", "it's", '"', "\u00e9\u4e2d\U0001f600", "\u202eabc", "%s$1"])
    if name == "tickets.csv":
        header.append("Note's \"\\N\"")
        for row in body[::7]:
            row += [""] * (len(header) - 1 - len(row)) + ["note"]
    with open(f"{target}/{name}", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header] + body)
PYTHON
}

tables=() # that can be exported
find_tables() {
    mapfile -t tables < <(sqlite3 w.sqlite "SELECT name FROM sqlite_master WHERE type = 'table'
        AND (name GLOB 'bronze_*' OR name GLOB 'silver_*' OR name GLOB 'gold_*' OR name GLOB 'audit_*')
        ORDER BY name")
    expect_less 'tables that are missing' 1 $((27 - ${#tables[@]}))
}

# Columns that hold the run and the time differ.
without_run() {
    python3 -c '
import csv, sys
csv.field_size_limit(1 << 30)
rows = list(csv.reader(sys.stdin))
keep = [i for i, name in enumerate(rows[0]) if name not in
        ("run_id", "loaded_at", "started_at", "finished_at")]
lines = [[row[i] for i in keep if i < len(row)] for row in rows]
print(lines[0])
print(*sorted(map(str, lines[1:])), sep="\n")'
}

# tell DATABASE FILE COMMAND...: what a command prints, without runs, times and the database's name.
tell() {
    local database=$1 file=$2
    shift 2
    "$GOLDLEAF" --database "$database" "$@" >"$work/out" 2>"$work/err" ||
        fail "$* of $database: $(<"$work/err")"
    sed -E 's/[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}/RUN/g; s/20[0-9-]{8}T[0-9:]{8}Z/TIME/g; s/[0-9]+ (s|min) ago/AGE/g' \
        "$work/out" >"$file"
}

# same COMMAND...: both print the same.
same() {
    tell w.sqlite one "$@"
    tell "$url" other "$@"
    expect_state "$*" one other
}

compare() {
    local table snapshot
    context=$1
    for table in "${tables[@]}"; do
        "$GOLDLEAF" export "$table" --database w.sqlite 2>"$work/err" >one.csv ||
            fail "export $table: $(<"$work/err")"
        "$GOLDLEAF" export "$table" --database "$url" 2>"$work/err" >other.csv ||
            fail "export $table: $(<"$work/err")"
        case $table in
        audit_*)
            without_run <one.csv >one || fail "cannot read $table"
            without_run <other.csv >other || fail "cannot read $table"
            expect_state "$table" one other
            ;;
        *) expect_state "$table" one.csv other.csv ;;
        esac
    done
    for table in gold_event_sales silver_tickets silver_campaigns; do
        same export "$table" --format json
    done
    # the first snapshot is looked at again when all the others lie on it
    for snapshot in $(printf '1\n%d\n' "$2" | sort -u); do
        for table in "${tables[@]}"; do
            [[ $table != bronze_* ]] || same export "$table" --snapshot "$snapshot"
        done
    done
    same rejects --format csv
    same rejects --format json
    same report -o -
}

# both INPUTS ARG...: the same run on both.
both() {
    local inputs=$1
    shift
    unset DATABASE_URL
    run 0 all --inputs "$inputs" --max-loss 100 --database w.sqlite "$@"
    run 0 all --inputs "$inputs" --max-loss 100 --database "$url" "$@"
}

check_all() {
    rm -f w.sqlite*
    both "$source_dir/bronze_inputs"
    find_tables
    compare "$1, first load" 1
    both day1
    compare "$1, edited" 2
    same diff --format json
    [ "$1" = bytes ] || return 0
    both day2
    compare "$1, edited again" 3
    same diff 1 3 --format json
    same diff 2 3
    same blame event_sales "$(sqlite3 w.sqlite 'SELECT max(event_id) FROM gold_event_sales')" \
        net_revenue --format json
    both day2 --full-refresh
    compare "$1, full refresh" 4
}

# What is copied into the other kind of database is what was there, history included.
check_copy() {
    local from=$1 to=$2
    context="copy of $3"
    run 0 copy --database "$from" --to "$to"
    for table in "${tables[@]}"; do
        tell "$from" one export "$table"
        tell "$to" other export "$table"
        expect_state "$table" one other
        [[ $table == bronze_* ]] || continue
        for snapshot in 1 2 3 4; do
            tell "$from" one export "$table" --snapshot "$snapshot"
            tell "$to" other export "$table" --snapshot "$snapshot"
            expect_state "$table at $snapshot" one other
        done
    done
    # and a run on it knows what is unchanged
    run 0 all --inputs day2 --max-loss 100 --database "$to" --format json
    expect 'sheets that a run on the copy finds changed' 0 "$(grep -c '"loaded"' "$work/out")"
}

edit "$source_dir/bronze_inputs" day1
edit day1 day2
use_schema "$(unique agree)"
check_all bytes
check_copy "$url" copied.sqlite 'PostgreSQL'
first=$url
use_schema "$(unique copied)"
check_copy w.sqlite "$url" 'SQLite'
sql "DROP SCHEMA $schema CASCADE; DROP SCHEMA ${first##*%3D} CASCADE"

# The other model's dashboard, which reads yes and no, years and two-part joins.
use_schema "$(unique streaming)"
context='streaming'
for database in streaming.sqlite "$url"; do
    run 0 all --model streaming --inputs "$source_dir/fixtures/streaming" --database "$database"
done
tell streaming.sqlite one report --model streaming -o -
tell "$url" other report --model streaming -o -
expect_state 'its report' one other
sql "DROP SCHEMA $schema CASCADE"

# A language's order: case and punctuation count last.
database=$(unique icu)
if sql "CREATE DATABASE $database TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" 2>/dev/null; then
    server_url=${server_url/\/test?/\/$database?}
    use_schema other
    expect_sql 'the language sorts otherwise' "SELECT 'a' < 'B'" t
    check_all 'a language'
    server_url=$suite_url
    sql "DROP DATABASE $database" || fail 'cannot drop the database'
else
    printf 'this server has no ICU, so no order of a language\n'
fi
finish
