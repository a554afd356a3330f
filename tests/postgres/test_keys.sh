#!/usr/bin/env bash
# The keys and indexes of silver: the model's key is the primary key, and an index has the order that
# gold reads in. In warehouses of older versions it is the other way round, and stays so.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cp -r "$source_dir/bronze_inputs" sheets
pull() { # OPTION...
    run 0 all -q --inputs sheets "$@"
}

indexes="SELECT replace(indexdef, current_schema() || '.', '') FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename IN ('silver_tickets', 'silver_venues') ORDER BY 1"

context='a new warehouse'
use_schema "$(unique keys)"
pull
pull --full-refresh
expect_sql 'the model'"'"'s keys, and the order of gold' "$indexes" \
    'CREATE INDEX sort_silver_tickets ON silver_tickets USING btree (event_id, ticket_id) WITH (deduplicate_items=off)
CREATE UNIQUE INDEX silver_tickets_pkey ON silver_tickets USING btree (ticket_id)
CREATE UNIQUE INDEX silver_venues_pkey ON silver_venues USING btree (venue_id)'
new=$schema new_url=$url

context='an older warehouse'
use_schema "$(unique old)"
pull
sql 'DROP INDEX sort_silver_tickets;
    CREATE UNIQUE INDEX silver_tickets_key ON silver_tickets (ticket_id);
    ALTER TABLE silver_tickets DROP CONSTRAINT silver_tickets_pkey, ADD PRIMARY KEY (event_id, ticket_id);
    CREATE VIEW my_tickets AS SELECT * FROM silver_tickets' "$url" || give_up 'no older form'
pull --full-refresh
expect_sql 'it stays as it is' "$indexes" \
    'CREATE UNIQUE INDEX silver_tickets_key ON silver_tickets USING btree (ticket_id)
CREATE UNIQUE INDEX silver_tickets_pkey ON silver_tickets USING btree (event_id, ticket_id)
CREATE UNIQUE INDEX silver_venues_pkey ON silver_venues USING btree (venue_id)'
expect_sql 'so does a view on it' 'SELECT COUNT(*) = (SELECT COUNT(*) FROM silver_tickets) FROM my_tickets' t
old=$schema

context='after an edit'
sed -i '2s/,used,/,cancelled,/; 3d' sheets/tickets.csv
pull
export DATABASE_URL=$new_url
pull
read_schema "$old" older
read_schema "$new" newer
cmp -s older newer
expect 'the same rows either way' 0 $?
run 0 verify -q

finish
