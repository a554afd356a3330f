#!/usr/bin/env bash
# Somebody works in the spreadsheet while it is read. What is published is the sheet as it was at one
# moment, or nothing.
. "$(dirname "$0")/lib.sh"
make_shop

# versions/NAME/: a tickets.csv and the size of its grid. Two blocks of at most 2000 rows and the rest.
# version NAME ROWS [SED-SCRIPT]
version() {
    local rows=$2
    mkdir -p "root/versions/$1"
    awk -v rows="$rows" 'NR > 5 {exit} {print} END {
        for (i = 10; i <= rows; i++)
            printf "T-%d,E-%d,C-1,2026-02-01 09:%02d:00,web,%d,INR,sold\n", i, i % 2 + 1, i % 60, i % 90
    }' root/shop/tickets.csv | sed -e 's/\.00,/,/; s/\.50,/.5,/' -e "${3:-}" >"root/versions/$1/tickets.csv"
    book tickets "$(wc -l <"root/versions/$1/tickets.csv")" >"root/versions/$1/spreadsheet.json"
}

# book TITLE ROWS: the spreadsheet whose tickets have that name and that many rows
book() {
    cat <<JSON
{"title": "Edited", "tabs": [
  {"title": "artists", "file": "artists.csv"}, {"title": "venues", "file": "venues.csv"},
  {"title": "events", "file": "events.csv"}, {"title": "customers", "file": "customers.csv"},
  {"title": "$1", "file": "tickets.csv", "rowCount": $2, "columnCount": 200, "sheetId": 777},
  {"title": "checkins", "file": "checkins.csv"}, {"title": "refunds", "file": "refunds.csv"},
  {"title": "campaigns", "file": "campaigns.csv"}]}
JSON
}

version start 3000
version appended 3100
version inserted 3000 '4{h;s/T-[0-9]*/T-first/;p;g}'
version inserted-late 3000 '2900{h;s/T-[0-9]*/T-late/;p;g}'
version removed 3000 '100,200d'
version shorter 2950
version short 1500
version renamed 3000 '1s/channel/Channel/'
version reordered 3000 's/^\([^,]*\),\([^,]*\),/\2,\1,/'
version column 3000 's/$/,note/'
version no-column 3000 's/,[^,]*$//'
cp -r root/shop root/book
SPREADSHEET=book

# load NAME: the spreadsheet is in that state
load() { cp "root/versions/$1/"* root/book/; }

# to NAME...: the faults that bring the spreadsheet into these states
to() { printf 'edit versions/%s/spreadsheet.json book/spreadsheet.json edit versions/%s/tickets.csv book/tickets.csv' "$1" "$1"; }

# What each state is when nobody touches it.
for state in root/versions/*; do
    state=${state##*/}
    load "$state"
    fault
    cp base.sqlite warehouse.sqlite
    expected_code=0
    [ "$state" != no-column ] || expected_code=4
    pull "$expected_code"
    content warehouse.sqlite >"expected.$state"
    run 0 export bronze_tickets -o "tickets.$state.csv"
    case $state in
    no-column) ;;
    *) cmp "root/versions/$state/tickets.csv" "tickets.$state.csv" || fail "$state: $(diff "root/versions/$state/tickets.csv" "tickets.$state.csv" | head -n 5)" ;;
    esac
done

# edited NAME | SCRIPT | STATE [| CODE]: from the start; in the end there is the last state, whole
edited() {
    case_begin "$1"
    load start
    fault_of "$2"
    pull "${4:-0}" --patience 20
    content warehouse.sqlite >found
    cmp -s "expected.$3" found || fail "it is not as it was at one moment: $(diff "expected.$3" found | head -n 5)"
}

# values 1: the small sheets; 2: rows 1-2000 of the tickets; 3: the rest
rows edited <<TABLE
rows appended between the blocks    | values 3 $(to appended) | appended
rows inserted above                 | values 3 $(to inserted) | inserted
rows inserted below                 | values 3 $(to inserted-late) | inserted-late
rows removed above                  | values 3 $(to removed) | removed
rows removed below                  | values 3 $(to shorter) | shorter
the rest of the rows removed        | values 3 $(to short) | short
header renamed                      | values 3 $(to renamed) | renamed
columns swapped                     | values 3 $(to reordered) | reordered
column added                        | values 3 $(to column) | column
column removed                      | values 3 $(to no-column) | no-column | 4
rows appended before the tickets    | values 2 $(to appended) | appended
rows removed before the tickets     | values 2 $(to short) | short
appended after the last block       | values 4 $(to appended) | start
edited before anything is read      | metadata 1 $(to appended) | appended
edited after the tabs are known     | values 1 $(to appended) | appended
edited twice                        | values 3 $(to appended); values 5 $(to renamed) | renamed
there and back                      | values 3 $(to appended); values 5 $(to start) | start
edited three times                  | values 3 $(to appended); values 5 $(to removed); values 7 $(to inserted) | inserted
edited, then busy                   | values 3 $(to appended); values 4 status 503 | appended
busy, then edited                   | values 3 status 503; values 4 $(to removed) | removed
edited, then the tabs are busy      | values 3 $(to inserted); metadata 2 status 500 | inserted
edited, then the token ends         | values 3 $(to inserted); values 5 expire | inserted
cut off and edited                  | values 3 truncate 50%; values 4 $(to shorter) | shorter
TABLE

