#!/usr/bin/env bash
# A saved dry run is done exactly, or refused with the name of what changed.
. "$(dirname "$0")/lib.sh"

make_warehouse
cp warehouse.sqlite before.sqlite

run 2 all --inputs inputs --save-plan plan.json
err_has 'save-plan goes with --dry-run'
[ ! -e plan.json ] || fail "a plan of a run that was no dry run"

sed -i 's/^T-1,\(.*\),100.00,/T-1,\1,150.00,/' inputs/tickets.csv
run 0 all --inputs inputs --dry-run --save-plan plan.json
out_has 'F2 +T-1 +price_paid +100\.00 → 150\.00'
cmp warehouse.sqlite before.sqlite || fail "a dry run wrote"
python3 -m json.tool plan.json >/dev/null || fail "the plan is no JSON"

# A sheet that changed since is named, and nothing is done.
cp inputs/refunds.csv refunds.before
sed -i 's/customer_request/other/' inputs/refunds.csv
run 1 apply plan.json --inputs inputs
err_has 'refunds has changed since the plan was made'
cp refunds.before inputs/refunds.csv
run 0 status --format json
json 'd["snapshots"]' 1
run 0 export gold_event_sales
out_lacks '250\.00'

# As it was shown.
run 0 apply plan.json --inputs inputs
run 0 export gold_event_sales
out_has ',250\.00'
run 0 status --format json
json 'd["snapshots"], d["last_run"]["command"], d["last_run"]["status"]' "(2, 'all', 'done')"

# Once.
run 1 apply plan.json --inputs inputs
err_has 'the plan was made at snapshot 1, and the warehouse is at snapshot 2'

# A plan keeps what was accepted and held back.
head -n 1 inputs/refunds.csv >inputs/short && mv inputs/short inputs/refunds.csv
run 4 all --inputs inputs --dry-run --save-plan held.json
out_has 'refunds.*would be held back'
run 4 apply held.json --inputs inputs
run 0 all --inputs inputs --dry-run --accept refunds --save-plan accepted.json
run 0 apply accepted.json --inputs inputs
run 0 export silver_refunds
out_lacks '^R-1,'

# What is no plan.
run 1 apply missing.json --inputs inputs
err_has 'missing\.json: No such file'
echo '{"goldleaf_plan": 2}' >odd.json
run 1 apply odd.json --inputs inputs
err_has 'odd\.json'
echo 'not a plan' >odd.json
run 1 apply odd.json --inputs inputs
err_has 'odd\.json: line 1'
sed 's/"fingerprint": "[^"]*"/"fingerprint": "0"/' accepted.json >odd.json
run 1 apply odd.json --inputs inputs
err_has 'made with another model'
run 2 apply
