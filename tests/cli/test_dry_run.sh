#!/usr/bin/env bash
# A dry run tells the truth: after random edits, what it shows is held against what the run then did,
# worked out from exports before and after; and it leaves the file alone to the byte.
. "$(dirname "$0")/lib.sh"

cp -r "$source_dir/bronze_inputs" inputs
cat >truth.py <<'PYTHON'
import collections, json, random, subprocess, sys
program, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SHEETS = "artists venues events customers tickets checkins refunds campaigns".split()
GOLD = {"gold_event_sales": ["event_id"], "gold_daily_metrics": ["date", "currency"],
        "gold_campaign_roi": ["event_id", "channel"]}
chance = random.Random(seed)

def goldleaf(*words, codes=(0,)):
    done = subprocess.run([program, *words], capture_output=True)
    assert done.returncode in codes, (words, done.returncode, done.stderr)
    return done.stdout

def state():
    sheets = {s: json.loads(goldleaf("export", "bronze_" + s, "--format", "json")) for s in SHEETS}
    gold = {t: json.loads(goldleaf("export", t, "--format", "json"))["rows"] for t in GOLD}
    rejects = json.loads(goldleaf("rejects", "--format", "json", "--limit", "0"))["rejects"]
    return sheets, gold, rejects

def pick(lines):  # a line that is a whole row: no part of a cell with line breaks
    whole, is_open = [], False
    for at, line in enumerate(lines[:-1]):
        if at and not is_open and line.count('"') % 2 == 0:
            whole.append(at)
        is_open ^= line.count('"') % 2 == 1
    return chance.choice(whole)

def edit(sheet):
    path = "inputs/%s.csv" % sheet
    lines = open(path, encoding="utf-8", newline="").read().split("\n")
    for _ in range(chance.randint(1, 4)):
        at = pick(lines)
        what = chance.choice("drop double swap digit cell blank add".split())
        if what == "drop":
            del lines[at]
        elif what == "double":
            lines.insert(pick(lines), lines[at])
        elif what == "swap":
            other = pick(lines)
            lines[at], lines[other] = lines[other], lines[at]
        elif what == "digit":
            lines[at] = lines[at].replace("1", "2", 1)
        elif what == "blank":
            lines.insert(at, "")
        elif '"' not in lines[at] and ("," in lines[at] or ";" in lines[at]):
            sign = ";" if ";" in lines[at] else ","
            cells = lines[at].split(sign)
            if what == "add":
                cells[0] = "N-%d" % chance.randrange(10**6)
            else:
                cells[chance.randrange(len(cells))] = chance.choice(["", "12.5", "x\u202ey", "cancelled"])
            lines.insert(at, sign.join(cells)) if what == "add" else lines.__setitem__(at, sign.join(cells))
    open(path, "w", encoding="utf-8", newline="").write("\n".join(lines))

def text_of(row):  # a cell of a column that is gone is as good as an empty one
    return json.dumps({k: v for k, v in row.items() if v}, sort_keys=True)

def rows_of(export):
    return collections.Counter(map(text_of, export["rows"]))

