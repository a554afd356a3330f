#!/usr/bin/env bash
# Headers and cells that mean something to SQL, to COPY, to printf or to ourselves are only texts: every
# sheet comes out again exactly as it was, at every snapshot, and what is rejected is quoted as it was.
# The same goes for SQLite, which has to choose the same columns.
. "$(dirname "$0")/lib.sh"

make_sheets() {
    python3 - "$1" "$2" <<'PYTHON'
import csv, os, sys
folder, day = sys.argv[1], int(sys.argv[2])
long_name = "x" * 62
# 63 and 64 bytes, twice with the same beginning, and one that a cut in the middle of a letter spoils
headers = ["artist_id", "name", "_row_id", "_snapshot_id", "_removed_snapshot_id", "_position", "_hash",
           "_key", "_loaded_at", "ctid", "oid", "xmin", "xmax", "cmin", "tableoid", "select", "from",
           "user", "order", "table", "all", "column", "constraint", "a\"b", "c'd", "e\\f", "g\nh",
           "i\tj", "\\N", "\\.", "$1", "%s", "{}", "x\"); DROP TABLE bronze_artists; --",
           "\U0001f3b8", "\u202etfel", "\u00e4\u00f6", long_name + "a", long_name + "ab",
           long_name + "ac", "y" * 62 + "\u00e9z", "", "name", "NAME", "1st", "p0", "value", "id",
           "snapshot_id", "row_number", "current_user", "goldleaf_keys", "now()"]
cells = ["\\N", "\\.", "\\", "\\\\", "\\n", "\\t", "\\b", "\\x41", "\\101", "a\\", "\t", "a\tb",
         "a\nb", "a\r\nb", "\n", "\r", "'", "''", "'; DROP TABLE bronze_artists; --", '"', '""', "$1",
         "$$", "$body$", "%s%n", "{0}", "NULL", "null", "", " ", "\u00a0", "\ufeff", "\U0001f600",
         "e\u0301", "\u202eabc\u202c", "\u0001\u0007\u001b[31m", "\u007f", "x" * 100000, "0", "-0",
         "1e309", "NaN", "infinity", "t", "f", "2024-02-30", "\\\n", "\\\t", ",", ";", "a,b", "{1,2}",
         "(1,2)", "\\u0000", "&amp;", "\U0010ffff"]
rows = []
for i, cell in enumerate(cells):
    row = [f"A{i}", "Ann"] + [""] * (len(headers) - 2)
    row[2 + (i * day) % (len(headers) - 2)] = cell
    row[-1] = cell
    rows.append(row)
for i, cell in enumerate(cells):          # as a key, and as what a rule turns away
    if cell.strip("\u00a0\ufeff ") and len(cell) < 1000:
        rows.append([cell, "" if i % 2 == day % 2 else "x"] + [cell] * (len(headers) - 2))
if day == 2:
    rows = rows[1::2] + rows[0::3]
    headers.append("late \u2603")
    rows = [row + [row[0]] for row in rows]
os.makedirs(folder, exist_ok=True)
with open(f"{folder}/artists.csv", "w", newline="", encoding="utf-8") as file:
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([headers] + rows)
PYTHON
}

# normal FILE: a CSV as a list of lists, so that quotes that need not be do not count.
normal() {
    python3 -c '
import csv, sys
csv.field_size_limit(1 << 30)
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.reader(file):
        print(row)' "$1"
}

# check DATABASE WHAT: both snapshots of the sheet that is hostile.
check() {
    local day
    for day in 1 2; do
        run 0 export bronze_artists --snapshot $day --database "$1"
        normal "day$day/artists.csv" >expected
        normal "$work/out" >came
        expect_state "$2, snapshot $day" expected came
    done
    for day in silver_artists audit_rejected_rows audit_warnings; do
        run 0 export $day --database "$1"
        cp "$work/out" "$3.$day"
    done
    run 0 rejects --format csv --database "$1"
    cp "$work/out" "$3.rejects"
    run 0 diff 1 2 --format json --database "$1"
    sed -E 's/20[0-9-]{8}T[0-9:]{8}Z/TIME/g' "$work/out" >"$3.diff"
}

run_days() {
    run 0 all --inputs day1 --database "$1" --max-loss 100
    run 0 all --inputs day2 --database "$1" --max-loss 100
    run 0 all --inputs day2 --database "$1" --max-loss 100
    expect_match 'an unchanged sheet' 'artists .* unchanged' "$out"
}

make_inputs monday 1000
cp -r monday day1
cp -r monday day2
make_sheets day1 1
make_sheets day2 2
use_schema "$(unique hostile)"
run_days "$url"
check "$url" PostgreSQL server
run_days w.sqlite
check w.sqlite SQLite file
for what in silver_artists rejects diff; do
    expect_state "$what of both" "file.$what" "server.$what"
done
expect_sql 'the table is there' "SELECT count(*) > 0 FROM bronze_artists" t

# Names of schema and database are names, too.
context='odd names'
odd='Sche"ma x$1;--'
sql 'CREATE SCHEMA "Sche""ma x$1;--"'
run 0 all --inputs monday \
    --database "$server_url&options=-csearch_path%3D%22Sche%22%22ma%5C%20x%241%3B--%22"
expect 'events in the schema' 1 "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = '$odd'
    AND tablename = 'gold_event_sales'")"
sql 'DROP SCHEMA "Sche""ma x$1;--" CASCADE'
sql "DROP SCHEMA $schema CASCADE"
finish
