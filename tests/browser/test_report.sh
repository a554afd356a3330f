#!/usr/bin/env bash
# The report in headless Chromium: numbers against SQL before and after filters, nothing that its
# policy forbids, hostile sheets, no script, pictures in the build folder for people to look at.
. "$(dirname "$0")/../cli/lib.sh"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || {
    echo "no chromium: skipped"
    exit 77
}
pictures=${PICTURES:?names the folder for pictures}
mkdir -p "$pictures"

browser() { python3 "$source_dir/tests/browser/report.py" "$@" || fail "browser $*"; }

# ---- the sample: numbers, without script, what is forbidden ----
run 0 all --inputs "$source_dir/bronze_inputs" --database sample.sqlite
run 0 report --database sample.sqlite -o sample.html
browser structure sample.html
browser numbers sample.sqlite sample.html
browser plain sample.html
mkdir violation
browser violation sample.html violation
browser pictures sample.html sample "$pictures"

# ---- another model, and one without a dashboard ----
run 0 all --model streaming --inputs "$source_dir/fixtures/streaming" --database streaming.sqlite
run 0 report --model streaming --database streaming.sqlite -o streaming.html
browser structure streaming.html
python3 - <<'PYTHON' || fail "the tiles of streaming are not what SQL says"
import re, sqlite3
page = open("streaming.html", encoding="utf-8").read()
shown = re.findall(r'data-measure="\d+"><dt>([^<]*)</dt><dd>([^<]*)</dd>', page)
one = lambda sql: sqlite3.connect("streaming.sqlite").execute(sql).fetchone()[0]
percent = lambda x: f"{int(x * 1000 + 0.5) / 10:.1f}\u00a0%"
expected = [
    ("Hours watched", f"{one('SELECT (SUM(duration_watched_sec) + 1800) / 3600 FROM gold_fact_viewing_activity'):,}"),
    ("Sessions", f"{one('SELECT COUNT(*) FROM gold_fact_viewing_activity'):,}"),
    ("Average rating", f"{one('SELECT AVG(user_rating) FROM gold_fact_viewing_activity'):.2f}"),
    ("Change of MRR", f"{one('SELECT SUM(mrr_change) FROM gold_fact_subscription_events'):,.2f}"),
    ("Active subscribers", f"{one('SELECT SUM(is_active) FROM gold_dim_user'):,}"),
    ("Still subscribed", percent(one('SELECT SUM(is_active) * 1.0 / COUNT(first_subscription_date) FROM gold_dim_user')))]
assert shown == expected, (shown, expected)
PYTHON
browser pictures streaming.html streaming "$pictures"
python3 - "$source_dir/src/models/ticketing" <<'PYTHON'
import json, shutil, sys
shutil.copytree(sys.argv[1], "bare")
package = json.load(open("bare/datapackage.json"))
del package["goldleaf:report"]
json.dump(package, open("bare/datapackage.json", "w"))
PYTHON
run 0 report --model bare --database sample.sqlite -o bare.html
browser structure bare.html
browser pictures bare.html bare "$pictures"

# ---- hostile sheets, and names as long as they come ----
make_inputs
python3 - <<'PYTHON'
import csv
evil = ["</script><script>window.pwned=1</script>", "<img src=x onerror=window.pwned=1>", "\"'><svg/onload=window.pwned=1>",
        "<!--<script>", "]]>&lt;b&gt;", "\u202egnissergnarts\u202c\u2066x\u2069\u200b", "=HYPERLINK(\"http://evil.example\",\"x\")",
        "javascript:window.pwned=1", "a" * 300, "Sehr " * 60, "{{7*7}}${7*7}", "\\u003cscript\\u003e", "'); window.pwned=1; ('"]
names = ["__proto__", "constructor", "toString", *evil]
artists, venues, events, tickets = [], [], [], []
for i, text in enumerate(names):
    artists.append([f"A{text}", text, text, text, "2024-01-01"])
    venues.append([f"V{text}", text, text, text, text, 100 + i])
    events.append([f"E{text}", f"A{text}", f"V{text}", f"2026-03-{i + 1:02}", "completed", "10", ["INR", "EUR", "USD"][i % 3]])
    for j in range(i + 2):
        tickets.append([f"T{i}-{j}", f"E{text}", "", f"2026-02-{1 + (i * 3 + j) % 28:02} 10:00:00", "web", "10.50", "", "sold"])
    tickets.append([f"T{i}{text}", f"E{text}", "", text, "web", text, "", "sold"])
for name, rows in dict(artists=artists, venues=venues, events=events, tickets=tickets).items():
    with open(f"inputs/{name}.csv") as file:
        head = next(csv.reader(file))
    with open(f"inputs/{name}.csv", "w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
for name in ("checkins", "refunds", "campaigns"):
    with open(f"inputs/{name}.csv") as file:
        head = next(csv.reader(file))
    with open(f"inputs/{name}.csv", "w", newline="") as file:
        csv.writer(file).writerow(head)
PYTHON
run 0 all --inputs inputs --database hostile.sqlite --accept tickets --accept checkins
run 0 report --database hostile.sqlite -o hostile.html
browser structure hostile.html
browser hostile hostile.html '</script><script>window.pwned=1</script>'
browser pictures hostile.html hostile "$pictures"

# ---- nothing at all, and one event ----
mkdir empty
for sheet in artists venues events customers tickets checkins refunds campaigns; do
    head -1 "$source_dir/bronze_inputs/$sheet.csv" >"empty/$sheet.csv"
done
run 0 all --inputs empty --database empty.sqlite
run 0 report --database empty.sqlite -o empty.html
browser pictures empty.html empty "$pictures"
rm -r inputs
make_inputs
sed -i '3d' inputs/events.csv
sed -i '/E-2/d' inputs/tickets.csv
run 0 all --inputs inputs --database one.sqlite
run 0 report --database one.sqlite -o one.html
browser pictures one.html one "$pictures"
browser numbers-small one.sqlite one.html
echo "the report holds in a browser; its pictures are in $pictures"
