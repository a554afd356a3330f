# shellcheck shell=bash
# A model that is edited under a warehouse: what is applied, what is refused, what comes back. The
# same on every database. Sourced behind lib.sh by a test that defines
#   new_warehouse     an empty database, named by $url
#   keep_state        remembers everything that is in it
#   state_is_kept     fails unless it is as it was
#   sql TEXT          what a query gives, '|' between cells

# ---- a model, and editing it ----

make_books() {
    rm -rf model inputs
    mkdir -p model/gold model/checks inputs
    cat >inputs/authors.csv <<'CSV'
author_id,name,born
1,Asha,1970-01-02
2,Ben,1980-03-04
3,Chen,
CSV
    cat >inputs/books.csv <<'CSV'
book_id,author_id,title,price,shelf,stock,note,made
B-1,1,First,10.00,a,5,good,2026-01-05 10:00
B-2,1,Second,20.00,b,7,,2026-01-06 00:00
B-3,2,Third,30.50,a,9,worn,2026-01-07 11:00
B-4,3,Fourth,5.00,b,1,,2026-01-08 00:00
CSV
    cat >model/gold/by_author.sql <<'SQL'
SELECT a.author_id, a.name, COUNT(*) AS books, SUM(b.price) AS worth
FROM silver_authors a JOIN silver_books b ON b.author_id = a.author_id
GROUP BY a.author_id, a.name
SQL
    cat >model/gold/by_shelf.sql <<'SQL'
SELECT shelf, COUNT(*) AS books FROM silver_books GROUP BY shelf
SQL
    cat >model/checks/cheap.sql <<'SQL'
SELECT COUNT(*), COUNT(CASE WHEN price < 1 THEN 1 END) FROM silver_books
SQL
    cat >model/datapackage.json <<'JSON'
{"name": "books", "version": "1.0.0",
 "resources": [
  {"name": "authors", "path": "authors.csv", "schema": {"primaryKey": "author_id", "fields": [
    {"name": "author_id", "type": "integer"}, {"name": "name", "type": "string"},
    {"name": "born", "type": "date"}]}},
  {"name": "books", "path": "books.csv", "schema": {"primaryKey": "book_id",
   "foreignKeys": [{"fields": "author_id", "reference": {"resource": "authors", "fields": "author_id"}}],
   "fields": [
    {"name": "book_id", "type": "string"}, {"name": "author_id", "type": "integer"},
    {"name": "title", "type": "string"}, {"name": "price", "type": "number", "goldleaf:type": "money"},
    {"name": "shelf", "type": "string"}, {"name": "stock", "type": "string"},
    {"name": "made", "type": "datetime"}]}}],
 "goldleaf:gold": [
  {"name": "by_author", "sql": "gold/by_author.sql", "scope": "author_id",
   "schema": {"primaryKey": "author_id", "fields": [
    {"name": "author_id", "type": "integer"}, {"name": "name", "type": "string"},
    {"name": "books", "type": "integer"}, {"name": "worth", "type": "number", "goldleaf:type": "money"}]}},
  {"name": "by_shelf", "sql": "gold/by_shelf.sql",
   "schema": {"primaryKey": "shelf", "fields": [
    {"name": "shelf", "type": "string"}, {"name": "books", "type": "integer"}]}}],
 "goldleaf:checks": [{"rule": "cheap", "table": "silver_books", "sql": "checks/cheap.sql"}]}
JSON
}

# edit PYTHON...: statements over the descriptor `d`, its sheets `s` and KPI tables `g` by name, and
# f(table, column).
edit() {
    python3 - "$@" <<'PYTHON' || fail "the model cannot be edited: $*"
import json, sys
path = "model/datapackage.json"
d = json.load(open(path))
s = {x["name"]: x for x in d["resources"]}
g = {x["name"]: x for x in d["goldleaf:gold"]}
def f(table, column):
    return next(x for x in table["schema"]["fields"] if x["name"] == column)
def drop(table, column):
    table["schema"]["fields"].remove(f(table, column))
for statement in sys.argv[1:]:
    exec(statement)
json.dump(d, open(path, "w"), indent=1)
PYTHON
}

# with ARG...: a command on this warehouse and model. CODE first, as run has it.
with() {
    local code=$1 command=$2
    shift 2
    run "$code" "$command" --database "$url" --model ./model "$@"
}
all() { with "$1" all --inputs inputs "${@:2}"; }

# Books in a new warehouse, built by the first model.
start_books() {
    make_books
    new_warehouse
    all 0
}

