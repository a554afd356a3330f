#!/usr/bin/env bash
# A row that was turned away and now is in silver healed. One that went away did not.
. "$(dirname "$0")/lib.sh"

ticket() { printf '%s,E-1,C-1,%s,web,%s,INR,sold\n' "$@"; }

# sheet LINES...: the tickets of the sample, and these.
sheet() { printf '%s\n' "$original" "$@" >inputs/tickets.csv; }

# shown NEW HEALED: how many rejects are told of each kind, with the same in the real run's tables.
shown() {
    run 0 all --inputs inputs --dry-run --format json
    json 'len(d["rejects"]["new"]), len(d["rejects"]["healed"])' "($1, $2)"
    run 0 all --inputs inputs -q
    run 0 diff --format json
    json 'len(d["rejects"]["new"]), len(d["rejects"]["healed"])' "($1, $2)"
}

make_inputs
original=$(cat inputs/tickets.csv)
bad=$(ticket T-8 someday 5.00) good=$(ticket T-8 2026-02-05 5.00)
a=$(ticket T-9 2026-02-05 1.00) b=$(ticket T-9 2026-02-06 2.00)
run 0 all --inputs inputs -q

sheet "$bad"
shown 1 0
sheet "$good" # mended
shown 0 1

sheet "$bad"
shown 1 0
sheet # gone
shown 0 0

sheet "$good" "$bad" # a bad row beside a good one of its key goes: nothing healed
shown 1 0
sheet "$good"
shown 0 0

sheet "$a" "$b" # one too many: the first
shown 1 0
sheet "$b" # goes
shown 0 0
sheet "$a" "$b"
shown 1 0
sheet "$a" # the other one goes
shown 0 1
sheet "$a" "$b"
run 0 all --inputs inputs -q
sheet "$(ticket T-10 2026-02-05 1.00)" "$b" # has a key of its own now
shown 0 1
sheet "$a" "$b"
run 0 all --inputs inputs -q
sheet "$(ticket T-10 2026-03-07 77.00 | sed 's/C-1/C-9/; s/web/email/; s/INR/EUR/')" "$b" # another row
run 0 all --inputs inputs --dry-run --format json
json 'len(d["rejects"]["healed"])' 0
sheet "$a" "$b"
run 0 all --inputs inputs -q
sheet "$(ticket T-9 2026-02-05 3.00)" "$b" # edited, and still one too many
shown 0 0
sheet "$b" "$(ticket T-9 2026-02-05 3.00)" # they change places: now the other one is
shown 1 1

# What was mended before silver is built is told when it is.
sheet "$bad"
run 0 all --inputs inputs -q
sheet "$good"
run 0 load_bronze --inputs inputs -q
run 0 build_silver --dry-run --format json
json 'len(d["rejects"]["healed"])' 1
run 0 all --inputs inputs --dry-run --format json
json 'len(d["rejects"]["healed"])' 1
sheet
run 0 load_bronze --inputs inputs -q
run 0 build_silver --dry-run --format json
json 'len(d["rejects"]["healed"])' 0
