#!/usr/bin/env bash
# Drafts of sheets made by chance: odd names, mixed cells, no rows. A draft always passes its own
# check and runs; what it rejects repeats a key, lacks one, points nowhere, or is a failed formula.
. "$(dirname "$0")/lib.sh"

cat >make.py <<'PYTHON'
import csv, os, random, sys
r = random.Random(int(sys.argv[1]))
heads = ["id", "ID", "Order ID", "date", "Date", "Total", "price", "amount", "currency", "Status",
         "type", "name", "Größe", "2024", "", "customer_id", "order_id", "line", "x", "select",
         "loaded_at", "a" * 60, "is_ok", "e-mail", "notes", "Born", "rowid", "oid", "group by",
         "_id", "Name ", "na\nme", 'q"uote', "%s%n"]
kinds = [
    lambda: str(r.randint(0, 9)), lambda: str(r.randint(-10**6, 10**18)),
    lambda: f"{r.random() * 1000:.{r.randint(0, 4)}f}",
    lambda: f"{r.choice('$€£')}{r.randint(1, 9999):,}.{r.randint(10, 99)}",
    lambda: f"{r.randint(1, 31):02}/{r.randint(1, 12):02}/{r.randint(1990, 2030)}",
    lambda: f"{r.randint(1, 12)}/{r.randint(1, 28)}/2025",
    lambda: f"2025-{r.randint(1, 12):02}-{r.randint(1, 28):02} {r.randint(0, 23):02}:00:59",
    lambda: r.choice(["yes", "no"]), lambda: r.choice(["open", "closed", "on hold", "On-Hold"]),
    lambda: f"u{r.randint(1, 99)}@example.org", lambda: r.choice(["EUR", "USD", "$", "€"]),
    lambda: f"{r.randint(1, 28)}.{r.randint(1, 12)}.2025",
    lambda: f"{r.randint(0, 99)},{r.randint(0, 99)}", lambda: f"{r.randint(1, 28)} Jan 2025",
    lambda: f"(1,{r.randint(100, 999)}.00)", lambda: "00" + str(r.randint(0, 99)),
    lambda: str(r.randint(1, 60000)), lambda: f"{r.randint(0, 100)}%",
    lambda: r.choice(["", "n/a", "-", "none", "NA", "?", "#REF!", "null"]),
    lambda: "".join(r.choice("ab\"\n,;\t'%\\<&é\u202e\u200b 0") for _ in range(r.randint(0, 12)))]
os.makedirs("odd")
for f in range(r.randint(1, 4)):
    columns = r.sample(heads, r.randint(1, 8))
    of = [r.choice(kinds) for _ in columns]
    name = r.choice(["orders", "customers", "line items", "Ünïcode", "1st", "x" * 70, "-"]) + str(f)
    with open(f"odd/{name}.csv", "w", newline="") as file:
        out = csv.writer(file, delimiter=r.choice(",;\t"))
        out.writerow(columns)
        for i in range(r.choice([0, 1, 3, 10, 60, 300])):
            out.writerow([str(i) if c == "id" else r.choice(kinds[-2:])() if r.random() < .03
                          else kind() for c, kind in zip(columns, of)])
PYTHON

drafted=0
for seed in $(seq 1 "${GOLDLEAF_PROPERTY_RUNS:-24}"); do
    rm -rf odd drafted odd.sqlite*
    python3 make.py "$seed"
    # the only reason not to draft: no sheet has a column with a legal name
    code=0
    "$program" model init drafted --from-csv odd >out 2>err || code=$?
    if [ "$code" -ne 0 ]; then
        command_line="model init, seed $seed"
        err_has 'there is no CSV file with a header'
        continue
    fi
    drafted=$((drafted + 1))
    run 0 model check drafted
    run 0 model docs drafted -o odd.html
    python3 -c 'import xml.etree.ElementTree as t; t.parse("odd.html")' || fail "seed $seed"
    run 0 all --model drafted --inputs odd --database odd.sqlite
    run 0 rejects --model drafted --database odd.sqlite --format json
    json 'set(x["rule"] for x in d["rejects"]) - {"duplicate_key", "duplicate_row", "formula_error", "foreign_key", "required"}' 'set()'
done
[ "$drafted" -gt 0 ] || fail "nothing was drafted"
