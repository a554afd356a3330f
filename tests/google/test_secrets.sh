#!/usr/bin/env bash
# Whatever happens and however much is logged: no key, assertion, token or secret is to be found in
# what the program prints, stores or leaves behind.
. "$(dirname "$0")/lib.sh"
make_shop --token-log "$work/tokens" --log "$work/google.log" --delegate boss@example.com
fault
mkdir seen tmp
export TMPDIR=$work/tmp SQLITE_TMPDIR=$work/tmp
key_file=$work/key.json
key_text=$(<key.json)
key_base64=$(base64 -w0 key.json)
cat >user.json <<'JSON'
{"type": "authorized_user", "client_id": "demo-client", "client_secret": "demo-secret",
 "refresh_token": "demo-refresh"}
JSON
chmod 600 user.json
cat >print-token <<SH
curl -s --noproxy '*' "$endpoint/token" -d grant_type=refresh_token -d client_id=demo-client \\
    -d client_secret=demo-secret -d refresh_token=demo-refresh |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/'
SH

# find_secrets FILE...: the first of them that holds one, and which.
cat >find_secrets.py <<'PY'
import base64, json, re, sys

key = json.load(open("key.json"))
pem = "".join(line for line in key["private_key"].split("\n") if "-----" not in line)
texts = {"the private key": pem,
         "the private key's bytes": base64.b64decode(pem).hex(),
         "GOLDLEAF_CREDENTIALS": base64.b64encode(open("key.json", "rb").read()).decode()}
for number, line in enumerate(open("tokens")):
    texts[f"access token {number + 1}"] = line.strip()
width = 40
pieces = {text[i:i + width].encode(): name for name, text in texts.items()
          for i in range(len(text) - width + 1)}
words = {b"demo-secret": "the client's secret", b"demo-refresh": "the refresh token",
         b"ya29.": "an access token", b"eyJhbGci": "an assertion", b"Bearer ya": "an access token",
         b"-----BEGIN": "a key in PEM", b"made-up-token": "the command's token"}
der = base64.b64decode(pem)
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    for word, name in words.items():
        if word in data:
            sys.exit(print(path, "holds", name) or 0)
    for part in (der[i:i + 24] for i in range(0, len(der) - 24, 8)):
        if part in data:
            sys.exit(print(path, "holds the private key's bytes") or 0)
    for run in re.findall(rb"[A-Za-z0-9+/=_.-]{40,}", data):
        for i in range(len(run) - width + 1):
            if run[i:i + width] in pieces:
                sys.exit(print(path, "holds", pieces[run[i:i + width]]) or 0)
PY

clean() {
    local found
    found=$("$python" find_secrets.py "$@") || fail "not to be searched"
    [ -z "$found" ] || fail "$found"
}

# It does find what is there.
name='the search itself'
for bait in key.json tokens user.json "<(base64 -w0 key.json)" "<(sed 's/-----//g' key.json)"; do
    eval "$python find_secrets.py $bait" >found
    [ -s found ] || fail "nothing found in $bait"
done
head -c 100 tokens | tail -c 60 >bait
"$python" find_secrets.py bait >found
grep -q 'access token' found || fail "no piece of a token found"
sed -n 's/.*"private_key"[^n]*n\([A-Za-z0-9+/]\{45\}\).*/\1/p' key.json >bait
"$python" find_secrets.py bait >found
grep -q 'private key' found || fail "no piece of the key found"

number=0
# keep: what the last run printed is to be searched
keep() {
    number=$((number + 1))
    cp out "seen/$number.out"
    cp err "seen/$number.err"
}

