#!/usr/bin/env bash
# A warehouse in another database is the same warehouse, history included.
. "$(dirname "$0")/lib.sh"

# export_all DATABASE FOLDER: every table, bronze as of every snapshot.
export_all() {
    local table snapshot
    mkdir "$2"
    for table in silver_tickets silver_refunds gold_event_sales gold_daily_metrics \
        gold_campaign_roi audit_rejected_rows audit_loads audit_headers audit_watermarks; do
        run 0 export "$table" --database "$1" -o "$2/$table.csv"
    done
    for table in tickets events checkins; do
        for snapshot in 1 2 3; do
            run 0 export "bronze_$table" --snapshot $snapshot --database "$1" \
                -o "$2/$table-$snapshot.csv"
        done
    done
}

make_warehouse
sed -i 's/^T-1,\(.*\),100.00,/T-1,\1,150.00,/' inputs/tickets.csv
echo 'T-9,E-9,,2026-02-03,web,1,INR,sold' >>inputs/tickets.csv
run 0 all --inputs inputs
sed -i 's/$/,note/' inputs/events.csv
run 0 all --inputs inputs

run 2 copy
err_has 'copy needs --to URL'
run 2 copy --to warehouse.sqlite
err_has 'is the warehouse itself'
run 7 copy --to other.sqlite --database none.sqlite
[ ! -e other.sqlite ] || fail "a copy of nothing left a file"

run 0 copy --to other.sqlite
out_has 'warehouse.sqlite is now in other.sqlite, too'
out_has 'bronze_tickets +6'
export_all warehouse.sqlite here
export_all other.sqlite there
diff -r here there || fail "the copy differs"

# The copy goes on as the original would.
cp inputs/tickets.csv tickets.before
sed -i '/^T-9/d' inputs/tickets.csv
run 0 all --inputs inputs --database other.sqlite --format json
json 'd["snapshot_id"], [s["removed"] for s in d["sheets"] if s["sheet"] == "tickets"]' '(4, [1])'
cp tickets.before inputs/tickets.csv

run 2 copy --to other.sqlite
err_has 'other.sqlite has a warehouse already'
run 0 copy --to third.sqlite --format json
json '[t["rows"] for t in d["tables"] if t["table"] == "audit_snapshots"]' '[3]'

# A model that did not build it does not know what to carry over.
cp -r "$source_dir/src/models/ticketing" model
echo '-- changed' >>model/gold/event_sales.sql
sed -i 's/capacity > 0/capacity > 1/' model/gold/event_sales.sql
run 2 copy --to fourth.sqlite --model model
err_has 'was built by another version of the model'
