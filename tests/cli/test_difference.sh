#!/usr/bin/env bash
# How a difference is shown, by --dry-run and by diff: as text, JSON and CSV, whole and in parts; and
# which snapshots diff takes.
. "$(dirname "$0")/lib.sh"

escape=$'\033'
dry() { run "$1" all --inputs inputs --dry-run "${@:2}"; }

# ---- one snapshot, and nothing else ----

make_inputs
dry 0
out_has '^dry run: an empty warehouse → the sheets as they are now$'
out_has '^tickets: 4 added$'
out_has '^row 2 +T-1 +added +T-1 \| E-1 \| C-1'
out_has '^gold_event_sales: 2 added$'
out_has '^E-1 +added +net_revenue 200\.00$'
out_has '^2026-02-03 EUR +added +gross_revenue 12\.50$'
out_lacks 'column added|0 (changed|added|removed)'
err_is_empty
[ ! -e warehouse.sqlite ] || fail 'a dry run made a database'
dry 10 --detailed-exitcode -o /dev/null
dry 0 --format json
json 'd["from"], d["to"]["snapshot_id"]' '(None, None)'
for stage in build_silver build_gold diff; do
    run 7 $stage
    [ ! -e warehouse.sqlite ] || fail "$stage made a database"
done
run 7 build_silver --dry-run
run 0 all --inputs inputs -q
dry 0 --detailed-exitcode
out_has '^unchanged: artists, venues, events, customers, tickets, checkins, refunds,$'
out_has '^Nothing would change\.$'
for stage in build_silver build_gold; do
    run 0 $stage --dry-run --detailed-exitcode
    out_has '^dry run: snapshot 1 of .* → what is built from it$'
    out_has '^Nothing would change\.$'
    out_lacks unchanged
done
for one in '' 1; do
    # shellcheck disable=SC2086
    run 2 diff $one
    err_has 'there is only one snapshot'
    err_has 'hint: .*--dry-run'
done
run 0 diff 1 1 --detailed-exitcode
out_has '^snapshot 1 of .* → snapshot 1 of '
out_has '^Nothing changed\.$'

# ---- every kind of change ----

# Enough rows to see a column in; two rows of one key; a row that is turned away, and will be well again.
printf 'T-5,E-1,C-1,2026-02-03,web,1,INR,sold\nT-5,E-1,C-1,2026-02-03,web,2,INR,sold\n' >>inputs/tickets.csv
printf 'T-6,E-9,C-1,2026-02-03,web,1,INR,sold\n' >>inputs/tickets.csv
printf 'CH-2,E-1,T-1,2026-03-01 19:00:00,b\nCH-3,E-1,T-1,2026-03-01 19:00:00,c\n' >>inputs/checkins.csv
run 0 all --inputs inputs -q
sed -i -e 's/^T-1,\(.*\),100\.00,/T-1,\1,150.00,/' -e 's/^T-3,E-2/T-3,E-9/' -e 's/^T-6,E-9/T-6,E-1/' \
    -e 's/web,1,INR/web,7,INR/; s/web,2,INR/web,8,INR/' -e '/^T-2,/d' inputs/tickets.csv
printf 'T-7,E-2,,2026-02-03,web,3.50,EUR,sold\n' >>inputs/tickets.csv
sed -i '1s/gate/door/' inputs/checkins.csv
sed -i -e '1s/$/,note/; 2s/$/,new/' inputs/venues.csv
sed -i -e 's/,genre//; s/,Folk//' inputs/artists.csv
sed -i -e '2{h;d};3G' inputs/events.csv
printf 'customer_id,name,email,city,state,country,created_at\n' >inputs/customers.csv
cp -r inputs edited

