#!/usr/bin/env bash
# Ctrl-C and SIGTERM while Google keeps the run waiting: it ends at once, with nothing half done, and
# the next run goes on.
. "$(dirname "$0")/lib.sh"
make_shop
cp -r root/shop files
touch -d '1 hour' files/*

most_s=5 # from the signal to the end; it looks several times a second

# until TRUE COMMAND...: waits for it while the run goes on
until_true() {
    until "$@" >/dev/null 2>&1; do
        kill -0 "$running" 2>/dev/null || fail "the run was over before it could be stopped"
        sleep 0.02
    done
}
has_asked() { [ "$(requests "$1")" -ge "$2" ]; }

# stop SIGNAL CODE: ends the run, and looks at what is left
stop() {
    local begun=$EPOCHREALTIME took
    kill -s "$1" "$running"
    code=0
    wait "$running" || code=$?
    took=$((${EPOCHREALTIME/./} - ${begun/./}))
    [ "$code" -eq "$2" ] || fail "expected exit code $2"
    [ "$took" -lt $((most_s * 1000000)) ] || fail "it took $took microseconds to end"
}

# stopped NAME | SIGNAL | CODE | SCRIPT | WHAT TO WAIT FOR [| OPTIONS]
stopped() {
    local options
    read -ra options <<<"${6:-}"
    case_begin "$1, $2"
    fault_of "$4"
    command_line="goldleaf all, stopped by $2"
    "$program" all --inputs files --patience 1000 --timeout 100 "${options[@]}" >out 2>err &
    running=$!
    google_pids+=("$running")
    case $5 in
    said:*) until_true grep -qE -- "${5#said:}" err ;;
    *) # shellcheck disable=SC2086 # two words
        until_true has_asked $5 ;;
    esac
    sleep 0.1
    stop "$2" "$3"
    out_is_empty
    err_has '^goldleaf: error: (interrupted|terminated)'
    err_has '^  hint: nothing of this run was published; the last good version stays'
    err_lacks 'CSV file'
    check_untouched
    check_heals
}
rows stopped <<'TABLE'
silence of the token endpoint | INT  | 130 | token * stall 100       | token 1
silence of the token endpoint | TERM | 143 | token * stall 100       | token 1
silence on metadata           | INT  | 130 | metadata * stall 100    | metadata 1
silence on metadata           | TERM | 143 | metadata * stall 100    | metadata 1
silence on values             | INT  | 130 | values * stall 100      | values 1
silence in the body           | INT  | 130 | values * stall-body 100 | values 1
silence in the body           | TERM | 143 | values * stall-body 100 | values 1
a slow answer                 | INT  | 130 | values * drip 10 100    | values 1
wait for another try          | INT  | 130 | values * status 429 retry-after=100 | said:the quota of read requests is used up.*going on in 100
wait for another try          | TERM | 143 | metadata * status 503 retry-after=100 | said:cannot answer just now.*going on in 100
wait without Retry-After      | INT  | 130 | values * error quota-user | said:the quota of read requests.*going on in 20
wait for a token              | INT  | 130 | token * status 503 retry-after=100 | said:token endpoint is not available now.*going on in 100
asking again and again        | TERM | 143 | any * status 500        | said:going on in
Google only                   | INT  | 130 | values * stall 100      | values 1 | --source sheets
TABLE

# ---- a token command that does not end ----

for signal in 'INT 130' 'TERM 143'; do
    case_begin "token command, ${signal% *}"
    fault
    rm -f command.pid
    GOOGLE_APPLICATION_CREDENTIALS='' GOLDLEAF_TOKEN_COMMAND="echo \$\$ >$work/command.pid; exec sleep 100" \
        "$program" all --inputs files >out 2>err &
    running=$!
    google_pids+=("$running")
    until_true test -s command.pid
    # shellcheck disable=SC2086 # two words
    stop $signal
    ! kill -0 "$(<command.pid)" 2>/dev/null || fail "the command runs on"
    check_untouched
    check_heals
done

# ---- doctor ----

for signal in 'INT 130' 'TERM 143'; do
    case_begin "doctor, ${signal% *}"
    fault 'metadata * stall 100'
    "$program" doctor --timeout 100 >out 2>err &
    running=$!
    google_pids+=("$running")
    until_true has_asked metadata 1
    # shellcheck disable=SC2086 # two words
    stop $signal
    out_is_empty # no report of what was cut off
    err_has '^goldleaf: error: (interrupted|terminated)'
    cmp -s base.sqlite warehouse.sqlite || fail "it wrote into the warehouse"
done

# ---- the sixty requests of a minute are used up ----

# Answers that are too large make the pieces small, and then there are many of them.
mkdir root/long
cp root/shop/*.csv root/long/
awk 'NR == 1 {print; exit} END {
    for (i = 1; i <= 14000; i++)
        printf "T-%d,E-1,C-1,2026-02-01 09:00:00,web,10,INR,sold\n", i
}' root/shop/tickets.csv >root/long/tickets.csv
case_begin 'quota of our own'
export SPREADSHEET=long
fault 'values 1-10 gzip-bomb 70'
"$program" all --inputs files --patience 5 >out 2>err &
running=$!
google_pids+=("$running")
until_true grep -qE '60 requests a minute are all used; going on in [0-9.]+ s' err
[ "$(($(requests metadata) + $(requests values)))" -eq 60 ] || fail "it asked more often than it may"
stop INT 130
check_untouched
unset SPREADSHEET
export SPREADSHEET=shop
check_heals

finish
