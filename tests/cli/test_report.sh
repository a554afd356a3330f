#!/usr/bin/env bash
# `report`: where it goes, what it says without a browser, that it only reads, that `all` and `schedule`
# refresh it and that it is never newer than the database.
. "$(dirname "$0")/lib.sh"

# data EXPRESSION EXPECTED: a Python expression over the page's data `d` of report.html.
data() {
    local found
    found=$(python3 - "$1" <<'PYTHON'
import json, re, sys
text = open("report.html", encoding="utf-8").read()
d = json.loads(re.search('id="data">(.*?)</script>', text, re.S).group(1))
print(eval(sys.argv[1]))
PYTHON
    ) || fail "not to be evaluated: $1"
    [ "$found" = "$2" ] || fail "$1 is $found and not $2"
}
page_has() { grep -qE -- "$1" report.html || fail "the page lacks: $1"; }
page_lacks() { ! grep -qE -- "$1" report.html || fail "the page has: $1"; }

run 7 report
err_has 'goldleaf all'
[ ! -e report.html ] || fail "a page of nothing was made"

make_warehouse
before=$(sha256sum warehouse.sqlite)
run 0 report
out_is_empty
err_has 'the report is in report.html'
[ "$before" = "$(sha256sum warehouse.sqlite)" ] || fail "the warehouse was written"
page_has "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
page_has '<h3>INR</h3>'
page_has 'data-measure="0"><dt>Net sales</dt><dd>200.00</dd>'
page_has 'data-measure="1"><dt>Tickets sold</dt><dd>2</dd>'
page_has 'data-measure="2"><dt>Sell-through</dt><dd>50.0.%</dd>'
page_has 'data-measure="3"><dt>No-show rate</dt><dd>50.0.%</dd>'
page_has 'data-measure="4"><dt>Refunds</dt><dd>100.00</dd>'
page_has 'data-measure="5"><dt>Campaign return</dt><dd>233.3.%</dd>'
page_has '<td class=d>2026-03-01<' # on one line
page_has '<td>CSV file</td><td>loaded</td>'
page_has 'Data as of <time datetime="....-..-..T..:..:..Z"'
page_lacks 'class="warning"'
data 'd["grain"]' day
data '[len(d["tables"]), len(d["charts"]), len(d["filters"])]' '[2, 5, 4]'
data 'sorted(d["names"]["event_id"])' "['E-1', 'E-2']"
data 'd["asOf"]' "$(python3 -c 'import datetime; print((datetime.date(2026, 2, 20) - datetime.date(1899, 12, 31)).days)')" # the refund

run 0 report -o - # to another program
cmp <(sed 's/[0-9]* \(s\|min\) ago//g' out) <(sed 's/[0-9]* \(s\|min\) ago//g' report.html) ||
    fail "not the same on standard output"
run 0 report -o sub.html
err_is_empty
[ "$(stat -c %a sub.html)" = "$(printf '%o' $((0666 & ~$(umask))))" ] || fail "the page cannot be read by others"
run 2 report --format json
err_has 'one HTML page'
run 2 report -o warehouse.sqlite
run 1 report -o no/such/folder/x.html
run 2 report --modle x
err_has 'did you mean --model'

# ---- money of several currencies, as text ----
run 0 all --inputs "$source_dir/bronze_inputs" --database many.sqlite --report many.html
python3 - <<'PYTHON' || fail 'the months of the page are not those of the KPI table'
import html, re, sqlite3
page = open("many.html", encoding="utf-8").read()
table = re.search(r'data-chart="0">.*?<tbody>(.*?)</tbody>', page, re.S).group(1)
found = [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
         for row in re.findall(r"<tr>(.*?)</tr>", table)]
wanted = sqlite3.connect("many.sqlite").execute("""
    SELECT currency, substr(date, 1, 7), ROUND(SUM(net_revenue), 2), SUM(tickets_sold)
    FROM gold_daily_metrics GROUP BY 1, 2 ORDER BY 1, 2""")
wanted = [[currency, month, f"{net:,.2f}", f"{tickets:,}"] for currency, month, net, tickets in wanted]
assert found == wanted and len(wanted) > 24, (found[:3], wanted[:3])
PYTHON

# ---- warnings: held back, a run that failed, old ----
head -1 inputs/tickets.csv >short.csv
cp inputs/tickets.csv full.csv
cp short.csv inputs/tickets.csv
run 4 all --inputs inputs
run 0 report
page_has 'class="warning">tickets is held back: .* last good version'
page_has '<li class="bad"><b>tickets</b>'
page_has '<dt>Net sales</dt><dd>200.00</dd>'
cp full.csv inputs/tickets.csv
run 0 all --inputs inputs
run 0 report
page_lacks 'class="warning"'
sqlite3 warehouse.sqlite "UPDATE audit_snapshots SET loaded_at = '2026-01-01T00:00:00Z'"
run 0 report
page_has 'class="warning">tickets is old: last pulled [0-9]+ days ago'
run 0 report --warn-after 366d
page_lacks 'class="warning"'
rm warehouse.sqlite
run 0 all --inputs inputs
sqlite3 warehouse.sqlite "UPDATE audit_loads SET source = 'sheets', location = 'https://docs.google.com/spreadsheets/d/x/edit#gid=0' WHERE table_name <> 'bronze_venues'"
run 0 report
page_has 'class="warning">venues comes from a CSV file in place of Google Sheets'

