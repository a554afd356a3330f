#!/usr/bin/env bash
# The README's chapter on one's own sheets: its commands and edits are done as they stand there, and
# print what it shows; and the shown result is the right one.
. "$(dirname "$0")/lib.sh"
cp -r "$source_dir/fixtures" fixtures
python3 "$source_dir/tests/cli/readme_example.py" "$source_dir/README.md" 'Your own sheets' "$program"

# The alias did what the chapter says, and nothing but the sums was turned away.
[ "$(sqlite3 bakery.sqlite "SELECT group_concat(status) FROM (SELECT DISTINCT status FROM silver_orders ORDER BY 1)")" = \
    'cancelled,delivered,picked up' ] || fail "not these words"
[ "$(sqlite3 bakery.sqlite "SELECT COUNT(*), MAX(cell) FROM audit_rejected_rows")" = '1|B15' ] || fail "not this row"
[ "$(sqlite3 bakery.sqlite "SELECT SUM(revenue) FROM gold_product_sales")" = \
    "$(sqlite3 bakery.sqlite "SELECT SUM(total) FROM silver_orders WHERE status <> 'cancelled'")" ] ||
    fail "the sales do not add up"

# And that test would see a README that lies.
sed 's/208\.00/209.00/' "$source_dir/README.md" >lie.md
rm -rf bakery bakery.sqlite
! python3 "$source_dir/tests/cli/readme_example.py" lie.md 'Your own sheets' "$program" >lie.out 2>&1 ||
    fail "a wrong sum was not seen"
grep -q 'and the README shows' lie.out || fail "$(<lie.out)"