# What is published, by name, so that it does not count where a column stands.
business_part() {
    python3 - "$program" "$url" <<'PYTHON'
import json, subprocess, sys
program, url = sys.argv[1:]
for table in ("silver_authors", "silver_books", "silver_shelves", "gold_by_author", "gold_by_shelf", "gold_by_stock"):
    command = [program, "export", table, "--database", url, "--model", "./model", "--format", "json"]
    found = subprocess.run(command, capture_output=True, text=True).stdout
    print("--", table, "" if found else "is not there")
    for row in sorted(json.dumps(row, sort_keys=True) for row in (json.loads(found)["rows"] if found else [])):
        print(row)
PYTHON
}

# The warehouse is as one that was built by this model from the start, and says so itself.
is_as_new() {
    local here=$url
    business_part >changed.txt
    new_warehouse
    all 0 --max-loss 100
    business_part >fresh.txt
    diff fresh.txt changed.txt >&2 || fail "a changed warehouse is not as a new one"
    url=$here
    with 0 verify
    with_model 0 diff ./model --detailed-exitcode
    out_has 'built by this very model'
}

with_model() { run "$1" model "${@:2}" --database "$url"; }

refused() {
    err_has "nothing was written; --allow-destructive"
    state_is_kept
}

# destructive PATTERN STATEMENT...: an edit that is refused everywhere with this in its list, and done
# when it is allowed.
destructive() {
    local pattern=$1
    shift
    start_books
    edit "$@"
    keep_state
    all 2
    err_has "$pattern"
    refused
    all 2 --dry-run
    err_has "$pattern"
    refused
    with 2 build_silver
    err_has "$pattern"
    refused
    with 2 build_gold
    err_has "$pattern"
    refused
    all 0 --dry-run --allow-destructive
    out_has 'LOST:'
    state_is_kept
    all 0 --allow-destructive
    out_has 'LOST:'
    is_as_new
}

# applied PATTERN STATEMENT...: an edit that is applied at once.
applied() {
    local pattern=$1
    shift
    start_books
    edit "$@"
    keep_state
    all 0 --dry-run
    out_has "$pattern"
    state_is_kept
    all 10 --dry-run --detailed-exitcode
    all 0
    out_has "$pattern"
    out_lacks 'LOST'
    is_as_new
}

# ---- what is remembered ----

start_books
[ "$(sql 'SELECT name, version, snapshot_id FROM audit_models')" = 'books|1.0.0|1' ] ||
    fail "the model is not written down"
all 0
all 0 --full-refresh
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 1 ] || fail "the same model is written down again"
with 0 status
out_has '^model +books 1\.0\.0, since '
with 0 status --format json
json 'd["model"]["name"], d["model"]["version"], d["model"]["is_current"]' "('books', '1.0.0', True)"
run 0 model diff ./model --database "$url" --detailed-exitcode
out_has 'built by this very model'
echo '-- a comment' | cat - model/gold/by_shelf.sql >commented && mv commented model/gold/by_shelf.sql
run 10 model diff ./model --database "$url" --detailed-exitcode
out_has 'Only comments or the layout'
all 0
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 2 ] || fail "another file is not written down"

# ---- what is applied ----

applied 'books\.note: a new column of type string' \
    's["books"]["schema"]["fields"].insert(2, {"name": "note", "type": "string"})'
[ "$(sql "SELECT note FROM silver_books WHERE book_id = 'B-3'")" = worn ] ||
    fail "the new column does not have what bronze kept"
applied 'books\.note: a new column of type string' \
    's["books"]["schema"]["fields"].append({"name": "note", "type": "string", "goldleaf:default": "x",
        "constraints": {"required": True}})'
applied 'shelves: a new sheet with the key shelf' \
    'open("inputs/shelves.csv", "w").write("shelf,room\na,1\nb,2\n")' \
    'd["resources"].append({"name": "shelves", "path": "shelves.csv", "schema": {"primaryKey": "shelf",
        "fields": [{"name": "shelf", "type": "string"}, {"name": "room", "type": "integer"}]}})'
applied 'gold_by_stock: a new KPI table, one row per stock' \
    'open("model/gold/by_stock.sql", "w").write("SELECT stock, COUNT(*) AS books FROM silver_books GROUP BY stock")' \
    'd["goldleaf:gold"].append({"name": "by_stock", "sql": "gold/by_stock.sql", "schema": {"primaryKey": "stock",
        "fields": [{"name": "stock", "type": "string"}, {"name": "books", "type": "integer"}]}})'
