#!/usr/bin/env bash
# When Google cannot be reached the CSV files stand in, sheet by sheet; when it refuses, they do not.
. "$(dirname "$0")/lib.sh"
make_shop
fault # nothing is wrong at first
cp -r root/shop files # newer than the last pull from Google, and different
echo 'T-9,E-1,C-1,2026-02-05 09:00:00,web,100.00,INR,sold' >>files/tickets.csv
touch -d '1 hour' files/*
cp -rp files old
touch -d 2020-01-01 old/*
run 0 all --source csv --inputs files --database csv.sqlite
content csv.sqlite >expected.csv
cp base.sqlite warehouse.sqlite
run 0 all --source csv --inputs files
content warehouse.sqlite >expected.csv.second

pull 0 --database fresh.sqlite
run 0 export bronze_tickets --database fresh.sqlite -o tickets.csv

is_as_at_google() {
    run 0 export bronze_tickets
    cmp tickets.csv out || fail "not Google's tickets"
}

# take CODE FILES OPTION...: a run that may fall back
take() {
    local expected=$1 files=$2
    shift 2
    run "$expected" all --inputs "$files" --patience 0 "$@"
}

# loads EXPECTED: source and status of all sheets in the last run, as "csv loaded 8", sorted
loads() {
    local found
    found=$(sqlite3 warehouse.sqlite "SELECT source || ' ' || status || ' ' || COUNT(*)
        FROM audit_loads WHERE layer = 'bronze'
            AND run_id = (SELECT run_id FROM audit_runs ORDER BY started_at DESC, rowid DESC LIMIT 1)
        GROUP BY source, status ORDER BY source, status" | tr '\n' ';')
    [ "$found" = "$1" ] || fail "the loads are $found and not $1"
}

same() {
    content warehouse.sqlite >found
    cmp -s "$1" found || fail "not the data of $1: $(diff "$1" found | head -n 5)"
}

# empty NAME: a case without a warehouse
empty() {
    case_begin "$1"
    rm warehouse.sqlite
}

# ---- an outage of each endpoint, and of each kind ----

# outage NAME | SCRIPT | MESSAGE [| OPTIONS]
outage() {
    local options
    read -ra options <<<"${4:-}"
    empty "first run: $1"
    fault_of "$2"
    take 3 files "${options[@]}"
    out_has '^! Google could not be reached: 8 of the sheets came from CSV files, 0 stay as'
    err_has "^goldleaf: warning: tickets: taken from the CSV file: .*$3"
    loads 'csv loaded 8;'
    same expected.csv

    case_begin "next run: $1"
    faults=$((faults - 1)) # the same one again
    take 3 files "${options[@]}"
    loads 'csv loaded 6;csv unchanged 2;' # 100.00 of the file is 100 at Google
    same expected.csv.second
    fault
    take 0 files
    err_lacks 'CSV file'
    loads 'sheets loaded 5;sheets unchanged 3;'
    is_as_at_google
}
rows outage <<'TABLE'
token 503      | token * status 503      | the token endpoint is not available now
token page     | token * html            | the token endpoint's answer is not what Google says
metadata 500   | metadata * error internal | cannot answer just now \(HTTP 500\)
metadata reset | metadata * reset        | the connection was lost
metadata stall | metadata * stall 60     | (too slow|timed out|timeout) | --timeout 1
values 429     | values * error quota-user | the quota of read requests is used up
values 504     | values * error deadline | cannot answer just now \(HTTP 504\)
values page    | values * html           | a web page instead of an answer
values half    | values * short-json     | the answer cannot be read
values cut off | values * truncate 50%   | the answer was cut short
TABLE

# ---- what status and the log say ----

empty 'status after a fallback'
fault 'values * status 503'
take 3 files --format json --log-format json
json 'd["exit_code"]' 3
json '{s["source"] for s in d["sheets"]}' "{'csv'}"
json 'all("HTTP 503" in s["message"] for s in d["sheets"])' True
grep -c '"level":"warn","event":"sheet_notice".*"message":"[a-z]*: taken from the CSV file: ' err |
    grep -qx 8 || fail "the log does not tell of each sheet"
run 0 status
out_has '^tickets +csv +'
run 0 status --format json
json '{(s["source"], s["location"].split("/")[0]) for s in d["sheets"]}' "{('csv', 'files')}"
json 'd["last_run"]["exit_code"]' 3
json 'd["last_run"]["status"]' 'done'
json 'd["snapshots"]' 1

# ---- a file never replaces what came from Google, unless it is newer ----

case_begin 'files older than the last pull'
fault 'values * status 503'
take 75 old
err_has 'old/[a-z]+\.csv is older than the last pull from Google'
err_has '^  hint: the last good version stays'
check_untouched
check_heals

case_begin 'one file is newer'
fault 'values * status 503'
cp -rp old mixed
cp files/tickets.csv mixed/
touch -d '1 hour' mixed/tickets.csv
take 3 mixed
out_has '1 of the sheets came from CSV files, 7 stay as'
out_has '^tickets +csv .*loaded'
out_has '^artists +sheets .*kept'
err_has 'artists: .*HTTP 503.*mixed/artists\.csv is older than the last pull'
loads 'csv loaded 1;sheets kept 7;'
sqlite3 warehouse.sqlite 'SELECT ticket_id FROM silver_tickets' >found
[ "$(tr '\n' ' ' <found)" = 'T-1 T-2 T-4 T-5 T-9 ' ] || fail "not the tickets of the file"
sqlite3 warehouse.sqlite 'SELECT artist_id FROM silver_artists' >found
[ "$(<found)" = A-1 ] || fail "an old file was taken"
run 0 status
out_has '^tickets +csv '
out_has '^artists +sheets '

# an outage that goes on: the file is as it was, and so is the sheet
take 3 mixed
loads 'csv unchanged 1;sheets kept 7;'
# Google's rows come back
fault
take 0 mixed
loads 'sheets loaded 2;sheets unchanged 6;'
is_as_at_google
# and the file is now the older one, whatever its content, once it is not touched again
touch -d 2020-01-01 mixed/tickets.csv
fault 'values * status 503'
take 75 mixed
err_has 'is older than the last pull from Google'

case_begin 'one file, nothing else'
fault 'metadata * status 503'
mkdir one
cp files/tickets.csv one/
touch -d '1 hour' one/tickets.csv
take 3 one
out_has '1 of the sheets came from CSV files, 7 stay as'
err_has 'artists: .*there is no one/artists\.csv to fall back to'
loads 'csv loaded 1;sheets kept 7;'

case_begin 'no files at all'
fault 'metadata * status 503'
take 75 no-files
err_has 'there is no no-files/[a-z]+\.csv to fall back to'
check_untouched
check_heals

empty 'nothing from anywhere'
fault 'metadata * status 503'
take 75 no-files
[ ! -e warehouse.sqlite ] || [ -z "$(sqlite3 warehouse.sqlite .schema)" ] || fail "it left tables"
fault
take 0 no-files
same expected.fresh

# ---- in mid-pull: what has come from Google stays ----

mkdir root/cut
cp root/shop/*.csv root/cut
cat >root/cut/spreadsheet.json <<'JSON'
{"title": "Cut", "tabs": [
  {"title": "artists", "file": "artists.csv"}, {"title": "venues", "file": "venues.csv"},
  {"title": "events", "file": "events.csv"}, {"title": "customers", "file": "customers.csv"},
  {"title": "tickets", "file": "tickets.csv", "rowCount": 60000},
  {"title": "checkins", "file": "checkins.csv"}, {"title": "refunds", "file": "refunds.csv", "rowCount": 60000},
  {"title": "campaigns", "file": "campaigns.csv"}]}
JSON
for nth in 2 3 4 5; do # before and within the tickets, before and within the refunds
    empty "from values $nth on"
    fault "values $nth+ status 503"
    SPREADSHEET=cut take 3 files
    case $nth in
    2 | 3) loads 'csv loaded 4;sheets loaded 4;' ;;
    4 | 5) loads 'csv loaded 2;sheets loaded 6;' ;;
    esac
    [ "$(requests values)" -eq "$nth" ] || fail "Google is asked again after the outage"
    sqlite3 warehouse.sqlite "SELECT COUNT(*) FROM silver_tickets WHERE ticket_id = 'T-9'" >found
    [ "$(<found)" = $((nth < 4)) ] || fail "the tickets are not of one source"
    fault
    SPREADSHEET=cut take 0 files
    asked values 5
done

# ---- where there is no falling back ----

case_begin '--source sheets'
fault 'values * status 503'
run 75 all --source sheets --inputs files --patience 0
check_untouched
check_heals

case_begin '--source csv'
fault
run 0 all --source csv --inputs files
asked requests 0
same expected.csv.second

# refusal NAME | SCRIPT
refusal() {
    case_begin "$1"
    fault_of "$2"
    take 6 files
    check_untouched
    check_heals
}
rows refusal <<'TABLE'
not shared        | metadata * error not-shared
wrong id          | metadata * error wrong-id
not shared, later | values * error not-shared
API disabled      | metadata * error api-disabled
token refused     | values * error unauthenticated
key refused       | token * error invalid-signature
clock             | token * error clock
TABLE

case_begin 'unusable key'
fault
echo '{"type": "service_account"}' >bad.json
chmod 600 bad.json
GOOGLE_APPLICATION_CREDENTIALS=$work/bad.json take 6 files
asked requests 0
[ "$(sqlite3 warehouse.sqlite 'SELECT COUNT(*) FROM audit_runs')" = 1 ] || fail "a run was recorded"
all_but_runs warehouse.sqlite | cmp -s base.dump - || fail "something of it was published"

case_begin 'no key'
GOOGLE_APPLICATION_CREDENTIALS='' take 2 files
err_has 'there are no credentials for Google'
err_has '^  hint: set GOOGLE_APPLICATION_CREDENTIALS'

case_begin 'the proxy does not know it'
fault 'metadata * html 403'
take 1 files
check_untouched

# ---- where nothing is configured ----

empty 'not configured'
fault
SPREADSHEET='' take 0 files
asked requests 0
loads 'csv loaded 8;'
same expected.csv

# ---- a part of the sheets is configured ----

empty 'only one sheet'
SPREADSHEET='' SHEET_TICKETS=shop take 0 files
loads 'csv loaded 7;sheets loaded 1;'
fault 'values * status 503'
SPREADSHEET='' SHEET_TICKETS=shop take 3 files
out_has '1 of the sheets came from CSV files, 0 stay'
loads 'csv loaded 1;csv unchanged 7;'
SPREADSHEET='' SHEET_TICKETS=shop run 2 all --source sheets
err_has 'nothing says which spreadsheet has the sheet'
err_has '^  hint: set SPREADSHEET, or SHEET_ARTISTS'

# ---- nobody is there ----

# unreachable NAME ENDPOINT MESSAGE
unreachable() {
    export GOLDLEAF_GOOGLE_ENDPOINT=$2
    case_begin "$1"
    run 75 all --source sheets --inputs files --patience 0 --timeout 3
    err_has "$3"
    check_untouched
    empty "$1, with files"
    take 3 files --timeout 3
    err_has "tickets: taken from the CSV file: .*$3"
    loads 'csv loaded 8;'
    same expected.csv
    export GOLDLEAF_GOOGLE_ENDPOINT=$endpoint
}
free_port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
unreachable 'connection refused' "http://127.0.0.1:$free_port" \
    "127\.0\.0\.1:$free_port: .*([Cc]onnect|refused)"
unreachable 'no such host' https://nosuchhost.invalid 'nosuchhost\.invalid: (the name is not found|.*(timed out|timeout))'

finish
