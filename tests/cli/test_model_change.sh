#!/usr/bin/env bash
# A model that is edited under a warehouse, on SQLite.
. "$(dirname "$0")/lib.sh"

count=0
new_warehouse() {
    count=$((count + 1))
    url=$work/$count.sqlite
}
keep_state() { cp "$url" kept.sqlite; }
state_is_kept() { cmp "$url" kept.sqlite || fail "something was written"; }
sql() { python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1], isolation_level=None).execute(sys.argv[2]):
    print("|".join(str(cell) for cell in row))' "$url" "$1"; }

. "$source_dir/tests/cli/model_change.sh"

# ---- views ----

# They are looked at when they are used, so they stay, and work as soon as the columns are there.
start_books
sql 'CREATE VIEW mine AS SELECT book_id, price FROM silver_books'
edit 'f(s["books"], "shelf")["constraints"] = {"required": True}'
all 0
[ "$(sql 'SELECT COUNT(*) FROM mine')" = 4 ] || fail "a view does not work any more"
