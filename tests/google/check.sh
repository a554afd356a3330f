#!/usr/bin/env bash
# Is the stand-in like Google? Starts it on spreadsheets of its own, and asks with curl.
#   LOOPBACK_GOOGLE=path/to/loopback_google check.sh
set -euo pipefail
: "${LOOPBACK_GOOGLE:?names the binary to test}"
server=$(readlink -f "$LOOPBACK_GOOGLE")
for tool in curl python3 openssl; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
python=$(python3 -c 'import sys; print(sys.executable)') # python3 itself may be a slow script
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

work=$(mktemp -d)
pid=
stop() {
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
    rm -rf "$work"
}
trap stop EXIT
cd "$work"
checks=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    printf -- '--- status %s, curl exit code %s\n' "${status:-}" "${code:-}" >&2
    head -c 2000 body >&2 || true
    exit 1
}

mkdir -p root/book root/odd root/shut root/office root/off root/pages root/shown
printf '%s\n' 'id,paid,on,at,ok,note' \
    'T-1,45.00,2026-01-02,2026-01-02 10:19:42,TRUE,"say ""hi"""' \
    ',,,,,' \
    '007,-1.5,1900-01-01,2026-02-30,FALSE,"two
lines"' \
    ',12345678901234567,,,true,' ',,,,,' >root/book/Orders.csv
printf 'a1,b1\n,b2\n' >root/book/D3.csv
printf 'x\n' >"root/book/Jon's Data.csv"
printf 'id\n1\n' >root/book/Empty.csv
: >root/book/Empty.csv
cat >root/odd/spreadsheet.json <<'JSON'
{"title": "Odd ones", "locale": "de_DE", "timeZone": "Europe/Berlin", "tabs": [
  {"title": "Cells", "file": "cells.json", "rowCount": 6, "columnCount": 3},
  {"title": "Chart", "sheetType": "OBJECT", "sheetId": 77},
  {"title": "a!b", "file": "cells.json", "hidden": true, "sheetId": 5}]}
JSON
printf '[["t",1.25,true],[null,"x"],["1","#N/A"]]' >root/odd/cells.json
printf 'x\n' | tee root/shut/T.csv root/office/T.csv root/off/T.csv >root/pages/T.csv
touch root/shut/.forbidden root/office/.office root/off/.disabled
printf 'new\n' >root/new.txt
printf '{"error":"from a file"}' >root/body.json
: >script

"$server" --root root --make-key key.json --email robot@demo.iam.gserviceaccount.com \
    --port-file port --script script --log log --delegate boss@example.com >out 2>err &
pid=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
[ -s port ] || { cat err >&2; fail "the server does not start"; }
base=http://127.0.0.1:$(cat port)
api=$base/v4/spreadsheets
grep -qx "listening on $base" out || fail "it does not say where it listens"
[ "$(stat -c %a key.json)" = 600 ] || fail "others can read the key"

# get [CURL OPTION]... URL: leaves $status, $code, and the files body and head.
get() {
    checks=$((checks + 1))
    code=0
    status=$(curl -sS -m 20 -o body -D head -w '%{http_code}' "$@" 2>curl.err) || code=$?
}
ask() { get -H "Authorization: Bearer $token" "$@"; }
# is EXPRESSION: a Python expression over the document d.
is() {
    "$python" -c 'import json, sys
d = json.load(open("body", encoding="utf-8"))
sys.exit(not eval(sys.argv[1]))' "$1" || fail "not so: $1"
}
answers() { [ "$status" = "$1" ] || fail "expected status $1"; }
message() { is "d['error']['message'] == '''$1'''"; }
escape() { "$python" -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$1"; }
fault() { curl -sS "$base/__reset" >/dev/null; printf '%s\n' "$@" >script; }

# jwt CLAIMS HEADER: Python dictionaries that change the good ones.
jwt() {
    "$python" - "$1" "$2" <<'PY'
import base64, json, subprocess, sys, time
key = json.load(open("key.json"))
open("key.pem", "w").write(key["private_key"])
now = int(time.time())
header = {"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]}
claims = {"iss": key["client_email"], "aud": "https://oauth2.googleapis.com/token",
          "scope": "https://www.googleapis.com/auth/spreadsheets.readonly",
          "iat": now - 10, "exp": now + 3590}
header.update(eval(sys.argv[2], {"now": now}))
claims.update(eval(sys.argv[1], {"now": now}))
encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
strip = lambda object: {k: v for k, v in object.items() if v is not None}
text = b".".join(encode(json.dumps(strip(part)).encode()) for part in (header, claims))
signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "key.pem"], input=text,
                           stdout=subprocess.PIPE, check=True).stdout
print((text + b"." + encode(signature)).decode())
PY
}
grant=urn:ietf:params:oauth:grant-type:jwt-bearer
exchange() { get "$base/token" --data-urlencode grant_type=$grant --data-urlencode "assertion=$1"; }
# refused STATUS ERROR DESCRIPTION CLAIMS [HEADER]
refused() {
    exchange "$(jwt "$4" "${5:-{\}}")"
    answers "$1"
    is "d['error'] == '$2' and d['error_description'].startswith('''$3''')"
}

