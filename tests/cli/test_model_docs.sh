#!/usr/bin/env bash
# The data dictionary: everything of the model is in it, it is well-formed, it needs nothing from
# outside, and whatever a model says is text in it.
. "$(dirname "$0")/lib.sh"

# page FILE MODEL: the HTML page against the model that it is of
page() {
    python3 - "$1" "$2" <<'PYTHON' || fail "$1 is not as it should be"
import html.parser, json, re, sys, xml.etree.ElementTree as tree
text = open(sys.argv[1], encoding="utf-8").read()
package = json.load(open(sys.argv[2] + "/datapackage.json"))
root = tree.fromstring(text)

allowed = set("""html head meta title style body header h1 h2 h3 small p nav ul li a main div section
    table thead tbody tr th td code pre span details summary svg path rect text""".split())
attributes = set("""lang charset http-equiv content name class id scope href aria-label role viewbox
    width height x y rx d""".split())
ids, links = set(), []

class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, pairs):
        assert tag in allowed, tag
        for name, value in pairs:
            assert name in attributes, name
            ids.add(value) if name == "id" else None
            links.append(value) if name == "href" else None
Page().feed(text)
assert all(link[0] == "#" and link[1:] in ids for link in links), links
style = root.find("head/style").text
assert "url(" not in style and "@import" not in style and "prefers-color-scheme:dark" in style
assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)

shown = "".join(root.itertext())
words = {e.text.strip() for e in root.iter() if e.text}
for sheet in package["resources"]:
    assert "sheet-" + sheet["name"] in ids, sheet["name"]
    section = [e for e in root.iter("section") if e.get("id") == "sheet-" + sheet["name"]][0]
    codes = [e.text for e in section.iter("code")]
    assert codes == [f["name"] for f in sheet["schema"]["fields"]], codes
    for category in sum((f.get("categories", []) for f in sheet["schema"]["fields"]), []):
        assert category in "".join(section.itertext()), category
for table in package["goldleaf:gold"]:
    section = [e for e in root.iter("section") if e.get("id") == "gold_" + table["name"]][0]
    inside = "".join(section.itertext())
    for f in table["schema"]["fields"]:
        assert f["name"] in [e.text for e in section.iter("code")], f["name"]
    sql = open(sys.argv[2] + "/" + table["sql"]).read()
    assert sql.strip().rstrip(";").splitlines()[-1] in inside, table["name"]
    assert table["title"].split("\n")[0] in inside
for check in package["goldleaf:checks"] + package.get("goldleaf:invariants", []):
    assert check["rule"] in words, check["rule"]
drawing = {e.text for e in root.iter("text")}
assert {"silver_" + s["name"] for s in package["resources"]} <= drawing
assert {"gold_" + t["name"] for t in package["goldleaf:gold"]} <= drawing
PYTHON
}

model=$source_dir/src/models/ticketing
run 0 model docs -o ticketing.html
out_is_empty
page ticketing.html "$model"
run 0 model docs ticketing
cmp -s out ticketing.html || fail "the page is not the same on standard output"
run 0 model docs "$model"
cmp -s out ticketing.html || fail "the shipped model and its folder differ"
grep -q 'Sum of price_paid over paid tickets' ticketing.html || fail "a KPI has no definition"
grep -q 'ticket_id, event_id together must be in tickets' ticketing.html || fail "no reference"
grep -q 'active, valid, .* as sold' ticketing.html || fail "the aliases are not there"

# What the SQL reads: columns that it names, of the sheets that it names, by short names, too.
run 0 model docs --format text
out_has '^\* reads `silver_checkins`: `event_id`, `ticket_id`$'
out_has '^\* reads `silver_refunds`: `refund_id`, `ticket_id`, `event_id`, `refund_amount`, `refunded_at`$'
[ "$(grep -c '^\* reads `silver_customers`' out)" = 0 ] || fail "nothing reads the customers"
out_has '^    silver_campaigns --> gold_campaign_roi$'
out_has '^\| `price_paid` \| Money, exact to hundredths \| .* \| Required: .* At least 0\..*\|$'
cp out from_format
run 0 model docs -o ticketing.md
cmp from_format ticketing.md || fail "the ending .md does not give Markdown"
awk -F'|' '/^\|/ && NF != 5 && NF != 6 { exit 1 }' <(sed 's/\\|//g' ticketing.md) ||
    fail "a table of the Markdown is broken"

