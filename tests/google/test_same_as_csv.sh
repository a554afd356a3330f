#!/usr/bin/env bash
# The sample sheets through the Sheets API are the same sheets: silver, gold and the quarantine are
# those of the CSV files, at first and after a day's edits; and what did not change adds nothing.
. "$(dirname "$0")/lib.sh"
: "${GENERATE:?names the generator of sheets}"
use_google
export SPREADSHEET=book
sheets=(artists venues events customers tickets checkins refunds campaigns)

# All but _row_id: blank rows below a sheet are rows of a file, and none at Google.
columns_of() {
    sqlite3 "$1" "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info('$2') WHERE name <> '_row_id'"
}

# business FILE: silver, gold and who is in quarantine for what
business() {
    local sheet table
    for sheet in "${sheets[@]}"; do
        echo "silver_$sheet"
        sqlite3 "$1" "SELECT $(columns_of "$1" "silver_$sheet") FROM silver_$sheet ORDER BY 1, 2, 3"
    done
    for table in event_sales daily_metrics campaign_roi; do
        echo "gold_$table"
        sqlite3 "$1" "SELECT * FROM gold_$table ORDER BY 1, 2"
    done
    echo 'quarantine'
    sqlite3 "$1" "SELECT source_table, row_number, record_key, rule, cell, column_name
        FROM audit_rejected_rows ORDER BY 1, 2"
    echo 'repaired'
    sqlite3 "$1" "SELECT source_table, row_number, record_key, rule, cell, column_name
        FROM audit_warnings ORDER BY 1, 2, 5"
}

# same NAME LINES: the warehouse of Google's sheets says what that of the files does
same() {
    business csv.sqlite >csv.text
    business sheets.sqlite >sheets.text
    cmp -s csv.text sheets.text || fail "$1 differs: $(diff csv.text sheets.text | head -n 10)"
    [ "$(wc -l <sheets.text)" -gt "$2" ] || fail "$1: there is next to nothing in it"
}

