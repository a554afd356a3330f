#!/usr/bin/env bash
# The independent computation of silver, audit and gold (tests/harness/oracle*.py) against what the
# program publishes, for each shipped model: for the sample sheets by way of the golden files, and
# for sheets that random edits left behind, full of duplicates and orphans.
set -euo pipefail

if [ -z "${GOLDLEAF:-}" ] || [ -z "${GOLDLEAF_SOURCE_DIR:-}" ]; then
    echo "GOLDLEAF and GOLDLEAF_SOURCE_DIR are not set; ctest does" >&2
    exit 1
fi
property=$(dirname "$GOLDLEAF")/../tests/pipeline.test_property
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

declare -A oracles=([ticketing]=oracle.py [streaming]=oracle_streaming.py)
for model in "$GOLDLEAF_SOURCE_DIR"/src/models/*/; do
    if [ -z "${oracles[$(basename "$model")]:-}" ]; then
        echo "there is no oracle for $model" >&2
        failed=1
    fi
done

# run_oracle MODEL INPUTS: its tables in $work/tables
run_oracle() {
    rm -rf "$work/tables"
    PYTHONDONTWRITEBYTECODE=1 python3 "$GOLDLEAF_SOURCE_DIR/tests/harness/${oracles[$1]}" \
        "$2" "$work/tables"
}

# compare EXPECTED: what the oracle made with a folder of tables
compare() {
    local table
    for table in "$work/tables"/*.csv; do
        if ! diff -u "$1/${table##*/}" "$table" >"$work/difference"; then
            echo "${table##*/}: the oracle (+) does not say what $1 says (-):" >&2
            head -n 40 "$work/difference" >&2
            failed=1
        fi
    done
}

# check_golden MODEL INPUTS GOLDEN
check_golden() {
    local golden computed
    run_oracle "$1" "$2"
    compare "$3"
    golden=$(cd "$3" && ls ./*.csv)
    computed=$(cd "$work/tables" && ls ./*.csv)
    if [ "$golden" != "$computed" ]; then
        echo "the golden files and the oracle's are not the same tables ($1):" >&2
        diff <(echo "$golden") <(echo "$computed") >&2 || true
        failed=1
    fi
}

fixtures=$GOLDLEAF_SOURCE_DIR/fixtures
check_golden ticketing "$GOLDLEAF_SOURCE_DIR/bronze_inputs" "$fixtures/golden"
check_golden streaming "$fixtures/streaming" "$fixtures/golden/streaming"

mkdir "$work/kept"
GOLDLEAF_PROPERTY_KEEP=$work/kept GOLDLEAF_PROPERTY_RUNS=36 "$property" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; exit 1; }
for model in "${!oracles[@]}"; do
    states=0
    for state in "$work/kept/$model"-*; do
        run_oracle "$model" "$state"
        compare "$state"
        states=$((states + 1))
    done
    if [ "$states" -lt 8 ]; then
        echo "only $states states of $model were kept to be compared" >&2
        failed=1
    fi
    echo "$model: compared the sample sheets and $states edited states"
done
exit "$failed"