applied 'gold_by_shelf\.worth: a new column of type money' \
    'open("model/gold/by_shelf.sql", "w").write("SELECT shelf, SUM(price) AS worth, COUNT(*) AS books FROM silver_books GROUP BY shelf")' \
    'g["by_shelf"]["schema"]["fields"].insert(1, {"name": "worth", "type": "number", "goldleaf:type": "money"})'
applied 'gold_by_shelf: the SELECT is another one' \
    'open("model/gold/by_shelf.sql", "w").write("SELECT shelf, 2 * COUNT(*) AS books FROM silver_books GROUP BY shelf")'
applied 'books\.stock: the type was string and is integer' 'f(s["books"], "stock")["type"] = "integer"'
applied 'books\.stock: the type was string and is money' \
    'f(s["books"], "stock").update({"type": "number", "goldleaf:type": "money"})'
applied 'authors\.author_id: the type was integer and is string' \
    'f(s["authors"], "author_id")["type"] = f(s["books"], "author_id")["type"] = "string"' \
    'f(g["by_author"], "author_id")["type"] = "string"'
applied 'books\.shelf: the letter case: "upper" is new' 'f(s["books"], "shelf")["goldleaf:case"] = "upper"'
applied 'books\.price: 1 row that was in silver is now turned away \(range\)' \
    'f(s["books"], "price")["constraints"] = {"minimum": "6.00"}'
applied 'books: uniqueKeys: \[\["shelf"\]\] is new' 's["books"]["schema"]["uniqueKeys"] = [["shelf"]]'
applied 'authors\.born: required: true is new' \
    'f(s["authors"], "born")["constraints"] = {"required": True}'
applied 'books: the reference of author_id to authors is gone' 'del s["books"]["schema"]["foreignKeys"]'
applied 'the model: the time zone: "Asia/Kolkata" is new' 'd["goldleaf:timeZone"] = "Asia/Kolkata"'
applied 'cheap: the check of silver_books is gone' 'del d["goldleaf:checks"]'
applied 'the model: the name was "books" and is "novels"' 'd["name"] = "novels"'
applied 'books\.title: the description: .*is new|books\.title: the description is new' \
    'f(s["books"], "title")["description"] = "what is on the cover"'

# What a rule made empty is told, and no loss.
applied 'books\.price: 1 cell that had a value is empty' \
    'f(s["books"], "price")["constraints"] = {"minimum": "6.00"}' \
    'f(s["books"], "price")["goldleaf:onError"] = "null"'

# ---- what is refused ----

destructive 'authors: the sheet is gone; would be lost: silver_authors goes; bronze_authors keeps every snapshot \(3 rows\)' \
    'd["resources"].remove(s["authors"])' 'del s["books"]["schema"]["foreignKeys"]' \
    'd["goldleaf:gold"].remove(g["by_author"])'
err_is_empty
destructive 'books\.title: the column is gone; would be lost: silver_books\.title goes; bronze keeps its cells \(4 rows\)' \
    'drop(s["books"], "title")'
destructive 'books: the key was book_id and is author_id, title; would be lost' \
    's["books"]["schema"]["primaryKey"] = ["author_id", "title"]'
destructive 'gold_by_shelf: the KPI table is gone; would be lost: gold_by_shelf goes' \
    'd["goldleaf:gold"].remove(g["by_shelf"])'
destructive 'gold_by_author\.name: the column is gone; would be lost: gold_by_author\.name goes \(3 rows\)' \
    'drop(g["by_author"], "name")' \
    'open("model/gold/by_author.sql", "w").write("SELECT author_id, COUNT(*) AS books, SUM(price) AS worth FROM silver_books GROUP BY author_id")'
destructive 'gold_by_shelf: the key was shelf and is shelf, stock; would be lost' \
    'open("model/gold/by_shelf.sql", "w").write("SELECT shelf, stock, COUNT(*) AS books FROM silver_books GROUP BY shelf, stock")' \
    'g["by_shelf"]["schema"]["primaryKey"] = ["shelf", "stock"]' \
    'g["by_shelf"]["schema"]["fields"].insert(1, {"name": "stock", "type": "string"})'
destructive 'gold_by_author\.worth: the type was money and is integer; would be lost' \
    'f(g["by_author"], "worth").pop("goldleaf:type")' 'f(g["by_author"], "worth")["type"] = "integer"' \
    'open("model/gold/by_author.sql", "w").write("SELECT a.author_id, a.name, COUNT(*) AS books, COUNT(*) * 10 AS worth FROM silver_authors a JOIN silver_books b ON b.author_id = a.author_id GROUP BY a.author_id, a.name")'
