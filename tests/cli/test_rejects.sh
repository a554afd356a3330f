#!/usr/bin/env bash
# The quarantine as people and programs see it.
. "$(dirname "$0")/lib.sh"

make_inputs
mv inputs 'my sheets'
cat >>'my sheets/tickets.csv' <<'CSV'
T-5,E-1,C-1,31/02/2026,web,100.00,INR,sold
T-6,E-9,C-1,2026-02-01,web,100.00,INR,sold
,E-1,C-1,2026-02-01,web,100.00,INR,sold
CSV
printf 'E-3,A-1,V-1,2026-05-01,"on\nfire",1.00,INR\n' >>'my sheets/events.csv'
run 0 all --inputs 'my sheets'
out_has '4 rows are in quarantine: goldleaf rejects'

run 0 rejects
out_has '^tickets: 3 rows of my sheets/tickets\.csv$'
out_has '^D6 +T-5 +parse +31/02/2026 +'
out_has '^B7 +T-6 +foreign_key +E-9 +'
out_has '^A8 +required '
out_has '^E4 +E-3 +parse +on\\nfire '
[ "$(grep -n '^events' out | cut -d: -f1)" -lt "$(grep -n '^tickets' out | cut -d: -f1)" ] ||
    fail "the sheets are not in the model's order"

run 0 rejects --format json
json 'len(d["rejects"]), sorted(d)' "(4, ['rejects'])"
json 'sorted(d["rejects"][1])' \
    "['cell', 'column', 'key', 'link', 'reason', 'row', 'rule', 'sheet', 'value', 'values']"
json 'd["rejects"][1]["link"]' "file://$(readlink -f .)/my%20sheets/tickets.csv#cell=6,4"
json '[d["rejects"][1][k] for k in ("sheet", "key", "row", "cell", "column", "rule", "value")]' \
    "['tickets', 'T-5', 6, 'D6', 'purchase_datetime', 'parse', '31/02/2026']"
json 'd["rejects"][1]["values"]["price_paid"]' 100.00
json 'd["rejects"][3]["key"]' None

run 0 rejects --format csv
[ "$(head -n 1 out)" = 'sheet,key,row,cell,column,rule,value,reason,link' ] || fail "the header"
out_has '^tickets,T-6,7,B7,event_id,foreign_key,E-9,'

run 0 rejects --sheet events
out_lacks '^tickets'
run 0 rejects --sheet events --format json
json 'len(d["rejects"])' 1
run 0 rejects --sheet artists
out_has 'No row is in quarantine'
run 0 rejects --limit 2
out_has '2 more rows; all of them: goldleaf rejects --limit 0'
run 0 rejects --limit 2 --format json
json 'len(d["rejects"])' 2

# Text stops after a screen or two, the other forms go on.
for i in $(seq 60); do echo "X-$i,E-1,C-1,never,web,1.00,INR,sold"; done >>'my sheets/tickets.csv'
run 0 all --inputs 'my sheets' -q
run 0 rejects
out_has '^14 more rows; '
run 0 rejects --limit 0
out_lacks 'more row'
run 0 rejects --format csv
[ "$(grep -c '^tickets,X-' out)" -eq 60 ] || fail "CSV was cut"
cp out rejects.csv
run 0 rejects -o named.csv
cmp rejects.csv named.csv || fail "the ending of -o does not make it CSV"