# both FOLDER: the files of the folder, by either way
both() {
    faults=$((faults + 1))
    mkdir -p root/book
    rm -f root/book/*.csv
    cp "$1"/*.csv root/book/
    run 0 all --source csv --inputs "$1" --database csv.sqlite
    run 0 all --source sheets --inputs no-files --database sheets.sqlite --format json
}

bronze_rows() {
    local sheet
    for sheet in "${sheets[@]}"; do sqlite3 "$1" "SELECT '$sheet', COUNT(*), MAX(_snapshot_id) FROM bronze_$sheet"; done
}

# ---- the dirty sample, at first ----

name='the sample'
fault
both "$source_dir/bronze_inputs"
same 'the sample' 10000
[ "$(sqlite3 sheets.sqlite 'SELECT COUNT(*) FROM audit_rejected_rows')" -gt 200 ] || fail "hardly anything is in quarantine"
asked metadata 1
[ "$(requests values)" -le 3 ] || fail "more requests than needed"
json '{s["source"] for s in d["sheets"]}' "{'sheets'}"

# ---- nothing changed: nothing is added ----

name='unchanged'
bronze_rows sheets.sqlite >rows.before
run 0 all --source sheets --inputs no-files --database sheets.sqlite --format json
json '{(s["status"], s["added"], s["changed"], s["removed"], s["moved"]) for s in d["sheets"]}' \
    "{('unchanged', 0, 0, 0, 0)}"
bronze_rows sheets.sqlite >rows.after
cmp rows.before rows.after || fail "an unchanged sheet added rows"
same 'the sample, pulled again' 10000

# ---- a day's edits in the dirty sheets ----

name='edited'
mkdir edited
cp "$source_dir"/bronze_inputs/*.csv edited/
"$python" - <<'PY'
import csv, io

def edit(sheet, change):
    path = f"edited/{sheet}.csv"
    data = open(path, encoding="utf-8-sig", newline="").read()
    delimiter = ";" if data.split("\n")[0].count(";") > 2 else ","
    rows = list(csv.reader(io.StringIO(data), delimiter=delimiter))
    rows = change(rows)
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)

def tickets(rows):
    head, body = rows[0], rows[1:]
    del body[10:20], body[3000:3003]
    body[100][5], body[200][7], body[300][3] = "12.25", "refunded", "2026-01-31 23:59:59"
    body[400][5], body[500][6] = "free", "XXX"
    body.insert(50, ["T-90001", "E-1006", "C-1892", "2025-11-10 16:17:32", "web", "61.50", "EUR", "used"])
    body.insert(4000, ["T-90002", "E-9999", "C-1892", "46012.5", "web", "61.50", "EUR", "used"])
    body.append(["T-90003", "E-1006", "", "2025-11-11", "Box Office", "1,200.00", "GBP", "SOLD"])
    body[1000], body[1001] = body[1001], body[1000]
    return [head] + body

def venues(rows):
    rows[1][5], rows[2][1] = "40", "New Name"
    return rows + [["V-9001", "Annex", "Pune", "MH", "IN", "12.0"]]

edit("tickets", tickets)
edit("venues", venues)
edit("customers", lambda rows: rows[:100] + rows[130:] + [["C-90001", "New One", "new@example.com", "", "", "", "2026-01-01"]])
edit("refunds", lambda rows: rows[:1] + rows[:0:-1])
PY
both edited
same 'the edited sample' 10000
json 'd["snapshot_id"]' 3
json '[s["status"] for s in d["sheets"] if s["sheet"] in ("artists", "checkins")]' "['unchanged', 'unchanged']"
json '[(s["added"] > 0, s["removed"] > 0, s["changed"] > 0) for s in d["sheets"] if s["sheet"] == "tickets"]' '[(True, True, True)]'

# What an incremental pull gives is what a full one gives, and a new warehouse.
cp sheets.sqlite full.sqlite
run 0 all --source sheets --inputs no-files --database full.sqlite --full-refresh
business sheets.sqlite >sheets.text
business full.sqlite >full.text
cmp -s sheets.text full.text || fail "a full refresh differs: $(diff sheets.text full.text | head -n 10)"
run 0 all --source sheets --inputs no-files --database new.sqlite
business new.sqlite >new.text
cmp -s sheets.text new.text || fail "a new warehouse differs: $(diff sheets.text new.text | head -n 10)"

# ---- and back ----

name='back again'
both "$source_dir/bronze_inputs"
same 'the sample once more' 10000

# ---- snapshots, read again as files ----

name='snapshots'
for snapshot in 1 3 4; do
    mkdir "again.$snapshot"
    for sheet in "${sheets[@]}"; do
        run 0 export "bronze_$sheet" --snapshot "$snapshot" --database sheets.sqlite -o "again.$snapshot/$sheet.csv"
    done
    run 0 all --source csv --inputs "again.$snapshot" --database "again.$snapshot.sqlite"
done
for sheet in "${sheets[@]}"; do
    cmp "again.1/$sheet.csv" "again.4/$sheet.csv" || fail "$sheet of snapshot 1 is not that of snapshot 4"
done
! cmp -s again.1/tickets.csv again.3/tickets.csv || fail "the edit is not in snapshot 3"
for pair in 'new.sqlite again.3.sqlite' 'again.1.sqlite again.4.sqlite'; do
    business "${pair% *}" >one.text
    business "${pair#* }" >two.text
    cmp -s one.text two.text || fail "$pair differ: $(diff one.text two.text | head -n 10)"
done

# ---- every cell a text, as in a sheet whose columns are formatted so ----

name='every cell a text'
start_google --text --key "$work/key.json"
export GOLDLEAF_GOOGLE_ENDPOINT=$endpoint
rm csv.sqlite sheets.sqlite
both "$source_dir/bronze_inputs"
same 'the sample as text' 10000
for sheet in "${sheets[@]}"; do
    run 0 export "bronze_$sheet" --database csv.sqlite
    # what Google does not send: blank rows below the last one
    awk '/[^,]/ {for (; blank; blank--) print line; print; next} {line = $0; blank++}' out >csv.out
    run 0 export "bronze_$sheet" --database sheets.sqlite
    cmp csv.out out || fail "bronze_$sheet differs"
done

# ---- another world, clean, and a generated day of edits; read in small pieces ----

name='a generated world'
"$GENERATE" --tickets 3000 --seed 7 --out day1
"$GENERATE" --edit 5 --spread --from day1 --out day2 --seed 8
rm csv.sqlite sheets.sqlite
use_google
export SPREADSHEET=book
both day1
same 'day 1' 3000
fault 'values 1-6 gzip-bomb 70'
both day2
[ "$(requests values)" -gt 10 ] || fail "the pieces were not small"
same 'day 2' 3000

finish