# Types are judged by what becomes of the cells that there are.
destructive 'books\.title: 4 rows that were in silver are now turned away \(parse\); would be lost: 4 rows of silver_books cannot have the new type' \
    'f(s["books"], "title")["type"] = "integer"'
destructive 'books\.title: 4 cells that had a value are empty; would be lost: 4 cells of silver_books\.title cannot have the new type' \
    'f(s["books"], "title").update({"type": "integer", "goldleaf:onError": "null"})'
destructive 'books\.made: 2 cells are cut: the time of day; would be lost' 'f(s["books"], "made")["type"] = "date"'
# A rule may turn rows away, but not most of them.
destructive 'books: 3 of 4 rows are turned away; would be lost: 3 rows leave silver_books, more than --max-loss 50' \
    'f(s["books"], "shelf")["constraints"] = {"pattern": "[b]"}' \
    'f(s["books"], "price")["constraints"] = {"minimum": "6.00"}'

start_books
sed -i 's/,7,,2026/,007,,2026/' inputs/books.csv
all 0
edit 'f(s["books"], "stock")["type"] = "integer"'
keep_state
all 2
err_has 'books\.stock: 1 cell is cut: zeros or signs in front; would be lost'
refused
edit 'f(s["books"], "stock")["type"] = "number"'
all 2
err_has 'books\.stock: 1 cell is cut: zeros or signs in front; would be lost'
refused
with 2 build_silver --max-loss 100
start_books
edit 'f(s["books"], "shelf")["constraints"] = {"pattern": "[c]"}'
all 2
all 0 --max-loss 100
out_has 'books\.shelf: 4 rows that were in silver are now turned away \(parse\)'

# The whole list, in one go.
start_books
edit 'drop(s["books"], "title")' 'd["goldleaf:gold"].remove(g["by_shelf"])' 'f(s["books"], "shelf")["type"] = "integer"'
keep_state
all 2
err_has 'books\.title: the column is gone'
err_has 'gold_by_shelf: the KPI table is gone'
err_has 'books\.shelf: 4 rows'
err_has 'would lose data in 4 places'
refused
GOLDLEAF_ALLOW_DESTRUCTIVE=1 all 0

# ---- KPIs before and after, of two models ----

start_books
edit 'f(g["by_author"], "name").update({"type": "number", "goldleaf:type": "money"})' \
    'open("model/gold/by_author.sql", "w").write("SELECT author_id, MAX(price) AS name, COUNT(*) AS books, SUM(price) AS worth FROM silver_books GROUP BY author_id")'
all 0 --dry-run --allow-destructive --format json
json 'sorted((c["before"], c["after"]) for r in d["gold"][0]["changed"] for c in r["cells"])' \
    "[('Asha', 20.0), ('Ben', 30.5), ('Chen', 5.0)]"

# By a coarser key no row is what it was.
start_books
edit 'g["by_author"]["schema"]["primaryKey"] = "books"' \
    'del g["by_author"]["scope"]' 'drop(g["by_author"], "author_id")' \
    'open("model/gold/by_author.sql", "w").write("SELECT MIN(name) AS name, books, SUM(worth) AS worth FROM (SELECT a.name, COUNT(*) AS books, SUM(b.price) AS worth FROM silver_authors a JOIN silver_books b ON b.author_id = a.author_id GROUP BY a.name) AS one GROUP BY books")'
all 0 --dry-run --allow-destructive --format json
json 'd["gold"][0]["rows"]' "{'added': 2, 'removed': 3, 'changed': 0}"
json '[len(d["gold"][0][k]) for k in ("added", "removed", "changed")]' '[2, 3, 0]'
all 0 --dry-run --allow-destructive
out_has '^gold_by_author: 2 added, 3 removed$'

# ---- a SELECT that breaks its key ----

start_books
sed -i '2s/,a,5,/,,5,/' inputs/books.csv
all 7
err_has 'gold_by_shelf \(gold/by_shelf\.sql\): .*shelf'
sed -i 's/^SELECT shelf,/SELECT 1,/' model/gold/by_shelf.sql
all 7
err_has 'gold_by_shelf \(gold/by_shelf\.sql\): .*shelf'

# ---- a clock that is set back ----

