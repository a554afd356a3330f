#!/usr/bin/env bash
# Where tables are placed on a server of many machines. Citus is not in Debian: functions of its names,
# which write down what they are called for, stand in for it. With GOLDLEAF_TEST_CITUS, the URL of a
# database that has it, the pipeline tests run there.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

use_schema "$(unique citus)"
sql "CREATE TABLE $schema.calls (call text);
     CREATE FUNCTION $schema.create_distributed_table(t regclass, c text) RETURNS void LANGUAGE sql AS
         \$\$ INSERT INTO $schema.calls VALUES (t::text || ' by ' || c) \$\$;
     CREATE FUNCTION $schema.create_reference_table(t regclass) RETURNS void LANGUAGE sql AS
         \$\$ INSERT INTO $schema.calls VALUES (t::text || ' everywhere') \$\$" ||
    give_up 'no stand-in for Citus'

context='placement'
inputs=$source_dir/bronze_inputs
run_all() {
    "$GOLDLEAF" all -q --inputs "$inputs" 2>err
}
run_all || fail "$(<err)"
expect_sql 'tables that are placed' 'SELECT call FROM calls ORDER BY 1' \
    'silver_artists everywhere
silver_campaigns by event_id
silver_checkins by event_id
silver_customers everywhere
silver_events by event_id
silver_refunds by event_id
silver_tickets by event_id
silver_venues everywhere'
expect_sql 'a key that no machine can see whole is not promised' \
    "SELECT indisunique FROM pg_index WHERE indexrelid = 'silver_tickets_key'::regclass" f
run_all || fail "$(<err)"
expect_sql 'tables are placed once' 'SELECT COUNT(*) FROM calls' 8
read_schema "$schema" distributed

context='without Citus'
use_schema "$(unique plain)"
run_all && run_all || fail "$(<err)"
expect_sql 'the key is promised' \
    "SELECT indisunique FROM pg_index WHERE indexrelid = 'silver_tickets_pkey'::regclass" t
read_schema "$schema" plain
cmp -s distributed plain
expect 'the same rows either way' 0 $?

finish