shown() {
    out_has '^artists: 1 changed$'
    out_has '^  column removed: genre$'
    out_has '^row 2 +A-1 +genre +Folk → \(blank\)$'
    out_has '^venues: 1 changed$'
    out_has '^  column added: note$'
    out_has '^G2 +V-1 +note +\(blank\) → new$'
    out_has '^events: 1 moved, 1 unchanged$'
    out_has '^tickets: 5 changed, 1 added, 1 removed, 1 unchanged$'
    out_has '^F2 +T-1 +price_paid +100\.00 → 150\.00$'
    out_has '^B3 +T-3 +event_id +E-2 → E-9$'
    out_has '^row 8 +T-7 +added +T-7 \|'
    out_has '^ +T-2 +removed +T-2 \|'
    out_has '^  rows of the same key were paired in the order of the sheet$'
    out_has '^checkins: 3 unchanged$'
    out_has '^  column renamed: gate → door \(a guess: values, place, name\)$'
    out_has '^Newly rejected$'
    out_has '^tickets +B3 +T-3 +foreign_key +E-9$'
    out_has '^Healed$'
    out_has '^tickets +B8 +T-6 +foreign_key +E-9$'
    out_has '^gold_event_sales: 2 changed$'
    out_has '^E-1 +gross_revenue +302\.00 → 265\.00$'
}
dry 4
shown
out_has '^! customers would be held back: the sheet was emptied'
out_has '^unchanged: refunds, campaigns$'
dry 10 --detailed-exitcode
cp out dry.out
run 4 all --inputs inputs -q
run 0 diff
shown
out_lacks 'held'
out_has '^unchanged: customers, refunds, campaigns$'
run 10 diff --detailed-exitcode
run 0 diff 2
shown
run 0 diff 2 3
shown

# The way back.
run 0 diff 3 2
out_has '^F2 +T-1 +price_paid +150\.00 → 100\.00$'
out_has '^  column renamed: door → gate '
out_has '^E-1 +gross_revenue +265\.00 → 302\.00$'
run 0 diff 1 3
out_has '^tickets: .* added'
for wrong in '9' '1 9' '0' '-- -1' 'x' '1.5' '1 2x' '99999999999999999999'; do
    # shellcheck disable=SC2086
    run 2 diff $wrong
    err_has 'no snapshot 9; the last one is 3|is not the number of a snapshot'
    out_is_empty
done
run 2 diff 1 2 3

# The last two that there are, whatever their numbers.
cp warehouse.sqlite gap.sqlite
python3 -c 'import sqlite3
d = sqlite3.connect("gap.sqlite")
d.execute("DELETE FROM audit_snapshots WHERE snapshot_id = 2")
d.commit()'
run 0 diff --database gap.sqlite --only counts
out_has '^snapshot 1 of .* → snapshot 3 of '
run 2 blame --database gap.sqlite event_sales E-1 --to 1
run 2 diff --database gap.sqlite 2 3

# ---- parts ----

run 0 diff --only counts
out_has '^tickets: 5 changed'
out_has '^rejects: 1 newly rejected, 1 healed$'
out_has '^gold_event_sales: 2 changed$'
out_lacks '→ (150|E-9|265)|Newly'
run 0 diff --only rows
out_has '^row 2 +T-1 +changed$'
out_has '^Newly rejected$'
out_lacks '→ 150|gold_event_sales'
run 0 diff --only cells
out_has '→ 150\.00'
out_lacks 'gold_event_sales'
run 0 diff --only kpis
out_has '→ 265\.00'
out_lacks '^F2 |Newly'
run 2 diff --only nonsense
run 0 diff --sheet tickets
out_has '^tickets: '
out_lacks '^(venues|artists|checkins|unchanged|gold_.*): '
out_has '^[0-9]+ KPI rows changed, which follow from all sheets: leave --sheet out$'
run 10 diff --sheet tickets --detailed-exitcode
run 0 diff --sheet refunds --detailed-exitcode
out_has '^Nothing changed\.$'
out_lacks 'Newly|Healed'
run 2 diff --sheet tickets --only kpis
err_has '--sheet leaves KPIs out'
run 2 diff --sheet ticket
err_has '^goldleaf: error: --sheet: the model ticketing has no sheet "ticket"$'
err_has 'did you mean tickets'
run 2 all --dry-run --inputs inputs --sheet ticket
run 0 diff --ignore-columns prize_paid --only counts
err_has 'no sheet of the model ticketing has a column "prize_paid"'
for option in '--sheet tickets' '--limit 5' '--only kpis' '--min-change 1' --detailed-exitcode; do
    read -ra words <<<"$option"
    run 2 all --inputs inputs "${words[@]}"
    err_has "${words[0]#--} goes with --dry-run"
