#!/usr/bin/env bash
# It goes wrong in the middle: the tickets are too many for one request, some of them are already
# here. What is repeated must not be there twice, what failed must not be there at all.
. "$(dirname "$0")/lib.sh"
make_shop

# values 1: the small sheets before the tickets; 2 and 3: tickets, with what fits behind them.
cp -r root/shop root/big
awk 'NR > 5 {exit} {print} END {
    for (i = 10; i <= 6000; i++)
        printf "T-%d,E-%d,C-1,2026-02-01 09:%02d:00,web,%d.50,INR,%s\n", i, i % 2 + 1, i % 60, i % 90,
            i % 7 ? "sold" : "used"
}' root/shop/tickets.csv >root/big/tickets.csv
cat >root/big/spreadsheet.json <<'JSON'
{"title": "Big", "tabs": [
  {"title": "artists", "file": "artists.csv"}, {"title": "venues", "file": "venues.csv"},
  {"title": "events", "file": "events.csv"}, {"title": "customers", "file": "customers.csv"},
  {"title": "tickets", "file": "tickets.csv", "rowCount": 6100, "columnCount": 200},
  {"title": "checkins", "file": "checkins.csv"}, {"title": "refunds", "file": "refunds.csv"},
  {"title": "campaigns", "file": "campaigns.csv"}]}
JSON
printf '{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Some new reason"}}' >root/refused.json
export SPREADSHEET=big
fault
cp base.sqlite warehouse.sqlite
pull 0
asked metadata 1
asked values 3
content warehouse.sqlite >expected
run 0 export bronze_tickets -o tickets.csv
sed 's/\.00,/,/; s/\.50,/.5,/' root/big/tickets.csv >wanted.csv
cmp wanted.csv tickets.csv || fail "cut into blocks, the sheet is another one: $(diff wanted.csv tickets.csv | head -n 5)"

rows healed <<'TABLE'
503 in the first block    | values 2 status 503      | cannot answer just now \(HTTP 503\)
503 in the last block     | values 3 status 503      | cannot answer just now \(HTTP 503\)
both blocks, twice        | values 2 status 500; values 4 status 503 | cannot answer just now \(HTTP 500\)
429 in the last block     | values 3 status 429 retry-after=1 | the quota of read requests is used up
reset                     | values 3-4 reset         | the connection was lost
reset in the body         | values 3 truncate 60% reset | the connection was lost
cut off                   | values 3 truncate 99%    | the answer was cut short
half of it                | values 2 short-json      | the answer cannot be read
corrupt gzip              | values 3 corrupt-gzip    | (cannot be decompressed|cannot be read)
stall in the body         | values 3 stall-body 60   | (too slow|timed out|timeout) | --timeout 2
page                      | values 3 html            | a web page instead of an answer
another range             | values 3 bad-json wrong-range | another range than the one that was asked for
range missing             | values 2 bad-json missing-range | fewer ranges than were asked for
range too many            | values 3 bad-json extra-range | more ranges than were asked for
too many rows             | values 3 bad-json overlong | more rows than were asked for
list in a cell            | values 3 bad-json nested-cell | a cell that is a list or an object
token expired             | values 3 expire          | does not take the access token
token expired, in each block | values 2 expire; values 4 expire | does not take the access token
late                      | values 2-3 delay 700     | -
too large, once           | values 2 gzip-bomb 70    | -
too large, the last block | values 3 gzip-bomb 70    | -
too large, five times     | values 2-6 gzip-bomb 70  | -
TABLE

rows refused <<'TABLE'
503 from the first block on | values 2+ status 503   | 75 | cannot answer just now \(HTTP 503\) | -
503 from the last block on  | values 3+ status 503   | 75 | cannot answer just now \(HTTP 503\) | -
cut off from there on       | values 3+ truncate 99% | 75 | the answer was cut short | -
another range from there on | values 3+ bad-json wrong-range | 75 | another range than the one that was asked for | -
too many rows from there on | values 3+ bad-json overlong | 75 | more rows than were asked for | -
not shared any more         | values 3+ error not-shared | 6 | spreadsheet big: no permission to read it | share it with
deleted meanwhile           | values 3+ error wrong-id | 6 | spreadsheet big: Google knows no spreadsheet of this id | the part of its URL
token refused from there on | values 3+ error unauthenticated | 6 | does not take the access token | goldleaf doctor | --patience 9
API disabled meanwhile      | values 3+ error api-disabled | 6 | the Google Sheets API is not enabled | https://console
too large, always           | values 2+ gzip-bomb 70 | 1 | 127\.0\.0\.1:[0-9]+: the answer is larger than 67 MB | -
Google refuses the request  | values 3+ status 400 body=json:refused.json | 1 | spreadsheet big: Google refuses the request: Some new reason | -
TABLE

# One renewal heals it, with no other request repeated.
case_begin 'renewed in the middle'
fault 'values 3 expire'
pull 0
asked token 2
asked metadata 1
asked values 4
check_complete

# Smaller pieces, once it was too large, are as many as needed, and still make the same sheet.
case_begin 'smaller pieces'
fault 'values 2-7 gzip-bomb 70'
pull 0
[ "$(requests values)" -ge 12 ] || fail "the pieces did not get smaller"
check_complete

finish