# --- the token endpoint
exchange "$(jwt '{}' '{}')"
answers 200
is "d['token_type'] == 'Bearer' and d['expires_in'] == 3599 and len(d) == 3"
grep -qi '^server: scaffolding' head || fail "another server"
token=$("$python" -c 'import json; print(json.load(open("body"))["access_token"])')
[ ${#token} -gt 150 ] || fail "a short token"
exchange "$(jwt '{}' '{"kid": None, "typ": None}')"
answers 200
exchange "$(jwt '{"sub": "boss@example.com"}' '{}')"
answers 200
short='Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.'
refused 400 invalid_grant "$short" '{"exp": now + 3700}'
refused 400 invalid_grant "$short" '{"iat": now - 7200, "exp": now - 3600}'
refused 400 invalid_grant "$short" '{"iat": now + 600, "exp": now + 900}'
refused 400 invalid_grant "$short" '{"iat": now * 1000, "exp": now * 1000 + 3600}'
refused 400 invalid_grant 'Invalid JWT Signature.' '{}' '{"kid": "0" * 40}'
refused 400 invalid_grant 'Invalid JWT Signature.' '{}' '{"alg": "HS256"}'
refused 400 invalid_grant 'Invalid JWT: Failed audience check.' '{"aud": "https://example.com"}'
refused 400 invalid_grant 'Invalid grant: account not found' '{"iss": "no@demo.iam.gserviceaccount.com"}'
refused 400 invalid_grant 'Not a valid email.' '{"iss": "123456"}'
refused 400 invalid_scope 'Empty or missing scope not allowed.' '{"scope": None}'
refused 400 invalid_scope 'Invalid OAuth scope' '{"scope": "https://www.googleapis.com/auth/sheets"}'
refused 401 unauthorized_client 'Client is unauthorized' '{"sub": "other@example.com"}'
good=$(jwt '{}' '{}')
exchange "${good%?????}AAAAA"
is "d['error_description'] == 'Invalid JWT Signature.'"
exchange "$good="
answers 400
get "$base/token" -d grant_type=magic
is "d['error'] == 'unsupported_grant_type'"
get "$base/token"
answers 404
refresh() { get "$base/token" -d grant_type=refresh_token -d client_id=demo-client \
    -d client_secret=demo-secret -d "refresh_token=$1"; }
refresh demo-refresh
answers 200
refresh stale
answers 400
is "d == {'error': 'invalid_grant', 'error_description': 'Token has been expired or revoked.'}"

# --- credentials and lookup, in this order
get "$api/book"
answers 403
is "d['error']['message'].startswith('Method doesn\'t allow unregistered callers')"
get -H 'Authorization: Bearer ya29.nothing' "$api/book"
answers 401
is "d['error']['status'] == 'UNAUTHENTICATED'"
grep -qi '^www-authenticate: Bearer realm="https://accounts.google.com/", error="invalid_token"' head ||
    fail "no challenge"
exchange "$(jwt '{"scope": "https://www.googleapis.com/auth/drive.metadata.readonly"}' '{}')"
get -H "Authorization: Bearer $("$python" -c 'import json; print(json.load(open("body"))["access_token"])')" \
    "$api/book"
answers 403
is "d['error']['details'][0]['reason'] == 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'"
ask "$api/nobody?majorDimension=ROWS"
answers 400
ask "$api/nobody/values/A1?majorDimension=DIAG"
answers 400
message "Invalid value at 'major_dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), \"DIAG\""
ask "$api/book/values/D3!A1?majorDimension="
answers 400
ask "$api/nobody/values/nothing"
answers 404
is "d == {'error': {'code': 404, 'message': 'Requested entity was not found.', 'status': 'NOT_FOUND'}}"
ask "$api/shut"
answers 403
message 'The caller does not have permission'
ask "$api/office"
is "d['error']['status'] == 'FAILED_PRECONDITION'"
ask "$api/off"
answers 403
is "d['error']['details'][1]['reason'] == 'SERVICE_DISABLED'"
ask "$api/..%2fbook"
answers 404
get "$base/nothing"
answers 404
grep -qi '^content-type: text/html' head || fail "not a page"
ask "$api/book/values/$(printf 'A%.0s' $(seq 17000))"
answers 414

# --- metadata
mask='spreadsheetId,properties(title,locale,timeZone),sheets.properties(sheetId,title,index,sheetType,hidden,gridProperties(rowCount,columnCount))'
ask -G "$api/odd" --data-urlencode "fields=$mask" -d prettyPrint=false
answers 200
[ "$(wc -l <body)" = 1 ] || fail "not on one line"
is "d == {'spreadsheetId': 'odd', 'properties': {'title': 'Odd ones', 'locale': 'de_DE',
    'timeZone': 'Europe/Berlin'}, 'sheets': [
    {'properties': {'sheetId': 0, 'title': 'Cells', 'index': 0, 'sheetType': 'GRID',
     'gridProperties': {'rowCount': 6, 'columnCount': 3}}},
    {'properties': {'sheetId': 77, 'title': 'Chart', 'index': 1, 'sheetType': 'OBJECT'}},
    {'properties': {'sheetId': 5, 'title': 'a!b', 'index': 2, 'sheetType': 'GRID', 'hidden': True,
     'gridProperties': {'rowCount': 1000, 'columnCount': 26}}}]}"