# ---- it never holds still ----

case_begin 'it keeps changing'
load start
fault "values 3 $(to appended)" "values 5 $(to removed)" "values 7 $(to inserted)" "values 9 $(to shorter)"
pull 75 --patience 20
err_has 'spreadsheet book is being changed again and again while it is read'
err_has '^  hint: try again when rows are not being added or removed just then'
check_untouched
fault
pull 0
content warehouse.sqlite >found
cmp -s expected.shorter found || fail "it does not heal"

case_begin 'it keeps changing, and there are files'
load start
cp -r root/shop files
touch -d '1 hour' files/*
fault "values 3 $(to appended)" "values 5 $(to removed)" "values 7 $(to inserted)" "values 9 $(to shorter)"
run 3 all --inputs files --patience 20
err_has 'tickets: taken from the CSV file: spreadsheet book is being changed again and again'
sqlite3 warehouse.sqlite "SELECT source || ' ' || COUNT(*) FROM audit_loads
    WHERE layer = 'bronze' AND snapshot_id = 2 GROUP BY source ORDER BY 1" >found
[ "$(tr '\n' ';' <found)" = 'csv 4;sheets 4;' ] || fail "the sheets came from $(<found)"
sqlite3 warehouse.sqlite 'SELECT COUNT(*) FROM silver_tickets' >found
[ "$(<found)" = 4 ] || fail "the tickets are a mixture"

# ---- the tab itself ----

mkdir root/versions/gone root/versions/other-name
book orders 3000 >root/versions/other-name/spreadsheet.json
sed '/"title": "tickets"/d' root/versions/start/spreadsheet.json >root/versions/gone/spreadsheet.json
other_name='edit versions/other-name/spreadsheet.json book/spreadsheet.json'
gone='edit versions/gone/spreadsheet.json book/spreadsheet.json'

# lost NAME | SCRIPT | TABS: the tab is not there any more; the last good version stays
lost() {
    case_begin "$1"
    load start
    fault_of "$2"
    pull 4 --patience 20
    run 0 status
    out_says "tickets is held back: spreadsheet book has no tab \"tickets\"; its tabs: $3"
    sqlite3 warehouse.sqlite "SELECT group_concat(ticket_id) FROM (SELECT ticket_id FROM silver_tickets ORDER BY 1)" >found
    [ "$(<found)" = T-1,T-2,T-3,T-4 ] || fail "the last good version did not stay: $(<found)"
    load start
    fault
    pull 0
    content warehouse.sqlite >found
    grep -q T-3000 found || fail "it does not heal"
}
rows lost <<TABLE
renamed between the blocks | values 3 $other_name | artists, venues, events, customers, orders, checkins
renamed before the tickets | values 2 $other_name | artists, venues, events, customers, orders, checkins
removed between the blocks | values 3 $gone | artists, venues, events, customers, checkins, refunds, campaigns
removed after the tabs are known | values 1 $gone | artists, venues, events, customers, checkins, refunds, campaigns
TABLE

# A tab that is meant by its number keeps it.
export SHEET_TICKETS='#gid=777'
case_begin 'renamed, but known by its number'
load start
fault "values 3 $other_name"
pull 0
content warehouse.sqlite >found
cmp -s expected.start found || fail "not the right data"
case_begin 'renamed between the blocks, and edited'
load start
fault "values 3 $other_name edit versions/appended/tickets.csv book/tickets.csv"
book orders "$(wc -l <root/versions/appended/tickets.csv)" >root/versions/other-name/spreadsheet.json
pull 0
content warehouse.sqlite >found
cmp -s expected.appended found || fail "not the right data"
unset SHEET_TICKETS

# ---- the whole spreadsheet ----

case_begin 'no longer shared'
load start
touch root/hidden
fault 'values 3 edit hidden book/.forbidden'
pull 6
err_has 'spreadsheet book: no permission to read it'
check_untouched
rm root/book/.forbidden

finish