# every CODE SCRIPT ARG...: with each credential that the code fits, in both forms of the log
every() {
    local expected=$1 script=$2 kind form
    shift 2
    for kind in file text base64 user command subject; do
        unset GOOGLE_APPLICATION_CREDENTIALS GOLDLEAF_CREDENTIALS GOLDLEAF_TOKEN_COMMAND GOLDLEAF_SUBJECT
        case $kind in
        file) export GOOGLE_APPLICATION_CREDENTIALS=$key_file ;;
        text) export GOLDLEAF_CREDENTIALS="$key_text" ;;
        base64) export GOLDLEAF_CREDENTIALS=$key_base64 ;;
        user) export GOOGLE_APPLICATION_CREDENTIALS=$work/user.json ;;
        command) export GOLDLEAF_TOKEN_COMMAND="sh $work/print-token" ;;
        subject) export GOOGLE_APPLICATION_CREDENTIALS=$key_file GOLDLEAF_SUBJECT=boss@example.com ;;
        esac
        [[ $kind != command || $script != token* ]] || continue # it is not the program that asks
        form=text
        ((number % 2)) || form=json
        case_begin "$script, $kind, $form: $*"
        faults=$((faults - 1))
        fault "$script"
        run "$expected" "$1" -v --log-format $form --patience 0 --timeout 20 "${@:2}"
        keep
        for file in warehouse.sqlite*; do cp "$file" "seen/$number.$file"; done
        all_but_runs warehouse.sqlite >"seen/$number.dump"
        sqlite3 warehouse.sqlite 'SELECT * FROM audit_runs' >>"seen/$number.dump"
    done
    faults=$((faults + 1))
}
pull=(all --source sheets --inputs no-files)
printf '%s' '{"error": "invalid_grant", "error_description": "Invalid JWT eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjAxMjM0NTY3ODkifQ.eyJpc3MiOiJyb2JvdCIsInNjb3BlIjoiZXZlcnl0aGluZyB0aGF0IHRoZXJlIGlzIn0.c2lnbmF0dXJlIHRoYXQgaXMgbG9uZyBlbm91Z2g"}' >root/echo.json
every 0 '# nothing' "${pull[@]}"
every 0 '# nothing' "${pull[@]}" --format json -o seen/report.json
every 6 'token * error invalid-signature' "${pull[@]}"
every 6 'token * status 400 body=json:echo.json' "${pull[@]}"
every 75 'token * html' "${pull[@]}"
every 6 'metadata * error not-shared' "${pull[@]}"
every 6 'any * expire' "${pull[@]}" --patience 2
every 75 'values * status 503 retry-after=60' "${pull[@]}"
every 75 'values * truncate 50%' "${pull[@]}"
every 1 'metadata * html 403' "${pull[@]}"
every 0 '# nothing' doctor
every 6 'metadata * error scope-insufficient' doctor --format json
every 6 'token * error clock' doctor
every 4 'values * bad-json null-cell' "${pull[@]}"
unset GOLDLEAF_SUBJECT GOLDLEAF_CREDENTIALS GOLDLEAF_TOKEN_COMMAND
export GOOGLE_APPLICATION_CREDENTIALS=$key_file

# A token of a command that is none, and a key that cannot be used.
case_begin 'a made-up token'
fault
GOOGLE_APPLICATION_CREDENTIALS='' GOLDLEAF_TOKEN_COMMAND='echo made-up-token-0123456789' run 6 "${pull[@]}" -v
keep
case_begin 'a key with a fault'
"$python" -c 'import json
key = json.load(open("key.json"))
key["private_key"] = key["private_key"][:900] + key["private_key"][-40:]
open("cut.json", "w").write(json.dumps(key))
open("half.json", "w").write(json.dumps(key)[:1200])'
chmod 600 cut.json half.json
for file in cut half; do
    GOOGLE_APPLICATION_CREDENTIALS=$work/$file.json run 6 "${pull[@]}" -v --log-format json
    keep
    GOOGLE_APPLICATION_CREDENTIALS='' GOLDLEAF_CREDENTIALS=$(<$file.json) run 6 "${pull[@]}" -v
    keep
    GOOGLE_APPLICATION_CREDENTIALS=$(<$file.json) run 6 doctor -v
    keep
done

# In the middle of a run: the lock file, and the command line that everybody can read.
case_begin 'while it runs'
fault 'values * stall 60'
GOOGLE_APPLICATION_CREDENTIALS='' GOLDLEAF_CREDENTIALS=$key_base64 "$program" "${pull[@]}" -v >out 2>err &
running=$!
google_pids+=("$running")
until [ "$(requests values)" = 1 ]; do sleep 0.05; done
[ -e warehouse.sqlite.lock ] || fail "it runs without a lock"
cp warehouse.sqlite.lock seen/lock
tr '\0' '\n' <"/proc/$running/cmdline" >seen/cmdline
cp warehouse.sqlite seen/running.sqlite
ls -l "/proc/$running/fd" >seen/fds
kill -INT "$running"
code=0
wait "$running" || code=$?
[ "$code" -eq 130 ] || fail "it ended with $code"
keep

# What commands that read say.
cp base.sqlite warehouse.sqlite
for command in status 'status --format json' rejects 'export gold_event_sales' 'export bronze_tickets'; do
    read -ra words <<<"$command"
    run 0 "${words[@]}" -v
    keep
done

name='what was printed and stored'
curl -s "$endpoint/__log" >seen/google.current
cp google.log seen/
[ "$(wc -l <tokens)" -gt 20 ] || fail "too few tokens were given to look for"
[ "$number" -gt 60 ] || fail "too few runs were looked at"
clean seen/*
[ -z "$(ls -A tmp)" ] || fail "it left temporary files: $(ls tmp)"
[ -z "$(find . -newer key.json -type f -name '*cred*')" ] || fail "a file of credentials was written"
finish
