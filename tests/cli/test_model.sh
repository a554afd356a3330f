#!/usr/bin/env bash
# The model as understood, and the faults of others with their places.
. "$(dirname "$0")/lib.sh"

run 0 model
out_has '^tickets: tickets\.csv, key ticket_id$'
out_has '^Together must be in tickets: ticket_id, event_id$'
out_has '^  price_paid +money, required, >= 0'
out_has '^gold_daily_metrics: .*, one row per date, currency$'
awk 'length($0) > 84 { exit 1 }' out || fail "the model is wider than 80 columns" # bytes, not columns
run 0 model --format json
json 'd["name"], len(d["sheets"]), len(d["gold"])' "('ticketing', 8, 3)"
json '[s["references"] for s in d["sheets"] if s["sheet"] == "checkins"][0][0]' \
    "{'columns': ['ticket_id', 'event_id'], 'sheet': 'tickets', 'parent_columns': ['ticket_id', 'event_id']}"
run 0 model --format csv
out_has '^tickets,ticket_id,string,true,true,reject,'

run 0 model check
out_has '^ticketing: no faults in 8 sheets, 3 KPI tables and [0-9]+ checks?$'
run 0 model check "$source_dir/src/models/ticketing"
run 0 model check --format json
json 'd' "{'model': 'ticketing', 'faults': []}"
run 0 model check -q
out_is_empty

# Folders of fixtures have one fault each, named in fault.txt: place and message. The unit tests go
# through all of them, so here a sample does.
count=0
for folder in "$source_dir"/fixtures/model/*/; do
    count=$((count + 1))
    [ $((count % 10)) -eq 0 ] || continue
    run 2 model check "$folder"
    place=$(head -n 1 "$folder/fault.txt")
    grep -qF -- "${place##*/}" out || fail "the place $place is not named"
done
[ "$count" -gt 50 ] || fail "where are the fixtures?"

# SQL that no database accepts is a fault, too.
cp -r "$source_dir/src/models/ticketing" broken
sed -i 's/FROM silver_refunds/FROM silver_refnuds/' broken/gold/*.sql
run 2 model check broken
out_has 'silver_refnuds'
run 2 model check broken --format json
json 'len(d["faults"]) > 0' True
run 2 model check nowhere
run 2 status --model nowhere
run 2 model chek
err_has 'did you mean model check\?'
run 2 model nonsense
err_has 'usage: goldleaf model \[check'
run 2 model check ticketing more
err_has 'model does not take "more"'

# The schema for editors; a draft has it beside it.
run 0 model profile
cmp "$source_dir/src/model/profile.json" out || fail "this is not the profile"
run 0 model profile -o profile.json
cmp "$source_dir/src/model/profile.json" profile.json || fail "this is not the profile"
make_inputs
run 0 model init drafted --from-csv inputs
grep -qF '"$schema": "profile.json"' drafted/datapackage.json || fail "an editor does not find the profile"
cmp profile.json drafted/profile.json || fail "the draft lacks the profile"