# ---- rejects and their links ----
printf 'T-9,E-9,C-1,2026-02-03,web,1.00,INR,sold\nT-10,E-1,C-1,soon,web,1.00,INR,sold\n' >>inputs/tickets.csv
run 0 all --inputs inputs
run 0 report
page_has "href=\"file://$work/inputs/tickets.csv#cell=6,2\">tickets B6</a>"
page_has '<td>foreign_key</td><td>E-9</td>'
page_lacks '<th scope="col" class="n">Rejected</th><th scope="col">Message' # of a load: cleaning rejects, not pulling
data '[(c["sheet"], c["rule"], c["rows"]) for c in d["quality"] if c["snapshot"] == 2]' "[('tickets', 'foreign_key', 1), ('tickets', 'parse', 1)]"
data '[c["rows"] for c in d["quality"] if c["snapshot"] == 1]' '[0]'
sqlite3 warehouse.sqlite "UPDATE audit_loads SET source = 'sheets', location = 'javascript:alert(1)'"
run 0 report
page_lacks 'href="javascript'
page_has '>tickets B6</th>'

# ---- after a run ----
rm -f warehouse.sqlite report.html
run 0 all --inputs inputs --report report.html
page_has 'snapshot 1\.'
run 0 all --inputs inputs --report report.html
page_has 'snapshot 2\.'
GOLDLEAF_REPORT=report.html run 0 build_gold
inode=$(stat -c %i report.html)
mv inputs away
run 2 all --inputs inputs --report report.html
[ "$inode" = "$(stat -c %i report.html)" ] || fail "a run that failed wrote a page"
mv away inputs
run 0 all --inputs inputs --report no/such/folder.html # the run is published all the same
err_has 'no/such/folder.html'
run 0 all --inputs inputs --dry-run --report dry.html
[ ! -e dry.html ] || fail "a dry run wrote a page"
rm -f report.html
run 0 schedule --inputs inputs --every 1s --max-runs 2 --report report.html
snapshot=$(sqlite3 warehouse.sqlite 'SELECT MAX(snapshot_id) FROM audit_snapshots')
page_has "snapshot $snapshot\\."
[ -z "$(find . -name '*.html.*' -o -name '.report*')" ] || fail "something was left behind"

# ---- while a run is under way ----
sqlite3 warehouse.sqlite 'BEGIN IMMEDIATE; SELECT 1;' '.shell sleep 5' 'ROLLBACK;' >/dev/null &
holder=$!
sleep 0.3
start=$(date +%s%N)
run 0 report
[ $((($(date +%s%N) - start) / 1000000)) -lt 4000 ] || fail "a report waits for a run"
kill "$holder" 2>/dev/null || true
wait "$holder" 2>/dev/null || true

# ---- a model of one's own, which declares no dashboard, and SQL that is wrong ----
mkdir own && printf 'order,day,amount\n1,2026-01-02,10.00 EUR\n2,2026-01-03,5.25 EUR\n' >own/orders.csv
run 0 model init drafted --from-csv own
run 0 all --model drafted --inputs own --database own.sqlite
run 0 report --model drafted --database own.sqlite
page_has '15\.25'
cp -r "$source_dir/src/models/ticketing" broken
sed -i 's/FROM gold_campaign_roi/FROM gold_campaign_rio/' broken/report/campaigns.sql
run 2 model check broken
out_has 'report/campaigns.sql'
run 7 report --model broken -o broken.html
err_has "report/campaigns.sql"
run 7 report --model streaming -o broken.html
err_has "hint: is the warehouse of another model"
[ ! -e broken.html ] || fail "half a page was left"

# ---- a small shop, reckoned by hand; and its KPI tables alone, wide and with names of two kinds ----
mkdir shop
python3 - <<'PYTHON'
import json, os
integer, text = {"type": "integer"}, {"type": "string"}
money, rate = {"type": "number", "goldleaf:type": "money"}, {"type": "number", "goldleaf:type": "rate"}
kinds = {"shop": text, "name": text, "currency": {"type": "string", "goldleaf:type": "currency"}, "day": {"type": "date"},
         "pieces": integer, "amount": money, "margin": rate, "is_open": integer, "id": text}
fields = lambda names: [{"name": name, **kinds[name]} for name in names.split()]
def write(name, sql):
    with open(name, "w") as file:
        file.write(sql)
model = {"name": "shop", "resources": [{"name": "sales", "path": "sales.csv", "schema": {
    "primaryKey": "id", "fields": fields("id shop currency day pieces amount")}}]}
