#!/usr/bin/env bash
# What `goldleaf doctor` finds, one fault at a time: what is wrong, what to do, the exit code; and that
# it writes nothing.
. "$(dirname "$0")/lib.sh"
make_shop --email robot@demo.iam.gserviceaccount.com
fault
cp base.sqlite warehouse.sqlite
sheets=(artists venues events customers tickets checkins refunds campaigns)

# What is there: names, sizes, times and content. SQLite's own files beside a database come with
# every command that reads.
traces() {
    find . -type f ! -name out ! -name err ! -name script ! -name 'found*' ! -name '*.sqlite-*' \
        -printf '%p %s %T@\n' | sort
    md5sum warehouse.sqlite 2>/dev/null || true
}

# doctor CODE OPTION...: the checks as JSON; nothing may be written. They are in found.checks then,
# a line each, with tabs between the fields.
doctor() {
    local expected=$1
    shift
    traces >found.before
    run "$expected" doctor --format json --patience 0 "$@"
    traces >found.after
    cmp -s found.before found.after || fail "it wrote: $(diff found.before found.after)"
    "$python" - "$expected" >found.checks <<'PY' || fail "the JSON is not as it should be: $(<found.checks)"
import json, sys
document = json.load(open("out"))
assert set(document) == {"checks"}
for check in document["checks"]:
    assert list(check) == ["name", "status", "message", "hint"]
    assert check["name"] and check["message"] and check["hint"] != ""
    assert check["status"] in ("ok", "warn", "fail")
    print(*(value or "-" for value in check.values()), sep="\t")
failed = any(check["status"] == "fail" for check in document["checks"])
assert failed == (sys.argv[1] != "0")
PY
}

# finds NAME STATUS MESSAGE HINT: one check; the last two are regular expressions
finds() {
    local check status message hint
    while IFS=$'\t' read -r check status message hint; do
        [[ $check != "$1" || $status != "$2" || ! $message =~ $3 ]] || break
        check=
    done <found.checks
    [ -n "${check:-}" ] || fail "no such finding: $1, $2, $3"
    if [ "$4" = - ]; then
        [ "$hint" = - ] || fail "$1 has a hint: $hint"
    else
        [[ $hint =~ $4 ]] || fail "the hint of $1 is: $hint"
    fi
}

finds_no() { ! cut -f 1 found.checks | grep -qxF "$1" || fail "$1 was looked at"; }

# ---- all is well ----

case_begin 'all is well'
doctor 0
names=$(cut -f 1 found.checks | tr '\n' ',')
[ "$names" = 'model,key,token,clock,spreadsheet shop,artists,venues,events,customers,tickets,checkins,refunds,campaigns,database,' ] ||
    fail "the checks are $names"
finds model ok 'ticketing .*8 sheets, 3 KPI tables' -
finds key ok "service account from GOOGLE_APPLICATION_CREDENTIALS \($work/key\.json\), robot@demo\.iam\.gserviceaccount\.com" -
finds token ok 'an access token was given' -
finds clock ok "this machine's clock is [0-9]+ s (ahead|behind)" -
finds 'spreadsheet shop' ok '"shop", 8 tabs, locale en_US, time zone Etc/GMT' -
finds tickets ok 'the tab "tickets" has every column' -
finds database ok 'warehouse\.sqlite can be read and written' -
[ "$(requests values)" -le 8 ] || fail "it asks more than once a sheet"

case_begin 'as text'
run 0 doctor
out_has '^ok +key: service account from'
out_says '14 ok, 0 to look at, 0 failed$|14 ok, 0 to look at, 0 failed'
err_is_empty
run 0 doctor --format csv
out_has '^name,status,message,hint$'
out_has '^tickets,ok,'

