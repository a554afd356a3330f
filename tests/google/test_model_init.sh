#!/usr/bin/env bash
# A first model drafted from the tabs of a spreadsheet: it runs from there without edits, rejects
# nothing that is clean, and silver is that of the same sheets drafted and read as files.
. "$(dirname "$0")/lib.sh"
use_google
export SPREADSHEET=book

# book FOLDER: the spreadsheet has these files as tabs
book() {
    rm -rf root/book
    cp -r "$1" root/book
}

# silver FILE: all of it but the places in bronze
silver() {
    local table
    for table in $(sqlite3 "$1" "SELECT name FROM sqlite_master WHERE name GLOB 'silver_*' AND type = 'table' ORDER BY 1"); do
        echo "$table"
        sqlite3 "$1" "SELECT $(sqlite3 "$1" "SELECT group_concat('\"' || name || '\"') FROM
            pragma_table_info('$table') WHERE name <> '_row_id'") FROM $table ORDER BY 1, 2"
    done
}

# same_silver NAME FOLDER: drafted and run by either way
same_silver() {
    name=$1
    rm -rf by_csv by_sheets csv.sqlite sheets.sqlite
    run 0 model init by_csv --from-csv "$2"
    run 0 all --model by_csv --source csv --inputs "$2" --database csv.sqlite
    run 0 model init by_sheets --from-sheets
    run 0 model check by_sheets
    run 0 all --model by_sheets --source sheets --inputs no-files --database sheets.sqlite
    silver csv.sqlite >csv.silver
    silver sheets.sqlite >sheets.silver
    cmp -s csv.silver sheets.silver || fail "$(diff csv.silver sheets.silver | head -n 10)"
    [ "$(wc -l <sheets.silver)" -gt 1 ] || fail "there is nothing in silver"
}

# is_clean: nothing was turned away or repaired
is_clean() {
    out_has 'No row is in quarantine'
    [ "$(sqlite3 sheets.sqlite 'SELECT COUNT(*) FROM audit_warnings')" = 0 ] || fail "a clean cell was repaired"
}

for folder in shop clinic school; do
    book "$source_dir/fixtures/draft/$folder"
    same_silver "$folder" root/book
    is_clean
done

# Sheets made by chance, with what Google makes of typed cells: numbers, dates, times, booleans.
cat >make.py <<'PYTHON'
import csv, os, random, sys
r = random.Random(int(sys.argv[1]))
day = lambda: f"{r.randint(1995, 2030)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
kinds = [
    ("id", lambda i: f"{i + 1:05}"), ("nr", lambda i: str(1000 + i)), ("name", lambda i: f"Name {i}"),
    ("price", lambda i: f"{r.randint(1, 9999)}.{r.randint(1, 9)}"), ("count", lambda i: str(r.randint(0, 60000))),
    ("net total", lambda i: f"${r.randint(1, 999)}.50"), ("day", lambda i: day()),
    ("Seen at", lambda i: f"{day()} {r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}"),
    ("left on", lambda i: r.choice([day(), "", f"{r.randint(13, 28)}/{r.randint(1, 12)}/2025"])),
    ("Paid", lambda i: r.choice(["TRUE", "FALSE"])), ("status", lambda i: r.choice(["open", "on hold", "2"])),
    ("share", lambda i: f"{r.randint(1, 99)}%"), ("code", lambda i: r.choice(["007", "8", "A1"])),
    ("note", lambda i: r.choice(["", "n/a", "x, \"y\"", "=1+1", "'quoted'", "3 of 4"])),
    ("weight", lambda i: r.choice([f"0.{r.randint(1111, 9999)}{r.randint(1, 9)}", "1"])), ("left", lambda i: "")]
