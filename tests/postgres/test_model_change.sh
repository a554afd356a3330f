#!/usr/bin/env bash
# A model that is edited under a warehouse, on PostgreSQL; and the views that hang on its tables.
server_url=${GOLDLEAF_TEST_POSTGRES:?names the server; ctest sets it}
. "$(dirname "$0")/../cli/lib.sh"
export PGOPTIONS='-c client_min_messages=warning'

count=0
new_warehouse() {
    count=$((count + 1))
    schema="model_change_$$_$count"
    url="$server_url&options=-csearch_path%3D$schema"
    psql -Xq -v ON_ERROR_STOP=1 -c "CREATE SCHEMA $schema" "$server_url"
}
# pg_dump wraps what it writes in words of its own making
dump() { pg_dump --schema "$(sql 'SELECT current_schema()')" "$server_url" | grep -v restrict; }
keep_state() { dump >kept.sql; }
state_is_kept() { dump | cmp - kept.sql || fail "something was written"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 -c "$1" "$url"; }
trap 'drop_schemas; rm -rf "$work"' EXIT
drop_schemas() {
    local i
    for ((i = 1; i <= count; i++)); do
        psql -Xq -c "DROP SCHEMA IF EXISTS model_change_$$_$i CASCADE" "$server_url"
    done
}

. "$source_dir/tests/cli/model_change.sh"

# ---- views ----

# A new column leaves them, and the rights to the table, alone.
start_books
sql 'CREATE VIEW mine AS SELECT book_id, price FROM silver_books; CREATE VIEW of_mine AS SELECT * FROM mine;
     CREATE VIEW totals AS SELECT * FROM gold_by_shelf'
edit 's["books"]["schema"]["fields"].insert(2, {"name": "note", "type": "string"})'
all 0
[ "$(sql 'SELECT COUNT(*) FROM of_mine')" = 4 ] || fail "a view does not work any more"

# What needs the table anew takes them, is refused, and says which.
edit 'f(s["books"], "price")["constraints"] = {"required": True}'
keep_state
all 2
err_has 'mine: a view on silver_books, .*; would be lost: the view goes'
err_has 'of_mine: a view on silver_books'
err_lacks 'totals'
refused
all 0 --allow-destructive
out_has 'of_mine: a view on silver_books, which is dropped or made anew; LOST'
[ "$(sql "SELECT count(*) FROM pg_views WHERE schemaname = current_schema() AND viewname IN ('mine', 'of_mine', 'totals')")" = 1 ] ||
    fail "the views are not what was said"
is_as_new

# So does whatever else somebody made of it: a function, a column that holds its rows.
sql "CREATE FUNCTION label(book silver_books) RETURNS text LANGUAGE sql AS 'SELECT book.title';
     CREATE TABLE notes (note text, book silver_books); CREATE VIEW only_notes AS SELECT note FROM notes"
edit 'f(s["books"], "made")["constraints"] = {"required": True}'
keep_state
all 2
err_has 'label\(.*silver_books\): a function on silver_books, .*; would be lost: the function goes'
err_has 'notes\.book: a table column on silver_books'
err_lacks 'only_notes'
refused
all 0 --allow-destructive
out_has 'label\('
is_as_new

# `model diff` knows the views of a table that goes.
edit 'd["goldleaf:gold"].remove(g["by_shelf"])'
with_model 0 diff ./model
out_has 'totals: a view on gold_by_shelf'
