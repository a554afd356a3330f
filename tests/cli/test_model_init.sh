#!/usr/bin/env bash
# A first model drafted from sheets: it passes its check, runs without edits, and rejects nothing
# that is clean. Sheets of three other domains, the sample sheets, and sheets that are strange.
. "$(dirname "$0")/lib.sh"

# draft NAME FOLDER: drafts and checks a model
draft() {
    run 0 model init "$1" --from-csv "$2"
    run 0 model check "$1"
    out_has 'no faults in'
}
# field SHEET COLUMN EXPRESSION EXPECTED: a Python expression over the field `f` of the draft
field() {
    local found
    found=$(python3 - "$model" "$1" "$2" "$3" <<'PYTHON'
import json, sys
package = json.load(open(sys.argv[1] + "/datapackage.json"))
s = [r for r in package["resources"] if r["name"] == sys.argv[2]][0]
f = {x["name"]: x for x in s["schema"]["fields"]}.get(sys.argv[3], {})
print(eval(sys.argv[4]))
PYTHON
    ) || fail "not to be evaluated: $3"
    [ "$found" = "$4" ] || fail "$model: $1.$2: $3 is $found and not $4"
}

# The clean ones: every row of every sheet reaches silver, and again after a change.
for model in shop clinic school; do
    draft "$model" "$source_dir/fixtures/draft/$model"
    run 0 all --model "$model" --inputs "$source_dir/fixtures/draft/$model" \
        --database "$model.sqlite"
    out_has 'No row is in quarantine'
    run 0 rejects --model "$model" --database "$model.sqlite" --format json
    json 'd["rejects"]' '[]'
    [ "$(sqlite3 "$model.sqlite" 'SELECT COUNT(*) FROM audit_warnings')" = 0 ] ||
        fail "$model: a clean cell was repaired"
done

model=shop
field orders order_date 'f["type"], f["goldleaf:dateForms"]' "('date', ['MM/DD/YYYY'])"
field orders total 'f["goldleaf:type"], f["constraints"]' "('money', {'required': True})"
field orders status 'f["categories"]' "['shipped', 'open', 'returned']"
field orders '' 's["schema"]["foreignKeys"][0]["reference"]' "{'resource': 'customers', 'fields': ['customer_id']}"
field order_items '' 's["schema"]["primaryKey"]' "['order_id', 'line']"
field customers zip 'f["type"]' string
field customers e_mail 'f["format"], f.get("constraints")' "('email', None)"
field products active 'f["type"]' boolean
[ "$(sqlite3 shop.sqlite 'SELECT SUM(row_count) FROM gold_orders_by_month')" = 40 ] ||
    fail "the months do not add up"

model=clinic
field appointments starts_at 'f["type"], f["goldleaf:dateForms"]' "('datetime', ['DD/MM/YYYY'])"
field appointments '' 's["schema"]["missingValues"]' "['', 'n/a']"
field appointments doctor_id '[k["reference"]["resource"] for k in s["schema"]["foreignKeys"]]' "['patients', 'doctors']"
field appointments currency 'f["goldleaf:type"]' currency
field patients allergies 'f["type"], "missingValues" in f' "('string', False)"
field patients patient_no 'f["type"], f["description"]' "('string', 'In the sheet: Patient No.')"

model=school
field grades graded_on 'f["goldleaf:dateForms"], "MM/DD/YYYY" in f["description"]' "(['DD/MM/YYYY'], True)"
field attendance '' 's["schema"]["primaryKey"]' "['student_id', 'date']"
field students class 's["schema"]["foreignKeys"][0]["reference"]["resource"]' classes
field students born_on 'f["goldleaf:dateForms"]' "['D Mon YYYY']"
field fees paid 'f["goldleaf:dateForms"]' "['Month D, YYYY']"

# Dirty ones: what is turned away has a reason that is the sheet's fault.
draft dirty "$source_dir/bronze_inputs"
run 0 all --model dirty --inputs "$source_dir/bronze_inputs" --database dirty.sqlite
run 0 rejects --model dirty --database dirty.sqlite --format json
json 'set(r["rule"] for r in d["rejects"]) <= {"duplicate_key", "duplicate_row", "formula_error", "foreign_key", "required"}' True
json '0 < len(d["rejects"]) < 400' True
make_inputs
draft clean inputs
run 0 all --model clean --inputs inputs --database clean.sqlite
out_has 'No row is in quarantine'

