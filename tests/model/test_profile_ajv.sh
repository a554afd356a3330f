#!/usr/bin/env bash
# The profile in the eyes of a validator that others use: it takes the shipped models, the drafts and
# the good fixtures, and refuses each fault that a schema can see.
. "$(dirname "$0")/../cli/lib.sh"
here=$source_dir/tests/model

for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool"
        exit 77
    }
done
timeout 120 npm install --silent --no-audit --no-fund --no-package-lock --prefix "$work" ajv@8 >npm.log 2>&1 || {
    echo "skipped: npm cannot install ajv: $(tail -n 1 npm.log)"
    exit 77
}

# What no schema sees: names that must exist elsewhere, files, the order of numbers. All other
# fixtures have to be refused.
unseen='
null-when-itself null-when-of-a-number null-when-unknown-field null-when-unknown-value
null-when-value-spelt-otherwise unique-keys-unknown-field alias-spelt-otherwise
alias-behind-first alias-is-a-category alias-is-missing-value alias-of-an-alias alias-of-no-category
alias-of-two-values check-additive-in-no-sheet check-of-no-table check-rule-taken
check-twice cluster-not-required cluster-unknown-field default-is-missing-value
default-not-a-category default-not-of-the-type default-out-of-range default-spelt-otherwise
field-name-twice gold-additive-in-no-sheet gold-additive-rate gold-key-unknown-field gold-name-twice
gold-scope-in-no-sheet gold-scope-not-in-key gold-show-by-unknown-field key-unknown-field
match-inherits-unique match-rule-taken match-types match-unknown-field minimum-above-maximum
minimum-with-exponent
not-before-another-type not-before-itself not-before-unknown-field on-error-of-key pattern
reference-circle reference-from-no-field reference-lengths reference-to-itself reference-to-no-field
reference-to-no-sheet reference-types sheet-name-of-a-view sheet-name-twice sql-empty
sql-is-a-folder sql-missing sql-no-select sql-not-utf8 sql-two-statements time-zone-other-file
report-chart-by-out-of-reach report-chart-by-weekday-of-text report-chart-like-out-of-reach
report-chart-measure-unknown report-chart-rate-out-of-reach report-chart-rate-unknown
report-chart-time-without-date report-chart-together-of-two-types report-dataset-key-of-a-number
report-dataset-label-unknown report-dataset-label-without-key report-dataset-sql-missing
report-dataset-twice report-field-of-two-kinds report-filter-is-a-date report-filter-unknown
report-measure-date-is-text report-measure-date-out-of-reach report-measure-money-of-whole-numbers
report-measure-sum-is-no-number report-measure-sum-of-two-kinds report-measure-sum-unknown
report-measure-twice report-measure-where-is-added-up report-measure-where-out-of-reach
report-measure-where-unknown report-money-out-of-reach-of-split report-split-is-a-number
report-split-unknown report-table-by-unknown report-table-column-of-another-key
report-table-column-out-of-reach report-table-column-unknown report-tile-out-of-reach-of-split
report-tile-unknown report-without-datasets
time-zone-unknown unknown-not-a-category
'

for folder in shop clinic school; do
    run 0 model init "$folder" --from-csv "$source_dir/fixtures/draft/$folder"
done
taken=("$source_dir"/src/models/*/datapackage.json "$source_dir/fixtures/model/good/datapackage.json"
    shop/datapackage.json clinic/datapackage.json school/datapackage.json)
bad=()
for fault in "$source_dir"/fixtures/model/*/fault.txt; do
    name=$(basename "$(dirname "$fault")")
    if [[ " $(tr '\n' ' ' <<<"$unseen") " == *" $name "* ]]; then
        taken+=("$(dirname "$fault")/datapackage.json")
    else
        bad+=("$(dirname "$fault")/datapackage.json")
    fi
done
command_line='node validate.mjs'
node "$here/validate.mjs" "$source_dir/src/model/profile.json" "$here/standard.json" "${taken[@]}" "${bad[@]}" \
    >out 2>err || fail "the profile is no schema"
[ "$(wc -l <out)" -eq $((${#taken[@]} + ${#bad[@]})) ] || fail "not every descriptor was looked at"
for path in "${taken[@]}"; do
    grep -qxF "$path: valid" out || fail "$(grep -F "$path: " out)"
done
refused=0
for path in "${bad[@]}"; do
    ! grep -qxF "$path: valid" out || fail "$path is taken; a fault that no schema can see goes into \"unseen\""
    refused=$((refused + 1))
done
echo "${#taken[@]} taken, $refused refused"