def check_sheet(told, before, after, name):
    counts = told["rows"]
    assert counts["added"] + counts["changed"] + counts["moved"] + counts["unchanged"] == len(after["rows"]), name
    assert counts["removed"] + counts["changed"] + counts["moved"] + counts["unchanged"] == len(before["rows"]), name
    # Every row that is there now and was not before is told as changed or added, cell by cell.
    gone, new = rows_of(before) - rows_of(after), rows_of(after) - rows_of(before)
    assert sum(new.values()) == counts["added"] + counts["changed"], (name, new, told["changes"])
    assert sum(gone.values()) == counts["removed"] + counts["changed"], (name, gone, told["changes"])
    for change in told["changes"]:
        if change["kind"] == "removed":
            row = {k: v for k, v in change["values"].items()}
            assert any(all(json.loads(g).get(k, "") == v for k, v in row.items()) for g in gone), (name, change)
            continue
        row = after["rows"][change["row"] - 2]
        if change["kind"] == "added":
            assert {k: v for k, v in row.items() if v} == change["values"], (name, change, row)
        for cell in change.get("cells", []):
            assert row.get(cell["column"], "") == cell["after"] and cell["before"] != cell["after"], (name, change)
            if cell["cell"]:  # none in a column that is gone
                assert cell["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(change["row"]), change
        if change["kind"] == "changed":
            old = dict(row, **{cell["column"]: cell["before"] for cell in change["cells"]})
            assert text_of(old) in gone, (name, change, old)

def check_gold(told, before, after, table):
    key = lambda row: tuple(row[k] for k in GOLD[table])
    old, new = {key(r): r for r in before}, {key(r): r for r in after}
    assert {key(e["key"]) for e in told["added"]} == set(new) - set(old), table
    assert {key(e["key"]) for e in told["removed"]} == set(old) - set(new), table
    moved = {k: {c: (old[k][c], new[k][c]) for c in new[k] if old[k][c] != new[k][c]}
             for k in set(old) & set(new) if old[k] != new[k]}
    shown = {key(e["key"]): {c["column"]: (c["before"], c["after"]) for c in e["cells"]} for e in told["changed"]}
    assert shown == moved, (table, shown, moved)

def identity(reject):
    return tuple(reject[k] for k in ("sheet", "key", "column", "rule", "value"))

def check_rejects(told, before, after):
    old, new = collections.Counter(map(identity, before)), collections.Counter(map(identity, after))
    assert collections.Counter(map(identity, told["new"])) == new - old, "new rejects"
    assert not collections.Counter(map(identity, told["healed"])) - (old - new), "healed"

goldleaf("all", "--inputs", "inputs", "-q")
before = state()
differences = 0
for number in range(rounds):
    for sheet in chance.sample(SHEETS, chance.randint(1, 4)):
        edit(sheet)
    bytes_before, time_before = open("warehouse.sqlite", "rb").read(), __import__("os").stat("warehouse.sqlite").st_mtime_ns
    told = json.loads(goldleaf("all", "--inputs", "inputs", "--dry-run", "--format", "json", codes=(0, 4)))
    assert open("warehouse.sqlite", "rb").read() == bytes_before, "the dry run wrote"
    assert __import__("os").stat("warehouse.sqlite").st_mtime_ns == time_before, "the dry run touched the file"
    goldleaf("all", "--inputs", "inputs", "-q", codes=(0, 4))
    after = state()
    for sheet in told["sheets"]:
        check_sheet(sheet, before[0][sheet["sheet"]], after[0][sheet["sheet"]], sheet["sheet"])
    for table in told["gold"]:
        check_gold(table, before[1][table["table"]], after[1][table["table"]], table["table"])
    check_rejects(told["rejects"], before[2], after[2])
    later = json.loads(goldleaf("diff", "--format", "json"))
    for part in ("rejects", "gold"):
        assert later[part] == told[part], "diff tells other " + part
    for mine, dry in zip(later["sheets"], told["sheets"]):
        assert all(mine[k] == dry[k] for k in ("columns", "rows", "changes")), mine["sheet"]
    differences += sum(len(s["changes"]) for s in told["sheets"]) + sum(len(g["changed"]) for g in told["gold"])
    before = after
assert differences > rounds, "the edits changed next to nothing"
print("%d rounds, %d rows and KPIs, seed %d" % (rounds, differences, seed))
PYTHON
seed=${TRUTH_SEED:-8}
python3 truth.py "$program" "${TRUTH_ROUNDS:-6}" "$seed" || fail "seed $seed"

# A database that is not there counts as empty, and is not made.
make_inputs
run 0 all --inputs inputs --database none.sqlite --dry-run
out_has '^dry run: an empty warehouse'
[ ! -e none.sqlite ] || fail "a dry run made a database"

# For people: cells, columns, gates, rejects, KPIs; and nothing of a cell reaches the terminal raw.
run 0 all --inputs inputs --database w.sqlite -q
printf 'T-9,E-1,C-1,2026-02-09,web,10.00,INR,\033[31msold\n' >>inputs/tickets.csv
sed -i 's/^T-1,\(.*\),100.00,/T-1,\1,150.00,/' inputs/tickets.csv
sed -i '1s/gate/door/' inputs/checkins.csv
rm inputs/refunds.csv
run 4 all --inputs inputs --database w.sqlite --dry-run
out_has '^tickets: 1 changed, 1 added, 3 unchanged'
out_has '^F2 +T-1 +price_paid +100\.00 → 150\.00'
out_has '^row 6 +T-9 +added'
out_has 'column renamed.*gate → door \(a guess'
out_has 'refunds would be held back'
out_has '^Newly rejected'
out_has '^E-1 +net_revenue +200\.00 → 250\.00'
! grep -q $'\033' out || fail "an escape sequence came through"
run 4 all --inputs inputs --database w.sqlite --dry-run --only counts
out_lacks '150\.00'
run 4 all --inputs inputs --database w.sqlite --dry-run --only kpis --ignore-columns price_paid
out_has '200\.00 → 250\.00'
out_lacks '^F2 '
run 4 all --inputs inputs --database w.sqlite --dry-run --min-change 60
out_lacks '^F2 '
run 10 all --inputs inputs --database w.sqlite --dry-run --detailed-exitcode
make_inputs
run 0 all --inputs inputs --database w.sqlite --dry-run --detailed-exitcode
out_has 'Nothing would change'
chmod 444 w.sqlite
run 0 all --inputs inputs --database w.sqlite --dry-run -q