# A folder that is there is left as it is, whatever it is.
cp shop/datapackage.json before
run 1 model init shop --from-csv "$source_dir/fixtures/draft/clinic"
err_has 'shop exists and is left as it is'
cmp before shop/datapackage.json || fail "the model was changed"
mkdir empty_folder
run 1 model init empty_folder --from-csv inputs
[ -z "$(ls -A empty_folder)" ] || fail "something was written into a folder that was there"
ln -s nowhere dangling
run 1 model init dangling --from-csv inputs
run 1 model init no/such/parent --from-csv inputs
err_has 'no/such/parent: No such file'

# Bad CSV is an error with its place, and leaves nothing.
mkdir bad && cp inputs/artists.csv bad && printf 'id,name\n1,"open\n' >bad/broken.csv
run 1 model init from_bad --from-csv bad
err_has 'bad/broken\.csv: line 2, column 3: the quote that opens this cell is never closed'
[ ! -e from_bad ] || fail "a model was begun"
printf 'id,name\n1,\xff\n' >bad/broken.csv
run 1 model init from_bad --from-csv bad
err_has 'invalid UTF-8'
run 1 model init from_nothing --from-csv empty_folder
err_has 'there is no CSV file with a header'
run 1 model init from_nothing --from-csv nowhere_at_all
run 2 model init
err_has 'needs DIR'
run 2 model init somewhere
err_has 'needs --from-csv'
run 2 status --from-csv inputs
err_has 'status does not take --from-csv'

# Nothing is written when there is nowhere to say it.
run 1 model init unsaid --from-csv inputs -o no/such/folder/out.txt
[ ! -e unsaid ] || fail "a model was written"

# What is no number in earnest stays text; a serial with a fraction has a time of day; a column that
# never repeats is the key alone.
mkdir careful
printf 'day,visitor,place,dial,seen\n' >careful/visits.csv
for i in 1 2 3 4 5 6; do
    printf '2026-01-0%s,Visitor %s,Hall %s,+4930123%s,2026-02-0%s\n' $((i / 2 + 1)) "$i" \
        $((i / 4)) $((i / 4)) "$i"
done >>careful/visits.csv
printf '2026-01-04,Visitor 7,Hall 1,+49301231,46060.5\n' >>careful/visits.csv
draft careful_model careful
model=careful_model
field visits '' 's["schema"]["primaryKey"]' "['visitor']"
field visits dial 'f["type"], "0 or +" in f["description"]' "('string', True)"
field visits seen 'f["type"]' datetime

# As sheets really are: sums below, a banner above, a column without a name, words among dates and
# numbers, percentages, telephone numbers, the price of one piece, a column that another sheet lists.
mkdir real
{
    echo 'Member No,Name,Phone,Joined,Plan,Class,Monthly Fee,Left,,Share'
    for i in 1 2 3 4 5 6 7 8; do
        echo "000$i,Name $i,030 12345$i,1$i/02/2025,$([ $((i % 2)) = 0 ] && echo Basic || echo 'plus '),Yoga,£29.50,$([ $i -gt 2 ] && echo "0$i/03/2025" || echo asked),,5%"
    done
    printf ',,,,,,,,,\nTotal:,,,,,,£236.00,,,\n,,,,,average,£29.50,,,\n'
} >real/members.csv
printf 'Class,Unit Price,On,Phone\nYoga,5.00,2025-01-03,1\nSpin,7.50,2025-01-04,2\n,,,\n* with tax,,,\n' >real/classes.csv
printf 'PRICE LIST 2025,,,\n,,,\nNo,Item,Price,Size\n1,Mat,20.00,S\n2,Ball,9.00,M\n' >real/prices.csv
draft real_model real
model=real_model
field members '' '"from row 11 on there are sums or remarks, which were not looked at; a run turns them away" in s["description"]' True
field members '' 's["schema"]["foreignKeys"][0]["reference"]["resource"]' classes
field members joined 'f["constraints"], f["goldleaf:dateForms"]' "({'required': True}, ['DD/MM/YYYY'])"
field members phone 'f["type"]' string
field members plan 'f["categories"]' "['plus', 'Basic']"
field members left '"6 of 8 cells are dates, but not all, such as \"asked\"" in f["description"], f["type"]' "(True, 'string')"
field members share '"percentages" in f["description"], "categories" in f' '(True, False)'
field classes '' 's["schema"]["primaryKey"], "from row 5 on" in s["description"]' "(['class'], True)"
field classes on 'f["constraints"]' "{'required': True}"
field prices '' '"names 1 of 4 columns" in s["description"]' True
grep -q sum_ real_model/gold/members_by_month.sql || fail "fees are not added up"
! grep -q sum_ real_model/gold/classes_by_month.sql || fail "prices of one piece are added up"
run 0 all --model real_model --inputs real --database real.sqlite
run 0 rejects --model real_model --database real.sqlite --format json
json '[(r["sheet"], r["row"], r["rule"]) for r in d["rejects"]]' "[('classes', 5, 'required'), ('members', 11, 'required'), ('members', 12, 'required')]"

