#!/usr/bin/env bash
# Google refuses or cannot answer: each status and each error of the Sheets API, at both of its
# endpoints. What stays ends the run with nothing published; what passes leaves no trace.
. "$(dirname "$0")/lib.sh"
make_shop

# ---- what time heals: once, and the data is whole ----

rows healed <<'TABLE'
metadata 408 | metadata 1 status 408       | cannot answer just now \(HTTP 408\)
metadata 429 | metadata 1 status 429 retry-after=1 | the quota of read requests is used up: ReadRequestsPerMinutePerUser
metadata 500 | metadata 1 error internal   | cannot answer just now \(HTTP 500\)
metadata 502 | metadata 1 status 502       | cannot answer just now \(HTTP 502\)
metadata 503 | metadata 1 error unavailable | cannot answer just now \(HTTP 503\)
metadata 504 | metadata 1 error deadline   | cannot answer just now \(HTTP 504\)
metadata 503, empty | metadata 1 status 503 body=empty | cannot answer just now \(HTTP 503\)
metadata redirect | metadata 1 redirect http://127.0.0.1:1/ | a redirect instead of an answer \(HTTP 302\), never followed
metadata token expired | metadata 1 expire | does not take the access token
metadata 401 | metadata 1 error unauthenticated | does not take the access token
values 408   | values 1 status 408         | cannot answer just now \(HTTP 408\)
values 429, seconds | values 1 status 429 retry-after=1 | the quota of read requests is used up: ReadRequestsPerMinutePerUser
values 429, date | values 1 status 429 retry-after-date=2 | the quota of read requests is used up
values 500   | values 1 error internal     | cannot answer just now \(HTTP 500\)
values 502   | values 1 status 502         | cannot answer just now \(HTTP 502\)
values 503   | values 1 error unavailable  | cannot answer just now \(HTTP 503\)
values 503, page | values 1 status 503 body=html | cannot answer just now \(HTTP 503\)
values 504   | values 1 error deadline     | cannot answer just now \(HTTP 504\)
values redirect | values 1 redirect http://127.0.0.1:1/ | a redirect instead of an answer \(HTTP 302\), never followed
values token expired | values 1 expire     | does not take the access token
three in a row | metadata 1 status 503; values 1 status 500; values 2 reset | cannot answer just now \(HTTP 503\)
TABLE

# ---- what does not: always, and nothing is published ----

rows refused <<'TABLE'
# shared with nobody, or not there
metadata not shared | metadata * error not-shared | 6 | spreadsheet shop: no permission to read it | share it with goldleaf-demo@demo\.iam\.gserviceaccount\.com
values not shared | values * error not-shared | 6 | spreadsheet shop: no permission to read it | share it with goldleaf-demo@demo\.iam\.gserviceaccount\.com
metadata wrong id | metadata * error wrong-id | 6 | spreadsheet shop: Google knows no spreadsheet of this id | the part of its URL between /d/ and /edit
values wrong id | values * error wrong-id | 6 | spreadsheet shop: Google knows no spreadsheet of this id | the part of its URL between /d/ and /edit
metadata Office file | metadata * error office-file | 6 | shop is an Office file | Save as Google Sheets
values Office file | values * error office-file | 6 | shop is an Office file | Save as Google Sheets
metadata no spreadsheet | metadata * error not-a-sheet | 6 | shop is not a spreadsheet | the id of a Google spreadsheet
values no spreadsheet | values * error not-a-sheet | 6 | shop is not a spreadsheet | the id of a Google spreadsheet

# the project or the token
metadata API disabled | metadata * error api-disabled | 6 | the Google Sheets API is not enabled | https://console\.developers\.google\.com/apis/.*project=123456789012
values API disabled | values * error api-disabled | 6 | the Google Sheets API is not enabled | https://console\.developers\.google\.com/apis/.*project=123456789012
metadata scope | metadata * error scope-insufficient | 6 | the access token is not meant for spreadsheets | spreadsheets\.readonly
values scope | values * error scope-insufficient | 6 | the access token is not meant for spreadsheets | spreadsheets\.readonly
metadata unregistered | metadata * error unregistered | 6 | Google saw no credential in the request | Authorization header
values unregistered | values * error unregistered | 6 | Google saw no credential in the request | Authorization header
metadata 401 always | metadata * error unauthenticated | 6 | Google does not take the access token | goldleaf doctor | --patience 9
values 401 always | values * error unauthenticated | 6 | Google does not take the access token | goldleaf doctor | --patience 9
tokens expire at once | any * expire | 6 | Google does not take the access token | goldleaf doctor | --patience 9