case_begin 'no database yet'
rm -f warehouse.sqlite
doctor 0
finds database ok 'warehouse\.sqlite does not exist yet; the first run will make it' -
[ ! -e warehouse.sqlite ] || fail "it made a database"
doctor 1 --database no/such/folder/x.sqlite
finds database fail 'does not exist yet; the first run cannot make it' 'make the folder'
head -c 5000 /dev/urandom >noise.sqlite
doctor 7 --database noise.sqlite
finds database fail 'noise\.sqlite' '.'

# ---- one fault each ----

# one NAME | SCRIPT | CODE | CHECK | MESSAGE | HINT | NOT REACHED
one() {
    case_begin "$1"
    fault_of "$2"
    doctor "$3"
    finds "$4" fail "$5" "$6"
    [ "$7" = - ] || finds_no "$7"
    finds database ok 'can be read and written' - # what does not lean on it is looked at all the same
    fault
}
rows one <<'TABLE'
signature      | token * error invalid-signature | 6 | token | the signature of its key is not accepted | create a new key | spreadsheet shop
no account     | token * error account-not-found | 6 | token | there is no such account | client_email | spreadsheet shop
invalid scope  | token * error invalid-scope | 6 | token | reading spreadsheets is not a permission | administrator | spreadsheet shop
token 503      | token * status 503     | 75 | token | the token endpoint is not available now | try again | spreadsheet shop
token page     | token * html           | 75 | token | is not what Google says | login page | spreadsheet shop
token redirect | token * redirect http://127.0.0.1:1/ | 6 | token | never followed | proxy | spreadsheet shop
token reset    | token * reset          | 75 | token | the connection was lost | - | spreadsheet shop
clock refused  | token * clock 7300 error clock | 6 | token | this machine's clock is 2 h behind | timedatectl | spreadsheet shop
clock, minutes | any * clock -1000      | 1 | clock | this machine's clock is (999|100[0-9]) s ahead of Google's | timedatectl set-ntp true | -
not shared     | metadata * error not-shared | 6 | spreadsheet shop | no permission to read it | share it with robot@demo | tickets
wrong id       | metadata * error wrong-id | 6 | spreadsheet shop | Google knows no spreadsheet of this id | part of its URL | tickets
Office file    | metadata * error office-file | 6 | spreadsheet shop | is an Office file | Save as Google Sheets | tickets
API disabled   | metadata * error api-disabled | 6 | spreadsheet shop | the Google Sheets API is not enabled | https://console | tickets
scope          | metadata * error scope-insufficient | 6 | spreadsheet shop | not meant for spreadsheets | scope | tickets
401            | metadata * error unauthenticated | 6 | spreadsheet shop | does not take the access token | doctor | tickets
quota          | metadata * error quota-user | 75 | spreadsheet shop | the quota of read requests is used up | others may use the same key | tickets
metadata 500   | metadata * error internal | 75 | spreadsheet shop | cannot answer just now \(HTTP 500\) | - | tickets
metadata half  | metadata * short-json  | 75 | spreadsheet shop | the answer cannot be read | - | tickets
proxy          | metadata * html 407    | 1 | spreadsheet shop | an unexpected answer \(HTTP 407\) | proxy or firewall | tickets
values 503     | values * status 503    | 75 | tickets | cannot answer just now \(HTTP 503\) | - | -
one tab is out of order | values 3 status 503 | 75 | events | cannot answer just now \(HTTP 503\) | - | -
TABLE

case_begin 'clock, seconds'
fault 'any * clock 120'
doctor 0
finds clock warn "this machine's clock is (119|12[0-9]) s behind Google's" 'timedatectl set-ntp true'
fault

case_begin 'nobody is there'
GOLDLEAF_GOOGLE_ENDPOINT=http://127.0.0.1:1 doctor 75
finds token fail '127\.0\.0\.1:1: ' 'is this machine connected to the internet'

case_begin 'a busy moment'
fault 'metadata 1 status 503'
run 0 doctor --format json --patience 9
json '{c["status"] for c in d["checks"]}' "{'ok'}"
fault

# ---- the key ----

