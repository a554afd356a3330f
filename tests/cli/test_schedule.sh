#!/usr/bin/env bash
# `goldleaf schedule` from outside: signals, systemd's protocol, settings that break and are mended,
# hooks, metrics, the ping, the log file, and what `status` says of it all.
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/cli/schedule.sh"

helpers=()
end_helpers() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true
    [ ${#helpers[@]} -eq 0 ] || kill "${helpers[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end_helpers EXIT
python=$(python3 -c 'import sys; print(sys.executable)')
make_inputs

# ---- what it refuses ----

run 2 schedule --every 15
err_has '--every: "15" is no interval'
run 2 schedule --cron '61 * * * *'
err_has 'minute, field 1 of 5'
run 2 schedule --cron '0 6 * * *' --zone zone.tab
err_has 'no name of a time zone'
run 2 schedule --cron '0 6 * * *' --zone leapseconds
err_has 'there is no time zone "leapseconds"'
run 2 schedule --cron '0 6 * * *' --zone Mars/Olympus
err_has 'there is no time zone "Mars/Olympus"'
run 2 schedule --every 1m --jitter 60s
err_has '--jitter: 60s is not less than --every 1m'
run 2 schedule --ping very-secret
err_has 'does not begin with https://'
err_lacks 'very-secret'
run 2 schedule --model nowhere

# ---- systemd's protocol ----

listen() { # ADDRESS FILE: writes each datagram as a line, "@" for an abstract socket
    rm -f "$2"
    "$python" - "$1" "$2" <<'PYTHON' &
import socket, sys, time
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0" + name[1:] if name[0] == "@" else name)
with open(sys.argv[2], "w", buffering=1) as out:
    print("listening", file=out)
    while True:
        print("%.2f" % time.monotonic(), s.recv(4096).decode().replace("\n", " "), file=out)
PYTHON
    helpers+=($!)
    await listening "$2"
}
for address in "$work/notify" "@goldleaf-test-$$"; do
    listen "$address" said
    # the hook makes the run a long one: it is to be heard of all the same
    NOTIFY_SOCKET=$address WATCHDOG_USEC=400000 begin --inputs inputs --on-success 'sleep 1.5'
    await 'READY=1 STATUS=started' said
    await 'STATUS=running' said
    await 'STATUS=the last run ended with 0, the next one is at 2' said
    stop_well
    await 'STOPPING=1' said
    # half of the interval is 0.2 s; a pause of 0.4 s is the end of a service. Slack for slow machines.
    awk '/WATCHDOG=1/ {n++; if (last && $1 - last > most) most = $1 - last; last = $1}
         END {exit !(n >= 7 && most < 1.0)}' said || fail "the watchdog was not fed: $(cat said)"
done
# an interval that is meant for another process is none of ours
listen "$work/notify2" said
NOTIFY_SOCKET=$work/notify2 WATCHDOG_USEC=400000 WATCHDOG_PID=1 begin --inputs inputs --max-runs 1
await STOPPING said
wait "$daemon"
! grep -q WATCHDOG said || fail 'it fed a watchdog that is not its own'

# ---- signals ----

begin --inputs inputs --quiet
until [ -s warehouse.sqlite ] && [ "$(ask 'SELECT COUNT(*) FROM audit_schedules WHERE next_run_at > 0')" = 1 ]; do
    sleep 0.05
done
kill -USR1 "$daemon"
await 'status: waiting; 1 runs, 0 of them failed, the last one ended with 0; the next one is at 2'
runs=$(ask 'SELECT COUNT(*) FROM audit_runs')
kill -HUP "$daemon"
until [ "$(ask 'SELECT COUNT(*) FROM audit_runs')" = $((runs + 1)) ]; do sleep 0.05; done
stop_well

# while a run is on: USR1 is answered, HUP makes up for itself afterwards
begin --inputs inputs --on-success 'echo x >hooked; sleep 1'
await . hooked
await 'run_done'
kill -USR1 "$daemon"
kill -HUP "$daemon"
await 'status: running; 0 runs'
await_count 2 'run_done'
stop_well
[ "$took" -lt 4000 ] || fail "a hook that can be told to stop was waited for: $took ms"

# A hook that does not hear, with a process in the background that does not either.
printf '%s\n' 'trap "" TERM INT HUP' 'sleep 77 & echo $! >background' 'echo $$ >hook' 'sleep 77' >deaf.sh
rm -f hook
begin --inputs inputs --on-success 'exec sh deaf.sh'
await . hook
stop_well
for process in $(cat hook background); do
    ! is_alive "$process" || fail "process $process of the hook is left"
done
rm -f hook
begin --inputs inputs --on-success 'exec sh deaf.sh'
await . hook
stop TERM TERM
[ "$stopped" -eq 0 ] && [ "$took" -lt 1500 ] || fail "a second TERM took $took ms, exit code $stopped"
for process in $(cat hook background); do
    ! is_alive "$process" || fail "process $process of the hook is left"
done

# In the middle of a run, which waits for a token that does not come.
before=$(ask 'SELECT COUNT(*) FROM audit_snapshots')
export GOLDLEAF_TOKEN_COMMAND='echo x >asked; sleep 50' SPREADSHEET=shop GOLDLEAF_SOURCE=sheets
for signals in TERM INT 'TERM TERM' 'INT TERM'; do
    rm -f asked
    begin --on-failure 'touch failed' --inputs inputs
    await x asked
    # shellcheck disable=SC2086
    stop $signals
    [ "$stopped" -eq 0 ] || fail "exit code $stopped after $signals"
    [ "$took" -lt 5000 ] || fail "it took $took ms to stop after $signals"
    [ "$signals" != 'TERM TERM' ] || [ "$took" -lt 1500 ] || fail "$took ms after $signals"
done
unset GOLDLEAF_TOKEN_COMMAND SPREADSHEET GOLDLEAF_SOURCE
[ ! -e failed ] || fail 'a run that was stopped called the hook for failures'
[ "$(ask 'SELECT COUNT(*) FROM audit_snapshots')" = "$before" ] || fail 'something was published'
[ "$(ask "SELECT COUNT(*) FROM audit_schedules WHERE next_run_at IS NOT NULL")" = 0 ] ||
    fail 'a schedule that ended still has a next run'

# ---- time ----

begin --every 1s --inputs inputs --on-success 'sleep 2.5' --max-runs 2
wait "$daemon" || fail 'it does not end after the last run'
log_has 'slots_missed: [12] runs? came due while another was on'
log_has 'schedule_ended: 2 runs, 0 of them failed'
begin --cron '30 6 * * *' --zone Asia/Kolkata --inputs inputs
await 'next_run: the next run is at 20..-..-..T01:00:00Z'
stop_well

# ---- settings ----

cp -r "$source_dir/src/models/ticketing" mine
printf 'GOLDLEAF_INPUTS=inputs\nGOLDLEAF_MODEL=mine\nDATABASE_URL=settings.sqlite\n' >settings.env
begin --env-file settings.env
next() { # REGEX: what the log has to say about the next run
    : >log
    kill -HUP "$daemon"
    await 'next_run'
    log_has "$1"
}
await next_run
cp settings.env good.env
echo 'this is no line' >>settings.env
next 'settings_kept: settings.env:4: .*; going on with the settings of before'
log_has 'run_done'
rm settings.env
next 'settings_kept: settings.env: No such file'
log_has 'run_done'
sed 's/^GOLDLEAF_INPUTS=.*/&\nGOLDLEAF_LOG_LEVEL=nonsense/' good.env >settings.env
next 'settings_kept: .*nonsense'
cp good.env settings.env
mv mine/datapackage.json mine/other.json
next 'settings_kept'
log_has 'run_done'
echo '{"name": [' >mine/datapackage.json
next 'settings_kept: the model mine has [0-9]+ fault'
log_has 'run_done'
mv mine/other.json mine/datapackage.json
cp -r inputs moved
echo 'A-2,The Rooks,Folk,in,2024-01-05 10:00:00' >>moved/artists.csv
sed 's/=inputs/=moved/' good.env >settings.env
next 'run_done: .* 1 of 8 sheets changed'
log_lacks 'settings_kept|rule_kept'
echo GOLDLEAF_EVERY=10m >>settings.env
next 'rule_kept: --every is another one now'
next 'run_done'
log_lacks 'rule_kept'
stop_well

# ---- the log file ----

line='2026-01-01T00:00:00Z info  filler: a line of sixty-four characters, more or less'
{ yes "$line" || true; } | head -c 1048300 >big.log
begin --inputs inputs --log-file big.log --log-max-size 1 --log-level debug
await next_run big.log
[ -e big.log.1 ] || fail 'the log file was not begun anew'
[ "$(stat -c %s big.log)" -lt 1048577 ] && [ "$(stat -c %s big.log.1)" -lt 1048577 ] ||
    fail 'the log file is too large'
kill -HUP "$daemon"
await 'run_done' big.log
mv big.log elsewhere # as logrotate does
kill -HUP "$daemon"
await 'run_done' big.log
await 'next_run' big.log
stop_well
await schedule_ended big.log
[ ! -s log ] || fail 'not all went to the log file'
"$program" schedule --inputs inputs --max-runs 1 --log-format json 2>lines
"$python" - <<'PYTHON' || fail 'these are no lines of JSON with all that they need'
import json
lines = [json.loads(line) for line in open("lines")]
assert all({"time", "level", "event", "message"} <= set(line) for line in lines)
done = [line for line in lines if line["event"] == "run_done"]
assert len(done) == 1 and done[0]["run_id"]
PYTHON

# ---- hooks, metrics, ping ----

"$python" - <<'PYTHON' &
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        self.send_response(503 if Handler.asked == 1 else 200) # one that fails is repeated
        self.end_headers()
        print(self.path, file=open("pings", "a"))
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, file=open("port", "w"), flush=True)
server.serve_forever()
PYTHON
helpers+=($!)
await '[0-9]' port
cat >metrics.py <<'PYTHON'
"""Reads the text format of Prometheus, strictly; prints a value, or "none"."""
import re, sys
values, typed = {}, set()
for line in open("m.prom"):
    assert line.endswith("\n"), line
    line = line[:-1]
    if line.startswith("# HELP "):
        assert re.fullmatch(r"# HELP [a-z_:]+ \S.*", line), line
    elif line.startswith("# TYPE "):
        name = re.fullmatch(r"# TYPE ([a-z_:]+) gauge", line)[1]
        assert name not in typed, name
        typed.add(name)
    else:
        key, name, number = re.fullmatch(r'(([a-z_:]+)(?:\{[a-z_]+="[^"\\\n]*"\})?) (\S+)', line).groups()
        assert name in typed and key not in values, line
        values[key] = float(number)
print("%.15g" % values[sys.argv[1]] if sys.argv[1] in values else "none")
PYTHON
metric() { "$python" metrics.py "$1" || fail "these are no metrics: $(cat m.prom)"; }
secret=0b9a6c1e-secret
watched=(--metrics-file m.prom --on-success 'cat >success.json' --on-failure 'cat >failure.json'
    --ping "http://127.0.0.1:$(cat port)/$secret" --log-level debug)
begin --inputs inputs --every 1s --database watched.sqlite "${watched[@]}" --max-runs 1
wait "$daemon"
[ "$(wc -l <pings)" = 2 ] && grep -q "$secret" pings || fail 'the ping was not repeated'
cp success.json out && json 'd["exit_code"], d["snapshot_id"], len(d["sheets"])' '(0, 1, 8)'
[ ! -e failure.json ] || fail 'a hook for a failure that was none'
[ "$(metric goldleaf_last_run_exit_code)" = 0 ] || fail 'the exit code in the metrics'
[ "$(metric 'goldleaf_sheet_rows{sheet="tickets"}')" = 4 ] || fail 'the rows in the metrics'
[ "$(metric 'goldleaf_gold_rows{table="gold_event_sales"}')" != none ] || fail 'gold in the metrics'
[ "$(metric goldleaf_requests)" = 0 ] || fail 'requests in the metrics'
[ "$(metric 'goldleaf_stage_seconds{stage="total"}')" != none ] || fail 'seconds in the metrics'
success=$(metric goldleaf_last_success_timestamp_seconds)
sleep 1.1

# A failure changes nothing of what was published, and calls nobody but the hook for failures.
begin --inputs nowhere --database watched.sqlite "${watched[@]}" --max-runs 1
wait "$daemon"
cp failure.json out && json 'd["exit_code"], d["run_id"], bool(d["error"])' '(2, None, True)'
[ "$(metric goldleaf_last_run_exit_code)" = 2 ] || fail 'the exit code after a failure'
[ "$(metric goldleaf_last_success_timestamp_seconds)" = "$success" ] || fail 'the last success moved'
[ "$(metric 'goldleaf_sheet_rows{sheet="tickets"}')" = 4 ] || fail 'the rows are gone'
[ "$(wc -l <pings)" = 2 ] || fail 'a run that failed was pinged for'

# Held back is published, and says so.
mkdir held && cp inputs/*.csv held && head -n 1 inputs/tickets.csv >held/tickets.csv
begin --inputs held --database watched.sqlite "${watched[@]}" --max-runs 1
wait "$daemon"
cp success.json out && json 'd["exit_code"]' 4
[ "$(metric 'goldleaf_sheet_held{sheet="tickets"}')" = 1 ] || fail 'held in the metrics'
[ "$(metric goldleaf_last_success_timestamp_seconds)" -gt "$success" ] || fail 'the last success stands'
[ "$(wc -l <pings)" = 3 ] || fail 'no ping for what was published'

# Nobody listens; the URL is a secret even then.
for url in "http://127.0.0.1:1/$secret" "https://user:word@127.0.0.1:1/$secret"; do
    begin --inputs inputs --max-runs 1 --ping "$url" --log-level debug
    wait "$daemon" || fail 'a ping that fails is no failure'
    log_has 'ping_failed: ping: 127.0.0.1:1: '
    log_lacks "$secret|word"
done
# A hook that fails is heard of although cron's line is quiet; and one that ends is, although whoever
# started us ignores the ends of children.
run 0 all --inputs inputs --on-success 'exit 3' --quiet
err_has 'the hook failed with 3'
time_from=$SECONDS
"$python" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$program" all --inputs inputs --on-success 'cat >hooked' --quiet 2>err ||
    fail 'a hook beside an ignored SIGCHLD'
[ -s hooked ] && [ ! -s err ] && [ $((SECONDS - time_from)) -lt 50 ] || fail "the hook was not seen to end: $(cat err)"
run 0 all --inputs inputs --log-file runs.log -q --format json
grep -q . runs.log && fail 'quiet is not quiet'
run 0 all --inputs inputs --log-file runs.log
grep -q 'run_done' runs.log || fail 'a log file without the run'
ls -A | grep -E '^\.m\.prom' && fail 'the metrics left something beside them'

# ---- status ----

cp inputs/tickets.csv held/tickets.csv
run 0 all --inputs held
status() { run "$1" status "${@:2}"; }
status 0 --warn-after 2h --fail-after 1d
ask "UPDATE audit_snapshots SET loaded_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-3 hours')"
status 0
status 3 --warn-after 2h --fail-after 1d
status 3 --warn-after 2h --fail-after 1d --format json
json '{s["freshness"] for s in d["sheets"]}' "{'old'}"
json '{s["age_seconds"] // 60 for s in d["sheets"]}' '{180}'
status 1 --warn-after 1h --fail-after 2h --format json
json '{s["freshness"] for s in d["sheets"]}' "{'stale'}"
json 'd["next_run"], d["overdue"], bool(d["last_success"])' '(None, False, True)'
ask "UPDATE audit_schedules SET next_run_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hours')"
status 0 --format json
json 'd["overdue"]' True
status 0
tr -s ' \n' '  ' <out | grep -q 'it is overdue: does it still run?' || fail 'it is not said to be overdue'
begin --inputs inputs --every 1d
await next_run
status 0 --format json
json 'd["overdue"], d["next_run"].endswith("T00:00:00Z")' '(False, True)'
stop_well