done
run 0 diff --limit 2 --only cells
out_has '^F2 +T-1'
out_has '^  \.\.\. and 5 more: --limit 0 shows all$'
out_lacks 'T-7'
run 0 diff --ignore-columns price_paid,note --only cells
out_has '^tickets: 2 changed'
out_lacks 'price_paid|^G2'
run 0 diff --ignore-columns 'Price-Paid,NOTE' --only cells
out_has '^tickets: 2 changed'
out_lacks 'price_paid|^G2'
err_lacks 'Price'
run 0 diff --min-change 10 --only cells
out_has '^F2 +T-1'
out_lacks '1 → 7'
run 0 diff --only kpis
out_has '^E-1 web +roi +2\.4 → 4\.5$'
run 0 diff --min-change 3 --only kpis # of a row that is shown for another number, too
out_has '^E-1 web +conv_revenue '
out_lacks ' roi | conv_tickets '
run 0 diff --min-change 1000 --ignore-columns event_id --only kpis
out_lacks '302\.00 → 265\.00'

# ---- JSON ----

cat >shape.py <<'PYTHON'
import json, sys
d = json.load(open(sys.argv[1]))

def has(it, **shape):
    for name, kinds in shape.items():
        assert name in it, (name, it)
        assert type(it[name]) in (kinds if isinstance(kinds, tuple) else (kinds,)), (name, it)

none, number = type(None), (int, float, str, type(None))
has(d, **{"from": (dict, none), "to": dict, "sheets": list, "rejects": dict, "gold": list})
for end in (d["from"], d["to"]):
    end is None or has(end, snapshot_id=(int, none), loaded_at=str)
assert [s["sheet"] for s in d["sheets"]] == "artists venues events customers tickets checkins refunds campaigns".split()
for sheet in d["sheets"]:
    has(sheet, sheet=str, source=str, location=str, status=str, columns=dict, rows=dict, changes=list)
    has(sheet["columns"], added=list, removed=list, renamed=list)
    for renamed in sheet["columns"]["renamed"]:
        has(renamed, **{"from": str, "to": str})
    has(sheet["rows"], added=int, removed=int, changed=int, moved=int, unchanged=int)
    for change in sheet["changes"]:
        has(change, kind=str, key=(str, none))
        assert change["kind"] in ("added", "removed", "changed")
        if change["kind"] != "removed":
            has(change, row=int)
        if change["kind"] == "changed":
            has(change, cells=list)
            for cell in change["cells"]:
                has(cell, column=str, cell=(str, none), before=str, after=str)
        else:
            has(change, values=dict)
            assert all(type(v) is str and v for v in change["values"].values())
has(d["rejects"], new=list, healed=list)
for reject in d["rejects"]["new"] + d["rejects"]["healed"]:
    has(reject, sheet=str, key=(str, none), cell=str, rule=str, value=(str, none))
assert [g["table"] for g in d["gold"]] == "gold_event_sales gold_daily_metrics gold_campaign_roi".split()
for gold in d["gold"]:
    has(gold, added=list, removed=list, changed=list)
    for row in gold["added"] + gold["removed"]:
        has(row, key=dict, values=dict)
    for row in gold["changed"]:
        has(row, key=dict, cells=list)
        for cell in row["cells"]:
            has(cell, column=str, before=number, after=number)
            assert cell["before"] != cell["after"]
PYTHON
shape() { python3 shape.py "$work/out" || fail 'not the shape that is promised'; }
tickets='[s for s in d["sheets"] if s["sheet"] == "tickets"][0]'
run 0 diff --format json
shape
json 'd["from"]["snapshot_id"], d["to"]["snapshot_id"]' '(2, 3)'
json "$tickets[\"rows\"]" "{'added': 1, 'removed': 1, 'changed': 5, 'moved': 0, 'unchanged': 1}"
json "$tickets[\"changes\"][0]" \
    "{'kind': 'changed', 'key': 'T-1', 'row': 2, 'cells': [{'column': 'price_paid', 'cell': 'F2', 'before': '100.00', 'after': '150.00'}]}"
