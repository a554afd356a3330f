#!/usr/bin/env bash
# A warehouse that was left alone verifies; of one that was tampered with, the right check says so.
. "$(dirname "$0")/lib.sh"

run 7 verify
make_inputs
# Something of everything: a reject, a warning, a blank row, a row that was edited and one that went.
echo 'T-9,E-9,,2026-02-03,web,1,INR,sold' >>inputs/tickets.csv
echo 'T-8,E-1,,2026-02-03,fax,1,INR,sold' >>inputs/tickets.csv
echo ' ,,,,,,,' >>inputs/tickets.csv
echo 'T-10,E-1,,2026-02-03,web,1,INR,sold' >>inputs/tickets.csv
run 0 load_bronze --inputs inputs
run 0 verify
out_has '^skipped +silver +silver was never built'
out_has '^ok +sheet_hashes +8 sheets'
run 0 all --inputs inputs
sed -i 's/^T-2,\(.*\),100.00,/T-2,\1,50.00,/; /^T-10/d' inputs/tickets.csv
sed -i 's/$/,note/' inputs/events.csv
run 0 all --inputs inputs
cp warehouse.sqlite good.sqlite

# ---- what is right ----

chmod a-w warehouse.sqlite
cp -p warehouse.sqlite same.sqlite
run 0 verify
[ "$(grep -c '^ok ' out)" -eq 15 ] || fail 'not every check is fine'
out_has '^ok +conservation +8 sheets'
out_has '^ok +gold +[0-9]+ rows as in a rebuild of snapshot 3'
cmp warehouse.sqlite same.sqlite || fail 'verify wrote'
chmod u+w warehouse.sqlite
run 0 verify -q
out_is_empty
run 0 verify --format csv
out_has '^name,status,message$'
run 0 verify --format json
json '{c["status"] for c in d["checks"]}' "{'ok'}"
json '[c["name"] for c in d["checks"]]' "['model', 'row_hashes', 'sheet_hashes', 'ranges', 'positions', 'packed_rows', 'conservation', 'row_ids', 'references', 'quarantine', 'checks', 'invariants', 'silver', 'rejects', 'gold']"

# Silver that is behind is checked against what it was built from, and gold against it or not at all.
sed -i '/^T-4/d' inputs/tickets.csv
run 0 load_bronze --inputs inputs
run 0 verify
out_has '^ok +silver +.* rebuild of snapshot 3'
run 0 prune --keep 1
run 0 verify
out_has '^ok +silver +.* rebuild of snapshot 3'
run 0 build_silver
run 0 verify
out_has '^skipped +gold +gold is behind silver'
run 0 build_gold
run 0 verify
out_lacks '^skipped'
cp -r "$source_dir/src/models/ticketing" model
sed -i 's/capacity > 0/capacity > 1/' model/gold/event_sales.sql
echo '-- changed' >>model/gold/event_sales.sql
run 0 verify --model model
out_has '^skipped +silver +silver was built by another version of the model'

# ---- what is wrong ----

# damage SQL CHECK TEXT...: the check fails and names all of these.
damage() {
    local sql=$1 check=$2 text
    shift 2
    cp good.sqlite warehouse.sqlite
    sqlite3 warehouse.sqlite "PRAGMA foreign_keys = OFF; $sql" || fail "sqlite3: $sql"
    ! cmp -s good.sqlite warehouse.sqlite || [ -s warehouse.sqlite-wal ] || fail "no damage: $sql"
    run 1 verify
    out_has "^FAILED +$check +[0-9]+ difference"
    for text in "$@"; do out_has "$text"; done
    run 1 verify --format json
    json "[c['status'] for c in d['checks'] if c['name'] == '$check']" "['failed']"
}

damage "UPDATE audit_models SET descriptor = substr(descriptor, 1, 100)" model \
    '^ +audit_models: expected a model that can be read, found the model that audit_models keeps is damaged: line '
damage "UPDATE audit_models SET fingerprint = 'x'" model \
    '^ +audit_models, fingerprint: expected [0-9a-f]{16}, found x$'
damage "UPDATE bronze_tickets SET price_paid = '99.00' WHERE _key = 'T-1'" row_hashes \
    '^ +bronze_tickets T-1, _hash: expected [0-9a-f]{16}, found [0-9a-f]{16}$' \
    '^FAILED +sheet_hashes' '^ +bronze_tickets, content_hash: expected' \
    '^ +silver_tickets T-1, price_paid: expected 99.00, found 100.00$'
damage "UPDATE bronze_tickets SET _hash = _hash + 1 WHERE _key = 'T-3'" row_hashes \
    '^ +bronze_tickets T-3, _hash' '^ok +sheet_hashes'
damage "UPDATE bronze_tickets SET price_paid = '2' WHERE _key = 'T-10'" row_hashes \
    '^ +bronze_tickets T-10, _hash' '^ok +sheet_hashes' # an old version
damage "UPDATE audit_loads SET content_hash = 'x' WHERE table_name = 'bronze_events'" sheet_hashes \
    '^ +bronze_events, content_hash: expected [0-9a-f]{16}, found x$'
damage "UPDATE audit_headers SET header = '[]' WHERE table_name = 'bronze_venues'" sheet_hashes \
    '^ +bronze_venues, content_hash'
damage "DELETE FROM audit_headers WHERE table_name = 'bronze_venues'" sheet_hashes \
    '^ +bronze_venues, content_hash'