ask "$api/book"
is "[s['properties']['title'] for s in d['sheets']] == ['D3', 'Empty', 'Jon\'s Data', 'Orders']"
is "d['sheets'][0]['properties']['sheetId'] == 0 and d['sheets'][1]['properties']['sheetId'] > 0"
is "'defaultFormat' in d['properties'] and 'spreadsheetUrl' in d"
ask "$api/book?fields=namedRanges"
[ "$(cat body)" = '{}' ] || fail "not the empty object"
ask "$api/book?fields=sheets.properties.title&ranges=orders!A1"
is "d == {'sheets': [{'properties': {'title': 'Orders'}}]}"
ask "$api/book?feilds=sheets"
answers 400

# --- values
value() { # RANGE EXPECTED-ECHO
    ask "$api/book/values/$(escape "$1")"
    answers 200
    is "d['range'] == '''$2'''"
}
value "'Orders'" 'Orders!A1:Z1000'
is "d['majorDimension'] == 'ROWS'"
is "d['values'] == [['id', 'paid', 'on', 'at', 'ok', 'note'],
    ['T-1', '45.00', '2026-01-02', '2026-01-02 10:19:42', 'TRUE', 'say \"hi\"'], [],
    ['007', '-1.5', '1900-01-01', '2026-02-30', 'FALSE', 'two\nlines'],
    ['', '12345678901234567', '', '', 'true']]"
ask "$api/book/values/Orders?valueRenderOption=UNFORMATTED_VALUE"
is "d['values'][1] == ['T-1', 45, 46024, 46024.43034722222, True, 'say \"hi\"']"
is "d['values'][3] == ['007', -1.5, 2, '2026-02-30', False, 'two\nlines']"
is "d['values'][4] == ['', 12345678901234568, '', '', 'true']"
ask "$api/book/values/Orders?valueRenderOption=1&dateTimeRenderOption=FORMATTED_STRING&prettyPrint=false"
is "d['values'][1] == ['T-1', 45, '2026-01-02', '2026-01-02 10:19:42', True, 'say \"hi\"']"
printf '[["d","n"],[{"serial":46024.5,"shows":"2. Jan"},{"number":9.5,"shows":"$9.50"}]]' >root/shown/t.json
printf '{"tabs":[{"title":"T","file":"t.json"}]}' >root/shown/spreadsheet.json
for how in 'UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER 46024.5,9.5' \
    'UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING "2. Jan",9.5' 'FORMATTED_VALUE "2. Jan","$9.50"'; do
    ask "$api/shown/values/T?valueRenderOption=${how%% *}&prettyPrint=false"
    is "d['values'][1] == [${how#* }]"