json "$tickets[\"repeated_keys\"]" True
json 'd["sheets"][0]["changes"][0]["cells"]' \
    "[{'column': 'genre', 'cell': None, 'before': 'Folk', 'after': ''}]"
json 'd["sheets"][5]["columns"]' "{'added': [], 'removed': [], 'renamed': [{'from': 'gate', 'to': 'door'}]}"
json 'd["gold"][0]["changed"][0]["key"]' "{'event_id': 'E-1'}"
json '[c for c in d["gold"][0]["changed"][0]["cells"] if c["column"] == "gross_revenue"]' \
    "[{'column': 'gross_revenue', 'before': 302.0, 'after': 265.0}]"
run 0 diff --format json --limit 1
shape
json "len($tickets[\"changes\"]), $tickets[\"rows\"][\"changed\"]" '(1, 5)'
json "$tickets[\"repeated_keys\"]" True # whatever is shown

# The limit is for every list, the counts are of all; what is left out is null.
json 'max(len(l) for l in d["rejects"].values() if type(l) is list), d["rejects"]["rows"]' \
    "(1, {'new': 1, 'healed': 1})"
json 'len(d["gold"][0]["changed"]), d["gold"][0]["rows"]' \
    "(1, {'added': 0, 'removed': 0, 'changed': 2})"
run 2 diff --format csv --only counts
err_has 'has no form as CSV'
run 0 diff --format json --only counts
json "$tickets[\"changes\"], $tickets[\"rows\"][\"changed\"]" '(None, 5)'
json 'd["rejects"]' "{'new': None, 'healed': None, 'rows': {'new': 1, 'healed': 1}}"
json 'd["gold"][0]["changed"], d["gold"][0]["rows"]["changed"]' '(None, 2)'
for part in rows cells; do
    run 0 diff --format json --only $part
    json "d[\"gold\"], len($tickets[\"changes\"]), len(d[\"rejects\"][\"new\"])" '(None, 7, 1)'
done
run 0 diff --format json --only kpis
json "d[\"rejects\"], $tickets[\"changes\"], len(d[\"gold\"])" '(None, None, 3)'
run 0 diff --format json --sheet tickets
json 'd["gold"], len(d["sheets"])' '(None, 1)'

# A file takes the place of standard output, and is there whole or not at all.
run 0 diff --format json -o there.json
out_is_empty
cp there.json out
shape
run 0 diff -o there.txt
grep -q '^F2 ' there.txt || fail 'no text in the file'

# ---- CSV ----

run 0 diff --format csv
[ "$(head -n 1 out)" = 'table,key,row,cell,column,kind,before,after' ] || fail 'another header'
out_has '^tickets,T-1,2,F2,price_paid,changed,100\.00,150\.00$'
out_has '^tickets,T-7,8,A8,ticket_id,added,,T-7$'
out_has '^tickets,T-2,,,status,removed,sold,$'
out_has '^gold_event_sales,E-1,,,gross_revenue,changed,302\.00,265\.00$'
out_has '^gold_daily_metrics,2026-02-03\|EUR,,,gross_revenue,'
python3 -c 'import csv, sys
assert {len(row) for row in csv.reader(open(sys.argv[1]))} == {8}' out || fail 'rows of unequal length'

# ---- the terminal ----

# on_terminal ARGS...: what somebody at a terminal of 80 columns sees.
on_terminal() {
    TERM=xterm script -qec "stty cols 80 rows 40; $program $*" /dev/null </dev/null >"$work/out" 2>&1 || true
}

printf 'T-9,E-1,C-1,"2026-02-01\033]0;owned\007",web,1.00,INR,"\342\200\256dlos\033[2J"\n' >>inputs/tickets.csv
printf 'A-2,"name\033[95m\342\200\213",x,2024-01-01\n' >>inputs/artists.csv
sed -i "2s/Barn/$(printf 'B\033[7m%0200d' 0)/" inputs/venues.csv
cp -r edited/customers.csv inputs
raw=$'\033\\[(2J|95m|7m)|\033\\]|\007|\342\200[\256\213]'
for format in text json; do
    dry 4 --format $format
    ! LC_ALL=C grep -qE "$raw" out || fail "a raw sequence in $format"