damage "UPDATE audit_headers SET header = 'x' WHERE table_name = 'bronze_venues'" silver \
    '^skipped +rejects +silver could not be built again$' \
    '^skipped +gold +silver could not be built again$'
damage "UPDATE bronze_tickets SET _removed_snapshot_id = 1 WHERE _key = 'T-10'" ranges \
    '^ +bronze_tickets T-10, _snapshot_id, _removed_snapshot_id: .* found 1, 1$'
damage "UPDATE bronze_tickets SET _snapshot_id = 9 WHERE _key = 'T-1'" ranges 'found 9, nothing$'
damage "UPDATE bronze_tickets SET _position = (SELECT _position FROM bronze_tickets WHERE _key = 'T-1') WHERE _key = 'T-3'" \
    positions '^ +bronze_tickets _row_id 1 and 3, _position: expected two places, found [0-9]+ for both$'
damage "UPDATE audit_sheet_parts SET runs = substr(runs, 1, 22) || '90000000000' || substr(runs, 34)
    WHERE table_name = 'bronze_tickets'" packed_rows \
    '^ +bronze_tickets, packed: expected row [0-9]+ with _row_id [0-9]+, found _row_id [0-9]+$'
damage "UPDATE audit_sheet_parts SET runs = substr(runs, 2) WHERE table_name = 'bronze_tickets'" \
    packed_rows '^ +bronze_tickets, packed: expected packed rows, found another text$'
damage "UPDATE audit_sheet_parts SET digest = 1 WHERE table_name = 'bronze_tickets'" \
    packed_rows '^ +bronze_tickets, packed: expected packed rows, found another text$'
damage "UPDATE audit_sheet_parts SET hashes = replace(hashes, substr(hashes, -11), '00000000000')
    WHERE table_name = 'bronze_tickets'" packed_rows \
    '^ +bronze_tickets, packed: expected packed rows, found another text$'
damage "DELETE FROM audit_rejected_rows WHERE record_key = 'T-9'" conservation \
    '^ +bronze_tickets T-9: expected in silver or in quarantine, found in neither$' \
    '^FAILED +rejects' '^ +audit_rejected_rows of bronze_tickets, row [0-9]+: expected a row, found none$'
damage "DELETE FROM silver_tickets WHERE ticket_id = 'T-3'" conservation \
    '^ +silver_tickets T-3: expected a row, found none$'
damage "UPDATE silver_tickets SET _row_id = 2 WHERE ticket_id = 'T-3'" row_ids \
    '^ +silver_tickets T-3, _row_id: expected the row of this key, found '
damage "UPDATE silver_tickets SET _row_id = 77 WHERE ticket_id = 'T-3'" row_ids 'found 77, which was not current$'
damage "DELETE FROM silver_customers" references \
    '^ +silver_tickets T-1, customer_id: expected a row of customers, found C-1$'
damage "UPDATE silver_tickets SET currency = 'USD' WHERE ticket_id = 'T-1'" references \
    '^ +silver_tickets T-1, currency: expected INR, found USD$'
damage "UPDATE audit_rejected_rows SET row_id = 99" quarantine \
    '^ +audit_rejected_rows T-9, row_id: expected a current row of bronze_tickets, found 99$'
damage "UPDATE audit_dq_results SET failed = failed + 1 WHERE rule = 'oversold'" checks \
    '^ +gold_event_sales oversold, checked, failed: expected 2, 0, found 2, 1$'
damage "UPDATE gold_daily_metrics SET tickets_sold = tickets_sold + 1 WHERE date = '2026-02-01'" invariants \
    '^ +gold_daily_metrics daily_equals_events, failed: expected 0, found 1 of 2$'
damage "UPDATE gold_event_sales SET attendance = tickets_sold + 1 WHERE event_id = 'E-1'" invariants \
    '^ +gold_event_sales attendance_within_sold, failed: expected 0, found 1 of 2$'
damage "UPDATE gold_campaign_roi SET spend = spend + 0.01" invariants \
    '^ +gold_campaign_roi spend_conserved, failed: expected 0, found 1 of 1$'
damage "UPDATE silver_tickets SET price_paid = 51 WHERE ticket_id = 'T-2'" silver \
    '^ +silver_tickets T-2, price_paid: expected 50.00, found 51.00$'
damage "INSERT INTO silver_artists SELECT 'A-2', name, genre, country, created_at, 5 FROM silver_artists" silver \
    '^ +silver_artists A-2: expected no such row, found one$'
damage "UPDATE audit_rejected_rows SET value = 'E-8'" rejects \
    '^ +audit_rejected_rows of bronze_tickets, row [0-9]+, value: expected E-9, found E-8$'
damage "DELETE FROM audit_warnings" rejects '^ +audit_warnings of bronze_tickets, row '
damage "DELETE FROM gold_event_sales WHERE event_id = 'E-2'" gold \
    '^ +gold_event_sales E-2: expected a row, found none$'
damage "UPDATE gold_event_sales SET no_show_rate = no_show_rate + 0.001 WHERE event_id = 'E-1'" gold \
    '^ +gold_event_sales E-1, no_show_rate: expected 0\.[0-9]+, found 0\.[0-9]+$'
damage "UPDATE bronze_tickets SET _hash = 0" row_hashes '^ +\.\.\. and [0-9]+ more$'
