#!/usr/bin/env bash
# What can go wrong with the token: what the endpoint refuses ends the run with 6, what it cannot
# do just now is repeated, and what answers in its place is recognised.
. "$(dirname "$0")/lib.sh"
make_shop --email robot@demo.iam.gserviceaccount.com --delegate boss@example.com
printf '{"access_token":"%*s"}' 2000000 x >root/huge.json
client_id=$(sed -n 's/.*"client_id": *"\([0-9]*\)".*/\1/p' key.json)

# ---- once ----

rows healed <<'TABLE'
internal failure  | token 1 error internal-failure | the token endpoint is not available now \(HTTP 400, internal_failure\)
backend error     | token 1 error backend-error | the token endpoint is not available now \(HTTP 500, internal_failure: Backend Error\)
500               | token 1 status 500        | the token endpoint is not available now \(HTTP 500
502, page         | token 1 status 502        | the token endpoint is not available now \(HTTP 502\)
503               | token 1 status 503        | the token endpoint is not available now \(HTTP 503, UNAVAILABLE: The service is currently unavailable
429               | token 1 status 429        | the token endpoint is not available now \(HTTP 429, RESOURCE_EXHAUSTED
408               | token 1 status 408        | the token endpoint is not available now \(HTTP 408\)
page              | token 1 html              | the token endpoint's answer is not what Google says
half of it        | token 1 short-json        | the token endpoint's answer is not what Google says
cut off           | token 1 truncate 50%      | the answer was cut short
wrong length      | token 1 wrong-length      | the answer was cut short
reset             | token 1 reset             | the connection was lost
closed            | token 1 close             | the connection was closed without an answer
corrupt gzip      | token 1 corrupt-gzip      | (cannot be decompressed|is not what Google says)
no gzip           | token 1 gzip-not-gzip     | cannot be decompressed
empty             | token 1 bad-json empty-body | the token endpoint's answer is not what Google says
stall             | token 1 stall 60          | (too slow|timed out|timeout) | --timeout 2
stall in the body | token 1 stall-body 60     | (too slow|timed out|timeout) | --timeout 2
drip              | token 1 drip 40 20        | - | --timeout 20
chunked           | token 1 chunked           | -
TABLE

# ---- always: refused ----

rows refused <<'TABLE'
invalid signature | token * error invalid-signature | 6 | Google refuses the service account robot@demo\.iam\.gserviceaccount\.com: the signature of its key is not accepted \(HTTP 400, invalid_grant: Invalid JWT Signature\.\) | create a new key for this service account
account not found | token * error account-not-found | 6 | there is no such account \(HTTP 400, invalid_grant | look at client_email in the key
invalid email     | token * error invalid-email | 6 | an address is not one of an account | look at client_email in the key
deleted           | token * error deleted   | 6 | the account was deleted | the key of another service account
audience          | token * error audience  | 6 | what was sent is not meant for this endpoint | is what answers there Google's token endpoint
invalid scope     | token * error invalid-scope | 6 | reading spreadsheets is not a permission that it can have | https://www\.googleapis\.com/auth/spreadsheets\.readonly
empty scope       | token * error empty-scope | 6 | reading spreadsheets is not a permission that it can have | an administrator may have restricted it
access denied     | token * error access-denied | 6 | access was denied | ask the administrator
admin policy      | token * error admin-policy | 6 | a policy of its organisation does not allow it \(HTTP 400, admin_policy_enforced\) | ask the administrator to allow
invalid client    | token * error invalid-client | 6 | its OAuth client is not known | log in anew, or create a new key
no reason         | token * error bad-request | 6 | it gives no reason that is known here \(HTTP 400, invalid_grant: Bad Request\) | check the account
no access token   | token * error no-access-token | 6 | the token endpoint's answer holds no access token | check the proxy
404, page         | token * status 404      | 6 | the token endpoint refuses without saying why \(HTTP 404\) | a proxy or a firewall may have answered
403, page         | token * html 403        | 6 | the token endpoint refuses without saying why \(HTTP 403\) | a proxy or a firewall may have answered
redirect          | token * redirect http://127.0.0.1:1/ | 6 | the token endpoint redirects, which is never followed \(HTTP 302\) | a proxy or a login page
something else    | token * bad-json wrong-shape | 6 | the token endpoint's answer holds no access token | check the proxy

# the clock
an hour behind    | token * clock 3600 error clock | 6 | this machine's clock is (59|60) min behind | timedatectl set-ntp true
three hours ahead | token * clock -10800 error clock | 6 | this machine's clock is 3 h ahead | timedatectl set-ntp true
days ahead        | token * clock -432000 error clock | 6 | this machine's clock is 5 days ahead | timedatectl set-ntp true
clocks agree      | token * error clock     | 6 | is not accepted, although its clock and the server's agree | timedatectl set-ntp true

# ---- always: an outage ----
internal failure, always | token * error internal-failure | 75 | the token endpoint is not available now \(HTTP 400, internal_failure\) | try again in some minutes
500, always       | token * status 500      | 75 | the token endpoint is not available now \(HTTP 500 | try again in some minutes
503, always       | token * status 503      | 75 | the token endpoint is not available now \(HTTP 503 | try again in some minutes
429, always       | token * status 429      | 75 | the token endpoint is not available now \(HTTP 429 | try again in some minutes
429, too long to wait | token * status 429 retry-after=3600 | 75 | the token endpoint is not available now \(HTTP 429, RESOURCE_EXHAUSTED: .*quota\).\)$ | try again in some minutes | --patience 9
page, always      | token * html            | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
half, always      | token * short-json      | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
key twice         | token * bad-json duplicate-key | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
array             | token * bad-json not-object | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
trailing text     | token * bad-json trailing-text | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
bomb              | token * gzip-bomb 50    | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
huge answer       | token * status 200 body=json:huge.json | 75 | the token endpoint's answer is not what Google says | a proxy or a login page
cut off, always   | token * truncate 50%    | 75 | the answer was cut short | -
no gzip, always   | token * gzip-not-gzip   | 75 | cannot be decompressed | -
half a gzip       | token * truncate-gzip   | 75 | (cannot be decompressed|cut short|is not what Google says) | (-|.*)
reset, always     | token * reset           | 75 | the connection was lost | -
closed, always    | token * close           | 75 | the connection was closed without an answer | -
stall, always     | token * stall 60        | 75 | (too slow|timed out|timeout) | - | --timeout 1
TABLE

# ---- with a user to act for ----

# as GOLDLEAF_SUBJECT SCRIPT CODE MESSAGE HINT
as() {
    case_begin "acting for $1: $2"
    fault "$2"
    GOLDLEAF_SUBJECT=$1 pull "$3" --patience 0
    err_has "$4"
    err_has "^  hint: .*$5"
    check_untouched
    check_heals
}
as boss@example.com 'token * error unauthorized-client' 6 \
    'Google refuses the service account robot@demo.* acting for boss@example\.com: it may not act for this user \(HTTP 401, unauthorized_client' \
    "grant client id $client_id the scope https://www\.googleapis\.com/auth/spreadsheets\.readonly .*or unset GOLDLEAF_SUBJECT and share the spreadsheets with robot@"
as nobody@example.com '# the server itself knows no such user' 6 \
    'acting for nobody@example\.com: it may not act for this user' 'Domain-wide delegation'
as nobody@example.com 'token * error account-not-found' 6 \
    'acting for nobody@example\.com: there is no such account' 'at GOLDLEAF_SUBJECT if that is set'

# ---- with a user's login ----

cat >user.json <<'JSON'
{"type": "authorized_user", "client_id": "demo-client", "client_secret": "demo-secret",
 "refresh_token": "demo-refresh"}
JSON
chmod 600 user.json

# user CODE SCRIPT MESSAGE HINT
user() {
    case_begin "login: $2"
    fault "$2"
    GOOGLE_APPLICATION_CREDENTIALS=$work/user.json pull "$1" --patience 0
    err_has "$3"
    err_has "^  hint: .*$4"
    check_untouched
    check_heals
}
user 6 'token * error refresh-revoked' \
    'Google refuses the user: the login has expired or was revoked \(HTTP 400, invalid_grant: Token has been expired or revoked' \
    'log in again: gcloud auth application-default login'
user 6 'token * error bad-request' 'the login has expired or was revoked' 'log in again: gcloud'
user 6 'token * error invalid-client' 'its OAuth client is not known' 'log in anew'
user 6 'token * error unauthorized-client' 'it may not act for this user' 'log in again with another one'
user 6 'metadata * error not-shared' 'no permission to read it' \
    'share it with the account whose credential this is'
user 75 'token * status 503' 'the token endpoint is not available now' 'try again in some minutes'

# ---- how it was asked ----

case_begin 'refused means refused'
fault 'token * error invalid-signature'
pull 6 --patience 20
asked token 1
asked metadata 0
check_untouched

# What is redirected holds an assertion: nobody else may get to see it.
case_begin 'redirects are not followed'
asked_of=$endpoint
start_google
elsewhere=$endpoint endpoint=$asked_of
fault "token * redirect $elsewhere/token"
pull 6 --patience 20
asked token 1
[ "$(requests requests "$elsewhere")" -eq 0 ] || fail "it went there"
check_untouched
check_heals

# A token that has ended meanwhile is renewed before it is refused.
case_begin 'short-lived tokens'
asked_of=$endpoint
start_google --key "$work/key.json" --token-life 1 --script "$work/script"
fault 'metadata 1 drip 30 150'
GOLDLEAF_GOOGLE_ENDPOINT=$endpoint pull 0
err_is_empty
asked token 2
asked values 1
check_complete
endpoint=$asked_of

case_begin 'several tries'
fault 'token 1-2 status 503'
pull 0 --patience 30
asked token 3
check_complete

finish