os.makedirs("odd")
for f in range(r.randint(1, 4)):
    columns = r.sample(kinds, r.randint(2, len(kinds)))
    with open(f"odd/{r.choice(['Orders', 'line items', 'Ünïcode', '1st', 'Q1!'])} {f}.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow([head for head, kind in columns])
        for i in range(r.choice([1, 3, 40, 200])):
            row = [kind(i) for head, kind in columns]
            out.writerow(row if any(row) else ["x"] + row[1:])
PYTHON
for seed in $(seq 1 "${GOLDLEAF_PROPERTY_RUNS:-12}"); do
    rm -rf odd
    python3 make.py "$seed"
    book odd
    same_silver "seed $seed" odd
done

# Dates in every format that cells have, times of day, durations; numbers that look like dates; a
# column of texts among which are dates. The zone and the title are the spreadsheet's.
name='dates as they are shown'
rm -rf root/book dated
mkdir root/book
cat >root/book/visits.json <<'JSON'
[["No", "Day", "Year", "When", "Opens", "Took", "Guests", "Ref", "Mixed", "Note", "Gift", "Share", "Bag"],
 [1, {"serial": 46023, "shows": "01.01.26"}, {"serial": 46023, "shows": "2026"}, {"serial": 46023.5, "shows": "Thu 12:00"},
  {"serial": 0.375, "shows": "9:00"}, {"serial": 2.5, "shows": "60:00:00"}, 46023, "46023", {"serial": 46023, "shows": "1. Januar"}, "a",
  {"number": 12.5, "shows": "12,50 €"}, {"number": 0.25, "shows": "25.00%"}, {"number": 2, "shows": "2 kg"}],
 [2, {"serial": 46024, "shows": "02.01.26"}, {"serial": 46388, "shows": "2027"}, {"serial": 46024.25, "shows": "Fri 06:00"},
  {"serial": 0.5, "shows": "12:00"}, {"serial": 0.1, "shows": "2:24:00"}, 46024, "46024", "14/01/2026", "b",
  {"number": 1200, "shows": "1.200,00 €"}, {"number": 0.5, "shows": "50.00%"}, {"number": 3, "shows": "3 kg"}],
 [3, {"serial": 46025, "shows": "03.01.26"}, {"serial": 46753, "shows": "2028"}, {"serial": 46025, "shows": "Sat 00:00"},
  {"serial": 0.25, "shows": "6:00"}, {"serial": 0.2, "shows": "4:48:00"}, 46025, "46025", {"serial": 46025, "shows": "3. Januar"}, {"serial": 46025, "shows": "3. Januar"},
  {"number": 7, "shows": "7,00\u00a0€"}, {"number": 0.75, "shows": "75.00%"}, {"number": 4, "shows": "4 kg"}]]
JSON
cat >root/book/spreadsheet.json <<'JSON'
{"title": "Guest book", "timeZone": "Europe/Berlin", "tabs": [
  {"title": "Visits ❤", "file": "visits.json"}, {"title": "Chart", "sheetType": "OBJECT"},
  {"title": "Blank", "file": "blank.json"}]}
JSON
printf '[]' >root/book/blank.json
run 0 model init dated --from-sheets
err_has 'warning: the tab "Blank": left out, because it has no header'
python3 - >found <<'PYTHON'
import json
p = json.load(open("dated/datapackage.json"))
print(p["title"], p["goldleaf:timeZone"], len(p["resources"]))
for s in p["resources"]:
    print(s["name"], s["title"], s["path"])
    for f in s["schema"]["fields"]:
        print(f["name"], f.get("goldleaf:type", f["type"]), *f.get("goldleaf:dateForms", []))
PYTHON
diff - found <<'TEXT' || fail "not that draft"
Guest book Europe/Berlin 1
visits Visits ❤ visits.csv
no string
day date YYYY-MM-DD
year date YYYY-MM-DD
when datetime YYYY-MM-DD
opens string
took number
guests integer
ref string
mixed date YYYY-MM-DD DD/MM/YYYY
note string
gift money
share number
bag integer
TEXT
sed -i 's|Europe/Berlin|Europe/Atlantis|' root/book/spreadsheet.json
run 0 model init elsewhere --from-sheets
err_has 'warning: the spreadsheet.s time zone "Europe/Atlantis" is not known here'
grep -qF '"goldleaf:timeZone": "UTC"' elsewhere/datapackage.json || fail "not UTC"
out_says 'percentages come as fractions: 25% is 0\.25'
grep -qF 'Amounts stand with \"€\"' dated/datapackage.json || fail "the sign is not told of"
grep -qF 'sum_gift' dated/gold/visits_by_month.sql || fail "gifts are not added up"
out_says 'parts of a day: 06:00:00 is 0\.25'
run 0 all --model dated --source sheets --inputs no-files --database dated.sqlite
out_has 'No row is in quarantine'
run 0 export silver_visits --model dated --database dated.sqlite
out_has '^1,2026-01-01,2026-01-01,2026-01-01 12:00:00,0.375,2.50,46023,46023,2026-01-01,a,12.50,0.25,2$'
out_has '^2,2026-01-02,2027-01-01,2026-01-02 06:00:00,0.5,0.10,46024,46024,2026-01-14,b,1200.00,0.50,3$'

# Only some tabs, in the order that they are named; a tab is found again by its title.
name='named tabs'
book "$source_dir/fixtures/draft/shop"
mv root/book/orders.csv 'root/book/Orders (new).csv'
run 0 model init some --from-sheets 'ORDERS (NEW)' customers --format json
json '[s["sheet"] for s in d["sheets"]], d["spreadsheet"], d["inputs"]' "(['orders_new', 'customers'], 'book', None)"
cp root/book/customers.csv 'root/book/orders_new.csv' # not that one
run 0 all --model some --source sheets --inputs no-files --database some.sqlite
[ "$(sqlite3 some.sqlite 'SELECT COUNT(*) FROM silver_orders_new')" = 40 ] || fail "another tab"
run 0 model docs some -o some.html
grep -qF 'orders_new <small>tab Orders (new), orders_new.csv' some.html || fail "the dictionary lacks the tab"
run 0 model docs some --format text
out_has 'From the tab Orders [(]new[)], or orders..new.csv to'
run 0 doctor --model some --source sheets --database some.sqlite
out_has 'orders_new: the tab "Orders \(new\)"'
run 0 model init text --from-sheets customers
out_has '^Next: goldleaf all --model text$'
cat text/datapackage.json >before

# ---- what cannot be ----

# refuses CODE MESSAGE ARG...: and leaves nothing
refuses() {
    local expected=$1 message=$2
    shift 2
    faults=$((faults + 1))
    run "$expected" model init nothing "$@" --patience 0
    err_has "^goldleaf: error: .*$message"
    [ ! -e nothing ] || fail "a model was begun"
}
name='wrong usage'
refuses 2 'exclude each other' --from-sheets --from-csv root/book
refuses 2 'has no tab "Ordrs"; its tabs: Orders \(new\), customers' --from-sheets Ordrs
refuses 2 'the tab "customers" is named twice' --from-sheets customers Customers
refuses 2 'one too many' --from-csv root/book customers
SPREADSHEET='' refuses 2 'nothing says which spreadsheet' --from-sheets
run 1 model init text --from-sheets
cmp before text/datapackage.json || fail "the model was changed"
name='no access'
GOOGLE_APPLICATION_CREDENTIALS='' refuses 2 'there are no credentials' --from-sheets
fault 'token * error invalid-signature'
refuses 6 '' --from-sheets
fault
SPREADSHEET=elsewhere refuses 6 'elsewhere' --from-sheets
touch root/book/.forbidden
refuses 6 'book' --from-sheets
rm root/book/.forbidden
name='network'
for line in 'metadata * reset' 'values 1 status 503' 'values 2+ error quota-user' 'token * status 503'; do
    fault "$line"
    refuses 75 '' --from-sheets
done
fault 'metadata 1 status 503' 'values 1-2 reset'
run 0 model init after_all --from-sheets --patience 20
fault
rm -r root/book
mkdir root/book
printf '\n1,2\n' >root/book/a.csv
refuses 1 'no tab with a header' --from-sheets
finish