done
dry 4 --format csv
LC_ALL=C grep -qE "$raw" out || fail 'cells in CSV are not exact'
dry 4
out_lacks "$escape"
out_has 'B\\x1b\[7m0000'
dry 4 --color always
out_has "$escape\\[[0-9;]*m"
! LC_ALL=C grep -qE "$raw" out || fail 'a raw sequence among colours'
NO_COLOR=1 dry 4 --color always
out_has "$escape"
NO_COLOR=1 dry 4
out_lacks "$escape"
run 4 all --inputs inputs -q
if command -v script >/dev/null; then
    for format in text json csv; do
        on_terminal "diff --format $format"
        ! LC_ALL=C grep -qE "$raw" out || fail "a raw sequence of $format reached the terminal"
    done
    on_terminal diff
    out_has "$escape"
    python3 -c '
import re, sys, unicodedata
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    line = re.sub("\033\\[[0-9;?]*[a-zA-Z]", "", line.rstrip("\r\n").split("\r")[-1])
    assert len(line) <= 80, line' out || fail 'a line does not fit'
    NO_COLOR=1 on_terminal "diff --no-progress"
    out_lacks "$escape"
fi

# ---- keys of several parts ----

mkdir shop
printf 'region_no,name\n1,East\n' >shop/regions.csv
printf 'customer_no,region_no,joined,vip,score\n1,1,2026-01-01,true,1\n' >shop/customers.csv
printf 'sku,valid_from,list_price\nS|1,2026-01-01,1.00\n' >shop/prices.csv
printf 'shop,order_no,customer_no,region_no,placed\na\\b,007,1,,2026-01-05 10:00\nc|d,8,1,,2026-01-05 10:00\n' >shop/orders.csv
printf 'line_no,shop,order_no,sku,valid_from,quantity,price\n1,a\\b,7,S|1,2026-01-01,2,3\n' >shop/lines.csv
shop() { run "$1" all --inputs shop --database shop.sqlite --model "$source_dir/fixtures/shop" "${@:2}"; }
shop 0 -q
sed -i 's/,10:00/,11:00/; s/10:00$/11:00/' shop/orders.csv
sed -i 's/,2,3$/,5,3/' shop/lines.csv
shop 0 --dry-run --format json
json '[c["key"] for c in d["sheets"][3]["changes"]]' "['a\\\\\\\\b|7', 'c\\\\|d|8']"
json 'd["sheets"][4]["changes"][0]["key"]' 'a\\b|7|1'
json 'd["gold"][2]["changed"][0]["key"]' "{'day': '2026-01-05'}"

# ---- single stages ----

run 0 load_bronze --inputs inputs --dry-run --accept customers
out_lacks '→ what is built'
run 0 all --inputs inputs -q --accept customers
make_inputs
cp edited/checkins.csv inputs
run 0 load_bronze --inputs inputs --dry-run --accept tickets
out_has '^tickets: .* changed'
out_lacks 'gold_event_sales|Newly|Healed'
run 0 load_bronze --inputs inputs -q --accept tickets
run 0 build_silver --dry-run
out_has '^Healed$'
out_lacks 'gold_event_sales'
run 0 build_silver -q
run 10 build_gold --dry-run --detailed-exitcode
out_has '^gold_event_sales: '
out_lacks 'Newly|Healed'
run 0 build_gold -q
run 0 build_gold --dry-run
out_has '^Nothing would change\.$'

# A changed row whose key another row has, too, is told of whatever the limit shows.
make_inputs
run 0 all --inputs inputs --database twice.sqlite -q
sed -i '/^T-1,/s/100.00/150.00/' inputs/tickets.csv
sed -n '/^T-1,/s/150.00/160.00/p' inputs/tickets.csv >again
cat again >>inputs/tickets.csv
for limit in 0 1; do
    run 0 all --dry-run --inputs inputs --database twice.sqlite --format json --limit $limit
    json "$tickets[\"repeated_keys\"]" True
done