# Strange sheets: names that are keywords or no names, headers that repeat or are not ASCII, no
# rows, one column, twice the same, an empty file, decimal commas, mixed dates.
mkdir strange
printf 'order,group,select,Größe,2024,order,snapshot_id\n1,a,b,c,d,e,f\n2,a,b,c,d,e,f\n' >'strange/2025 Orders (new).csv'
printf 'id,when\n' >strange/table.csv
printf 'x\n1\n1\n\n' >strange/one.csv
printf 'word\nw\n' >strange/one_current.csv
: >strange/nothing.csv
printf 'id;price;day;share;weight;ts\n1;12,50;31.12.2025;5%%;0.125;2026-01-01T10:00:00+05:30\n2;7,00;01.01.2026;7%%;1.5;2026-01-02T10:00:00Z\n' >strange/europe.csv
printf 'id,day,n\n1,13/02/2026,none\n2,02/13/2026,5\n3,03/04/2026,6\n' >strange/mixed.csv
printf 'id,parent_no\n1,\n2,1\n' >strange/SHOUT.CSV
printf 'id,note\n1,"a ""b"" \\ <i> %%s %%n"\n' >'strange/100%s.csv'
draft strange_model strange
err_lacks 'fault'
model=strange_model
field s_2025_orders_new '' '[f["name"] for f in s["schema"]["fields"]]' "['order', 'group', 'select']"
field s_2025_orders_new '' '"Größe" in s["description"]' True
field one_current_2 word 'f["type"]' string
field europe price 'f["type"], "decimal comma" in f["description"]' "('string', True)"
field europe weight 'f["type"]' string
field europe ts 'f["type"]' datetime
field mixed day '"some dates have the day first" in f["description"], f["type"]' "(True, 'string')"
field mixed n 'f["missingValues"]' "['', 'none']"
run 0 all --model strange_model --inputs strange --database strange.sqlite
run 0 rejects --model strange_model --database strange.sqlite --format json
json '[(r["sheet"], r["rule"]) for r in d["rejects"]]' "[('one', 'duplicate_row')]"

# As data, and quietly.
run 0 model init as_json --from-csv inputs --format json
json 'd["model"], len(d["sheets"]), all(x["text"].startswith("Check: ") for x in d["doubts"])' "('as_json', 8, True)"
run 0 model init quiet_one --from-csv inputs -q
out_is_empty

# Decimal commas, with signs and blanks, are amounts that cannot be read: neither whole numbers nor a
# few words. A second row of headings does not choose the key, and is all that is turned away.
mkdir units
{
    echo 'Gift;Sum;Weight'
    for i in $(seq 1 40); do
        printf '%s;%s;0,%s\n' "$i" "$([ $((i % 2)) = 0 ] && echo '20,00 €' || echo '1 000 €')" $((100 + i))
    done
} >units/gifts.csv
{
    printf 'Hotel,Room,Rate,Size\n,,EUR,m2\n'
    for i in $(seq 1 60); do
        printf '%s,%s,%s,%s\n' "$([ $((i % 2)) = 0 ] && echo ZRH || echo BER)" $((i / 2)) \
            $((80 + i % 20)) $((20 + i % 7))
    done
} >units/rooms.csv
draft units_model units
model=units_model
field gifts sum 'f["type"], "categories" in f, "decimal comma" in f["description"]' "('string', False, True)"
field gifts weight 'f["type"], "decimal comma" in f["description"]' "('string', True)"
field rooms '' 's["schema"]["primaryKey"], "empty in 1 of 61 rows" in s["description"]' "(['hotel', 'room'], True)"
run 0 all --model units_model --inputs units --database units.sqlite
run 0 rejects --model units_model --database units.sqlite --format json
json '[(r["sheet"], r["row"], r["rule"]) for r in d["rejects"]]' "[('rooms', 2, 'required')]"