# Hostile texts stay texts.
cp -r "$model" hostile
python3 - <<'PYTHON'
import json
path = "hostile/datapackage.json"
package = json.load(open(path))
evil = ("</title></style></p></text></svg><script>alert(1)</script><img src=x onerror='alert(2)'>"
        "\" onmouseover=\"x ]]> <!-- &lt; &#60; \u202e\u001b[2J javascript:alert(3) https://evil.example/ www.evil.example a@evil.example "
        "![x](https://evil.example/p.png) | `code` **bold** <b>\nnew\ttab \ufffe")
package["title"] = package["description"] = package["version"] = evil
for sheet in package["resources"]:
    sheet["description"] = evil
    for f in sheet["schema"]["fields"]:
        f["description"] = evil
        if "categories" in f:
            f["categories"] += ["<script>a</script>", "b\" onclick=\"c"]
        if f["type"] == "string" and set(f) <= {"name", "type", "description"}:
            f["constraints"] = {"pattern": "[^<script>\"'&]*"}
            f["missingValues"] = ["", "<hr>"]
package["resources"][0]["path"] = "a\"><script>.csv"
for table in package["goldleaf:gold"]:
    table["title"] = table["description"] = evil
    for f in table["schema"]["fields"]:
        f["description"] = evil
for check in package["goldleaf:checks"] + package.get("goldleaf:invariants", []):
    check["description"] = evil
json.dump(package, open(path, "w"))
for name in ["event_sales", "daily_metrics", "campaign_roi"]:
    sql = open(f"hostile/gold/{name}.sql").read().replace(
        "\nFROM ", "\n/* </pre></code></details><script>x</script> ``` \u202e */\nFROM ", 1)
    open(f"hostile/gold/{name}.sql", "w").write(sql)
PYTHON
run 0 model docs hostile -o hostile.html
grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' hostile.html || fail "the text is lost"
python3 - <<'PYTHON'
import json
package = json.load(open("hostile/datapackage.json"))
for table in package["goldleaf:gold"]:
    table["title"] = "</title></style>"
json.dump(package, open("hostile/datapackage.json", "w"))
PYTHON
page hostile.html hostile
python3 - <<'PYTHON'
import json
package = json.load(open("hostile/datapackage.json"))
for table, title in zip(package["goldleaf:gold"], ["- a", " + b", "12. c"]):
    table["title"] = title
json.dump(package, open("hostile/datapackage.json", "w"))
PYTHON
run 0 model docs hostile -o hostile.md
python3 - <<'PYTHON' || fail "something in the Markdown is not inert"
import re
text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", open("hostile.md").read(), flags=re.S | re.M)
text = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)
assert not re.search(r"[<>]|!\[|\]\(|\*\*|://|www\.|@|^ *([-+]|\d+[.)]) |[\x00-\x09\x0b-\x1f\u202e]", text, re.M)
PYTHON

# A model of keywords, without KPI tables, drafted a moment ago.
mkdir sheets && printf 'order,select,day\n1,a,2026-01-02\n2,b,2026-01-03\n' >sheets/from.csv
run 0 model init own --from-csv sheets
run 0 model docs own -o own.html
python3 -c 'import xml.etree.ElementTree as t; t.parse("own.html")' || fail "not well-formed"
run 0 model docs --model own --format text
out_has '^### from$'

run 2 model docs --format json
err_has 'model docs writes HTML, or Markdown'
run 2 model docs -o x.csv
[ ! -e x.csv ] || fail "a file was made"
run 2 model docs no_such_model
run 1 model docs -o no/such/folder/x.html
