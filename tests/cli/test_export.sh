#!/usr/bin/env bash
# A bronze sheet comes out as it went in, at every snapshot; silver and gold in the model's order.
. "$(dirname "$0")/lib.sh"

make_inputs
# same FILE1 FILE2: equal as sheets, that is but for quotes, line ends and empty cells at a row's end
same() {
    python3 - "$1" "$2" <<'PY' || fail "$1 and $2 are not the same sheet"
import csv, sys
def sheet(path):
    rows = list(csv.reader(open(path, encoding="utf-8-sig", newline="")))
    for row in rows[1:]:
        while row and row[-1] == "":
            row.pop()
    return rows
sys.exit(sheet(sys.argv[1]) != sheet(sys.argv[2]))
PY
}

versions=0
# keep: pulls the sheet as it is now and sets its file aside.
keep() {
    versions=$((versions + 1))
    cp inputs/venues.csv "venues.$versions.csv"
    run 0 all --inputs inputs -q --max-loss 100
}
keep
cat >inputs/venues.csv <<'CSV'
Venue ID, Name ,City,State,Country,Capacity,Notes,Notes,
V-2,"Old ""Mill"", Pune",Pune,MH,IN,7,a,b,c
V-1,"Barn
and Yard",Pune,MH,IN,4
,,,,,
V-1,"Barn
and Yard",Pune,MH,IN,4
V-3,=SUM(A1),+1,-2,@x,  9  ,,,,beyond
V-1,"Barn
and Yard",Pune,MH,IN,4
CSV
keep
sed -i '2d' inputs/venues.csv # without its first row, and the beyond column stays
keep
printf 'capacity,venue_id,name\n5,V-9,New\n' >inputs/venues.csv # moved and missing columns
keep
cp venues.2.csv inputs/venues.csv
keep
for n in $(seq "$versions"); do
    run 0 export bronze_venues --snapshot "$n"
    cp out "export.$n.csv"
    same "venues.$n.csv" "export.$n.csv"
done
run 0 export bronze_venues
cmp out "export.$versions.csv" || fail "the default is not the last snapshot"
cmp export.2.csv export.5.csv || fail "an equal sheet does not export equally"
run 2 export bronze_venues --snapshot 99
run 2 export silver_venues --snapshot 1

run 0 export bronze_venues --snapshot 2 --format json
json 'd["table"], d["snapshot_id"], len(d["rows"])' "('bronze_venues', 2, 6)"
json 'd["columns"][0]' "{'header': 'Venue ID', 'column': 'venue_id'}"
json 'd["columns"][-1]["header"]' None
json 'd["rows"][2]["name"]' ''
json 'd["rows"][0]["name"]' 'Old "Mill", Pune'

# The sample sheets, with everything that real sheets have
run 0 load_bronze --inputs "$source_dir/bronze_inputs" --database sample.sqlite -q
for path in "$source_dir"/bronze_inputs/*.csv; do
    name=$(basename "$path" .csv)
    run 0 export "bronze_$name" --database sample.sqlite
    head -n 1 "$path" | grep -q ';' && continue # Python's reader would need to know
    cp "$path" pulled.csv
    same pulled.csv out
done

# Silver and gold: the model's columns in its order, by key; money with two decimals
run 0 export gold_event_sales
head -n 1 out | grep -qx 'event_id,event_date,artist_id,venue_id,venue_capacity,currency,tickets_sold,attendance,no_show_rate,gross_revenue,refunds_amount,net_revenue,sell_through' ||
    fail "the columns of gold_event_sales"
make_inputs
sed -i 's/,4$/,3/' inputs/venues.csv
run 0 all --inputs inputs -q --max-loss 100
run 0 export gold_event_sales
out_has '^E-1,2026-03-01,A-1,V-1,3,INR,2,1,0\.5,300\.00,100\.00,200\.00,0\.6666666666666666$'
out_has '^E-2,2026-04-01,A-1,V-1,3,EUR,1,0,,12\.50,0\.00,12\.50,0\.3333333333333333$'
run 0 export gold_event_sales --format json
json 'd["rows"][0]["net_revenue"], d["rows"][1]["no_show_rate"]' '(200.0, None)'
out_has '"net_revenue": 200\.00'
run 0 export silver_tickets
[ "$(cut -d, -f1 out | tr '\n' ' ')" = 'ticket_id T-1 T-2 T-3 T-4 ' ] || fail "the order by key"
run 0 export silver_tickets --limit 2
[ "$(wc -l <out)" -eq 3 ] || fail "--limit 2 is not two rows"
run 0 export silver_tickets --format text
out_has '^T-1 .* 100\.00 '
for table in snapshots runs loads headers rejected_rows warnings dq_results watermarks; do
    run 0 export "audit_$table"
    [ -s out ] || fail "audit_$table has not even a header"
done
