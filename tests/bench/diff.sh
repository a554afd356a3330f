#!/usr/bin/env bash
# Measures the dry run beside the run, and the comparison of a sheet beside daff; `./run bench --diff`
# calls it.
#
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM diff.sh [--tickets N] [--runs R]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tickets=1000000
daff_package=daff@1.4.2

read_numbers "tickets runs" "$@"
begin
has_daff=0
if find_package "$daff_package"; then has_daff=1; fi

# 200,000 rows of five columns, and the same with 100 cells changed.
write_rows() {
    mkdir -p before after model
    awk -v OFS=, 'BEGIN {
        srand(1)
        print "id", "name", "count", "amount", "day" >"before/rows.csv"
        print "id", "name", "count", "amount", "day" >"after/rows.csv"
        for (i = 1; i <= 200000; i++) {
            split("R-" i ",name " int(rand() * 500) "," int(rand() * 1000000) "," \
                int(rand() * 100000) / 100 ",2026-" 10 + int(rand() * 3) "-" 10 + int(rand() * 19), cell, ",")
            print cell[1], cell[2], cell[3], cell[4], cell[5] >"before/rows.csv"
            if (i % 2000 == 0) cell[2 + i / 2000 % 4] = "changed"
            print cell[1], cell[2], cell[3], cell[4], cell[5] >"after/rows.csv"
        }
    }'
    cat >model/datapackage.json <<'JSON'
{"name": "rows", "version": "1.0.0", "resources": [{"name": "rows", "path": "rows.csv", "schema": {
  "primaryKey": "id", "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"},
  {"name": "count", "type": "string"}, {"name": "amount", "type": "string"}, {"name": "day", "type": "string"}]}}]}
JSON
}

say "bench: $tickets tickets in $work"
write_rows
"$GENERATE" --tickets "$tickets" --out day1
"$GENERATE" --edit 1 --from day1 --out day2
"$GOLDLEAF" all --inputs day1 --database day1.sqlite -q
"$GOLDLEAF" load_bronze --model ./model --inputs before --database rows.sqlite -q
dry_round() {
    measure dry "$1" "$GOLDLEAF" all --dry-run --inputs day2 --database day1.sqlite --format json
}

run_round() {
    measure run "$1" "$GOLDLEAF" all --inputs day2 --database day2.sqlite --format json
}

# In turns: whoever comes first waits for memory that the copying had.
for ((round = 1; round <= runs; round++)); do
    cp day1.sqlite day2.sqlite
    if ((round % 2)); then
        dry_round $round
        run_round $round
    else
        run_round $round
        dry_round $round
    fi
done

# Three times in a row, in turns with daff: a twentieth of a second is soon disturbed, and the first of
# them still waits for memory that the other one had.
sync
for ((round = 1; round <= runs * 3; round++)); do
    measure rows $round "$GOLDLEAF" load_bronze --dry-run --model ./model --inputs after \
        --database rows.sqlite --format csv
    [ "$(wc -l <out)" -eq 101 ] || fail "not the 100 cells that were changed"
    ((round % 3 == 0 && has_daff)) || continue
    for ((turn = round - 2; turn <= round; turn++)); do
        measure daff $turn "$packages/node_modules/.bin/daff" before/rows.csv after/rows.csv
    done
done
print_head "Differences"
awk -v has_time=$has_time -v has_daff=$has_daff "$statistics"'
    function row(name, label) {
        if (!known[name]) return
        printf "%-34s %7.3f %13s %8s %6s\n", label, median(seconds, name),
            sprintf("%.3f-%.3f", lowest(seconds, name), highest(seconds, name)),
            has_time ? sprintf("%.2f", median(cpu, name)) : "-",
            has_time ? sprintf("%.0f", highest(mib, name)) : "-"
    }
    END {
        print "                                    median         range  CPU sec    MiB"
        row("run", "a run with 1 % of tickets edited")
        row("dry", "the dry run of the same")
        row("rows", "200,000 rows, 100 cells changed")
        row("daff", "daff, the same files")
        value = ratio("dry", "run")
        printf "The dry run takes %.2f of the run; the goal, 1, is %s.\n", value, value <= 1 ? "met" : "missed"
        if (!has_daff) exit
        value = ratio("daff", "rows")
        printf "Comparing takes 1/%.0f of the time of daff; the goal, 1/50, is %s.\n", value, (value >= 50) ? "met" : "missed"
        if (has_time) {
            value = median(mib, "daff") / median(mib, "rows")
            printf "It takes 1/%.1f of its memory; the goal, 1/4, is %s.\n", value, (value >= 4) ? "met" : "missed"
        }
    }' results