done
value 'ORDERS!c2:b1' 'Orders!B1:C2'
is "d['values'] == [['paid', 'on'], ['45.00', '2026-01-02']]"
value 'Orders!A2:2' 'Orders!A2:Z2'
value 'Orders!B:B' 'Orders!B1:B1000'
value 'Orders!A1:A1' 'Orders!A1'
value 'Orders!A990:C5000' 'Orders!A990:C1000'
is "'values' not in d"
value 'Empty' 'Empty!A1:Z1000'
is "'values' not in d"
value "'D3'" "'D3'!A1:Z1000"
is "d['values'] == [['a1', 'b1'], ['', 'b2']]"
value 'D3' "'D3'!D3"
value 'R2C2' "'D3'!B2"
value '!A1' "'D3'!A1"
value "'Jon''s Data'!A1" "'Jon''s Data'!A1"
value "Jon's Data" "'Jon''s Data'!A1:Z1000"
for bad in 'Nope' 'Nope!A1' 'Orders!A0' 'Orders! A1' ' A1' 'Orders!B' 'Orders!2' "'Orders '!A1"; do
    ask "$api/book/values/$(escape "$bad")"
    answers 400
    message "Unable to parse range: $bad"
done
ask "$api/book/values/Orders!A1001:B1002"
answers 400
message 'Range (Orders!A1001:B1002) exceeds grid limits. Max rows: 1000, max columns: 26'
ask "$api/odd/values/$(escape "'a!b'")?valueRenderOption=UNFORMATTED_VALUE"
is "d == {'range': '\'a!b\'!A1:Z1000', 'majorDimension': 'ROWS',
    'values': [['t', 1.25, True], ['', 'x'], ['1', '#N/A']]}"
ask "$api/odd/values/a!b!A1"
is "d['range'] == '\'a!b\'!A1'"
ask "$api/odd/values/Chart"
answers 400
ask --compressed "$api/book/values:batchGet?ranges=%27D3%27!A1:B2&ranges=orders!A1:B1&majorDimension=COLUMNS"
answers 200
grep -qi '^content-encoding: gzip' head || fail "not compressed"
is "d == {'spreadsheetId': 'book', 'valueRanges': [
    {'range': '\'D3\'!A1:B2', 'majorDimension': 'COLUMNS', 'values': [['a1'], ['b1', 'b2']]},
    {'range': 'Orders!A1:B1', 'majorDimension': 'COLUMNS', 'values': [['id'], ['paid']]}]}"
ask "$api/book/values:batchGet?ranges=Orders!A1&ranges=Nope"
answers 400
message 'Unable to parse range: Nope'
ask "$api/book/values:batchGet?ranges=Orders!A1&fields=valueRanges.values"
is "d == {'valueRanges': [{'values': [['id']]}]}"
printf 'changed\n' >root/pages/T.csv
ask "$api/pages/values/T!A1"
is "d['values'] == [['changed']]"

# --- faults
page="$api/pages/values/T!A1"
fault 'values 2 status 503 # the second one' 'values 3+ error quota-user'
ask "$page"; answers 200
ask "$page"; answers 503; message 'The service is currently unavailable.'
ask "$page"; answers 429; is "d['error']['details'][0]['reason'] == 'RATE_LIMIT_EXCEEDED'"
ask "$page"; answers 429
curl -sS "$base/__stats" >body
is "d['values'] == 4 and d['requests'] == 4 and d['token'] == 0 and d['max_in_flight'] == 1"
fault 'values 1 status 429 retry-after=7' 'values 2 status 500 body=json:body.json' \
    'values 3 status 502' 'values 4 html'
