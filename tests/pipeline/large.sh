# shellcheck shell=bash
# Tickets that are so many that their text stays in the file, day after day of edits: what is in the
# warehouse is what a rebuild gives, every snapshot is, byte for byte, the file that was pulled, and a
# dry run tells what the run then does. The same on every database. Sourced behind cli/lib.sh by a
# test that sets
#   url               names an empty database

# edit FROM TO EDIT: the tickets of a day are another day's after a line of Python over `rows`, lines
# without their line ends, of which the first is the header.
edit() {
    cp -r "$1" "$2"
    python3 - "$2/tickets.csv" "$3" <<'PYTHON'
import sys
path, text = sys.argv[1:]
rows = open(path, newline="").read().split("\n")[:-1]
middle = len(rows) // 2
exec(text)
open(path, "w", newline="").write("".join(row + "\n" for row in rows))
PYTHON
}

pulled=() # the folder of each snapshot, from the first on

# told FILE: what a difference says, without where the sheets came from and when.
told() {
    python3 - "$work/out" >"$1" <<'PYTHON'
import json, sys
told = json.load(open(sys.argv[1]))
for sheet in told["sheets"]:
    for key in ("source", "location", "status", "message"):
        del sheet[key]
print(json.dumps([told["sheets"], told["gold"], told["rejects"]], indent=1))
PYTHON
}

# pull DAY COMMAND: a run, which makes a snapshot.
pull() {
    [ "$(wc -c <"$1/tickets.csv")" -ge 1048576 ] || fail "the tickets of $1 are not many"
    run 0 "$2" --inputs "$1" --max-loss 100 --format json
    pulled+=("$1")
    json 'd["snapshot_id"]' ${#pulled[@]}
}

verify() {
    run 0 verify
    out_lacks '^(FAILED|skipped)'
}

# day DAY: a dry run, a run, and what it says it did.
day() {
    run 0 all --inputs "$1" --max-loss 100 --dry-run --format json
    told dry.json
    pull "$1" all
    run 0 diff --format json
    told done.json
    cmp -s dry.json done.json || fail "$1: the dry run told otherwise: $(diff dry.json done.json | head -n 20)"
}

export DATABASE_URL=$url
"$GENERATE" --tickets 20000 --seed 7 --out first
pull first all

"$GENERATE" --edit 1 --from first --out few
day few
"$GENERATE" --edit 1 --spread --from few --out spread --seed 2
day spread
edit spread shifted 'del rows[2000:2100]; rows[1:1] = [row.replace("T-", "T-9", 1) for row in rows[400:500]]'
day shifted
# Of a file of another size the hash was made on the way; it is the one that the next pull finds.
pull shifted all
json '[s["status"] for s in d["sheets"]].count("unchanged") == len(d["sheets"])' True
edit shifted moved 'rows += rows[700:1200]; del rows[700:1200]; rows[9], rows[middle] = rows[middle], rows[9]'
day moved
# A cell with line breaks, first somewhere; then so long that the middle of the file is in it.
edit moved broken 'cells = rows[middle // 2].split(","); cells[4] = "\"web\n\n\"\"or\"\"\r\nnot\""; rows[middle // 2] = ",".join(cells)'
day broken
verify
edit broken torn 'cells = rows[middle].split(","); cells[4] = "\"" + "web\n" * 9000 + "\""; rows[middle] = ",".join(cells)'
day torn
verify
# By the name that our own lists have for their columns.
edit moved widened 'rows[0] += ",P0"; rows[1:] = [row + (",\u00e9" if i % 9 == 0 else ",") for i, row in enumerate(rows[1:])]'
day widened
verify
edit widened third 'rows[1:] = [row.replace(",web,", ",radio,") if i % 2 else row for i, row in enumerate(rows[1:])]'
day third
verify
# Every other row is as it was, and of few is the text wanted; yet silver is built whole.
edit third short 'del rows[5000:9200]'
day short
verify

# ---- parents ----

# A parent that is built whole has its children built whole, of whose rows few have changed.
"$GENERATE" --edit 1 --spread --from spread --out parents --seed 3
sed -i '2~2s/,[0-9.]*,\([A-Z]*\)$/,77.00,\1/' parents/events.csv
pull spread all
day parents
verify
# One that loses a few rows has their children turned away, of which this run has none in memory.
cp -r parents orphans
sed -i '100,120d' orphans/customers.csv
edit orphans orphaned 'rows[middle] = rows[middle].replace(",web,", ",email,")'
day orphaned
verify

# ---- silver behind bronze ----

"$GENERATE" --edit 1 --spread --from first --out second --seed 4
"$GENERATE" --edit 1 --spread --from second --out last --seed 5
pull first all
pull second load_bronze
pull last load_bronze
run 0 build_silver
run 0 build_gold
verify
pull second load_bronze
pull first all
verify

# ---- every snapshot, as a file ----

for ((snapshot = 1; snapshot <= ${#pulled[@]}; snapshot++)); do
    for sheet in customers tickets checkins; do
        folder=${pulled[snapshot - 1]}
        run 0 export "bronze_$sheet" --snapshot "$snapshot"
        cmp out "$folder/$sheet.csv" || fail "$sheet of snapshot $snapshot is not that of $folder"
    done
done