model["goldleaf:report"] = {
    "split": "currency",
    "datasets": [
        {"name": "sales", "sql": "sales.sql", "schema": {"fields": fields("shop currency day pieces amount")}},
        {"name": "shops", "sql": "shops.sql", "label": "name",
         "schema": {"primaryKey": ["shop"], "fields": fields("shop name margin is_open")}}],
    "measures": [
        {"name": "price", "type": "average", "sum": ["sales.amount"], "over": ["sales.pieces"]},
        {"name": "spent", "type": "integer", "sum": ["sales.amount"]},
        {"name": "sold", "type": "integer", "sum": ["sales.pieces"], "where": "is_open"}],
    "tiles": ["price", "spent", "sold"],
    "charts": [{"title": "Months", "kind": "time", "measures": ["spent"]}],
    "tables": [{"title": "Shops", "by": ["shop"], "columns": ["margin", "spent"]}]}
write("shop/sales.sql", "SELECT shop, currency, day, pieces, amount FROM silver_sales")
write("shop/shops.sql", "SELECT DISTINCT shop, CASE shop WHEN 'a' THEN 'Corner' END AS name, 0.525 AS margin, "
      "CASE shop WHEN 'a' THEN 1 ELSE 0 END AS is_open FROM silver_sales")
write("shop/datapackage.json", json.dumps(model))
del model["goldleaf:report"]
os.mkdir("wide")
model["goldleaf:gold"] = [
    {"name": "wide", "sql": "wide.sql", "schema": {"primaryKey": ["shop"], "fields": fields("shop") + [{"name": f"n{i}", **integer} for i in range(70)]}},
    {"name": "other", "sql": "other.sql", "schema": {"primaryKey": ["n0"], "fields": [{"name": "n0", **text}, {"name": "n1", **integer}]}}]
write("wide/wide.sql", "SELECT shop, " + ", ".join(f"{i} + COUNT(*) AS n{i}" for i in range(70)) + " FROM silver_sales GROUP BY shop")
write("wide/other.sql", "SELECT shop AS n0, COUNT(*) AS n1 FROM silver_sales GROUP BY shop")
write("wide/datapackage.json", json.dumps(model))
rows = [f"m{i},b,EUR,{2022 + i // 12}-{i % 12 + 1:02}-01,0,0.50" for i in range(26)]
write("shop/sales.csv", "\n".join(["id,shop,currency,day,pieces,amount", "1,a,EUR,2026-01-02,5,50.00", "2,a,EUR,2026-01-02,7,70.00", *rows, ""]))
PYTHON
run 0 model check shop
run 0 all --model shop --inputs shop --database shop.sqlite
run 0 report --model shop --database shop.sqlite
page_has '<dt>price</dt><dd>11.08</dd>' # 133.00 by 12
page_has '<dt>spent</dt><dd>133</dd>'
page_has '<dt>sold</dt><dd>12</dd>'
page_has '<th scope=row>b<td class=n>52.5.%<td class=n>13$'
page_has '<th scope=row>Corner<td class=n>52.5.%<td class=n>120$'
page_has 'The last 24; 3 more are not shown'
run 0 all --model wide --inputs shop --database wide.sqlite
run 0 report --model wide --database wide.sqlite
page_has '<h2>Other</h2>' # gold_other
data 'sorted(d["names"])' "['gold_other.n0', 'shop']"
data 'len(d["datasets"][0]["columns"])' 71
sed -i 's/^1,a,EUR,2026-01-02,5,/1,a,EUR,2026-01-02,9000000000000000000,/' shop/sales.csv
run 0 all --model shop --inputs shop --database shop.sqlite
run 1 report --model shop --database shop.sqlite
err_has 'sales.sql: the numbers of pieces are too large to be added up'

# ---- many customers and many products, of which most pairs never come ----
mkdir pairs
cat >pairs/datapackage.json <<'JSON'
{"name": "pairs",
 "resources": [{"name": "sales", "path": "sales.csv", "schema": {"primaryKey": ["customer", "product"], "fields": [
   {"name": "customer", "type": "string"}, {"name": "product", "type": "string"}, {"name": "pieces", "type": "integer"}]}}],
 "goldleaf:gold": [{"name": "pairs", "sql": "pairs.sql", "schema": {"primaryKey": ["customer", "product"], "fields": [
   {"name": "customer", "type": "string"}, {"name": "product", "type": "string"}, {"name": "pieces", "type": "integer"}]}}]}
JSON
echo 'SELECT customer, product, pieces FROM silver_sales' >pairs/pairs.sql
awk 'BEGIN { print "customer,product,pieces"; for (i = 10000; i < 40000; i++) print "c" i ",p" 70000 - i "," i % 7 }' >pairs/sales.csv
run 0 all --model pairs --inputs pairs --database pairs.sqlite
run 0 report --model pairs --database pairs.sqlite
page_has '^<tr><th scope=row>c10001<td>p59999<td class=n>5$'
page_has 'The first 500 of 30,000 rows'
