# shellcheck shell=bash
# What the tests of the program share. Sourced, with $GOLDLEAF naming the binary. Each test runs in
# a folder of its own, which goes away at the end, and with an environment that sets nothing.

set -euo pipefail
: "${GOLDLEAF:?names the binary to test}"
: "${GOLDLEAF_SOURCE_DIR:?names the repository}"
source_dir=$GOLDLEAF_SOURCE_DIR
program=$(readlink -f "$GOLDLEAF")

for name in $(compgen -e | grep -E '^(GOLDLEAF|GOOGLE_|SHEET_|SPREADSHEET$|NO_COLOR$|DATABASE_URL$|COLUMNS$)'); do
    unset "$name"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    printf -- '--- exit code %s of: %s\n' "${code:-}" "${command_line:-}" >&2
    sed 's/^/out: /' "$work/out" >&2 || true
    sed 's/^/err: /' "$work/err" >&2 || true
    exit 1
}

# run CODE ARG...: runs the program, which must exit with CODE; its output is in out and err.
run() {
    local expected=$1
    shift
    command_line="goldleaf $*"
    code=0
    "$program" "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" -eq "$expected" ] || fail "expected exit code $expected"
}

# An extended regular expression that a line of out or err must match, or must not.
out_has() { grep -qE -- "$1" "$work/out" || fail "standard output lacks: $1"; }
err_has() { grep -qE -- "$1" "$work/err" || fail "standard error lacks: $1"; }
out_lacks() { ! grep -qE -- "$1" "$work/out" || fail "standard output has: $1"; }
err_lacks() { ! grep -qE -- "$1" "$work/err" || fail "standard error has: $1"; }
out_is_empty() { [ ! -s "$work/out" ] || fail "standard output is not empty"; }
err_is_empty() { [ ! -s "$work/err" ] || fail "standard error is not empty"; }
out_is_json() { python3 -m json.tool <"$work/out" >/dev/null || fail "this is no JSON"; }

# json EXPRESSION EXPECTED: a Python expression over the document `d` of out.
json() {
    local found
    found=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$work/out" "$1") || fail "not to be evaluated: $1"
    [ "$found" = "$2" ] || fail "$1 is $found and not $2"
}

# The eight sheets, small and clean, in inputs/.
make_inputs() {
    mkdir -p inputs
    cat >inputs/artists.csv <<'CSV'
artist_id,name,genre,country,created_at
A-1,The Larks,Folk,in,2024-01-05 10:00:00
CSV
    cat >inputs/venues.csv <<'CSV'
venue_id,name,city,state,country,capacity
V-1,Barn,Pune,MH,IN,4
CSV
    cat >inputs/events.csv <<'CSV'
event_id,artist_id,venue_id,event_date,status,ticket_price,currency
E-1,A-1,V-1,2026-03-01,completed,100.00,INR
E-2,A-1,V-1,2026-04-01,scheduled,12.50,EUR
CSV
    cat >inputs/customers.csv <<'CSV'
customer_id,name,email,city,state,country,created_at
C-1,Asha,asha@example.com,Pune,MH,IN,2024-02-01
CSV
    cat >inputs/tickets.csv <<'CSV'
ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status
T-1,E-1,C-1,2026-02-01 09:00:00,web,100.00,INR,used
T-2,E-1,,2026-02-02 09:00:00,box_office,100.00,INR,sold
T-3,E-2,C-1,2026-02-03 09:00:00,email,12.50,EUR,sold
T-4,E-1,C-1,2026-02-03 09:00:00,web,100.00,INR,refunded
CSV
    cat >inputs/checkins.csv <<'CSV'
checkin_id,event_id,ticket_id,scanned_at,gate
CH-1,E-1,T-1,2026-03-01 19:00:00,a
CSV
    cat >inputs/refunds.csv <<'CSV'
refund_id,ticket_id,event_id,reason,refund_amount,refunded_at
R-1,T-4,E-1,customer_request,100.00,2026-02-20 10:00:00
CSV
    cat >inputs/campaigns.csv <<'CSV'
campaign_id,event_id,channel,spend,impressions,clicks,conversions,start_date,end_date
CMP-1,E-1,web,30.00,1000,20,2,2026-01-01,2026-02-28
CSV
}

make_warehouse() {
    make_inputs
    run 0 all --inputs inputs
}