ask "$page"; grep -qi '^retry-after: 7' head || fail "no Retry-After"
ask "$page"; answers 500; is "d == {'error': 'from a file'}"
ask "$page"; answers 502; grep -q '<!DOCTYPE html>' body || fail "not a page"
ask "$page"; answers 200; grep -q '<!DOCTYPE html>' body || fail "not a page"
fault 'token 1 error internal-failure' 'token 2 status 503' 'token 3 clock -3600 error clock'
refresh demo-refresh; answers 400; is "d == {'error': 'internal_failure'}"
refresh demo-refresh; answers 503; is "d['error']['status'] == 'UNAVAILABLE'"
refresh demo-refresh; answers 400
"$python" -c 'import email.utils, re, time
date = re.search(r"(?im)^date: (.*)$", open("head").read())[1].strip()
behind = time.time() - email.utils.parsedate_to_datetime(date).timestamp()
assert 3590 < behind < 3620, behind' || fail "the clock is right"
broken() { # FAULT CURL-CODE
    fault "values 1 $1"
    ask "$page"
    [ "$code" = "$2" ] || fail "curl ends with $code and not $2 after: $1"
}
broken 'truncate 50%' 18
broken 'truncate 0' 18
broken 'truncate 20 reset' 56
broken 'wrong-length' 18
broken 'reset' 56
broken 'close' 52
broken 'stall 0.2' 52
broken 'stall-body 0.2' 18
broken 'drip 20 5' 0
broken 'chunked' 0
broken 'delay 20' 0
is "d['values'] == [['changed']]"
fault 'values 1 truncate-gzip' 'values 2 corrupt-gzip' 'values 3 gzip-not-gzip' 'values 4 gzip-bomb 3'
ask "$page" # curl does not mind a gzip that ends too early
"$python" -c 'import gzip; gzip.decompress(open("body", "rb").read())' 2>gzip.err || true
grep -q EOFError gzip.err || fail "a whole gzip"
for _ in 1 2; do
    ask --compressed "$page"
    [ "$code" != 0 ] || fail "curl takes what is no gzip"
done
ask --compressed "$page"
[ "$(wc -c <body)" = $((3 * 1024 * 1024 + 1)) ] || fail "the bomb has another size"
for kind in trailing-comma bad-utf8 single-quotes trailing-text empty-body; do
    fault "values * bad-json $kind"
    ask "$page"; answers 200
    ! "$python" -c 'import json; json.load(open("body", encoding="utf-8"))' 2>/dev/null ||
        fail "good JSON: $kind"
done
fault 'values * short-json'
ask "$page"
[ "$code" = 0 ] && ! "$python" -m json.tool body >/dev/null 2>&1 || fail "good JSON"
bad() { fault "values * bad-json $1"; ask "$api/pages/values:batchGet?ranges=T!A1:A2"; is "$2"; }
bad null-cell "d['valueRanges'][0]['values'] == [[None]]"
bad nested-cell "d['valueRanges'][0]['values'] == [[['a', 'b']]]"
bad missing-range "d['valueRanges'] == []"
bad extra-range "len(d['valueRanges']) == 2"
bad wrong-range "not d['valueRanges'][0]['range'].startswith('T!')"
bad overlong "len(d['valueRanges'][0]['values']) == 3"
bad nul-escape "'\0' in str(d.values()) or '\\\\x00' in repr(d)"
bad wrong-shape "'valueRanges' not in d"
bad not-object "isinstance(d, list)"
bad duplicate-key "open('body').read().count('\"spreadsheetId\"') == 2"
bad huge-number "d['size'] > 10 ** 399"
fault 'values 1 bad-json deep'
ask "$page"; answers 200
fault 'any 2 redirect http://127.0.0.1:1/' 'values 1 edit new.txt pages/T.csv'
ask "$page"; is "d['values'] == [['new']]"
ask "$page"; answers 302; grep -qi '^location: http://127.0.0.1:1/' head || fail "no Location"
fault 'values 1 expire'
ask "$page"; answers 401
ask "$page"; answers 401
refresh demo-refresh
answers 200
! grep -q "$token" log || fail "a token is in the log"
grep -qE '^[0-9]+ values 401 /v4/spreadsheets/pages/values/T!A1$' log || fail "not in the log"
! grep -q 'stale\|demo-secret\|eyJ' log || fail "a secret is in the log"
[ ! -s err ] || { cat err >&2; fail "it complains"; }

# --- the end
kill "$pid"
code=0
wait "$pid" || code=$?
pid=
[ "$code" = 0 ] || fail "it does not end well"
code=0
"$server" --root root --script root/body.json >/dev/null 2>&1 || code=$?
[ "$code" = 2 ] || fail "it takes a script that is none"
timeout 20 "$server" --root root --once-idle 1 --key key.json >/dev/null || fail "it does not go away"
echo "google.check: $checks requests, all as expected"
