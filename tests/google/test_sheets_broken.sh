#!/usr/bin/env bash
# The answer comes, but not whole, not at once, not as JSON, or to another question. It is asked for
# again and never half used.
. "$(dirname "$0")/lib.sh"
make_shop
printf '{"error":{"code":500,"status":"INTERNAL"}}' >root/error.json

# ---- once: asked for again, and the data is whole ----

# A connection that was used before may have ended meanwhile, so that libcurl asks again by itself.
rows healed <<'TABLE'
metadata half of it | metadata 1 short-json | the answer cannot be read
metadata cut off    | metadata 1 truncate 50% | the answer was cut short
metadata reset, old connection | metadata 1 reset | -
metadata reset | metadata 1-2 reset | the connection was lost
metadata closed, old connection | metadata 1 close | -
metadata closed | metadata 1-2 close | the connection was closed without an answer
metadata corrupt gzip | metadata 1 corrupt-gzip | (cannot be decompressed|cannot be read)
metadata stall      | metadata 1 stall 60   | (too slow|timed out|timeout) | --timeout 2
values half of it   | values 1 short-json   | the answer cannot be read
values cut off      | values 1 truncate 90% | the answer was cut short
values cut off with a reset | values 1 truncate 50% reset | the connection was lost
values without body | values 1 truncate 0   | the answer was cut short
values wrong length | values 1 wrong-length | the answer was cut short
values reset, old connection | values 1 reset | -
values reset | values 1-2 reset | the connection was lost
values closed, old connection | values 1 close | -
values closed | values 1-2 close | the connection was closed without an answer
values half a gzip  | values 1 truncate-gzip | (cannot be decompressed|cannot be read|cut short)
values corrupt gzip | values 1 corrupt-gzip | (cannot be decompressed|cannot be read)
values no gzip      | values 1 gzip-not-gzip | cannot be decompressed
values stall        | values 1 stall 60     | (too slow|timed out|timeout) | --timeout 2
values stall in the body | values 1 stall-body 60 | (too slow|timed out|timeout) | --timeout 2
values another range | values 1 bad-json wrong-range | another range than the one that was asked for
values range missing | values 1 bad-json missing-range | fewer ranges than were asked for
values trailing comma | values 1 bad-json trailing-comma | the answer cannot be read
# a slow answer is an answer
values late         | values 1 delay 1200   | - | --timeout 20
values drip         | values 1 drip 400 20  | - | --timeout 20
values chunked      | any * chunked         | -
metadata drip       | metadata 1 drip 100 20 | - | --timeout 20
token late, metadata late | token 1 delay 300; metadata 1 delay 300 | -
clocks apart        | any * clock -7200     | -
# nobody looks at a member that stands in for nothing
values key twice    | values * bad-json duplicate-key | -
TABLE

# ---- always: nothing is published ----

rows refused <<'TABLE'
metadata half, always | metadata * short-json | 75 | the answer cannot be read | -
metadata cut off, always | metadata * truncate 50% | 75 | 127\.0\.0\.1:[0-9]+: the answer was cut short | -
metadata reset, always | metadata * reset | 75 | 127\.0\.0\.1:[0-9]+: the connection was lost | -
metadata closed, always | metadata * close | 75 | 127\.0\.0\.1:[0-9]+: the connection was closed without an answer | -
metadata no gzip, always | metadata * gzip-not-gzip | 75 | cannot be decompressed | -
metadata bomb | metadata * gzip-bomb 70 | 1 | 127\.0\.0\.1:[0-9]+: the answer is larger than 67 MB | -
metadata stall, always | metadata * stall 60 | 75 | 127\.0\.0\.1:[0-9]+: .*(too slow|timed out|timeout) | - | --timeout 1
values stall, always | values * stall 60 | 75 | 127\.0\.0\.1:[0-9]+: .*(too slow|timed out|timeout) | - | --timeout 1
values stall in the body, always | values * stall-body 60 | 75 | 127\.0\.0\.1:[0-9]+: .*(too slow|timed out|timeout) | - | --timeout 1
values half, always | values * short-json | 75 | the answer cannot be read | -
values cut off, always | values * truncate 99% | 75 | the answer was cut short | -
values wrong length, always | values * wrong-length | 75 | the answer was cut short | -
values reset, always | values * reset | 75 | the connection was lost | -
values reset in the body, always | values * truncate 70% reset | 75 | the connection was lost | -
values closed, always | values * close | 75 | the connection was closed without an answer | -
values half a gzip, always | values * truncate-gzip | 75 | (cannot be decompressed|cannot be read|cut short) | -
values corrupt gzip, always | values * corrupt-gzip | 75 | (cannot be decompressed|cannot be read) | -
values no gzip, always | values * gzip-not-gzip | 75 | cannot be decompressed | -

