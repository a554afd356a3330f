#!/usr/bin/env bash
# Which edited cells moved a KPI: near and far edits, several at once, rows that come and go; and that
# the effects add up to the whole.
. "$(dirname "$0")/lib.sh"

make_warehouse

run 2 blame gold_event_sales event_id=E-1
err_has 'only one snapshot'

# Two prices and a status in the event, a price in another one.
sed -i 's/^T-1,\(.*\),100.00,/T-1,\1,150.00,/; s/^T-2,\(.*\),100.00,\(.*\),sold/T-2,\1,90.00,\2,refunded/' inputs/tickets.csv
sed -i 's/^T-3,\(.*\),12.50,/T-3,\1,20.00,/' inputs/tickets.csv
run 0 all --inputs inputs -q
run 0 blame gold_event_sales event_id=E-1 gross_revenue --format json
out_is_json
json 'd["table"], d["key"], d["from"]["snapshot_id"], d["to"]["snapshot_id"]' \
    "('gold_event_sales', {'event_id': 'E-1'}, 1, 2)"
json '[c["column"] for c in d["cells"]]' "['gross_revenue']"
json 'sorted((c["sheet"], c["cell"], c["column"], c["before"], c["after"], c["effect"]) for c in d["cells"][0]["causes"])[0]' \
    "('tickets', 'F2', 'price_paid', '100.00', '150.00', 50)"
json 'abs(sum(c["effect"] for c in d["cells"][0]["causes"]) + d["cells"][0]["remainder"] - (d["cells"][0]["after"] - d["cells"][0]["before"])) < 1e-9' True
json 'd["cells"][0]["remainder"]' 0
json '[c["link"] for c in d["cells"][0]["causes"]][0].startswith("file://")' True
json '"T-3" in str(d)' False # the other event's ticket has no part in it

# The names may be left out, of the table and of the key; the other event has its own cause.
run 0 blame event_sales E-2
out_has 'net_revenue  12\.50 → 20\.00  \+7\.50'
out_has '\+7\.50  tickets +F4 +T-3 +price_paid +12\.50 → 20\.00'

# Far away: the venue's capacity moves the sell-through, a cancelled event takes a campaign's revenue.
sed -i 's/^V-1,\(.*\),4$/V-1,\1,8/' inputs/venues.csv
run 0 all --inputs inputs -q
run 0 blame gold_event_sales event_id=E-1 sell_through --format json
json '[(c["sheet"], c["cell"], c["before"], c["after"]) for c in d["cells"][0]["causes"]]' \
    "[('venues', 'F2', '4', '8')]"
json 'd["cells"][0]["causes"][0]["effect"] == d["cells"][0]["after"] - d["cells"][0]["before"]' True

# A parent that vanishes: the row is gone, and so are its children.
sed -i '/^E-2,/d' inputs/events.csv
run 0 all --inputs inputs -q
run 0 blame gold_event_sales event_id=E-2 --format json
json '{(c["sheet"], c["kind"], c["key"]) for k in d["cells"] for c in k["causes"]}' \
    "{('events', 'removed', 'E-2')}"
json '[k["after"] for k in d["cells"] if k["column"] == "net_revenue"]' '[None]'
run 0 blame gold_daily_metrics date=2026-02-03,currency=EUR gross_revenue
out_has 'events +E-2 +row removed'

# Any two snapshots, and nothing to tell.
run 0 blame gold_event_sales event_id=E-1 --from 2 --to 3
out_has '^sell_through '
out_lacks '^gross_revenue '
run 0 blame gold_event_sales event_id=E-1 gross_revenue --from 3 --to 4
out_has 'It did not move'
run 0 blame gold_event_sales event_id=E-99
out_has 'no such row in either snapshot'
run 0 blame gold_event_sales event_id=E-1 --from 1 --to 4 --format csv
out_has '^gross_revenue,\+50\.00,tickets,F2,T-1,price_paid,100\.00 → 150\.00'

# Back in time, to before a sheet was there: all of it is gone.
make_inputs
mv inputs/refunds.csv refunds.csv
run 4 all --inputs inputs --database late.sqlite -q
mv refunds.csv inputs/
run 0 all --inputs inputs --database late.sqlite -q
run 0 blame gold_event_sales event_id=E-1 refunds_amount --from 2 --to 1 --database late.sqlite --format json
json '[(k["before"], k["after"], k["remainder"], [(c["sheet"], c["kind"], c["key"], c["effect"]) for c in k["causes"]]) for k in d["cells"]]' \
    "[(100.0, 0.0, 0, [('refunds', 'removed', 'R-1', -100)])]"

run 2 blame gold_event_sale event_id=E-1
err_has 'did you mean gold_event_sales'
run 2 blame gold_event_sales event=E-1
err_has 'write it as event_id=\.\.\.'
run 2 blame gold_daily_metrics 2026-02-03
err_has 'write it as date=\.\.\.,currency=\.\.\.'
run 2 blame gold_event_sales event_id=E-1 net_revenu
err_has 'did you mean net_revenue'
run 2 blame gold_event_sales event_id=E-1 --from 9
err_has 'there is no snapshot 9; the last one is 4'
run 2 blame gold_event_sales

# What is no edit of a cell: of two rows with one key another one counts when they change places.
make_inputs
printf 'T-5,E-1,C-1,2026-02-03,web,7.00,INR,sold\nT-6,E-1,C-1,2026-02-03,web,1.00,INR,sold\nT-5,E-1,C-1,2026-02-04,web,9.00,INR,sold\n' \
    >>inputs/tickets.csv
run 0 all --inputs inputs --database moved.sqlite -q
{ sed '$d' inputs/tickets.csv | sed '6d'; tail -n 1 inputs/tickets.csv; sed -n 6p inputs/tickets.csv; } >tickets.csv
mv tickets.csv inputs/
run 0 all --inputs inputs --database moved.sqlite -q
run 0 blame gold_event_sales event_id=E-1 gross_revenue --database moved.sqlite
out_has '^  [+-]2\.00 is not explained by edits of cells$'
out_has '^    tickets: [12] rows? moved$'
run 0 blame gold_event_sales event_id=E-1 gross_revenue --database moved.sqlite --format csv
out_has '^gross_revenue,[+-]2\.00,,,,,not explained by edits of cells$'

# A needed column has another name.
printf 'V-2,Hall,Pune,MH,IN,40\nV-3,Club,Pune,MH,IN,7\nV-4,Park,Pune,MH,IN,900\n' >>inputs/venues.csv
run 0 all --inputs inputs --database moved.sqlite -q
sed -i '1s/capacity/places/' inputs/venues.csv
run 0 all --inputs inputs --database moved.sqlite -q
run 0 blame gold_event_sales event_id=E-1 sell_through --database moved.sqlite
out_has '^  not explained by edits of cells$'
out_has '^    venues: column renamed: capacity → places$'
run 0 blame gold_event_sales event_id=E-1 sell_through --database moved.sqlite --format csv
out_has '^sell_through,,,,,,not explained by edits of cells$'
