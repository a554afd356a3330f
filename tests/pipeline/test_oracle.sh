#!/usr/bin/env bash
# The independent computation of silver, audit and gold (tests/harness/oracle.py) against what the
# program publishes: for the sample sheets by way of the golden files, and for sheets that random
# edits left behind, full of duplicates and orphans.
set -euo pipefail

if [ -z "${GOLDLEAF:-}" ] || [ -z "${GOLDLEAF_SOURCE_DIR:-}" ]; then
    echo "GOLDLEAF and GOLDLEAF_SOURCE_DIR are not set; ctest does" >&2
    exit 1
fi
oracle=$GOLDLEAF_SOURCE_DIR/tests/harness/oracle.py
property=$(dirname "$GOLDLEAF")/../tests/pipeline.test_property
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# compare FOUND EXPECTED: two folders of tables
compare() {
    local table
    for table in "$1"/*.csv; do
        if ! diff -u "$2/${table##*/}" "$table" >"$work/difference"; then
            echo "${table##*/}: the oracle (+) does not say what $2 says (-):" >&2
            head -n 40 "$work/difference" >&2
            failed=1
        fi
    done
}

# run_oracle INPUTS: its tables in $work/tables
run_oracle() {
    rm -rf "$work/tables"
    PYTHONDONTWRITEBYTECODE=1 python3 "$oracle" "$1" "$work/tables"
}

run_oracle "$GOLDLEAF_SOURCE_DIR/bronze_inputs"
compare "$work/tables" "$GOLDLEAF_SOURCE_DIR/fixtures/golden"

golden=$(cd "$GOLDLEAF_SOURCE_DIR/fixtures/golden" && ls ./*.csv)
computed=$(cd "$work/tables" && ls ./*.csv)
if [ "$golden" != "$computed" ]; then
    echo "the golden files and the oracle's are not the same tables:" >&2
    diff <(echo "$golden") <(echo "$computed") >&2 || true
    failed=1
fi

mkdir "$work/kept"
GOLDLEAF_PROPERTY_KEEP=$work/kept GOLDLEAF_PROPERTY_RUNS=36 "$property" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
states=0
for state in "$work/kept"/*; do
    run_oracle "$state"
    compare "$work/tables" "$state"
    states=$((states + 1))
done
if [ "$states" -lt 8 ]; then
    echo "only $states states were kept to be compared" >&2
    failed=1
fi
echo "compared the sample sheets and $states edited states"
exit "$failed"