# JSON, or nearly
metadata trailing comma | metadata * bad-json trailing-comma | 75 | the answer cannot be read | -
metadata NUL | metadata * bad-json nul-escape | 75 | the answer cannot be read | -
metadata bad UTF-8 | metadata * bad-json bad-utf8 | 75 | the answer cannot be read | -
metadata single quotes | metadata * bad-json single-quotes | 75 | the answer cannot be read | -
metadata trailing text | metadata * bad-json trailing-text | 75 | the answer cannot be read | -
metadata deep | metadata * bad-json deep | 75 | the answer cannot be read | -
metadata key twice | metadata * bad-json duplicate-key | 75 | the answer cannot be read | -
metadata array | metadata * bad-json not-object | 75 | the answer cannot be read | -
metadata empty | metadata * bad-json empty-body | 75 | the answer cannot be read | -
metadata of something else | metadata * bad-json wrong-shape | 75 | the answer cannot be read | -
values trailing comma, always | values * bad-json trailing-comma | 75 | the answer cannot be read | -
values NUL | values * bad-json nul-escape | 75 | the answer cannot be read | -
values bad UTF-8 | values * bad-json bad-utf8 | 75 | the answer cannot be read | -
values single quotes | values * bad-json single-quotes | 75 | the answer cannot be read | -
values trailing text | values * bad-json trailing-text | 75 | the answer cannot be read | -
values deep | values * bad-json deep | 75 | the answer cannot be read | -
values more rows than there are | values * bad-json overlong | 75 | more rows than were asked for | -
values array | values * bad-json not-object | 75 | the answer cannot be read | -
values empty | values * bad-json empty-body | 75 | the answer cannot be read | -
values of something else | values * bad-json wrong-shape | 75 | there is no list "valueRanges" in it | -
values list in a cell | values * bad-json nested-cell | 75 | a cell that is a list or an object | -
values object in a cell | values * bad-json object-cell | 75 | a cell that is a list or an object | -
values range missing, always | values * bad-json missing-range | 75 | fewer ranges than were asked for | -
values a range too many | values * bad-json extra-range | 75 | more ranges than were asked for | -
values another range, always | values * bad-json wrong-range | 75 | another range than the one that was asked for | -
metadata endless number | metadata * bad-json huge-number | 75 | the answer cannot be read: .*a number of more than | -
values endless number | values * bad-json huge-number | 75 | the answer cannot be read | -
values error inside a 200 | values * status 200 body=json:error.json | 75 | there is no list "valueRanges" in it | -
TABLE

# ---- it is sound, but the header has lost its first cell: the gate keeps it out ----

for kind in null-cell huge-cell; do
    case_begin "values $kind"
    fault "values * bad-json $kind"
    pull 4 --patience 0
    out_has '^! artists was held back: required column missing: artist_id'
    sqlite3 warehouse.sqlite "SELECT artist_id FROM silver_artists" >found
    [ "$(<found)" = A-1 ] || fail "the last good version did not stay: $(<found)"
    fault
    pull 0
    sqlite3 warehouse.sqlite "SELECT artist_id FROM silver_artists" >found
    [ "$(tr '\n' ' ' <found)" = 'A-1 A-2 ' ] || fail "it does not heal: $(<found)"
done

finish
