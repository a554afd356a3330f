#!/usr/bin/env bash
# `goldleaf schedule` for many cycles against a Google of which every tenth request goes wrong, with
# sheets that change meanwhile: the waiting process grows in nothing (memory, descriptors, log file),
# and the data are in the end those of one run that nothing disturbed.
#
# GOLDLEAF_SOAK: cycles (40). GOLDLEAF_SEED: repeats the faults of an earlier run.
cycles=${GOLDLEAF_SOAK:-40}
seed=${GOLDLEAF_SEED:-$RANDOM}
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/cli/schedule.sh"
trap '[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true; stop_children; rm -rf "$work"' EXIT
# what the sanitizer keeps back would look like growth
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1

make_inputs
mkdir -p root no-files
cp -r inputs root/shop
use_google

# One request in ten, of whatever kind it is: refused, late, cut off, or nonsense; and now and then one
# that ends its run for certain, for it is not patient enough to ask again.
"$python" - "$seed" "$((cycles * 8))" >script.faulty <<'PYTHON'
import random, sys
random.seed(int(sys.argv[1]))
faults = ["status 503", "status 500", "error quota-user", "reset", "close", "delay 300", "html",
          "truncate 50%", "drip 400 5", "short-json", "status 429 retry-after=1", "expire"]
for number in range(1, int(sys.argv[2])):
    if number % 25 == 0:
        print("any", number, "status 429 retry-after=9")
    elif random.random() < 0.1:
        print("any", number, random.choice(faults))
PYTHON
cp script.faulty script

# measure: resident memory in KiB, descriptors, bytes of the log files
measure() {
    local rss descriptors=("/proc/$daemon/fd"/*)
    rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status")
    echo "$rss ${#descriptors[@]} $(cat soak.log soak.log.1 2>/dev/null | wc -c)"
}

runs_done() { ask 'SELECT COUNT(*) FROM audit_runs'; }

# As fast as it can: told to run as soon as it waits. Some cycles find a ticket more.
drive() {
    local until=$1
    while [ "$cycle" -lt "$until" ]; do
        kill -HUP "$daemon" 2>/dev/null || { tail -n 5 soak.log >&2; fail "the schedule ended after $cycle cycles"; }
        cycle=$((cycle + 1))
        if [ $((cycle % 5)) -eq 0 ]; then
            echo "T-1$cycle,E-1,C-1,2026-02-01 09:00:00,web,100.00,INR,sold" >>root/shop/tickets.csv
        fi
        until [ "$(wc -l <cycles)" -ge "$cycle" ]; do
            kill -0 "$daemon" 2>/dev/null || break
            sleep 0.01
        done
    done
}

: >cycles
began=$EPOCHSECONDS
begin --every 366d --source sheets --inputs no-files --patience 1 --log-file soak.log --log-max-size 1 \
    --log-level debug --metrics-file m.prom --on-success 'cat >/dev/null; echo done >>cycles' \
    --on-failure 'cat >/dev/null; echo failed >>cycles'
cycle=1 # the first one is at once
until [ "$(wc -l <cycles)" -ge 1 ]; do sleep 0.01; done
drive $((cycles / 5))
read -r rss_before descriptors_before log_before < <(measure)
drive "$cycles"
sleep 0.5
read -r rss_after descriptors_after log_after < <(measure)
stop_well
failed=$(grep -c failed cycles || true)
printf 'seed %s: %d cycles in %d s, %d of them failed; memory %d -> %d KiB, descriptors %d -> %d, log %d -> %d bytes\n' \
    "$seed" "$(wc -l <cycles)" $((EPOCHSECONDS - began)) "$failed" "$rss_before" "$rss_after" \
    "$descriptors_before" "$descriptors_after" "$log_before" "$log_after"
[ "$failed" -gt 0 ] || fail 'nothing went wrong: the faults did not come'
[ "$failed" -lt $((cycles / 2)) ] || fail 'most cycles failed'
[ "$rss_after" -le $((rss_before + rss_before / 20 + 512)) ] || fail 'it grows'
[ "$descriptors_after" -eq "$descriptors_before" ] || fail 'descriptors are left open'
[ "$log_after" -le $((2 * 1048576)) ] || fail 'the log grows'

fault
pull 0
content warehouse.sqlite >found
pull 0 --database clean.sqlite
content clean.sqlite >expected
grep -q T-1 expected || fail 'the edits are not in what is expected'
cmp expected found || fail "not what a clean run gives: $(diff expected found | head -n 5)"
[ "$(sqlite3 warehouse.sqlite 'PRAGMA integrity_check')" = ok ] || fail 'the warehouse is damaged'
finish
