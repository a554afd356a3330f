#!/usr/bin/env bash
# Each exit code that this build can end with.
. "$(dirname "$0")/lib.sh"

# 0: done
make_warehouse
run 0 status
run 0 all --inputs inputs

# 1: failed, and nothing published
cp "$source_dir/fixtures/csv/unterminated-quote.csv" inputs/venues.csv
sed -i 's/,web,/,phone,/' inputs/tickets.csv
run 1 all --inputs inputs
err_has 'venues\.csv.*line [0-9]+'
out_is_empty
run 0 export silver_tickets
out_lacks phone
make_inputs

# 2: usage, configuration, model
run 2 frobnicate
run 2 all --no-such-option
run 2 status --format xml
run 2 all --inputs no/such/folder
run 2 model check "$source_dir/fixtures/model/alias-is-a-category"

# 4: a gate held a sheet back; its last good version stays
head -n 1 inputs/tickets.csv >short.csv
mv short.csv inputs/tickets.csv
run 4 all --inputs inputs
out_has '^tickets .*held'
out_has '^! tickets was held back: '
out_has 'goldleaf all --accept tickets'
run 0 export silver_tickets
out_has '^T-1,'
run 4 all --inputs inputs -q
out_is_empty
err_has 'tickets was held back'
run 0 all --inputs inputs --accept tickets
run 0 export silver_tickets
out_lacks '^T-1,'
rm inputs/tickets.csv
run 4 all --inputs inputs
out_has 'Put the file'
make_inputs

# 5: another run holds the lock
(
    exec 9>warehouse.sqlite.lock
    flock 9
    exec sleep 60
) &
holder=$!
while flock -n warehouse.sqlite.lock true; do sleep 0.05; done
run 5 all --inputs inputs
err_has 'another run holds .*warehouse\.sqlite\.lock'
run 0 status # readers do not care
kill "$holder"
wait "$holder" 2>/dev/null || true
run 0 all --inputs inputs # a lock file alone keeps nobody out
[ ! -e warehouse.sqlite.lock ] || fail "the lock file is still there"

# 7: the database is unreachable or refused
run 7 status --database missing.sqlite
err_has 'goldleaf all'
[ ! -e missing.sqlite ] || fail "a read command made a database"
for command in rejects 'export silver_tickets' build_silver build_gold; do
    read -ra words <<<"$command"
    run 7 "${words[@]}" --database missing.sqlite
    err_has 'goldleaf all'
    [ ! -e missing.sqlite ] || fail "$command made a database"
done
run 7 all --inputs inputs --database no/such/folder/x.sqlite
err_has 'folder'
printf 'this is no database, but long enough to be taken for one if nobody looks\n%.0s' {1..20} >text.db
run 7 all --inputs inputs --database text.db
run 7 status --database text.db
