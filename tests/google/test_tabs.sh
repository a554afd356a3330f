#!/usr/bin/env bash
# Which tab is meant, and what of its cells arrives: names that need quoting, numbers, links; and what
# people put into sheets, as bronze keeps it.
. "$(dirname "$0")/lib.sh"
make_shop
fault

mkdir root/odd
printf 'venue_id,name,city,state,country,capacity\nV-1,Odd Hall,Pune,MH,IN,9\n' >root/odd/venues.csv
cp root/odd/venues.csv venues.csv
printf 'not,the,right,one\n' >root/odd/wrong.csv
cat >root/odd/spreadsheet.json <<'JSON'
{"title": "Odd ones", "tabs": [
  {"title": "First", "file": "wrong.csv"},
  {"title": "D3", "file": "venues.csv", "sheetId": 5},
  {"title": "Q1 '26", "file": "venues.csv"},
  {"title": "😀 Verkäufe", "file": "venues.csv"},
  {"title": "a!b", "file": "venues.csv"},
  {"title": "say \"hi\"", "file": "venues.csv"},
  {"title": "''", "file": "venues.csv"},
  {"title": "A1:B2", "file": "venues.csv"},
  {"title": "R1C1", "file": "venues.csv"},
  {"title": "50% & more = #1?", "file": "venues.csv"},
  {"title": "2026", "file": "venues.csv"},
  {"title": "two  blanks", "file": "venues.csv"},
  {"title": "Secret", "file": "venues.csv", "hidden": true, "sheetId": 123456789},
  {"title": "Chart", "sheetType": "OBJECT", "sheetId": 77},
  {"title": "VENUES", "file": "venues.csv", "sheetId": 8},
  {"title": "Last", "file": "wrong.csv"}]}
JSON