# not Google: a proxy's words
metadata 400, page | metadata * status 400 body=html | 1 | an unexpected answer \(HTTP 400\) | proxy or firewall
values 403, page | values * html 403 | 1 | an unexpected answer \(HTTP 403\) | proxy or firewall
metadata 404, empty | metadata * status 404 body=empty | 1 | an unexpected answer \(HTTP 404\) | proxy or firewall
values 407 | values * status 407 | 1 | an unexpected answer \(HTTP 407\) | proxy or firewall
metadata 418 | metadata * status 418 | 1 | an unexpected answer \(HTTP 418\) | proxy or firewall
metadata page | metadata * html | 75 | a web page instead of an answer | proxy or the login page
values page | values * html | 75 | a web page instead of an answer | proxy or the login page
metadata redirect always | metadata * redirect http://127.0.0.1:1/ | 75 | a redirect instead of an answer \(HTTP 302\), never followed | proxy or the login page
values redirect always | values * redirect http://127.0.0.1:1/ | 75 | a redirect instead of an answer \(HTTP 302\), never followed | proxy or the login page

# the quota
metadata 429 per user | metadata * error quota-user | 75 | the quota of read requests is used up: ReadRequestsPerMinutePerUser | others may use the same key
values 429 per user | values * error quota-user | 75 | the quota of read requests is used up: ReadRequestsPerMinutePerUser | others may use the same key
values 429 per project | values * error quota-project | 75 | the quota of read requests is used up: ReadRequestsPerMinutePerProject | others may use the same project
values 429 as once | values * error quota-legacy | 75 | the quota of read requests is used up | try again in a minute
values 429, a date too far | values * status 429 retry-after-date=90 | 75 | the quota of read requests is used up | try again in a minute | --patience 9
# without Retry-After it would have to wait 20 s, which is more than there is: at once
values 429, too long to wait | values * error quota-user | 75 | the quota of read requests is used up: ReadRequestsPerMinutePerUser$ | try again in a minute | --patience 9
values 503, Retry-After too long | values * status 503 retry-after=3600 | 75 | cannot answer just now \(HTTP 503\)$ | - | --patience 9

# out of order
metadata 408 always | metadata * status 408 | 75 | cannot answer just now \(HTTP 408\) | -
metadata 500 always | metadata * error internal | 75 | cannot answer just now \(HTTP 500\) | -
values 500 always | values * error internal | 75 | cannot answer just now \(HTTP 500\) | -
values 502 always | values * status 502 | 75 | cannot answer just now \(HTTP 502\) | -
metadata 503 always | metadata * error unavailable | 75 | cannot answer just now \(HTTP 503\) | -
values 503 always | values * error unavailable | 75 | cannot answer just now \(HTTP 503\) | -
values 504 always | values * error deadline | 75 | cannot answer just now \(HTTP 504\) | -
TABLE

# ---- how it was asked ----

# A renewal is one more token, and only one for a request.
case_begin 'one renewal'
fault 'values 1 expire'
pull 0
asked token 2
asked metadata 1
asked values 2
check_complete

case_begin 'one renewal only'
fault 'values * error unauthenticated'
pull 6 --patience 20
asked token 2
asked values 2
check_untouched
check_heals

# What is no outage is asked for once.
case_begin 'asked once'
fault 'metadata * error not-shared'
pull 6 --patience 20
asked metadata 1
asked values 0
check_untouched

# The budget is the run's: the tries of all requests together wait no longer than that.
case_begin 'the budget runs out'
fault 'metadata 1 status 503' 'values * status 503'
pull 75 --patience 3
err_has 'cannot answer just now \(HTTP 503\) \(tried [0-9]+ times in [0-9]+ s\)'
[ "$(requests values)" -ge 2 ] || fail "it was not asked again"
awk '/going on in/ {sum += $(NF - 1)} END {exit !(sum > 0.5 && sum <= 3.1)}' err ||
    fail "it waited longer than it was to"
check_untouched
check_heals

# Without patience nothing is repeated.
case_begin 'no patience'
fault 'values 1 status 503'
pull 75 --patience 0
err_lacks 'going on in'
asked values 1
check_untouched
check_heals

# A redirect leads to a server of ours, which nobody visits.
case_begin 'redirects are not followed'
asked_of=$endpoint
start_google
elsewhere=$endpoint endpoint=$asked_of
fault "metadata * redirect $elsewhere/v4/spreadsheets/shop"
pull 75 --patience 0
[ "$(requests requests "$elsewhere")" -eq 0 ] || fail "it went there"
check_untouched
check_heals

# ---- before there is a warehouse ----

for refusal in '75 values * status 503' '6 metadata * error not-shared'; do
    name="first run: $refusal" faults=$((faults + 1))
    rm -f warehouse.sqlite
    fault "${refusal#* }"
    pull "${refusal%% *}" --patience 0
    if [ -e warehouse.sqlite ]; then
        tables=$(sqlite3 warehouse.sqlite "SELECT COUNT(*) FROM sqlite_master")
        [ "$tables" -eq 0 ] || fail "it left $tables tables"
    fi
    fault
    pull 0
    content warehouse.sqlite >found
    cmp -s expected.fresh found || fail "not the right data: $(diff expected.fresh found | head)"
done

finish