echo '{"type": "service_account"}' >bad.json
cp key.json open.json
chmod 600 bad.json
chmod 644 open.json
case_begin 'no such key'
GOOGLE_APPLICATION_CREDENTIALS=missing.json doctor 6
finds key fail 'GOOGLE_APPLICATION_CREDENTIALS \(missing\.json\): No such file' 'the path of the JSON key'
finds_no token
case_begin 'no key in it'
GOOGLE_APPLICATION_CREDENTIALS=bad.json doctor 6
finds key fail 'bad\.json\): .*client_email' 'create a JSON key'
case_begin 'no credential'
GOOGLE_APPLICATION_CREDENTIALS='' doctor 2
finds key fail 'there are no credentials for Google' 'set GOOGLE_APPLICATION_CREDENTIALS'
case_begin 'others can read the key'
GOOGLE_APPLICATION_CREDENTIALS=open.json doctor 0
finds 'key file' warn 'open\.json can be read by other users' 'chmod 600'
finds token ok 'was given' -

# ---- the tabs ----

case_begin 'no such tab'
SHEET_TICKETS='!Orders' doctor 1
finds tickets fail 'spreadsheet shop has no tab "Orders"; its tabs: artists, campaigns, .*venues' 'SHEET_'
for sheet in "${sheets[@]}"; do
    [ "$sheet" = tickets ] || finds "$sheet" ok 'has every column' -
done

case_begin 'the header lacks something'
cp root/shop/tickets.csv tickets.saved
sed -i '1s/ticket_id/number/' root/shop/tickets.csv
doctor 1
finds tickets fail 'the tab "tickets" lacks required columns: .*ticket_id' "the model's columns: goldleaf model"
cp tickets.saved root/shop/tickets.csv
sed -i '1s/channel/colour/' root/shop/tickets.csv
doctor 0
finds tickets warn 'the tab "tickets" lacks columns, which are taken as empty: channel' -
: >root/shop/tickets.csv
doctor 1
finds tickets fail 'the tab "tickets" has no header' "the model's columns"
cp tickets.saved root/shop/tickets.csv

case_begin 'a chart'
mkdir root/chart
echo '{"title": "Chart", "tabs": [{"title": "tickets", "sheetType": "OBJECT"}]}' >root/chart/spreadsheet.json
SHEET_TICKETS=chart doctor 1
finds tickets fail 'is a chart or a connected table' '.'
finds 'spreadsheet chart' ok '1 tabs?' -
finds 'spreadsheet shop' ok '8 tabs' -

case_begin 'one spreadsheet of two'
SHEET_TICKETS=nowhere doctor 6
finds 'spreadsheet nowhere' fail 'Google knows no spreadsheet of this id' 'part of its URL'
finds 'spreadsheet shop' ok '8 tabs' -
finds venues ok 'has every column' -
finds_no tickets

# ---- what is configured ----

case_begin 'an address that cannot be meant'
SPREADSHEET='my sheet' doctor 2
finds spreadsheet fail 'SPREADSHEET: this is not the id or URL' 'paste the address bar'
SHEET_TICKETS='https://example.com/x' doctor 2
finds spreadsheet fail 'SHEET_TICKETS: the URL does not lead to docs\.google\.com' 'paste the address bar'

case_begin 'no spreadsheet'
SPREADSHEET='' doctor 0 --inputs before
finds spreadsheet warn 'no spreadsheet is configured; the sheets are read from CSV files' 'set SPREADSHEET'
finds tickets ok 'before/tickets\.csv has every column' -
finds token ok 'was given' - # the key is looked at all the same
SPREADSHEET='' doctor 1 --source sheets
finds spreadsheet fail 'no spreadsheet is configured' 'set SPREADSHEET'

case_begin '--source csv'
fault
doctor 0 --source csv --inputs before
finds tickets ok 'before/tickets\.csv has every column' -
finds_no key
[ "$(requests requests)" = 0 ] || fail "it asked Google"
doctor 1 --source csv --inputs no-files
finds tickets fail 'no-files/tickets\.csv: No such file' -

finish