# tab NAME | ADDRESS | LINK: the venues come from there
tab() {
    case_begin "$1"
    rm warehouse.sqlite
    SHEET_VENUES=$2 pull 0
    run 0 export bronze_venues
    cmp venues.csv out || fail "not this tab"
    link=$(sqlite3 warehouse.sqlite "SELECT location FROM audit_loads WHERE table_name = 'bronze_venues'")
    [[ $link =~ ^https://docs\.google\.com/spreadsheets/d/$3$ ]] || fail "the link is $link"
    [ "$(sqlite3 warehouse.sqlite 'SELECT COUNT(*) FROM silver_tickets')" = 4 ] || fail "not the shop's tickets"
}
rows tab <<'TABLE'
like a cell          | odd!D3                 | odd/edit#gid=5
blank and apostrophe | odd!Q1 '26             | odd/edit#gid=[0-9]+
emoji and umlaut     | odd!😀 Verkäufe        | odd/edit#gid=[0-9]+
exclamation mark     | odd!a!b                | odd/edit#gid=[0-9]+
quotation marks      | odd!say "hi"           | odd/edit#gid=[0-9]+
two apostrophes      | odd!''                 | odd/edit#gid=[0-9]+
like a range         | odd!A1:B2              | odd/edit#gid=[0-9]+
like another range   | odd!R1C1               | odd/edit#gid=[0-9]+
signs of a URL       | odd!50% & more = #1?   | odd/edit#gid=[0-9]+
a number             | odd!2026               | odd/edit#gid=[0-9]+
two blanks           | odd!two  blanks        | odd/edit#gid=[0-9]+
hidden               | odd!Secret             | odd/edit#gid=123456789
other case           | odd!d3                 | odd/edit#gid=5
by the sheet's name  | odd                    | odd/edit#gid=8
by number            | odd#gid=5              | odd/edit#gid=5
hidden, by number    | odd#gid=123456789      | odd/edit#gid=123456789
number of no tab     | odd#gid=999            | odd/edit#gid=8
address bar          | https://docs.google.com/spreadsheets/d/odd/edit#gid=5 | odd/edit#gid=5
address bar, new     | https://docs.google.com/spreadsheets/d/odd/edit?gid=77#gid=5 | odd/edit#gid=5
address bar, account | https://docs.google.com/spreadsheets/u/1/d/odd/edit?usp=sharing#gid=5 | odd/edit#gid=5
address bar, no tab  | https://docs.google.com/spreadsheets/d/odd/edit?usp=sharing | odd/edit#gid=8
TABLE

# Only the tab: of the spreadsheet that is for all.
case_begin 'only a tab of SPREADSHEET'
cp root/odd/venues.csv "root/shop/Other Places.csv"
SHEET_VENUES='!Other Places' pull 0
run 0 export bronze_venues
cmp venues.csv out || fail "not this tab"
rm "root/shop/Other Places.csv"

case_begin 'SPREADSHEET is an address bar'
SPREADSHEET='https://docs.google.com/spreadsheets/d/shop/edit?gid=77#gid=77' pull 0
check_complete

case_begin 'two spreadsheets'
rm warehouse.sqlite
fault
SHEET_VENUES='odd!D3' SHEET_REFUNDS=shop pull 0
asked metadata 2
asked values 2

# ---- no such tab ----

# held NAME | ADDRESS | REASON: the last good version stays
held() {
    case_begin "$1"
    SHEET_VENUES=$2 pull 4
    run 0 status --format json
    grep -qE -- "\"held\": \".*$3" out || fail "not the reason"
    run 0 export silver_venues
    out_has '^V-1,Barn,'
    [ "$(sqlite3 warehouse.sqlite 'SELECT COUNT(*) FROM silver_artists')" = 2 ] || fail "the other sheets did not go on"
    pull 0
}
rows held <<'TABLE'
no such tab      | odd!Places | spreadsheet odd has no tab .*Places.*; its tabs: First, D3, Q1 '26, .* and 4 more
no tab of the name | shop!Venue | spreadsheet shop has no tab .*Venue.*; its tabs: artists, campaigns, checkins, customers, events, refunds, tickets, venues
a chart          | odd!Chart  | the tab .*Chart.* of spreadsheet odd is a chart or a connected table
a chart, by number | odd#gid=77 | the tab .*Chart.* of spreadsheet odd is a chart or a connected table
another sheet    | odd!First  | required column missing: venue_id
TABLE

# ---- addresses that cannot be meant ----

# wrong NAME | VALUE | MESSAGE | HINT
wrong() {
    case_begin "$1"
    fault
    SHEET_VENUES=$2 pull 2
    err_has "^goldleaf: error: SHEET_VENUES: $3"
    err_has "^  hint: $4"
    asked requests 0
}
rows wrong <<'TABLE'
not an id        | my spreadsheet | this is not the id or URL of a spreadsheet | open the spreadsheet in a browser
published        | https://docs.google.com/spreadsheets/d/e/2PACX-1v/pubhtml | this is the link of a published copy | open the spreadsheet
a document       | https://docs.google.com/document/d/abc/edit | the URL leads to a document that is not a spreadsheet | open the spreadsheet
elsewhere        | https://example.com/spreadsheets/d/abc/edit | the URL does not lead to docs\.google\.com | open the spreadsheet
no id            | https://docs.google.com/spreadsheets/u/0/ | there is no spreadsheet id in the URL | open the spreadsheet
number of nothing | odd#gid= | a number must follow gid= | open the spreadsheet
no number        | odd#5 | gid= must follow the # | open the spreadsheet
name of nothing  | odd! | the name of a tab must follow the ! | open the spreadsheet
TABLE

# ---- what is in the cells ----

mkdir root/cells
for sheet in venues events customers tickets checkins refunds campaigns; do cp "root/shop/$sheet.csv" root/cells/; done
cat >cells.head <<'JSON'
{"title": "Cells", "tabs": [{"title": "venues", "file": "venues.csv"}, {"title": "events", "file": "events.csv"},
  {"title": "customers", "file": "customers.csv"}, {"title": "tickets", "file": "tickets.csv"},
  {"title": "checkins", "file": "checkins.csv"}, {"title": "refunds", "file": "refunds.csv"},
  {"title": "campaigns", "file": "campaigns.csv"}, {"title": "artists", "file": "artists.json"
JSON
{ cat cells.head; printf '}]}\n'; } >root/cells/spreadsheet.json

# artists NAME: their cells from standard input; wanted.csv is what a person sees
artists() {
    case_begin "$1"
    rm warehouse.sqlite
    cat >root/cells/artists.json
    SPREADSHEET=cells pull "${2:-0}"
    run 0 export bronze_artists
    cmp wanted.csv out || fail "not what a person sees: $(diff wanted.csv out)"
    cp wanted.csv again.csv
    run 0 export bronze_artists --snapshot 1
    cmp wanted.csv out || fail "snapshot 1 is another one"
}
h=artist_id,name,genre,country,created_at
H='"artist_id","name","genre","country","created_at"'

printf '%s\n' "$h" 'A-1,The Larks,Folk,IN,2024-01-05 10:00:00' 'A-2,Larks 2,,,2024-01-05 00:00:00' \
    'A-3,,,,2024-01-05 17:59:59' 'A-4,,,,2024-01-05' 'A-5,,,,-1' 'A-6,,,,soon' >wanted.csv
artists 'serial dates' <<JSON
[[$H], ["A-1", "The Larks", "Folk", "IN", 45296.4166666667], ["A-2", "Larks 2", "", "", 45296],
 ["A-3", "", "", "", 45296.749988425923], ["A-4", null, null, null, "2024-01-05"],
 ["A-5", "", "", "", -1], ["A-6", "", "", "", "soon"]]
JSON

printf '%s\n' "$h" 'A-1,1975,0.1,7,' 'A-2,0.30000000000000004,1000000000000000000000,123456789012345680,' \
    'A-3,-12.5,0,100,' '4,0.000001,5,1.5,' >wanted.csv
artists 'numbers in text columns' <<JSON
[[$H], ["A-1", 1975, 0.1, 7], ["A-2", 0.30000000000000004, 1e21, 123456789012345678],
 ["A-3", -12.50, 0.0, 1.0E+2], [4, 1e-6, 5.0, 1.5]]
JSON

printf '%s\n' "$h" 'A-1,TRUE,FALSE,TRUE,' 'A-2,true,,,' >wanted.csv
artists 'booleans' <<JSON
[[$H], ["A-1", true, false, "TRUE"], ["A-2", "true"]]
JSON

printf '%s\n' "$h" 'A-1,#N/A,#DIV/0!,#REF!,#VALUE!' 'A-2,#NAME?,#NUM!,#ERROR!,#NULL!' \
    'A-3,Loading...,#1 (best),#N/A,' 'A-4,#hashtag (x),#N/A(x),,' >wanted.csv
artists 'errors of formulas' <<JSON
[[$H],
 ["A-1", "#N/A (Did not find value 'x' in VLOOKUP evaluation.)", "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)",
  "#REF! (Reference does not exist.)", "#VALUE! (Function ADD parameter 1 expects number values.)"],
 ["A-2", "#NAME? (Unknown function: 'FOO'.)", "#NUM! (x)", "#ERROR! (Formula parse error.)", "#NULL! (x)"],
 ["A-3", "Loading...", "#1 (best)", "#N/A"], ["A-4", "#hashtag (x)", "#N/A(x)"]]
JSON

printf '%s\n' "$h" 'A-1,short,,,' ',,,,' 'A-2,wide,x,IN,soon,over,,there' ',,merged,,' 'A-3,,,,' ',,,,' ',,,,' 'A-4,last,,,' >wanted.csv
artists 'ragged and blank rows' <<JSON
[[$H], ["A-1", "short"], [], ["A-2", "wide", "x", "IN", "soon", "over", "", "there"],
 ["", "", "merged"], ["A-3"], ["", "", ""], [null], ["A-4", "last"], [], ["", ""], []]
JSON

printf '%s\n' "$h" 'A-1,"comma, ""quoted""","two' 'lines",ünï 😀,' 'A-2,=SUM(A1),+1,-x,@y' \
    $'A-3,"tab\there",back\\slash,/,\'quoted\'' $'A-4, blanks ,\u3000,e\u0301,' >wanted.csv
artists 'texts' <<JSON
[[$H], ["A-1", "comma, \"quoted\"", "two\nlines", "\u00fcn\u00ef \ud83d\ude00"], ["A-2", "=SUM(A1)", "+1", "-x", "@y"],
 ["A-3", "tab\there", "back\\\\slash", "\/", "'quoted'"], ["A-4", " blanks ", "\u3000", "e\u0301"]]
JSON

printf '%s\n' "Artist ID, NAME ,genre,country,created-at,Notes" 'A-1,The Larks,Folk,IN,2024-01-05 00:00:00,45296' >wanted.csv
artists 'header as people write it' <<JSON
[["Artist ID", " NAME ", "genre", "country", "created-at", "Notes"], ["A-1", "The Larks", "Folk", "IN", 45296, 45296]]
JSON

printf '%s\n' "$h" >wanted.csv
artists 'header only' <<JSON
[[$H]]
JSON

# An empty tab has no header to judge by; the earlier version stays, and there is a word on it.
case_begin 'empty tab'
printf '[]' >root/cells/artists.json
SPREADSHEET=cells pull 4
out_says '! artists was held back: https://docs\.google\.com/spreadsheets/d/cells/edit#gid=[0-9]+ is empty: not even a header'
run 0 export silver_artists
out_has '^A-1,'
case_begin 'empty tab, never loaded'
rm warehouse.sqlite
SPREADSHEET=cells pull 4
out_says '! artists was held back: .* is empty: not even a header'
case_begin 'emptied to its header'
printf '[[%s]]' "$H" >root/cells/artists.json
SPREADSHEET=cells pull 4
out_says 'artists was held back: the sheet was emptied: all [0-9]+ rows are gone'

case_begin 'blank rows above the header'
printf '[[],[],[%s],["A-1","x"]]' "$H" >root/cells/artists.json
SPREADSHEET=cells pull 4
out_says '! artists was held back: required column missing: artist_id'

# ---- at the edge of a block: 400,000 cells are one request ----

mkdir root/edge
cp root/shop/*.csv root/edge/
edge() {
    case_begin "a grid of $1 rows"
    rm warehouse.sqlite
    cat >root/edge/spreadsheet.json <<JSON
{"title": "Edge", "tabs": [
  {"title": "artists", "file": "artists.csv"}, {"title": "venues", "file": "venues.csv"},
  {"title": "events", "file": "events.csv"}, {"title": "customers", "file": "customers.csv"},
  {"title": "tickets", "file": "tickets.csv", "rowCount": $1, "columnCount": 1000},
  {"title": "checkins", "file": "checkins.csv"}, {"title": "refunds", "file": "refunds.csv"},
  {"title": "campaigns", "file": "campaigns.csv"}]}
JSON
    awk -v rows="$2" 'NR == 1 {print; exit} END {
        for (i = 2; i <= rows; i++)
            printf "T-%d,E-1,C-1,2026-02-01 09:00:00,web,10,INR,sold\n", i
    }' root/shop/tickets.csv >root/edge/tickets.csv
    fault
    SPREADSHEET=edge pull 0
    run 0 export bronze_tickets
    cmp root/edge/tickets.csv out || fail "not the same: $(diff root/edge/tickets.csv out | head -n 5)"
    curl -s "$endpoint/__log" | grep -o 'ranges=%27tickets%27%21A[^&]*' >ranges || true
    [ "$(tr '\n' ' ' <ranges)" = "$3" ] || fail "asked for $(<ranges)"
}
edge 399 399 ''
edge 400 400 ''
edge 400 398 ''
edge 401 400 'ranges=%27tickets%27%21A1%3AALL400 ranges=%27tickets%27%21A401%3AALL402 '
edge 401 401 'ranges=%27tickets%27%21A1%3AALL400 ranges=%27tickets%27%21A401%3AALL402 '
edge 800 399 'ranges=%27tickets%27%21A1%3AALL400 ranges=%27tickets%27%21A401%3AALL801 '
edge 800 800 'ranges=%27tickets%27%21A1%3AALL400 ranges=%27tickets%27%21A401%3AALL801 '

finish