# The build by the newer model has the smaller run_id.
start_books
for table in audit_runs audit_loads audit_snapshots audit_watermarks; do
    sql "UPDATE $table SET run_id = '2999' || SUBSTR(run_id, 5)"
done
edit 'f(s["books"], "price")["constraints"] = {"minimum": "6.00"}'
with 0 build_silver
sed -i 's/First/Fist/' inputs/books.csv
all 0 --format json
json '[(x["silver_rows"], x["rejected"], x["blank"]) for x in d["sheets"]]' '[(3, 0, 0), (3, 1, 0)]'
with 0 verify

# ---- before it happens ----

start_books
edit 'drop(s["books"], "title")' 'd["version"] = "2.0.0"'
keep_state
with_model 0 diff ./model
out_has '^books 1\.0\.0, of .* → books 2\.0\.0$'
out_has '^  - books\.title: the column is gone; LOST: silver_books\.title goes'
out_has '^    datapackage\.json: resources\[1\]\.schema\.fields\[2\]$'
out_has 'refused unless --allow-destructive'
with_model 10 diff ./model --detailed-exitcode
with_model 0 diff ./model --format json
json 'd["from"]["version"], d["to"]["version"], d["is_same"], d["other_model"], d["losses"]' \
    "('1.0.0', '2.0.0', False, False, 1)"
json '[(c["change"], c["subject"], c["place"], bool(c["loss"])) for c in d["changes"]]' \
    "[('changed', 'the model', 'datapackage.json: version', False), ('removed', 'books.title', 'datapackage.json: resources[1].schema.fields[2]', True)]"
with_model 0 diff ./model --format csv
out_has '^books\.title,the column is gone,'
with 0 status --format json
json 'd["model"]["version"], d["model"]["is_current"]' "('1.0.0', False)"
state_is_kept
run 2 model diff nowhere --database "$url"
new_warehouse
run 7 model diff ./model --database "$url"
err_has 'there is no warehouse|no such file|No such file'

# ---- a plan ----

start_books
edit 'drop(s["books"], "title")'
all 2 --dry-run --save-plan plan.json
[ ! -e plan.json ] || fail "a plan of what is refused"
all 0 --dry-run --allow-destructive --save-plan plan.json
with 0 apply plan.json --inputs inputs
is_as_new
start_books
edit 's["books"]["schema"]["fields"].append({"name": "note", "type": "string"})'
all 0 --dry-run --save-plan plan.json
cp -r model new && make_books && edit 'd["version"] = "1.5.0"'
with 0 build_silver
rm -r model && mv new model
keep_state
with 1 apply plan.json --inputs inputs
err_has "the warehouse's model has changed since the plan was made"

# ---- what goes and comes back ----

start_books
cp model/datapackage.json first.json
with 0 export bronze_books
cp out books_before
edit 'drop(s["books"], "title")' 'd["resources"].remove(s["authors"])' 'del s["books"]["schema"]["foreignKeys"]' \
    'd["goldleaf:gold"].remove(g["by_author"])'
all 0 --allow-destructive
sed -i 's/Second/Changed/' inputs/books.csv
echo '4,Dora,1990-01-01' >>inputs/authors.csv
all 0
[ "$(sql "SELECT title FROM bronze_books_current WHERE book_id = 'B-2'")" = Changed ] ||
    fail "bronze does not keep a column that the model does not have"
[ "$(sql 'SELECT COUNT(*) FROM bronze_authors_current')" = 3 ] || fail "bronze_authors is not as it was"
with 0 verify
cp first.json model/datapackage.json
all 0
out_has 'authors: a new sheet'
is_as_new
[ "$(sql "SELECT title FROM silver_books WHERE book_id = 'B-2'")" = Changed ] || fail "the column did not come back"
with 0 export bronze_books --snapshot 1
cmp out books_before || fail "the first snapshot is not as it was"
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 3 ] || fail "each change of the model is written down"

# ---- copy and prune ----

start_books
edit 'd["resources"].remove(s["authors"])' 'del s["books"]["schema"]["foreignKeys"]' 'd["goldleaf:gold"].remove(g["by_author"])'
all 0 --allow-destructive
here=$url
with 0 export bronze_authors --snapshot 1
cp out authors_before
new_warehouse
there=$url url=$here
with 0 copy --to "$there"
with 0 prune --keep 1
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 2 ] || fail "prune dropped a model"
url=$there
with 0 verify
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 2 ] || fail "the copy does not know its models"
with 0 export bronze_authors --snapshot 1
cmp out authors_before || fail "a sheet that left the model is not in the copy"

# ---- pulling goes on ----

start_books
edit 'drop(s["books"], "title")'
sed -i 's/Fourth/Edited/' inputs/books.csv
with 0 load_bronze --inputs inputs
out_has 'the next build of silver and gold applies it'
[ "$(sql "SELECT title FROM silver_books WHERE book_id = 'B-4'")" = Fourth ] || fail "a pull built silver"
with 2 build_silver
with 0 build_gold --allow-destructive
is_as_new

# The keys that it wrote are the other model's, also for the model that takes over again.
keys() { sql 'SELECT _key FROM bronze_books_current ORDER BY _key' | tr '\n' ' '; }
start_books
cp model/datapackage.json first.json
edit 's["books"]["schema"]["primaryKey"] = ["author_id", "title"]'
sed -i 's/Fourth/Edited/' inputs/books.csv
with 0 load_bronze --inputs inputs
cp first.json model/datapackage.json
with 0 load_bronze --inputs inputs
with 0 build_silver
[ "$(keys)" = 'B-1 B-2 B-3 B-4 ' ] || fail "keys of a model that built nothing stay: $(keys)"
sed -i 's/5.00,b,1/6.00,b,1/' inputs/books.csv
all 0
is_as_new

# What was only pulled so far has no silver to keep gold apart from.
make_books
new_warehouse
with 0 load_bronze --inputs inputs
edit 's["books"]["schema"]["primaryKey"] = ["author_id", "title"]'
with 0 build_gold
[ "$(keys)" = '1|First 1|Second 2|Third 3|Fourth ' ] ||
    fail "keys are not as the model reads them: $(keys)"
is_as_new

# ---- a schedule ----

# It has no option to allow it: that is said once, by hand.
start_books
edit 'drop(s["books"], "title")'
GOLDLEAF_ALLOW_DESTRUCTIVE=1 with 0 schedule --inputs inputs --every 1s --max-runs 2
[ "$(grep -c 'would lose data in 1 place' err)" = 2 ] || fail "a schedule does not say it each time"
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 1 ] || fail "a schedule took a model that was refused"
[ "$(sql 'SELECT COUNT(title) FROM silver_books')" = 4 ] || fail "silver is not as it was"
all 0 --allow-destructive
with 0 schedule --inputs inputs --max-runs 1
err_lacks 'would lose'

# ---- another model ----

start_books
mkdir other && cat >other/datapackage.json <<'JSON'
{"name": "cars", "version": "3", "resources": [{"name": "cars", "path": "cars.csv",
  "schema": {"primaryKey": "car_id", "fields": [{"name": "car_id", "type": "string"}]}}]}
JSON
printf 'car_id\nC-1\n' >inputs/cars.csv
keep_state
for command in 'all --inputs inputs' 'load_bronze --inputs inputs' build_silver build_gold 'all --inputs inputs --dry-run'; do
    # shellcheck disable=SC2086
    run 2 $command --model ./other --database "$url"
    err_has 'holds the model books, and this is the model cars'
    err_has 'hint: name another database'
    state_is_kept
done
run 10 model diff ./other --database "$url" --detailed-exitcode
out_has 'This is another model'
run 0 all --inputs inputs --model ./other --database "$url" --allow-destructive
run 0 verify --model ./other --database "$url"
run 0 export silver_cars --model ./other --database "$url"
out_has '^C-1$'
[ "$(sql 'SELECT COUNT(*) FROM bronze_books_current')" = 4 ] || fail "bronze of the model before is not kept"

# ---- a warehouse from before ----

start_books
sql 'DROP TABLE audit_models' >/dev/null
keep_state
with_model 1 diff ./model
err_has 'does not say which model it was built by'
with 0 status --format json
json 'd["model"]' None
with 0 verify
printf 'car_id\nC-1\n' >inputs/cars.csv
run 2 all --inputs inputs --model ./other --database "$url"
err_has 'holds the model books, and this is the model cars'
state_is_kept
edit 'drop(s["books"], "title")' # nothing to compare it with, as ever
with 0 load_bronze --inputs inputs
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 0 ] || fail "a model is written down that silver is not of"
all 0
[ "$(sql 'SELECT COUNT(*) FROM audit_models')" = 1 ] || fail "an older warehouse does not get its model"
is_as_new

# ---- a model is hostile, too ----

start_books
edit 'f(s["books"], "shelf")["goldleaf:default"] = "\x1b[31mred"'
all 0
out_lacks $'\x1b'
